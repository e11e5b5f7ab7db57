#include "proto/hl7_equipment.hpp"

#include <algorithm>
#include <charconv>

#include "base/eui64.hpp"
#include "base/udi.hpp"

namespace asepsis {
namespace {

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() ? value : 0;
}

constexpr std::uint32_t kAlarmEvent = 196616;  // MDC_EVT_ALARM
constexpr std::uint32_t kAlertSource = 68480;  // MDC_ATTR_ALERT_SOURCE

// Only codes of 11073 are ours: a laboratory may use the same number.
bool is_mdc(const Hl7Segment::Components& code) {
  return code[2] == "MDC" || code[1].starts_with("MDC_");
}

bool contains(std::string_view text, std::string_view letters) {
  return !std::ranges::search(text, letters, [](char a, char b) { return lower(a) == b; }).empty();
}

bool has_letters(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }) > 2;
}

// 8-4-4-4-12, with or without something around it.
bool holds_uuid(std::string_view text) {
  return text.size() >= 36 && std::ranges::count(text, '-') >= 4;
}

}  // namespace

void Hl7Equipment::clear() {
  for (auto& field : fields_) field.clear();
  device_instance_.clear();
  last_instance_.clear();
  class_ = {};
  class_of_whole_ = speaks_mdc_ = spoken_of_ = in_alarm_ = false;
}

// The first to say something is believed.
void Hl7Equipment::keep(Field field, std::string_view text) {
  if (!fields_[field].empty()) return;
  fields_[field].add(trimmed(text));
  spoken_of_ = true;
}

bool Hl7Equipment::begins_another(const Hl7Segment& obx) const {
  if (device_instance_.empty()) return false;
  const Hl7Segment::Components code = obx.components(obx.field(3));
  if (!is_mdc(code)) return false;
  const MdcDevice device = mdc_device(number(code[0]), code[1]);
  const std::string_view instance = trimmed(obx.field(18));
  return device.whole && !instance.empty() && instance.substr(0, 128) != device_instance_.view();
}

void Hl7Equipment::read_device_code(const Hl7Segment::Components& code) {
  if (!is_mdc(code)) return;
  speaks_mdc_ = spoken_of_ = true;
  const MdcDevice device = mdc_device(number(code[0]), code[1]);
  if (device.device_class.empty() || (!class_.empty() && (class_of_whole_ || !device.whole)))
    return;
  class_ = device.device_class;
  class_of_whole_ = device.whole;
}

void Hl7Equipment::read_report(const Hl7Segment& obr) {
  const Hl7Segment::Components code = obr.components(obr.field(4));
  in_alarm_ = is_mdc(code) && number(code[0]) == kAlarmEvent;
  read_device_code(code);
}

// IHE PCD ACM: OBX-8 of an alarm tells its kind and its priority. Which
// condition it is, or of whom, is not read.
void Hl7Equipment::read_alarm(std::string_view flags, const Hl7Segment& obx) {
  struct Flag {
    std::string_view code, word;
  };
  static constexpr Flag kFlags[] = {{"SP", "physiological"}, {"ST", "technical"},
                                    {"SA", "advisory"},      {"PN", "no priority"},
                                    {"PL", "low priority"},  {"PM", "medium priority"},
                                    {"PH", "high priority"}};
  ShortText<64> alarm_text;
  std::string_view rest = flags;
  for (int i = 0; i < 4 && !rest.empty(); ++i) {
    const std::string_view flag = trimmed(obx.take_repetition(rest));
    for (const Flag& known : kFlags)
      if (known.code == flag) alarm_text.add(alarm_text.empty() ? "" : ", ").add(known.word);
  }
  if (!alarm_text.empty()) keep(alarm, alarm_text);
}

