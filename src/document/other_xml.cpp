// Documents in XML: the namespace of the outermost element says the standard,
// where it has one; its name, where it has none.

#include <pugixml.hpp>

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "document/other_document.hpp"

namespace asepsis {
namespace {

struct Mark {
  std::string_view mark, name;
};

// By how they begin: what follows is a version.
constexpr Mark kNamespaces[] = {
    {"http://cyclonedx.org/schema/", "a bill of materials (CycloneDX)"},
    {"http://spdx.org/rdf/", "a bill of materials (SPDX)"},
    {"https://spdx.org/rdf/", "a bill of materials (SPDX)"},
    {"http://standards.iso.org/iso/19770/", "an inventory tag of software (SWID)"},
    {"http://docs.oasis-open.org/csaf/", "an advisory (CVRF)"},
    {"http://www.icasi.org/CVRF/", "an advisory (CVRF)"},
    {"http://hl7.org/fhir", "a resource of HL7 FHIR"},
    {"urn:hl7-org:v2xml", "a message of HL7 version 2"},
    {"urn:hl7-org:", "a document of HL7 version 3 (CDA)"},
    {"urn:astm-org:CCR", "a record of care (CCR)"},
    {"urn:ihe:", "a document or message of IHE"},
    {"urn:oasis:names:tc:ebxml-", "a document or message of IHE"},
    {"http://standards.ieee.org/downloads/11073/", "a description or message of IEEE 11073 SDC"},
    {"http://dicom.nema.org/", "a DICOM object"},
    {"http://www.fda.gov/cdrh/gudid", "an entry of the GUDID"},
    {"http://csrc.nist.gov/ns/oscal/", "an assessment or catalogue (OSCAL)"},
    {"http://checklists.nist.gov/", "a checklist (XCCDF)"},
    {"http://scap.nist.gov/", "a result or content of a scanner (SCAP)"},
    {"http://oval.mitre.org/", "a result or content of a scanner (OVAL)"},
    {"http://cpe.mitre.org/", "a dictionary of products (CPE)"},
    {"http://stix.mitre.org/", "a report on threats (STIX)"},
    {"http://cwe.mitre.org/", "a catalogue of weaknesses (CWE)"},
    {"http://capec.mitre.org/", "a catalogue of attacks (CAPEC)"},
    {"http://nvd.nist.gov/", "a list of vulnerabilities (NVD)"},
    {"http://scap.nvd.nist.gov/", "a list of vulnerabilities (NVD)"},
    {"urn:oasis:names:tc:SAML:", "a statement on a user (SAML)"},
    {"http://www.w3.org/2003/05/soap-envelope", "a message (SOAP)"},
    {"http://schemas.xmlsoap.org/soap/envelope", "a message (SOAP)"},
    {"http://schemas.xmlsoap.org/wsdl", "a description of an interface (WSDL)"},
    {"http://www.w3.org/2001/XMLSchema", "a schema (XSD)"},
    {"http://www.w3.org/1999/XSL/", "a style sheet (XSLT)"},
    {"http://www.w3.org/1999/xhtml", "a web page"},
    {"http://www.w3.org/2000/svg", "a picture (SVG)"},
    {"http://www.w3.org/2005/Atom", "a feed (Atom)"},
    {"urn:schemas-microsoft-com:office:",
     "a workbook of an office program (save its table as CSV)"},
    {"http://schemas.microsoft.com/office/",
     "a document of an office program (save its table as CSV)"},
    {"urn:oasis:names:tc:opendocument:", "a document of an office program (save its table as CSV)"},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "an RDF document"},
};

constexpr Mark kRoots[] = {
    {"AuditMessage", "a message on what was done (ATNA)"},
    {"ClinicalDocument", "a document of HL7 version 3 (CDA)"},
    {"cvrfdoc", "an advisory (CVRF)"},
    {"NativeDicomModel", "a DICOM object"},
    {"nmaprun", "a result of a scanner (Nmap)"},
    {"NessusClientData_v2", "a result of a scanner (Nessus)"},
    {"SoftwareIdentity", "an inventory tag of software (SWID)"},
    {"html", "a web page"},
    {"HTML", "a web page"},
    {"rss", "a feed (RSS)"},
};

constexpr bool capital(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

// "ORU_R01" of HL7, "HEL.R01" of POCT1-A.
bool message_type(std::string_view name, char between) {
  constexpr std::size_t kSize = 7;
  return name.size() == kSize && std::ranges::all_of(name.substr(0, 3), capital) &&
         name[3] == between && capital(name[4]) && digit(name[5]) && digit(name[6]);
}

std::string_view by_namespace(std::string_view space) {
  for (const Mark& one : kNamespaces)
    if (space.starts_with(one.mark)) return one.name;
  return {};
}

std::string_view by_name(std::string_view name) {
  for (const Mark& one : kRoots)
    if (name == one.mark) return one.name;
  if (message_type(name, '_')) return "a message of HL7 version 2";
  if (message_type(name, '.')) return "a message of an analyser (POCT1-A)";
  return {};
}

// RDF is a way to write; whose words are written is told beside it.
std::string_view by_what_rdf_says(const pugi::xml_node& element) {
  for (const pugi::xml_attribute attribute : element.attributes())
    if (std::string_view(attribute.value()).contains("spdx.org/rdf"))
      return by_namespace("http://spdx.org/rdf/");
  return {};
}

// The prefix is declared by the element or one around it.
std::string_view namespace_of(const pugi::xml_node& element) {
  const std::string_view name = element.name();
  const std::size_t colon = name.find(':');
  const std::string declared =
      colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
  for (pugi::xml_node at = element; !at.empty(); at = at.parent())
    if (const auto attribute = at.attribute(declared.c_str()); !attribute.empty())
      return attribute.value();
  return {};
}

std::string_view by_namespace_of(const pugi::xml_node& element) {
  const std::string_view space = namespace_of(element);
  if (space.ends_with("rdf-syntax-ns#"))
    if (const auto said = by_what_rdf_says(element); !said.empty()) return said;
  return by_namespace(space);
}

// Several of them, gathered in an element that is nobody's.
std::string_view of_all_children(const pugi::xml_node& element) {
  std::string_view name;
  for (const pugi::xml_node child : element.children()) {
    if (child.type() != pugi::node_element) continue;
    name = by_namespace_of(child);
    if (name.empty()) return {};
  }
  return name;
}

}  // namespace

std::string_view other_xml(std::string_view text) {
  constexpr std::string_view kPage = "<!doctype html";
  if (same_letters(text.substr(0, kPage.size()), kPage)) return "a web page";
  pugi::xml_document document;
  document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  const pugi::xml_node root = document.document_element();
  if (const auto name = by_namespace_of(root); !name.empty()) return name;
  const std::string_view name = root.name();
  if (const auto known = by_name(name.substr(name.find(':') + 1)); !known.empty()) return known;
  return of_all_children(root);
}

}  // namespace asepsis
