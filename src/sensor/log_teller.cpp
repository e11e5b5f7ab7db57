#include "sensor/log_teller.hpp"

#include <utility>

#include "base/text.hpp"
#include "sensor/log_values.hpp"

namespace asepsis {

std::size_t LogTeller::index(About about) const {
  return static_cast<std::size_t>(about == About::sender ? sender_ : about);
}

void LogTeller::set_end(About about, const LogEnd& columns, const Record& record) {
  End& end = ends_[index(about)];
  if (!columns.ip.empty())
    if (const auto ip = ip_from_text(record[columns.ip])) end.endpoint.ip = *ip;
  if (!columns.mac.empty())
    if (const auto mac = mac_from_text(record[columns.mac])) end.endpoint.mac = *mac;
  constexpr std::uint64_t kMostVlan = 4094;
  if (const auto vlan = number_in(record, columns.vlan); vlan && *vlan <= kMostVlan)
    end.endpoint.vlan = static_cast<std::uint16_t>(*vlan);
  if (const auto port = number_in(record, columns.port); port && *port <= UINT16_MAX)
    end.port = static_cast<std::uint16_t>(*port);
}

void LogTeller::swap_sides() { std::swap(ends_[0], ends_[1]); }

const Endpoint& LogTeller::end(About about) const { return ends_[index(about)].endpoint; }

std::uint16_t LogTeller::port(About about) const { return ends_[index(about)].port; }

void LogTeller::say(About about, Claim claim, std::string_view value, bool refused) {
  say(end(about), claim, value, refused);
}

void LogTeller::say(const Endpoint& about, Claim claim, std::string_view value, bool refused) {
  const std::string_view text = trimmed(value);
  if (text.empty() || (about.mac.empty() && about.ip.unspecified())) return;
  facts_.add(about, {.about = Side::client, .claim = claim, .value = text, .refused = refused},
             port(About::server), protocol_, time_, line_);
}

}  // namespace asepsis
