// Counts of values, as facets show them.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

// By number; grows as needed.
class Counts {
 public:
  void add(std::uint32_t code, std::uint32_t times = 1) {
    if (times == 0) return;
    if (code >= counts_.size()) counts_.resize(code + 1);
    counts_[code] += times;
  }
  // The most frequent first, as an array of {value, count}.
  std::string json(const std::function<std::string(std::uint32_t)>& text) const;

 private:
  std::vector<std::uint32_t> counts_;
};

}  // namespace asepsis
