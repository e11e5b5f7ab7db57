#include "inventory/evidence.hpp"

namespace asepsis {
namespace {

bool same(const HeardFact& a, const HeardFact& b) {
  return a.endpoint == b.endpoint && a.claim == b.claim && a.value == b.value &&
         a.equipment == b.equipment && a.port == b.port && a.protocol == b.protocol &&
         a.refused == b.refused;
}

}  // namespace

DeviceEvidence::DeviceEvidence(const Heard& heard, const FusedDevice& device) {
  const HeardFact* last = nullptr;
  for (const std::size_t index : device.facts) {
    const HeardFact& fact = heard.facts[index];
    if (fact.refused) continue;
    // A gateway sends under the names of the equipment behind it.
    if (device.relays && fact.claim == "hl7.application") continue;
    // They are in order: those that say the same stand together.
    if (last != nullptr && same(*last, fact)) {
      repeats_[all_.back().fact_id].push_back(fact.id);
      continue;
    }
    last = &fact;
    all_.push_back({.fact_id = fact.id,
                    .claim = fact.claim,
                    .value = fact.value,
                    .protocol = fact.protocol,
                    .equipment = fact.equipment,
                    .port = fact.port});
  }
}

void DeviceEvidence::name_repeats(Identity& identity) const {
  if (repeats_.empty()) return;
  for (Opinion* const opinion :
       {&identity.device_class, &identity.manufacturer, &identity.model, &identity.firmware,
        &identity.serial, &identity.udi_di, &identity.hardware, &identity.os})
    name_repeats(*opinion);
}

void DeviceEvidence::name_repeats(Opinion& opinion) const {
  std::vector<Opinion::Support> all;
  for (Opinion::Support& support : opinion.support) {
    const auto repeats = repeats_.find(support.fact_id);
    all.push_back(std::move(support));
    if (repeats == repeats_.end()) continue;
    const Opinion::Support first = all.back();
    for (const std::int64_t id : repeats->second) all.push_back({id, first.rule, first.weight});
  }
  opinion.support = std::move(all);
}

}  // namespace asepsis
