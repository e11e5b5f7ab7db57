#include "web/facets.hpp"

#include <algorithm>
#include <utility>

#include "base/json_text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostValues = 200;

}  // namespace

std::string Counts::json(const std::function<std::string(std::uint32_t)>& text) const {
  std::vector<std::pair<std::uint32_t, std::string>> values;
  for (std::uint32_t code = 0; code < counts_.size(); ++code)
    if (counts_[code] > 0) values.emplace_back(counts_[code], text(code));
  std::ranges::sort(values, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  values.resize(std::min(values.size(), kMostValues));
  return json_array(values, [](const auto& value) {
    return "{\"value\":" + json_string(value.second) + ",\"count\":" + std::to_string(value.first) +
           '}';
  });
}

}  // namespace asepsis
