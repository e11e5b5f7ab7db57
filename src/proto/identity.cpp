#include "proto/identity.hpp"

#include <algorithm>

#include "base/eui64.hpp"
#include "base/udi.hpp"

namespace asepsis {
namespace {

using Field = Identity::Field;

constexpr Claim kClaimOf[] = {
    "device.manufacturer"_claim, "device.model"_claim,       "device.serial"_claim,
    "device.firmware"_claim,     "device.hardware"_claim,    "device.part"_claim,
    "device.udi"_claim,          "device.udi_di"_claim,      "device.eui64"_claim,
    "device.uid"_claim,          "device.asset"_claim,       "device.location"_claim,
    "name.host"_claim,           "device.description"_claim,
};

struct Label {
  std::string_view text;
  Field field;
};

// As they stand on status pages and in device documents, without spaces and
// punctuation.
constexpr Label kLabels[] = {
    {"manufacturer", Field::manufacturer},
    {"manufacturername", Field::manufacturer},
    {"manufacturedby", Field::manufacturer},
    {"mfr", Field::manufacturer},
    {"mfg", Field::manufacturer},
    {"vendor", Field::manufacturer},
    {"vendorname", Field::manufacturer},
    {"make", Field::manufacturer},
    {"brand", Field::manufacturer},
    {"hersteller", Field::manufacturer},
    {"fabricant", Field::manufacturer},
    {"fabricante", Field::manufacturer},
    {"produttore", Field::manufacturer},
    {"fabrikant", Field::manufacturer},
    {"model", Field::model},
    {"modelname", Field::model},
    {"modelnumber", Field::model},
    {"modelno", Field::model},
    {"modeltype", Field::model},
    {"product", Field::model},
    {"productname", Field::model},
    {"productmodel", Field::model},
    {"producttype", Field::model},
    {"devicemodel", Field::model},
    {"devicetype", Field::model},
    {"printermodel", Field::model},
    {"cameramodel", Field::model},
    {"machinetype", Field::model},
    {"modell", Field::model},
    {"modelo", Field::model},
    {"modello", Field::model},
    {"serial", Field::serial},
    {"serialnumber", Field::serial},
    {"serialnum", Field::serial},
    {"serialno", Field::serial},
    {"serialnr", Field::serial},
    {"sn", Field::serial},
    {"deviceserial", Field::serial},
    {"deviceserialnumber", Field::serial},
    {"deviceserialno", Field::serial},
    {"machineserialnumber", Field::serial},
    {"printerserialnumber", Field::serial},
    {"productserialnumber", Field::serial},
    {"systemserialnumber", Field::serial},
    {"unitserialnumber", Field::serial},
    {"seriennummer", Field::serial},
    {"serienummer", Field::serial},
    {"numerodeserie", Field::serial},
    {"numerodiserie", Field::serial},
    {"firmware", Field::firmware},
    {"firmwareversion", Field::firmware},
    {"firmwarerevision", Field::firmware},
    {"firmwarelevel", Field::firmware},
    {"firmwarerelease", Field::firmware},
    {"firmwarever", Field::firmware},
    {"currentfirmware", Field::firmware},
    {"currentfirmwareversion", Field::firmware},
    {"fw", Field::firmware},
    {"fwversion", Field::firmware},
    {"fwver", Field::firmware},
    {"fwrev", Field::firmware},
    {"software", Field::firmware},
    {"softwareversion", Field::firmware},
    {"softwarerevision", Field::firmware},
    {"softwarerelease", Field::firmware},
    {"systemversion", Field::firmware},
    {"systemsoftware", Field::firmware},
    {"applicationversion", Field::firmware},
    {"swversion", Field::firmware},
    {"swver", Field::firmware},
    {"swrev", Field::firmware},
    {"sw", Field::firmware},
    {"version", Field::firmware},
    {"hardware", Field::hardware},
    {"hardwareversion", Field::hardware},
    {"hardwarerevision", Field::hardware},
    {"hwversion", Field::hardware},
    {"hwrev", Field::hardware},
    {"hw", Field::hardware},
    {"boardrevision", Field::hardware},
    {"partnumber", Field::part},
    {"partno", Field::part},
    {"productnumber", Field::part},
    {"pn", Field::part},
    {"udi", Field::udi},
    {"udidi", Field::udi_di},
    {"deviceidentifier", Field::udi_di},
    {"eui64", Field::eui64},
    {"assetnumber", Field::asset},
    {"assettag", Field::asset},
    {"assetno", Field::asset},
    {"assetid", Field::asset},
    {"location", Field::location},
    {"devicelocation", Field::location},
    {"systemlocation", Field::location},
    {"hostname", Field::host},
};

constexpr std::size_t kLongestLabel = 24;

}  // namespace

void Identity::set(Field field, std::string_view value) {
  value = trimmed(value);
  if (field == Field::none || value.empty() || value.size() > 200) return;
  if (field == Field::eui64) {
    const auto eui64 = eui64_from_text(value);
    if (eui64 && !eui64->nameless()) keep(field, eui64->text());
    return;
  }
  // The whole of ICCBBA's holds a donation number, which leads to a person.
  if (field == Field::udi && !udi_is_of_device(value)) {
    if (const auto parts = udi_from_text(value)) keep(Field::udi_di, parts->device_identifier);
    return;
  }
  keep(field, value);
}

void Identity::keep(Field field, std::string_view value) {
  ShortText<200>& held = values_[static_cast<std::size_t>(field)];
  if (held.empty()) {
    held.add(value);
  } else if (held.view() != value) {
    contradicts_itself_ = true;
  }
}

bool Identity::empty() const {
  return std::ranges::all_of(values_, [](const auto& value) { return value.empty(); });
}

bool Identity::credible() const {
  if (has(Field::serial))
    return has(Field::manufacturer) || has(Field::model) || has(Field::firmware);
  return has(Field::manufacturer) && has(Field::model);
}

std::string_view Identity::equipment() const {
  for (const Field field : {Field::serial, Field::eui64, Field::udi})
    if (has(field)) return value(field);
  return {};
}

void Identity::say_of(std::string_view equipment, const Subject& about, FactSink& out) const {
  for (std::size_t i = 0; i < values_.size(); ++i)
    out.say_of(equipment, about, kClaimOf[i], values_[i]);
}

Field identity_field(std::string_view label) {
  ShortText<kLongestLabel + 1> letters;
  for (const char c : label) {
    if ((lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9')) {
      letters.add(lower(c));
    } else if (std::string_view(" _-./:#\t\r\n").find(c) == std::string_view::npos) {
      return Field::none;
    }
  }
  const auto* const found = std::ranges::find(kLabels, letters.view(), &Label::text);
  return found == std::end(kLabels) ? Field::none : found->field;
}

}  // namespace asepsis
