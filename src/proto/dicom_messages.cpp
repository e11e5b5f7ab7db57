#include "proto/dicom_messages.hpp"

#include <algorithm>

#include "base/udi.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kUdiSequence = 0x0018100a;
constexpr std::uint32_t kScheduledStepSequence = 0x00400100;

// Elements that say who the patient is (PS3.3 section C.2.2 and C.2.3): name,
// identifiers, birth, other names, address, telephone.
constexpr std::uint32_t kPatientIdentity[] = {
    0x00100010, 0x00100020, 0x00100030, 0x00101000, 0x00101001,
    0x00101002, 0x00101005, 0x00101040, 0x00101060, 0x00102154,
};

struct CommandName {
  std::uint16_t field;
  std::string_view name;
};

constexpr CommandName kCommands[] = {
    {0x0001, "C-STORE"},  {0x0010, "C-GET"},          {0x0020, "C-FIND"},   {0x0021, "C-MOVE"},
    {0x0030, "C-ECHO"},   {0x0100, "N-EVENT-REPORT"}, {0x0110, "N-GET"},    {0x0120, "N-SET"},
    {0x0130, "N-ACTION"}, {0x0140, "N-CREATE"},       {0x0150, "N-DELETE"},
};

}  // namespace

std::string_view dimse_name(std::uint16_t command_field) {
  const auto field = static_cast<std::uint16_t>(command_field & ~dimse::kResponse);
  const auto* const found = std::ranges::find(kCommands, field, &CommandName::field);
  return found == std::end(kCommands) ? std::string_view() : found->name;
}

void DicomCommand::clear() {
  sop_class_.clear();
  field_ = status_ = 0;
}

DicomElementSink::Want DicomCommand::element(const DicomElement& element) {
  switch (element.tag) {
    case 0x00000002:  // Affected SOP Class UID
    case 0x00000003:  // Requested SOP Class UID
    case 0x00000100:  // Command Field
    case 0x00000900:  // Status
      return Want::value;
    default: return element.tag >> 16 == 0 ? Want::skip : Want::stop;
  }
}

void DicomCommand::value(const DicomElement& element, Bytes value) {
  Cursor in(value);
  switch (element.tag) {
    case 0x00000100: field_ = in.le16(); break;
    case 0x00000900: status_ = in.le16(); break;
    default: sop_class_.clear(); sop_class_.add(trimmed(as_text(value)));
  }
}

bool DicomCommand::succeeded() const {
  return status_ == 0 || status_ == 1 || status_ == 0xff00 || status_ == 0xff01 ||
         status_ >> 12 == 0xb;
}

struct DicomEquipment::Tag {
  std::uint32_t tag;
  std::uint32_t sequence;
  Field field;
};

const DicomEquipment::Tag* DicomEquipment::find(const DicomElement& element) {
  static constexpr Tag kTags[] = {
      {0x00080060, 0, modality},
      {0x00080070, 0, manufacturer},
      {0x00080080, 0, institution},
      {0x00081010, 0, station},
      {0x00081040, 0, department},
      {0x00081090, 0, model},
      {0x00181000, 0, serial},
      {0x00181002, 0, uid},
      {0x00181003, 0, asset},  // Device ID: the user's own label
      {0x00181009, kUdiSequence, udi},
      {0x00181020, 0, software},
      {0x00400241, 0, application_title},  // Performed Station AE Title
      {0x00400242, 0, station},            // Performed Station Name
      {0x00080060, kScheduledStepSequence, modality},
      {0x00400001, kScheduledStepSequence, application_title},
  };
  const auto* const found = std::ranges::find_if(kTags, [&](const Tag& row) {
    return row.tag == element.tag && row.sequence == element.sequence;
  });
  return found == std::end(kTags) ? nullptr : found;
}

void DicomEquipment::begin(std::uint16_t command, std::string_view application, bool printer) {
  for (auto& field : fields_) field.clear();
  sender_.clear();
  sender_.add(application);
  command_ = command;
  printer_ = printer;
  patient_ = told_ = false;
}

