// A value of a FHIR document, of its JSON form (HL7 FHIR R4 2.6.2) or of its
// XML form (2.6.1), so that one reader does for both.
#pragma once

#include <pugixml.hpp>

#include "proto/json.hpp"
#include "proto/soap_metadata.hpp"

namespace asepsis {

class FhirXml {
 public:
  FhirXml() = default;
  explicit FhirXml(pugi::xml_node node) : node_(node) {}

  bool exists() const { return !node_.empty(); }
  bool is_string() const { return !node_.attribute("value").empty(); }
  bool is_object() const { return exists() && !is_string(); }
  std::string_view text() const { return node_.attribute("value").value(); }

  FhirXml operator[](std::string_view name) const { return FhirXml(xml_child(node_, name)); }

  // This element and those after it that have its name.
  template <class Visit>
  void each_element(Visit visit) const {
    for (pugi::xml_node node = node_; node; node = node.next_sibling(node_.name()))
      visit(FhirXml(node));
  }

  // The name of a resource is that of its element.
  std::string_view resource_type() const { return local_name(node_.name()); }
  // Where others hold a resource, XML holds an element with it inside.
  FhirXml resource() const {
    for (const pugi::xml_node& child : node_.children())
      if (child.type() == pugi::node_element) return FhirXml(child);
    return {};
  }
  ShortText<256> plain() const {
    ShortText<256> text;
    return text.add(this->text());
  }

 private:
  pugi::xml_node node_;
};

// The same of JSON.
class FhirJson {
 public:
  explicit FhirJson(Json json) : json_(json) {}

  bool exists() const { return json_.exists(); }
  bool is_string() const { return json_.is_string(); }
  bool is_object() const { return json_.is_object(); }
  std::string_view text() const { return json_.text(); }
  FhirJson operator[](std::string_view name) const { return FhirJson(json_[name]); }

  template <class Visit>
  void each_element(Visit visit) const {
    json_.each_element([&](Json element) { visit(FhirJson(element)); });
  }

  std::string_view resource_type() const { return json_["resourceType"].text(); }
  FhirJson resource() const { return *this; }
  ShortText<256> plain() const { return unescaped(json_.text()); }

 private:
  Json json_;
};

}  // namespace asepsis
