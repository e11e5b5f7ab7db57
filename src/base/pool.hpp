// Many small things of one kind, without what allocating each would cost: they
// lie in blocks, and the place of one that is given back is the next one's.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace asepsis {

// Things stay where they are until they are given back. What was not given back
// goes with the pool.
template <class Thing, std::size_t kBlock = 1024>
class Pool {
 public:
  Thing& make() {
    if (free_.empty()) grow();
    Thing* const thing = free_.back();
    free_.pop_back();
    return *thing;
  }
  void give_back(Thing& thing) {
    std::destroy_at(&thing);
    std::construct_at(&thing);
    free_.push_back(&thing);
  }
  // Everything at once. REQUIRES: nothing of it is used any more.
  void clear() {
    free_.clear();
    free_.shrink_to_fit();
    blocks_.clear();
  }

 private:
  void grow() {
    blocks_.push_back(std::make_unique<std::array<Thing, kBlock>>());
    free_.reserve(kBlock);
    for (Thing& thing : *blocks_.back()) free_.push_back(&thing);
  }

  std::vector<std::unique_ptr<std::array<Thing, kBlock>>> blocks_;
  std::vector<Thing*> free_;
};

}  // namespace asepsis
