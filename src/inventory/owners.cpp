#include "inventory/owners.hpp"

namespace asepsis {

Owners::Owners(const Heard& heard, const Bindings& bindings, const Anchors& anchors)
    : heard_(heard), bindings_(bindings), anchors_(anchors) {
  known_.reserve(heard.endpoints.size());
  for (const HeardEndpoint& endpoint : heard.endpoints) {
    if (changed_hands(endpoint)) {
      known_.emplace_back();
    } else {
      known_.push_back({true, find(endpoint, 0)});
    }
  }
}

std::optional<Owner> Owners::of(std::size_t endpoint, std::int64_t time) const {
  const Known& known = known_[endpoint];
  return known.at_any_time ? known.owner : find(heard_.endpoints[endpoint], time);
}

bool Owners::changed_hands(const HeardEndpoint& endpoint) const {
  const auto owners = bindings_.of_ip.find(endpoint.ip);
  return owners != bindings_.of_ip.end() && owners->second.size() > 1;
}

std::optional<Owner> Owners::find(const HeardEndpoint& endpoint, std::int64_t time) const {
  if (!endpoint.ip.names_a_host()) {
    if (const auto anchor = anchors_.find(endpoint.mac)) return Owner{*anchor, "its own frames"};
    return std::nullopt;
  }
  const Binding* binding = bindings_.pair(endpoint.mac, endpoint.ip);
  if (binding == nullptr) binding = bindings_.owner(endpoint.ip, time);
  if (binding != nullptr) {
    if (const auto anchor = anchors_.find(binding->mac)) return Owner{*anchor, binding->why};
  }
  if (const auto anchor = anchors_.find(endpoint.ip))
    return Owner{*anchor, "known by address only"};
  return std::nullopt;
}

}  // namespace asepsis
