// FHIR resources in JSON: HL7 FHIR R4 8.12 Device, 5.4 CapabilityStatement,
// 2.36 Bundle; STU3's Device where it differs (model, version, udi); and the
// personal health device guide's identifiers. A resource that belongs to a
// patient counts, its content is not read.

#include "proto/device_json.hpp"
#include "proto/identity.hpp"
#include "proto/json.hpp"

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

void set(Identity& identity, Field field, Json value) {
  if (!identity.has(field)) identity.set(field, unescaped(value.text()));
}

bool has_code(Json coded, std::string_view code) {
  bool found = coded["text"].text() == code;
  coded["coding"].each_element([&](Json coding) { found |= coding["code"].text() == code; });
  return found;
}

// v2-0203 SNO is a serial number; an identifier of no stated kind is what the
// sender tells its equipment apart by.
void read_identifier(Json identifier, Identity& identity, bool any_kind) {
  const Json type = identifier["type"];
  const std::string_view system = identifier["system"].text();
  const Json value = identifier["value"];
  if (system.find(kEui64System) != std::string_view::npos || system.ends_with("eui-64")) {
    set(identity, Field::eui64, value);
  } else if (has_code(type, "SNO") || has_code(type, kMdcSerialNumber) ||
             (any_kind && !type.exists() && system.find("udi") == std::string_view::npos)) {
    set(identity, Field::serial, value);
  }
}

void read_version(Json version, Identity& identity) {
  if (version.is_string()) return set(identity, Field::firmware, version);
  const Json type = version["type"];
  if (has_code(type, kMdcHardware)) return set(identity, Field::hardware, version["value"]);
  if (has_code(type, kMdcPartNumber)) return set(identity, Field::part, version["value"]);
  if (version.is_object()) set(identity, Field::firmware, version["value"]);
}

void read_udi(Json udi, Identity& identity) {
  if (!udi.is_object()) return;
  set(identity, Field::udi_di, udi["deviceIdentifier"]);
  set(identity, Field::udi, udi["carrierHRF"]);
}

void read_names(Json device, Identity& identity) {
  device["deviceName"].each_element([&](Json name) {
    const bool model =
        name["type"].text() == "model-name" || name["type"].text() == "manufacturer-name";
    const Json text = name["name"].exists() ? name["name"] : name["value"];  // R5 says value
    set(identity, model ? Field::model : Field::description, text);
  });
  device["displayName"].each_element([&](Json name) { set(identity, Field::description, name); });
}

void read_device(Json device, Side from, FactSink& out) {
  Identity identity;
  set(identity, Field::manufacturer, device["manufacturer"]);
  set(identity, Field::serial, device["serialNumber"]);
  set(identity, Field::model, device["modelNumber"]);
  set(identity, Field::model, device["model"]);
  set(identity, Field::part, device["partNumber"]);
  device["identifier"].each_element([&](Json id) { read_identifier(id, identity, false); });
  device["version"].each_element([&](Json version) { read_version(version, identity); });
  device["udiCarrier"].each_element([&](Json udi) { read_udi(udi, identity); });
  read_udi(device["udi"], identity);
  read_names(device, identity);
  set(identity, Field::location, device["location"]["display"]);
  // Without an identifier nobody knows which piece of equipment it is.
  if (identity.equipment().empty()) return;
  identity.say_of(identity.equipment(), from, out);
}

// A reference to the device that measured: its name and what it is known by.
void read_device_reference(Json reference, Side from, FactSink& out) {
  Identity identity;
  read_identifier(reference["identifier"], identity, true);
  set(identity, Field::description, reference["display"]);
  if (identity.equipment().empty()) return;
  identity.say_of(identity.equipment(), from, out);
}

void read_capabilities(Json statement, Side from, FactSink& out) {
  const Json software = statement["software"];
  const auto name = unescaped(software["name"].text());
  ShortText<200> text;
  text.add(name);
  if (!text.empty() && software["version"].exists())
    text.add(' ').add(unescaped(software["version"].text()));
  out.say(from, "device.description"_claim, text);
  if (text.empty()) {
    const auto implementation = unescaped(statement["implementation"]["description"].text());
    out.say(from, "device.description"_claim, implementation.view().substr(0, 200));
  }
}

// A subject is a patient unless it says that it is something else.
bool refers_to_patient(Json reference) {
  if (!reference.is_object()) return false;
  const std::string_view type = reference["type"].text();
  if (!type.empty()) return type == "Patient";
  const std::string_view target = reference["reference"].text();
  if (target.find("Patient/") != std::string_view::npos) return true;
  return target.empty() && (reference["identifier"].exists() || reference["display"].exists());
}

void note_patient(Json resource, std::string_view type, FactSink& out) {
  constexpr std::string_view kPersons[] = {"Patient", "RelatedPerson", "Person"};
  ShortText<64> kind;
  kind.add("fhir ").add(type.substr(0, 40));
  for (const std::string_view person : kPersons)
    if (type == person) return out.say(Side::server, "clear.patient_identity"_claim, kind);
  for (const std::string_view member : {"subject", "patient", "beneficiary"}) {
    if (!refers_to_patient(resource[member])) continue;
    kind.add('.').add(member);
    return out.say(Side::server, "clear.patient_identity"_claim, kind);
  }
}

bool names_a_type(std::string_view type) {
  return !type.empty() && type.size() <= 40 &&
         std::ranges::all_of(type, [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; });
}

void read_resource(Json resource, DocumentSource source, int depth, FactSink& out) {
  const std::string_view type = resource["resourceType"].text();
  if (!names_a_type(type) || depth > kMostDepth) return;
  note_patient(resource, type, out);
  if (type == "Device") read_device(resource, source.from, out);
  if (type == "CapabilityStatement" && source.speaks_for_itself)
    read_capabilities(resource, source.from, out);
  // Who sends an observation measured it or stands for what did; an archive,
  // which hands it out, does not.
  if (type == "Observation" && source.from == Side::client)
    read_device_reference(resource["device"], source.from, out);
  resource["contained"].each_element(
      [&](Json inner) { read_resource(inner, source, depth + 1, out); });
  resource["entry"].each_element(
      [&](Json entry) { read_resource(entry["resource"], source, depth + 1, out); });
}

}  // namespace

void read_fhir(std::string_view document, DocumentSource source, FactSink& out) {
  const Json root = Json::document(document);
  root.each_element([&](Json resource) { read_resource(resource, source, 0, out); });
}

}  // namespace asepsis
