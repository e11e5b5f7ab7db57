#include "flow/flow_index.hpp"

namespace asepsis {

void FlowIndex::insert(std::uint32_t hash, std::uint32_t flow) {
  if ((used_ + 1) * 4 > places_.size() * 3) grow();
  put({hash, flow});
  ++used_;
}

void FlowIndex::put(Place place) {
  std::size_t at = home_of(place.hash);
  while (places_[at].flow != 0) at = after(at);
  places_[at] = place;
}

// What follows is moved back where it may be, so that no place between a home
// and its flow is empty.
bool FlowIndex::erase(std::uint32_t hash, std::uint32_t flow) {
  if (places_.empty()) return false;
  std::size_t hole = home_of(hash);
  for (; places_[hole].flow != flow || places_[hole].hash != hash; hole = after(hole))
    if (places_[hole].flow == 0) return false;
  for (std::size_t at = after(hole); places_[at].flow != 0; at = after(at)) {
    const std::size_t home = home_of(places_[at].hash);
    if (distance(home, at) < distance(hole, at)) continue;
    places_[hole] = places_[at];
    hole = at;
  }
  places_[hole] = {};
  --used_;
  return true;
}

void FlowIndex::grow() {
  constexpr std::size_t kFirst = 4096;
  std::vector<Place> old(places_.empty() ? kFirst : places_.size() + places_.size() / 4);
  old.swap(places_);
  for (const Place& place : old)
    if (place.flow != 0) put(place);
}

}  // namespace asepsis
