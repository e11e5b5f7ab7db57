#include "proto/soap_metadata.hpp"

#include <charconv>

#include "base/udi.hpp"
#include "proto/mdc.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLongest = 192;
constexpr int kMostSections = 64;

struct Row {
  std::string_view element;
  Claim claim;
};

bool tell_children(const pugi::xml_node& node, std::span<const Row> rows, Side about,
                   FactSink& out) {
  bool told = false;
  for (const Row& row : rows) {
    const std::string_view text = xml_text(node, row.element);
    out.say(about, row.claim, text);
    told |= !text.empty();
  }
  return told;
}

bool tell_model(const pugi::xml_node& model, Side about, FactSink& out) {
  static constexpr Row kRows[] = {{"Manufacturer", "device.manufacturer"_claim},
                                  {"ModelName", "device.model"_claim},
                                  {"ModelNumber", "device.part"_claim}};
  return tell_children(model, kRows, about, out);
}

bool tell_device(const pugi::xml_node& device, Side about, FactSink& out) {
  static constexpr Row kRows[] = {{"FriendlyName", "device.description"_claim},
                                  {"FirmwareVersion", "device.firmware"_claim},
                                  {"SerialNumber", "device.serial"_claim}};
  return tell_children(device, kRows, about, out);
}

// Windows computers name themselves in their host: "NAME/Workgroup:WARD".
bool tell_host(const pugi::xml_node& host, Side about, FactSink& out) {
  const std::string_view computer = xml_text(host, "Computer");
  const std::size_t slash = computer.find_first_of("/\\");
  out.say(about, "name.host"_claim, computer.substr(0, slash));
  if (slash != std::string_view::npos) {
    const std::string_view domain = computer.substr(slash + 1);
    out.say(about, "name.domain"_claim, domain.substr(domain.find(':') + 1));
  }
  return !computer.empty();
}

// The sections of a WS-MetadataExchange answer.
bool read_sections(const pugi::xml_node& metadata, Side about, FactSink& out) {
  bool told = false;
  int sections = 0;
  for (const pugi::xml_node& section : metadata.children()) {
    if (++sections > kMostSections) break;
    told |= tell_model(xml_child(section, "ThisModel"), about, out);
    told |= tell_device(xml_child(section, "ThisDevice"), about, out);
    told |= tell_host(xml_child(xml_child(section, "Relationship"), "Host"), about, out);
  }
  return told;
}

// What MetaData has no place for, by its 11073 code.
void tell_production(const pugi::xml_node& mds, Side about, FactSink& out) {
  struct Kind {
    std::string_view code;
    Claim claim;
  };
  static constexpr Kind kKinds[] = {{"531974", "device.hardware"_claim},
                                    {"531975", "device.firmware"_claim},
                                    {"531976", "device.firmware"_claim}};
  for (const pugi::xml_node& specification : mds.children()) {
    if (local_name(specification.name()) != "ProductionSpecification") continue;
    const std::string_view code = xml_child(specification, "SpecType").attribute("Code").value();
    for (const Kind& kind : kKinds)
      if (kind.code == code) out.say(about, kind.claim, xml_text(specification, "ProductionSpec"));
  }
}

// Where it stands: of the states' contexts the location alone, patients and
// operators are contexts as well.
void tell_location(const pugi::xml_node& states, Side about, FactSink& out) {
  for (const pugi::xml_node& state : states.children()) {
    const pugi::xml_node detail = xml_child(state, "LocationDetail");
    if (detail.empty()) continue;
    out.say(about, "device.care_area"_claim, detail.attribute("PoC").value());
    ShortText<192> place;
    for (const char* const part : {"Facility", "Building", "Floor", "PoC", "Room", "Bed"}) {
      const std::string_view text = trimmed(detail.attribute(part).value());
      if (!text.empty()) place.add(place.empty() ? "" : "/").add(text);
    }
    return out.say(about, "device.location"_claim, place);
  }
}

