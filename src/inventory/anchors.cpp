#include "inventory/anchors.hpp"

#include <utility>

#include "inventory/binding.hpp"

namespace asepsis {
namespace {

std::string name_of(const Mac& mac) { return "mac " + to_text(mac); }
std::string name_of(const Ip& ip) { return "ip " + to_text(ip); }

}  // namespace

std::size_t Anchors::add(std::string name, int rank) {
  const auto [at, fresh] = index_.try_emplace(std::move(name), names_.size());
  if (fresh) {
    names_.push_back(at->first);
    ranks_.push_back(rank);
    parents_.push_back(at->second);
    reasons_.emplace_back();
  }
  return at->second;
}

std::size_t Anchors::of(const Mac& mac) {
  const int rank = is_virtual_router(mac) ? 2 : mac.locally_administered() ? 1 : 0;
  return add(name_of(mac), rank);
}

std::size_t Anchors::of(const Ip& ip) { return add(name_of(ip), 4); }

std::size_t Anchors::of_equipment(const std::string& name) { return add("equipment " + name, 3); }

std::optional<std::size_t> Anchors::find(const Mac& mac) const {
  const auto found = index_.find(name_of(mac));
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Anchors::find(const Ip& ip) const {
  const auto found = index_.find(name_of(ip));
  return found == index_.end() ? std::nullopt : std::optional(found->second);
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
  reasons_[a].insert(why);
  reasons_[a].insert(reasons_[b].begin(), reasons_[b].end());
}

const std::set<std::string>& Anchors::reasons(std::size_t root) const { return reasons_[root]; }

}  // namespace asepsis