void Hl7Equipment::read_observation(const Hl7Segment& obx) {
  const Hl7Segment::Components code = obx.components(obx.field(3));
  const std::string_view instance = obx.field(18);
  if (is_mdc(code)) {
    read_device_code(code);
    const std::uint32_t term = number(code[0]);
    if (in_alarm_ || term == kAlarmEvent) read_alarm(obx.field(8), obx);
    const MdcDevice device = mdc_device(term, code[1]);
    if (device.whole && device_instance_.empty()) device_instance_.add(trimmed(instance));
    read_attribute(obx, term);
  }
  // Repetitions go from the part to the whole: the last is the device.
  const std::string_view last = obx.last_repetition(instance);
  if (last.empty() || last == last_instance_.view()) return;
  last_instance_.clear();
  if (last.size() <= decltype(last_instance_)::kMost) last_instance_.add(last);
  spoken_of_ = true;
  read_instance(obx, last);
}

// OBX-5 is read for these codes and kAlertSource alone: elsewhere it is about a patient.
const Hl7Equipment::Attribute* Hl7Equipment::attribute_of(std::uint32_t code) {
  static constexpr Attribute kRows[] = {
      {531969, model},         // ID_MODEL_NUMBER
      {531970, manufacturer},  // ID_MODEL_MANUFACTURER
      {531972, serial},        // ID_PROD_SPEC_SERIAL; 531971 is "unspecified"
      {531973, part},          // ID_PROD_SPEC_PART
      {531974, hardware},      // ID_PROD_SPEC_HW
      {531975, software},      // ID_PROD_SPEC_SW
      {531976, firmware},      // ID_PROD_SPEC_FW
      {67880, model},          // ATTR_ID_MODEL
      {67972, uid},            // ATTR_SYS_ID
      {69416, other_mac},      // NCC_WIRELESS_MAC
      {184516, care_area},     // PUMP_DRUG_LIBRARY_CARE_AREA
      {184517, drug_library},  // PUMP_DRUG_LIBRARY_VERSION
      {184520, drug_library},  // PUMP_DRUG_LIBRARY_NAME
  };
  const auto* const row = std::ranges::find(kRows, code, &Attribute::code);
  return row == std::end(kRows) ? nullptr : row;
}

bool Hl7Equipment::reads_value_of(std::string_view code) {
  const std::string_view digits = trimmed(code);
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value == kAlertSource || attribute_of(value) != nullptr;
}

void Hl7Equipment::read_attribute(const Hl7Segment& obx, std::uint32_t code) {
  if (code == kAlertSource) return read_device_code(obx.components(obx.field(5)));
  const Attribute* const row = attribute_of(code);
  if (row == nullptr) return;
  const std::string_view field = obx.field(5);
  if (field.find('=') != std::string_view::npos) return read_pairs(obx, field);
  // A coded value carries its text second.
  const std::string_view type = obx.field(2);
  const bool coded = type == "CWE" || type == "CE" || type == "CNE";
  std::string_view value = obx.component(field, coded ? 2 : 1);
  if (value.empty()) value = obx.component(field, coded ? 1 : 2);
  const auto plain = obx.plain(value);
  if (row->field == uid) {
    if (const auto eui64 = eui64_from_text(plain)) return keep(eui, eui64->text());
  }
  if (row->field == other_mac) {
    const auto mac = mac_from_text(plain.view());
    if (mac) keep(other_mac, to_text(*mac));
    return;
  }
  keep(row->field, plain);
}

// "InfuserType=PLUM_360~Infuser Software=15.11~Drug Library=...": as pumps
// that have several versions tell them.
void Hl7Equipment::read_pairs(const Hl7Segment& obx, std::string_view pairs) {
  while (!pairs.empty()) {
    const std::string_view pair = obx.take_repetition(pairs);
    const std::string_view key = pair.substr(0, pair.find('='));
    if (key.size() == pair.size()) continue;
    const std::string_view value = pair.substr(key.size() + 1);
    if (contains(key, "library"))
      keep(drug_library, value);
    else if (contains(key, "serial"))
      keep(serial, value);
    else if (contains(key, "type") || contains(key, "model"))
      keep(model, value);
    else if (contains(key, "software"))
      keep(software, value);
  }
}

bool Hl7Equipment::read_unique_identifier(std::string_view text) {
  const auto found = udi_from_text(text);
  if (!found) return false;
  if (found->device_identifier.size() < text.size() && udi_is_of_device(text)) keep(udi, text);
  keep(udi_di, found->device_identifier);
  keep(serial, found->serial);
  return true;
}