// The medical device itself: the first Mds of the description, and of it
// nothing but its kind, its MetaData and its production specification.
bool read_mds(const pugi::xml_node& mds, Side about, FactSink& out) {
  const std::string_view code = xml_child(mds, "Type").attribute("Code").value();
  std::uint32_t number = 0;
  std::from_chars(code.data(), code.data() + code.size(), number);
  out.say(about, "device.class"_claim, mdc_device(number, {}).device_class);

  const pugi::xml_node data = xml_child(mds, "MetaData");
  static constexpr Row kRows[] = {{"Manufacturer", "device.manufacturer"_claim},
                                  {"ModelName", "device.model"_claim},
                                  {"ModelNumber", "device.part"_claim},
                                  {"SerialNumber", "device.serial"_claim}};
  const bool told = tell_children(data, kRows, about, out);
  const pugi::xml_node udi = xml_child(data, "Udi");
  const std::string_view whole = xml_text(udi, "HumanReadableForm");
  out.say(about, "device.udi_di"_claim, xml_text(udi, "DeviceIdentifier"));
  if (udi_is_of_device(whole)) out.say(about, "device.udi"_claim, whole);
  if (const auto parts = udi_from_text(whole); parts && xml_text(data, "SerialNumber").empty())
    out.say(about, "device.serial"_claim, parts->serial);
  tell_production(mds, about, out);
  return told || !udi.empty();
}

bool read_upnp(const pugi::xml_node& device, Side about, FactSink& out) {
  static constexpr Row kRows[] = {
      {"manufacturer", "device.manufacturer"_claim}, {"modelName", "device.model"_claim},
      {"modelNumber", "device.part"_claim},          {"serialNumber", "device.serial"_claim},
      {"friendlyName", "device.description"_claim},  {"UDN", "device.uid"_claim}};
  return tell_children(device, kRows, about, out);
}

// That there is text between the tags.
bool has_text(std::string_view xml) {
  bool tag = false;
  for (const char c : xml) {
    if (c == '<') tag = true;
    if (!tag && c > ' ') return true;
    if (c == '>') tag = false;
  }
  return false;
}

}  // namespace

// By the bytes alone, so that a message of which only the beginning is held
// tells it too. CoreData is in the state of a patient's context only, numbers
// of persons are in others' as well.
bool names_patient(std::string_view xml) {
  constexpr std::string_view kNames = "CoreData>";
  constexpr std::string_view kState = "PatientContextState";
  if (const std::size_t at = xml.find(kNames); at != std::string_view::npos) {
    const std::string_view inside = xml.substr(at + kNames.size());
    if (has_text(inside.substr(0, inside.find(kNames)))) return true;
  }
  const std::size_t at = xml.find(kState);
  if (at == std::string_view::npos) return false;
  const std::string_view state = xml.substr(at, xml.find("State>", at + kState.size()) - at);
  const std::size_t number = state.find("Identification ");
  return number != std::string_view::npos && state.find("Extension=\"", number) < state.size();
}

std::string_view whole_tags(std::string_view xml) { return xml.substr(0, xml.rfind('>') + 1); }

std::string_view local_name(std::string_view qualified) {
  const std::size_t colon = qualified.find(':');
  return colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
}

pugi::xml_node xml_child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children())
    if (local_name(child.name()) == name) return child;
  return {};
}

std::string_view xml_text(const pugi::xml_node& node, std::string_view name) {
  const std::string_view text = xml_child(node, name).child_value();
  return trimmed(text).substr(0, kLongest);
}

bool read_device_metadata(std::string_view xml, Side about, FactSink& out) {
  xml = whole_tags(xml);
  pugi::xml_document document;
  document.load_buffer(xml.data(), xml.size());  // what was read before a fault is there
  const pugi::xml_node root = document.document_element();
  if (local_name(root.name()) == "root") return read_upnp(xml_child(root, "device"), about, out);
  const pugi::xml_node body = xml_child(root, "Body");
  if (const auto metadata = xml_child(body, "Metadata"); !metadata.empty())
    return read_sections(metadata, about, out);
  for (const pugi::xml_node& answer : body.children()) {
    const pugi::xml_node mdib =
        local_name(answer.name()) == "GetMdibResponse" ? xml_child(answer, "Mdib") : answer;
    const pugi::xml_node mds = xml_child(xml_child(mdib, "MdDescription"), "Mds");
    if (mds.empty()) continue;
    tell_location(xml_child(mdib, "MdState"), about, out);
    return read_mds(mds, about, out);
  }
  return false;
}

}  // namespace asepsis
