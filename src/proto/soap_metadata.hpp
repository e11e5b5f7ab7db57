// What devices say of themselves in XML documents of web services: DPWS 1.1
// ThisModel and ThisDevice (section 4), IEEE 11073-10207 MetaData, the Windows
// computer and printer hosts, UPnP device descriptions (UDA 1.1 section 2.3).

#pragma once

#include <pugixml.hpp>
#include <string_view>

#include "fact/fact.hpp"

namespace asepsis {

// Facts about `about`; false if the document is none of these or says
// nothing. REQUIRES: xml is at most some 100 KB. Patient contexts are not
// looked at.
bool read_device_metadata(std::string_view xml, Side about, FactSink& out);

// That an SDC message (IEEE 11073-10207: an MDIB, a report of contexts) tells
// who the patient is. Never whom.
bool names_patient(std::string_view xml);

// As much of a document as ends with a whole tag: a text or an attribute that
// the capture cut short is no value.
std::string_view whole_tags(std::string_view xml);

// A name without its namespace prefix.
std::string_view local_name(std::string_view qualified);

// The child element of that local name; empty if there is none.
pugi::xml_node xml_child(const pugi::xml_node& node, std::string_view name);
// The text of that child, without the space around it, of reasonable length.
std::string_view xml_text(const pugi::xml_node& node, std::string_view name);

}  // namespace asepsis
