#include "app/related_flows.hpp"

#include "base/hash.hpp"

namespace asepsis {
namespace {

// As long as a listener waits to be called.
constexpr auto kPatience = std::chrono::seconds(60);

std::uint64_t key_of(const Ip& listener, std::uint16_t port, const Ip& caller,
                     std::uint8_t protocol) {
  const std::uint64_t place = static_cast<std::uint64_t>(protocol) << 16 | port;
  return hash_bytes(caller.bytes, hash_bytes(listener.bytes, place));
}

}  // namespace

void RelatedFlows::add(const Flow& flow, const Ip& listener, std::uint16_t port,
                       const Agreement& agreement) {
  if (agreements_.size() >= kMost) forget_before(agreement.made - kPatience);
  if (agreements_.size() >= kMost) return;
  const Ip& caller = listener == flow.client_ip() ? flow.server_ip() : flow.client_ip();
  agreements_[key_of(listener, port, caller, flow.key.protocol)] = agreement;
}

const Agreement* RelatedFlows::find(const Flow& flow) const {
  if (agreements_.empty() || flow.key.frame) return nullptr;
  const auto agreed = [&](const Ip& listener, std::uint16_t port, const Ip& caller) {
    const auto found = agreements_.find(key_of(listener, port, caller, flow.key.protocol));
    const bool fits = found != agreements_.end() && flow.first >= found->second.made &&
                      flow.first - found->second.made <= kPatience;
    return fits ? &found->second : nullptr;
  };
  const Agreement* const found = agreed(flow.server_ip(), flow.server_port(), flow.client_ip());
  if (found != nullptr) return found;
  return agreed(flow.client_ip(), flow.client_port(), flow.server_ip());
}

void RelatedFlows::forget_before(Time time) {
  absl::erase_if(agreements_, [&](const auto& entry) { return entry.second.made < time; });
}

}  // namespace asepsis
