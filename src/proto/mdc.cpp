#include "proto/mdc.hpp"

#include <algorithm>

namespace asepsis {
namespace {

struct Row {
  std::uint32_t code;
  MdcDevice device;
};

constexpr Row kCodes[] = {
    {69965, {"patient-monitor", true}},       // MON_PHYSIO_MULTI_PARAM_MDS
    {69985, {"infusion-pump", true}},         // PUMP_INFUS_MDS
    {69986, {"infusion-pump", false}},        // PUMP_INFUS_VMD
    {70001, {"ventilator", true}},            // SYS_PT_VENT_MDS
    {70002, {"ventilator", false}},           // SYS_PT_VENT_VMD
    {70025, {"anaesthesia-machine", true}},   // as some anaesthesia machines send it
    {70041, {"anaesthesia-machine", true}},   // SYS_ANESTH_MDS
    {70042, {"anaesthesia-machine", false}},  // SYS_ANESTH_VMD
    {70049, {"infusion-pump", true}},         // PUMP_INFUS_LVP_MDS
    {70050, {"infusion-pump", false}},        // PUMP_INFUS_LVP_VMD
    {70053, {"syringe-pump", true}},          // PUMP_INFUS_SYRINGE_MDS
    {70054, {"syringe-pump", false}},         // PUMP_INFUS_SYRINGE_VMD
};

struct NameRow {
  std::string_view part;
  std::string_view device_class;
};

// In this order: the particular before the general.
constexpr NameRow kNames[] = {
    {"PUMP_INFUS_SYRINGE", "syringe-pump"},
    {"PUMP_SYRINGE", "syringe-pump"},
    {"PUMP_INFUS", "infusion-pump"},
    {"MON_PHYSIO", "patient-monitor"},
    {"MON_PT_PHYSIO", "patient-monitor"},
    {"PT_VENT", "ventilator"},
    {"VOL_VENT", "ventilator"},
    {"SYS_ANESTH", "anaesthesia-machine"},
    {"DIALY", "dialysis-machine"},
    {"DEFIB", "defibrillator"},
};

}  // namespace

MdcDevice mdc_device(std::uint32_t code, std::string_view reference) {
  const auto* const row = std::ranges::find(kCodes, code, &Row::code);
  if (row != std::end(kCodes)) return row->device;
  if (!reference.starts_with("MDC_DEV_")) return {};
  const bool whole = reference.ends_with("_MDS");
  if (!whole && !reference.ends_with("_VMD")) return {};
  for (const NameRow& name : kNames)
    if (reference.find(name.part) != std::string_view::npos) return {name.device_class, whole};
  return {{}, whole};
}

}  // namespace asepsis
