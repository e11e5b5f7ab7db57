// In how many ways are devices that ought to be alike configured? Devices
// conflict where a setting that is known of both differs; the least number of
// groups without a conflict is the honest answer, and what is not known of a
// device never puts it apart.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "assess/colouring.hpp"
#include "inventory/setting_info.hpp"

namespace asepsis {

// What is known of one setting (and instance) of one device. Sorted.
struct Answer {
  std::vector<std::string> seen = {};     // values that it has
  std::vector<std::string> refused = {};  // values that it refuses
  bool refuses_all = false;               // it refuses whatever the setting is about

  auto operator<=>(const Answer&) const = default;
};

// Whether two devices of which this is known differ.
bool in_conflict(const Answer& a, const Answer& b, Compare compare);

// Of each setting (its number in a list that all devices share, ascending)
// what is known; what is not there is not known.
using Profile = std::vector<std::pair<std::size_t, Answer>>;

struct Grouping {
  struct Group {
    std::vector<std::size_t> devices;  // ascending; all of the group
    std::vector<std::size_t> assumed;  // of these, those that fit another group as well
  };
  std::vector<Group> groups;  // the largest first
  std::size_t at_least = 0;   // no fewer explain what is known
};

// `compares`: how each setting compares. The same whatever the order of the
// devices, but for their numbers.
Grouping group(const std::vector<Profile>& devices, const std::vector<Compare>& compares);

// Who conflicts with whom, among profiles.
Graph conflicts(const std::vector<Profile>& profiles, const std::vector<Compare>& compares);

}  // namespace asepsis
