#include "proto/audit_message.hpp"

#include <algorithm>
#include <pugixml.hpp>

#include "proto/soap_metadata.hpp"

namespace asepsis {
namespace {

struct Event {
  std::string_view code;
  std::string_view name;
};

// PS3.16 CID 400.
constexpr Event kEvents[] = {
    {"110100", "Application Activity"},
    {"110101", "Audit Log Used"},
    {"110102", "Begin Transferring DICOM Instances"},
    {"110103", "DICOM Instances Accessed"},
    {"110104", "DICOM Instances Transferred"},
    {"110105", "DICOM Study Deleted"},
    {"110106", "Export"},
    {"110107", "Import"},
    {"110108", "Network Entry"},
    {"110109", "Order Record"},
    {"110110", "Patient Record"},
    {"110111", "Procedure Record"},
    {"110112", "Query"},
    {"110113", "Security Alert"},
    {"110114", "User Authentication"},
};

// RFC 3881 and the older DICOM schema say code, the newer one csd-code.
std::string_view code_of(const pugi::xml_node& coded) {
  const std::string_view code = coded.attribute("csd-code").value();
  return code.empty() ? coded.attribute("code").value() : code;
}

// "ITI-21", "RAD-8": letters, a hyphen, digits; no other text is taken.
bool is_transaction(std::string_view code) {
  const std::size_t hyphen = code.find('-');
  return hyphen == 3 && code.size() > 4 && code.size() <= 7 &&
         std::ranges::all_of(code.substr(0, 3), [](char c) { return c >= 'A' && c <= 'Z'; }) &&
         std::ranges::all_of(code.substr(4), [](char c) { return c >= '0' && c <= '9'; });
}

void tell_event(Side from, const pugi::xml_node& identification, FactSink& out) {
  const std::string_view code = code_of(xml_child(identification, "EventID"));
  const auto* const known = std::ranges::find(kEvents, code, &Event::code);
  if (known == std::end(kEvents)) return;
  ShortText<64> event;
  event.add(known->name);
  const std::string_view transaction = code_of(xml_child(identification, "EventTypeCode"));
  if (is_transaction(transaction)) event.add(" ").add(transaction);
  out.say(from, "audit.event"_claim, event);
}

bool is_patient(const pugi::xml_node& object) {
  const auto says = [&](const char* name, std::string_view value) {
    return value == object.attribute(name).value();
  };
  return says("ParticipantObjectTypeCode", "1") && says("ParticipantObjectTypeCodeRole", "1");
}

}  // namespace

void read_audit_message(Side from, std::string_view text, FactSink& out) {
  const std::size_t start = text.find("<AuditMessage");
  if (start == std::string_view::npos) return;
  const std::string_view xml = whole_tags(text.substr(start));
  pugi::xml_document document;
  document.load_buffer(xml.data(), xml.size());  // what was read before a fault is there
  const Riding riding(out, "atna");
  bool patient = false;
  for (const pugi::xml_node& part : document.document_element().children()) {
    const std::string_view name = local_name(part.name());
    if (name == "EventIdentification") tell_event(from, part, out);
    if (name == "AuditSourceIdentification") {
      const std::string_view source = part.attribute("AuditSourceID").value();
      out.say(from, "audit.source"_claim, source.substr(0, 128));
    }
    patient |= name == "ParticipantObjectIdentification" && is_patient(part);
  }
  if (patient) out.say(Side::server, "clear.patient_identity"_claim, "audit message");
}

}  // namespace asepsis
