#include "inventory/anchors.hpp"

#include <utility>

#include "inventory/binding.hpp"

namespace asepsis {

std::size_t Anchors::add(std::string name, int rank) {
  const std::size_t anchor = names_.size();
  names_.push_back(std::move(name));
  ranks_.push_back(rank);
  parents_.push_back(anchor);
  members_.push_back({anchor});
  reasons_.emplace_back();
  return anchor;
}

std::size_t Anchors::of(const Mac& mac) {
  const auto [at, fresh] = of_mac_.try_emplace(mac, size());
  const int rank = is_virtual_router(mac) ? 2 : mac.locally_administered() ? 1 : 0;
  return fresh ? add("mac " + to_text(mac), rank) : at->second;
}

std::size_t Anchors::of(const Ip& ip) {
  const auto [at, fresh] = of_ip_.try_emplace(ip, size());
  return fresh ? add("ip " + to_text(ip), 4) : at->second;
}

std::size_t Anchors::of_equipment(const std::string& name) {
  const auto [at, fresh] = of_equipment_.try_emplace(name, size());
  return fresh ? add("equipment " + name, 3) : at->second;
}

std::optional<std::size_t> Anchors::find(const Mac& mac) const {
  const auto found = of_mac_.find(mac);
  return found == of_mac_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Anchors::find(const Ip& ip) const {
  const auto found = of_ip_.find(ip);
  return found == of_ip_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t Anchors::root(std::size_t anchor) const {
  while (parents_[anchor] != anchor) anchor = parents_[anchor];
  return anchor;
}

// The better anchor becomes the root, whatever order they are joined in.
void Anchors::join(std::size_t a, std::size_t b, const std::string& why) {
  a = root(a);
  b = root(b);
  if (a == b) return;
  if (std::pair(ranks_[b], names_[b]) < std::pair(ranks_[a], names_[a])) std::swap(a, b);
  parents_[b] = a;
  members_[a].insert(members_[a].end(), members_[b].begin(), members_[b].end());
  members_[b].clear();
  reasons_[a].insert(why);
  reasons_[a].insert(reasons_[b].begin(), reasons_[b].end());
}

const std::set<std::string>& Anchors::reasons(std::size_t root) const { return reasons_[root]; }

}  // namespace asepsis
