// What there is to weigh about one device. What was heard again, in another
// capture, is weighed once and told with the first.

#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/identify.hpp"

namespace asepsis {

class DeviceEvidence {
 public:
  // Borrows the texts of what was heard.
  DeviceEvidence(const Heard& heard, const FusedDevice& device);

  const std::vector<Evidence>& all() const { return all_; }

  // Names, beside each fact that supports an opinion, those that said the same.
  void name_repeats(Identity& identity) const;

 private:
  void name_repeats(Opinion& opinion) const;

  std::vector<Evidence> all_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> repeats_;  // by the first's id
};

}  // namespace asepsis
