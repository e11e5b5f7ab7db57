// Finds flows by the hash of what names them: open addressing, eight bytes a
// place, no tombstones. It grows by a quarter, as room that is not used costs
// every flow. What is found is told from others of the same hash by who asks.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace asepsis {

class FlowIndex {
 public:
  // The flow (1 and more) of that hash that `fits`; 0 if there is none.
  template <class Fits>
  std::uint32_t find(std::uint32_t hash, Fits fits) const {
    if (places_.empty()) return 0;
    const Place* const end = places_.data() + places_.size();
    for (const Place* at = places_.data() + home_of(hash); at->flow != 0;) {
      if (at->hash == hash && fits(at->flow)) return at->flow;
      if (++at == end) at = places_.data();
    }
    return 0;
  }
  void insert(std::uint32_t hash, std::uint32_t flow);
  // False if it is not there.
  bool erase(std::uint32_t hash, std::uint32_t flow);
  bool empty() const { return used_ == 0; }

 private:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t flow = 0;  // 0 is empty
  };

  std::size_t home_of(std::uint32_t hash) const {
    return std::uint64_t{hash} * places_.size() >> 32;
  }
  std::size_t after(std::size_t at) const { return at + 1 == places_.size() ? 0 : at + 1; }
  std::size_t distance(std::size_t from, std::size_t to) const {
    return to >= from ? to - from : to + places_.size() - from;
  }
  void put(Place place);
  void grow();

  std::vector<Place> places_;
  std::size_t used_ = 0;
};

}  // namespace asepsis
