// FHIR resources in JSON and XML: HL7 FHIR R4 8.12 Device, 5.4
// CapabilityStatement, 2.36 Bundle; STU3's Device where it differs (model,
// version, udi); and the personal health device guide's identifiers. A resource
// that belongs to a patient counts, its content is not read.

#include <charconv>

#include "base/fhir_types.hpp"
#include "base/udi.hpp"
#include "proto/device_json.hpp"
#include "proto/fhir_node.hpp"
#include "proto/http_head.hpp"
#include "proto/identity.hpp"
#include "proto/mdc.hpp"

namespace asepsis {
namespace {

using Field = Identity::Field;

// Bundles in bundles and contained resources go no deeper in practice.
constexpr int kMostDepth = 4;

// The IEEE EUI-64 system identifier of the personal health device guide.
constexpr std::string_view kEui64System = "1.2.840.10004.1.1.1.0.0.1.0.0.1.2680";

// MDC nomenclature (ISO/IEEE 11073-10101) of production specifications.
constexpr std::string_view kMdcSerialNumber = "531972";
constexpr std::string_view kMdcPartNumber = "531973";
constexpr std::string_view kMdcHardware = "531974";

template <class Node>
void set(Identity& identity, Field field, Node value) {
  if (!identity.has(field)) identity.set(field, value.plain());
}

template <class Node>
bool has_code(Node coded, std::string_view code) {
  bool found = coded["text"].text() == code;
  coded["coding"].each_element([&](Node coding) { found |= coding["code"].text() == code; });
  return found;
}

// v2-0203 SNO is a serial number; an identifier of no stated kind is what the
// sender tells its equipment apart by.
template <class Node>
void read_identifier(Node identifier, Identity& identity, bool any_kind) {
  const Node type = identifier["type"];
  const std::string_view system = identifier["system"].text();
  const Node value = identifier["value"];
  if (system.find(kEui64System) != std::string_view::npos || system.ends_with("eui-64")) {
    set(identity, Field::eui64, value);
  } else if (has_code(type, "SNO") || has_code(type, kMdcSerialNumber) ||
             (any_kind && !type.exists() && system.find("udi") == std::string_view::npos)) {
    set(identity, Field::serial, value);
  }
}

template <class Node>
void read_version(Node version, Identity& identity) {
  if (version.is_string()) return set(identity, Field::firmware, version);
  const Node type = version["type"];
  if (has_code(type, kMdcHardware)) return set(identity, Field::hardware, version["value"]);
  if (has_code(type, kMdcPartNumber)) return set(identity, Field::part, version["value"]);
  if (version.is_object()) set(identity, Field::firmware, version["value"]);
}

template <class Node>
void read_udi(Node udi, Identity& identity) {
  if (!udi.is_object()) return;
  set(identity, Field::udi_di, udi["deviceIdentifier"]);
  set(identity, Field::udi, udi["carrierHRF"]);
}

template <class Node>
void read_names(Node device, Identity& identity) {
  device["deviceName"].each_element([&](Node name) {
    const bool model =
        name["type"].text() == "model-name" || name["type"].text() == "manufacturer-name";
    const Node text = name["name"].exists() ? name["name"] : name["value"];  // R5 says value
    set(identity, model ? Field::model : Field::description, text);
  });
  device["displayName"].each_element([&](Node name) { set(identity, Field::description, name); });
}

// The kind of a whole device by its 11073 code; modules and channels are none.
template <class Node>
std::string_view device_class(Node type) {
  std::string_view found;
  type.each_element([&](Node each) {
    each["coding"].each_element([&](Node coding) {
      if (coding["system"].text().find("11073") == std::string_view::npos) return;
      const std::string_view code = coding["code"].text();
      std::uint32_t number = 0;
      std::from_chars(code.data(), code.data() + code.size(), number);
      const MdcDevice device = mdc_device(number, coding["display"].text());
      if (found.empty() && device.whole) found = device.device_class;
    });
  });
  return found;
}

// SNOMED CT: implant, pacemaker, implantable defibrillator; else by its words.
template <class Node>
bool is_implant(Node device) {
  constexpr std::string_view kCodes[] = {"40388003", "14106009", "72506001"};
  bool implant = false;
  const auto look = [&](Node type) {
    implant |= mentions(type["text"].plain().view(), "implant");
    type["coding"].each_element([&](Node coding) {
      const auto code = coding["code"].plain();
      implant |= std::ranges::find(kCodes, code.view()) != std::end(kCodes);
      implant |= mentions(coding["display"].plain().view(), "implant");
    });
  };
  device["type"].each_element(look);
  return implant;
}

// What is in a patient, or on the list of one that a server hands out, is no
// equipment of the house; its serial number would tell who the patient is.
template <class Node>
bool is_of_patient(Node device, Side from) {
  return is_implant(device) || (from == Side::server && device["patient"].exists());
}

template <class Node>
void read_device(Node device, Side from, FactSink& out) {
  if (is_of_patient(device, from)) return;
  Identity identity;
  set(identity, Field::manufacturer, device["manufacturer"]);
  set(identity, Field::serial, device["serialNumber"]);
  set(identity, Field::model, device["modelNumber"]);
  set(identity, Field::model, device["model"]);
  set(identity, Field::part, device["partNumber"]);
  device["identifier"].each_element([&](Node id) { read_identifier(id, identity, false); });
  device["version"].each_element([&](Node version) { read_version(version, identity); });
  device["udiCarrier"].each_element([&](Node udi) { read_udi(udi, identity); });
  read_udi(device["udi"], identity);
  read_names(device, identity);
  set(identity, Field::location, device["location"]["display"]);
  // Without an identifier nobody knows which piece of equipment it is.
  const std::string_view equipment = identity.equipment();
  if (equipment.empty()) return;
  out.say_of(equipment, from, "device.class"_claim, device_class(device["type"]));
  identity.say_of(equipment, from, out);
}

// A reference to the device that measured: its name and what it is known by.
template <class Node>
void read_device_reference(Node reference, Side from, FactSink& out) {
  Identity identity;
  read_identifier(reference["identifier"], identity, true);
  set(identity, Field::description, reference["display"]);
  if (identity.equipment().empty()) return;
  identity.say_of(identity.equipment(), from, out);
}

template <class Node>
void read_capabilities(Node statement, Side from, FactSink& out) {
  const Node software = statement["software"];
  ShortText<200> text;
  text.add(software["name"].plain());
  if (!text.empty() && software["version"].exists()) text.add(' ').add(software["version"].plain());
  out.say(from, "device.description"_claim, text);
  if (text.empty()) {
    const auto implementation = statement["implementation"]["description"].plain();
    out.say(from, "device.description"_claim, implementation.view().substr(0, 200));
  }
  out.say(from, "fhir.version"_claim, statement["fhirVersion"].plain().view().substr(0, 16));
  statement["rest"].each_element([&](Node rest) {
    rest["security"]["service"].each_element([&](Node service) {
      service["coding"].each_element([&](Node coding) {
        out.say(from, "fhir.security"_claim, coding["code"].plain().view().substr(0, 64));
      });
    });
  });
}

// A subject is a patient unless it says that it is something else.
template <class Node>
bool refers_to_patient(Node reference) {
  if (!reference.is_object()) return false;
  const std::string_view type = reference["type"].text();
  if (!type.empty()) return type == "Patient";
  const std::string_view target = reference["reference"].text();
  if (target.find("Patient/") != std::string_view::npos) return true;
  return target.empty() && (reference["identifier"].exists() || reference["display"].exists());
}

template <class Node>
void note_patient(Node resource, std::string_view type, FactSink& out) {
  constexpr std::string_view kPersons[] = {"Patient", "RelatedPerson", "Person"};
  ShortText<64> kind;
  kind.add("fhir ").add(type);
  for (const std::string_view person : kPersons)
    if (type == person) return out.say(Side::server, "clear.patient_identity"_claim, kind);
  for (const std::string_view member : {"subject", "patient", "beneficiary"}) {
    if (!refers_to_patient(resource[member])) continue;
    kind.add('.').add(member);
    return out.say(Side::server, "clear.patient_identity"_claim, kind);
  }
}

template <class Node>
void read_resource(Node resource, DocumentSource source, int depth, FactSink& out) {
  const std::string_view type = fhir_type(resource.resource_type());
  if (type.empty() || depth > kMostDepth) return;
  note_patient(resource, type, out);
  if (type == "Device") read_device(resource, source.from, out);
  if ((type == "CapabilityStatement" || type == "Conformance") && source.speaks_for_itself)
    read_capabilities(resource, source.from, out);
  // Who sends an observation measured it or stands for what did; an archive,
  // which hands it out, does not.
  if (type == "Observation" && source.from == Side::client)
    read_device_reference(resource["device"], source.from, out);
  resource["contained"].each_element(
      [&](Node inner) { read_resource(inner.resource(), source, depth + 1, out); });
  resource["entry"].each_element(
      [&](Node entry) { read_resource(entry["resource"].resource(), source, depth + 1, out); });
}

}  // namespace

void read_fhir(std::string_view document, DocumentSource source, FactSink& out) {
  const Riding riding(out, "fhir");
  FhirJson(Json::document(document)).each_element([&](FhirJson resource) {
    read_resource(resource, source, 0, out);
  });
}

void read_fhir_xml(std::string_view document, DocumentSource source, FactSink& out) {
  const Riding riding(out, "fhir");
  const std::string_view whole = whole_tags(document);
  pugi::xml_document xml;
  xml.load_buffer(whole.data(), whole.size());  // what was read before a fault is there
  read_resource(FhirXml(xml.document_element()), source, 0, out);
}

}  // namespace asepsis
