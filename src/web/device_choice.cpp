#include "web/device_choice.hpp"

#include <algorithm>
#include <charconv>

#include "base/scan.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kNoSuch = UINT32_MAX;
constexpr std::uint8_t kLow = 34;   // per cent: below is low
constexpr std::uint8_t kHigh = 66;  // above is high
constexpr std::size_t kMostWords = 10;

std::uint32_t number_in(const std::string& text) {
  std::uint32_t number = 0;
  const auto end = text.data() + text.size();
  return std::from_chars(text.data(), end, number).ptr == end ? number : kNoSuch;
}

std::uint32_t known(const Names& names, const std::string& text) {
  const std::uint32_t number = names.find(text);
  return number == 0 && !text.empty() ? kNoSuch : number;
}

// The code of a value as it was asked for.
std::uint32_t code_named(const Estate& estate, DeviceFacet facet, const std::string& text) {
  switch (facet) {
    case DeviceFacet::kind: return known(estate.classes, text);
    case DeviceFacet::manufacturer: return known(estate.manufacturers, text);
    case DeviceFacet::model: return known(estate.models, text);
    case DeviceFacet::care_area: return known(estate.care_areas, text);
    case DeviceFacet::site: return known(estate.sites, text);
    case DeviceFacet::coverage: {
      const auto* found = std::ranges::find(kCoverageNames, text);
      return found == kCoverageNames.end()
                 ? kNoSuch
                 : static_cast<std::uint32_t>(found - kCoverageNames.begin());
    }
    case DeviceFacet::rating:
    case DeviceFacet::vlan: return text.empty() ? 0 : number_in(text);
  }
  return kNoSuch;
}

// The first that lies after the offset, not before `from`: most often near it.
std::size_t begin_after(const std::vector<std::uint32_t>& begins, std::size_t from,
                        std::uint32_t offset) {
  std::size_t step = 1;
  while (from + step < begins.size() && begins[from + step] <= offset) {
    from += step;
    step *= 2;
  }
  const auto last =
      begins.begin() + static_cast<std::ptrdiff_t>(std::min(from + step + 1, begins.size()));
  return static_cast<std::size_t>(
      std::upper_bound(begins.begin() + static_cast<std::ptrdiff_t>(from), last, offset) -
      begins.begin());
}

void find_word(const Estate& estate, const std::string& word, std::vector<bool>& found) {
  const Bytes haystack = as_bytes(estate.haystack);
  const Bytes wanted = as_bytes(word);
  std::size_t next = 0;  // where the device after the last one found begins
  for (std::size_t at = find_bytes(haystack, wanted, 0); at < haystack.size();
       at = find_bytes(haystack, wanted, estate.begins[next])) {
    next = begin_after(estate.begins, next, static_cast<std::uint32_t>(at));
    found[next - 1] = true;
  }
}

}  // namespace

std::uint32_t code_of(const Estate&, const EstateDevice& device, DeviceFacet facet) {
  switch (facet) {
    case DeviceFacet::kind: return device.kind;
    case DeviceFacet::manufacturer: return device.manufacturer;
    case DeviceFacet::model: return device.model;
    case DeviceFacet::care_area: return device.care_area;
    case DeviceFacet::site: return device.site;
    case DeviceFacet::coverage:
      if (device.coverage == kNoCoverage || device.coverage == 0) return 0;
      return device.coverage < kLow ? 1 : device.coverage > kHigh ? 3 : 2;
    case DeviceFacet::rating: return device.rating;
    case DeviceFacet::vlan: break;
  }
  return 0;
}

std::string text_of_code(const Estate& estate, DeviceFacet facet, std::uint32_t code) {
  switch (facet) {
    case DeviceFacet::kind: return estate.classes.text(code);
    case DeviceFacet::manufacturer: return estate.manufacturers.text(code);
    case DeviceFacet::model: return estate.models.text(code);
    case DeviceFacet::care_area: return estate.care_areas.text(code);
    case DeviceFacet::site: return estate.sites.text(code);
    case DeviceFacet::coverage: return std::string(kCoverageNames.at(code));
    case DeviceFacet::rating:
    case DeviceFacet::vlan: return code == 0 ? std::string() : std::to_string(code);
  }
  return {};
}

std::vector<std::string> search_words(const std::string& text) {
  std::vector<std::string> words;
  std::string_view rest = text;
  while (!(rest = trimmed(rest)).empty() && words.size() < kMostWords) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    words.push_back(lowered(word));
  }
  return words;
}

std::vector<bool> search(const Estate& estate, const std::vector<std::string>& words) {
  std::vector<bool> found;
  for (const std::string& word : words) {
    std::vector<bool> by_word(estate.devices.size());
    find_word(estate, word, by_word);
    if (found.empty()) {
      found = std::move(by_word);
      continue;
    }
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = found[i] && by_word[i];
  }
  return found;
}

DeviceChoice::DeviceChoice(const Estate& estate, const Values& values)
    : estate_(estate), found_(search(estate, search_words(values.text("q")))) {
  for (std::size_t i = 0; i < kDeviceFacets; ++i) {
    const std::string name(kDeviceFacetNames.at(i));
    if (!values.has(name)) continue;
    auto& wanted = wanted_.at(i).emplace();
    for (const std::string& text : values.list(name))
      wanted.push_back(code_named(estate, static_cast<DeviceFacet>(i), text));
    std::ranges::sort(wanted);
  }
}

std::vector<char> DeviceChoice::all() const {
  std::vector<char> all(estate_.devices.size());
  for (std::uint32_t place = 0; place < all.size(); ++place) all[place] = meant(place) ? 1 : 0;
  return all;
}

bool DeviceChoice::on_vlan(const EstateDevice& device) const {
  const auto& wanted = *wanted_.at(static_cast<std::size_t>(DeviceFacet::vlan));
  if (device.vlan_count == 0) return std::ranges::binary_search(wanted, 0U);
  for (std::uint32_t i = 0; i < device.vlan_count; ++i)
    if (std::ranges::binary_search(wanted, estate_.vlans[device.first_vlan + i])) return true;
  return false;
}

unsigned DeviceChoice::failing(std::uint32_t place) const {
  const EstateDevice& device = estate_.devices[place];
  unsigned bits = 0;
  for (std::size_t i = 0; i < kDeviceFacets; ++i) {
    const auto& wanted = wanted_[i];
    if (!wanted) continue;
    const auto facet = static_cast<DeviceFacet>(i);
    const bool fits = facet == DeviceFacet::vlan
                          ? on_vlan(device)
                          : std::ranges::binary_search(*wanted, code_of(estate_, device, facet));
    if (!fits) bits |= 1U << i;
  }
  return bits;
}

}  // namespace asepsis
