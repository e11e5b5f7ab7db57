// Which devices are meant: words and filters over the estate in memory.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/contract.hpp"
#include "web/estate.hpp"

namespace asepsis {

enum class DeviceFacet : std::uint8_t {
  kind,
  manufacturer,
  model,
  care_area,
  site,
  coverage,
  rating,
  vlan,
};
inline constexpr std::size_t kDeviceFacets = 8;
// In the order of the enum, as the contract calls them.
inline constexpr std::array<std::string_view, kDeviceFacets> kDeviceFacetNames{
    "class", "manufacturer", "model", "care_area", "site", "coverage", "rating", "vlan"};
inline constexpr std::array<std::string_view, 4> kCoverageNames{"none", "low", "middle", "high"};

// What a device is by a facet other than vlan, as a number.
std::uint32_t code_of(const Estate& estate, const EstateDevice& device, DeviceFacet facet);
// That number for people; VLANs are their own.
std::string text_of_code(const Estate& estate, DeviceFacet facet, std::uint32_t code);

// Small letters, at the spaces.
std::vector<std::string> search_words(const std::string& text);

// One for each device: whether all words are in what it is searched by.
std::vector<bool> search(const Estate& estate, const std::vector<std::string>& words);

class DeviceChoice {
 public:
  // `values`: q, and the facets by name.
  DeviceChoice(const Estate& estate, const Values& values);

  bool found(std::uint32_t place) const { return found_.empty() || found_[place]; }
  // A bit for each facet by which the device is not meant.
  unsigned failing(std::uint32_t place) const;
  bool meant(std::uint32_t place) const { return found(place) && failing(place) == 0; }
  std::vector<char> all() const;  // of each whether it is meant

 private:
  bool on_vlan(const EstateDevice& device) const;

  const Estate& estate_;
  std::vector<bool> found_;                                                      // empty: all
  std::array<std::optional<std::vector<std::uint32_t>>, kDeviceFacets> wanted_;  // sorted
};

}  // namespace asepsis
