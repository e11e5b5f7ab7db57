// The estate in memory: its names, orders, and where things are in them.

#include "web/estate.hpp"

#include <tuple>

namespace asepsis {
namespace {

template <class Key>
std::vector<std::uint32_t> sorted_by(std::size_t count, Key key) {
  std::vector<std::uint32_t> order;
  order.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) order.push_back(i);
  std::ranges::sort(order, {}, key);
  return order;
}

}  // namespace

std::uint32_t Names::number(std::string_view text) {
  const auto [entry, added] =
      numbers_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
  if (added) texts_.emplace_back(text);
  return entry->second;
}

std::uint32_t Names::find(std::string_view text) const {
  const auto found = numbers_.find(std::string(text));
  return found == numbers_.end() ? 0 : found->second;
}

std::uint32_t Estate::place_of(std::string_view id) const {
  const auto found = std::ranges::lower_bound(devices, id, {}, &EstateDevice::id);
  return found == devices.end() || found->id != id
             ? kNobody
             : static_cast<std::uint32_t>(found - devices.begin());
}

std::uint32_t Estate::place_of_finding(std::uint64_t id) const {
  const auto found = std::ranges::lower_bound(
      findings_by_id, id, {}, [&](std::uint32_t place) { return findings[place].id; });
  return found == findings_by_id.end() || findings[*found].id != id ? kNobody : *found;
}

std::vector<std::uint32_t> Estate::findings_about(std::uint32_t device) const {
  std::vector<std::uint32_t> places;
  for (std::uint32_t i = finding_begins[device]; i < finding_begins[device + 1]; ++i)
    places.push_back(i);
  std::ranges::sort(places, {}, [&](std::uint32_t i) {
    return std::tuple(-findings[i].rating, findings[i].check, findings[i].id);
  });
  return places;
}

void Estate::sort() {
  const auto order = [&](DeviceOrder by, auto key) {
    orders.at(static_cast<std::size_t>(by)) = sorted_by(devices.size(), key);
  };
  using Place = std::uint32_t;
  order(DeviceOrder::id, [](Place i) { return i; });
  order(DeviceOrder::kind,
        [&](Place i) { return std::pair(std::string_view(classes.text(devices[i].kind)), i); });
  order(DeviceOrder::rating, [&](Place i) {
    return std::tuple(-devices[i].rating, -std::int64_t{devices[i].findings}, i);
  });
  order(DeviceOrder::last_seen, [&](Place i) { return std::pair(-devices[i].last_seen, i); });
  order(DeviceOrder::coverage, [&](Place i) { return std::pair(devices[i].coverage, i); });
  const auto order_findings = [&](FindingOrder by, auto key) {
    finding_orders.at(static_cast<std::size_t>(by)) = sorted_by(findings.size(), key);
  };
  order_findings(FindingOrder::rating, [&](Place i) {
    return std::tuple(-findings[i].rating, findings[i].check, findings[i].device, findings[i].id);
  });
  findings_by_id = sorted_by(findings.size(), [&](Place i) { return findings[i].id; });
  order_findings(FindingOrder::last_seen,
                 [&](Place i) { return std::pair(-findings[i].last_seen, findings[i].id); });
  order_findings(FindingOrder::first_seen,
                 [&](Place i) { return std::pair(-findings[i].first_seen, findings[i].id); });
}

}  // namespace asepsis
