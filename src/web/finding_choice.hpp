// Which findings are meant: words and filters over the estate in memory. There
// may be millions, so that what is asked of a device or a check is found out
// once of each, and of a finding only looked up.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "web/contract.hpp"
#include "web/estate.hpp"
#include "web/facets.hpp"

namespace asepsis {

enum class FindingFacet : std::uint8_t {
  state,
  rating,
  kind,
  manufacturer,
  model,
  owner_role,
  check,
  cwe,
  care_area,
  site,
};
inline constexpr std::size_t kFindingFacets = 10;
// In the order of the enum, as the contract calls them.
inline constexpr std::array<std::string_view, kFindingFacets> kFindingFacetNames{
    "state",      "rating", "class", "manufacturer", "model",
    "owner_role", "check",  "cwe",   "care_area",    "site"};

std::string text_of_code(const Estate& estate, FindingFacet facet, std::uint32_t code);

class FindingChoice {
 public:
  // `values`: q, device, and the facets by name; open ones if no state is asked for.
  FindingChoice(const Estate& estate, const Values& values);

  // Calls use(place, failing) of each finding that at most one facet stands
  // against: a bit for it, or none. Devices of which none can be are passed over.
  template <class Use>
  void each(Use use) const {
    for (std::size_t device = 0; device < devices_.size(); ++device) {
      const Marks against = devices_[device] & kFailing;
      if ((against & (against - 1)) != 0 || (against & kElse) != 0) continue;
      const std::uint32_t end = estate_.finding_begins[device + 1];
      for (std::uint32_t place = estate_.finding_begins[device]; place < end; ++place) {
        const unsigned failing = failing_of(place, devices_[device]);
        if ((failing & (failing - 1)) == 0 && failing != kElse) use(place, failing);
      }
    }
  }
  std::vector<char> all() const;  // of each whether it is meant

  static constexpr unsigned kElse = 1U << kFindingFacets;

 private:
  // What is known of all findings with one value: the facets by which they are
  // not meant, and above those the words that it contains.
  using Marks = std::uint32_t;
  static constexpr unsigned kWordShift = 16;
  static constexpr Marks kFailing = (1U << kWordShift) - 1;

  // Of a finding of a device of which that is known.
  unsigned failing_of(std::uint32_t place, Marks device) const {
    const EstateFindingKey key = estate_.finding_keys[place];
    const Marks marks =
        kinds_[key.rating_and_state] | owner_roles_[key.owner_role] | checks_[key.check] | device;
    const Marks words =
        marks >> kWordShift | (ids_.empty() ? 0 : words_in_id(estate_.findings[place]));
    return (marks & kFailing) | (words == words_ ? 0 : kElse);
  }
  void want(FindingFacet facet, const std::vector<std::string>& texts);
  void want_device(std::uint32_t place);
  void search_for(const std::vector<std::string>& words);
  Marks words_in_id(const EstateFinding& finding) const;

  const Estate& estate_;
  std::array<Marks, 256> kinds_{}, owner_roles_{};  // the first by rating and state
  std::vector<Marks> checks_, devices_;             // the last of the devices: findings of none
  Marks words_ = 0;                                 // all that are searched for
  std::vector<std::pair<std::uint64_t, Marks>> ids_;
};

// How many of what is counted have each value of each facet.
class FindingCounts {
 public:
  explicit FindingCounts(const Estate& estate);
  // `failing`: the facet that stands against it, if one does.
  void add(std::uint32_t place, unsigned failing);
  std::size_t total() const { return total_; }
  std::array<Counts, kFindingFacets> by_facet() const;

 private:
  void add_one(Counts& counts, FindingFacet facet, const EstateFinding& finding) const;

  const Estate& estate_;
  std::size_t total_ = 0;
  std::array<Counts, kFindingFacets> others_;  // not meant by that facet alone
  // Of those that are meant, from which the rest follows.
  std::array<std::uint32_t, 256> kinds_{}, owner_roles_{};  // the first by rating and state
  std::vector<std::uint32_t> checks_, devices_;
};

}  // namespace asepsis