DicomElementSink::Want DicomEquipment::element(const DicomElement& element) {
  if (element.tag >> 16 == 0x0010) {
    // Short ones are wildcards of a query ("*") or dummies.
    if (element.length > 2 &&
        std::ranges::find(kPatientIdentity, element.tag) != std::end(kPatientIdentity))
      patient_ = true;
    return Want::skip;
  }
  // An image tells its equipment up to group 0018; a procedure step and a
  // worklist query go on to group 0040.
  const std::uint32_t last = command_ == dimse::kStore ? 0x0018ffff : 0x0040ffff;
  if (element.sequence == 0 && element.tag > last) return Want::stop;
  if (command_ != dimse::kFind && element.tag == kScheduledStepSequence) return Want::skip;
  if (element.tag == kUdiSequence || element.tag == kScheduledStepSequence) return Want::items;
  return find(element) != nullptr ? Want::value : Want::skip;
}

void DicomEquipment::value(const DicomElement& element, Bytes value) {
  const Tag* const row = find(element);
  if (row == nullptr || !fields_[row->field].empty()) return;
  fields_[row->field].add(trimmed(as_text(value)));
}

bool DicomEquipment::tells_equipment() const {
  return command_ == dimse::kStore || command_ == dimse::kCreate || command_ == dimse::kSet;
}

void DicomEquipment::tell(Side from, FactSink& out) {
  if (told_) return;
  told_ = true;
  if (tells_equipment()) tell_equipment(from, out);
  if (printer_ && command_ == (dimse::kGet | dimse::kResponse)) tell_printer(from, out);
  // Who asks the worklist for its own title tells what it is.
  if (command_ == dimse::kFind && !sender_.empty() && text(application_title) == sender_.view()) {
    out.say(from, "dicom.modality"_claim, text(modality));
    out.say(from, "device.class"_claim, class_of_modality(text(modality)));
  }
  if (patient_) out.say(Side::server, "clear.patient_identity"_claim, "dicom group 0010");
}

// PS3.3 section C.13.9: a film printer says of itself what it is.
void DicomEquipment::tell_printer(Side from, FactSink& out) {
  out.say(from, "device.class"_claim, "printer");
  out.say(from, "device.manufacturer"_claim, text(manufacturer));
  out.say(from, "device.model"_claim, text(model));
  out.say(from, "device.serial"_claim, text(serial));
  out.say(from, "device.firmware"_claim, text(software));
}

// The strongest name that the data set gives the equipment.
std::string_view DicomEquipment::name() const {
  for (const Field field : {serial, uid, udi, station, application_title, model, manufacturer})
    if (!text(field).empty()) return text(field);
  return {};
}

void DicomEquipment::tell_equipment(Side from, FactSink& out) {
  struct Row {
    Field field;
    Claim claim;
  };
  static constexpr Row kRows[] = {
      {modality, "dicom.modality"_claim},
      {manufacturer, "device.manufacturer"_claim},
      {model, "device.model"_claim},
      {serial, "device.serial"_claim},
      {software, "device.firmware"_claim},
      {station, "dicom.station"_claim},
      {uid, "device.uid"_claim},
      {udi, "device.udi"_claim},
      {asset, "device.asset"_claim},
      {institution, "device.location"_claim},
      {department, "device.care_area"_claim},
      {application_title, "dicom.ae_title"_claim},
  };
  const ShortText<128> unique = fields_[udi];
  if (!udi_is_of_device(text(udi))) fields_[udi].clear();
  const std::string_view equipment = name();
  if (equipment.empty()) return;
  out.say_of(equipment, from, "device.class"_claim, class_of_modality(text(modality)));
  for (const Row& row : kRows) out.say_of(equipment, from, row.claim, text(row.field));
  if (const auto parts = udi_from_text(unique)) {
    out.say_of(equipment, from, "device.udi_di"_claim, parts->device_identifier);
    if (text(serial).empty()) out.say_of(equipment, from, "device.serial"_claim, parts->serial);
  }
  out.say(other(from), "dicom.relays"_claim, equipment);
}

}  // namespace asepsis