// An EI: entity identifier, namespace, universal id, its type.
void Hl7Equipment::read_instance(const Hl7Segment& segment, std::string_view instance) {
  const Hl7Segment::Components parts = segment.components(instance);
  const auto entity = segment.plain(parts[0]);
  // Fourteen digits alone could be any number.
  if (!gtin14(entity) && read_unique_identifier(entity)) return;
  if (!same_letters(entity, "unknown")) keep(local_name, entity);
  bool formal = false;
  for (const std::size_t place : {2U, 0U, 1U}) {
    const auto eui64 = eui64_from_text(parts[place]);
    if (!eui64) continue;
    formal = true;
    if (!eui64->nameless()) keep(eui, eui64->text());
    break;
  }
  for (const std::string_view text : {entity.view(), parts[2]}) {
    if (!holds_uuid(text)) continue;
    formal = true;
    keep(uid, text);
  }
  // "Hospira Plum A+", "80221^XN-1000^Sysmex": a name that profiles may read.
  if ((formal || !parts[3].empty()) && parts[3] != "L") return;
  ShortText<128> words;
  for (const std::string_view name : {parts[0], parts[1], parts[2]}) {
    const auto word = segment.plain(name);
    if (!word.empty()) words.add(words.empty() ? "" : " ").add(word);
  }
  if (has_letters(words)) keep(description, words);
}

void Hl7Equipment::read_participation(const Hl7Segment& prt) {
  const std::string_view device = prt.field(10);
  if (!device.empty()) {
    const std::string_view instance = prt.last_repetition(device);
    const auto entity = prt.plain(prt.component(instance, 1));
    // PRT-10 may name things of a site; only what is unique counts.
    if (!read_unique_identifier(entity)) {
      for (const std::size_t place : {3U, 1U}) {
        const auto eui64 = eui64_from_text(prt.component(instance, place));
        if (eui64 && !eui64->nameless()) keep(eui, eui64->text());
      }
    }
  }
  const auto identifier = prt.plain(prt.component(prt.field(16), 1));
  const bool plausible = identifier.view().size() == 14 || has_letters(identifier);
  if (plausible && !read_unique_identifier(identifier)) keep(udi_di, identifier);
  if (plausible) keep(serial, prt.plain(prt.component(prt.field(20), 1)));
  read_device_code(prt.components(prt.field(22)));
}

void Hl7Equipment::read_equipment(const Hl7Segment& equ) { read_instance(equ, equ.field(1)); }

std::string_view Hl7Equipment::name() const {
  for (const Field field : {serial, eui, udi, uid, local_name, udi_di})
    if (!fields_[field].empty()) return fields_[field];
  return {};
}

void Hl7Equipment::tell(Side from, std::string_view ward, FactSink& out) {
  struct Row {
    Field field;
    Claim claim;
  };
  static constexpr Row kRows[] = {
      {manufacturer, "device.manufacturer"_claim},
      {model, "device.model"_claim},
      {serial, "device.serial"_claim},
      {software, "device.firmware"_claim},
      {hardware, "device.hardware"_claim},
      {part, "device.part"_claim},
      {eui, "device.eui64"_claim},
      {uid, "device.uid"_claim},
      {udi, "device.udi"_claim},
      {udi_di, "device.udi_di"_claim},
      {drug_library, "device.drug_library"_claim},
      {care_area, "device.care_area"_claim},
      {other_mac, "address.other_mac"_claim},
      {alarm, "device.alarms"_claim},
      {description, "device.description"_claim},
  };
  if (!spoken_of_) return;
  // Software and firmware versions are one claim: the software's goes first.
  if (fields_[software].empty()) keep(software, fields_[firmware]);
  if (speaks_mdc_ && fields_[care_area].empty()) keep(care_area, ward);
  const std::string_view equipment = name();
  if (!equipment.empty()) {
    out.say_of(equipment, from, "device.class"_claim, class_);
    for (const Row& row : kRows) out.say_of(equipment, from, row.claim, fields_[row.field]);
  }
  clear();
}

}  // namespace asepsis
