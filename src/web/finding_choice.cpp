#include "web/finding_choice.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include "web/device_choice.hpp"

namespace asepsis {
namespace {

constexpr std::array<std::string_view, 3> kStates{"open", "gone", "accepted-until"};
constexpr std::array<FindingFacet, 5> kOfDevices{FindingFacet::kind, FindingFacet::manufacturer,
                                                 FindingFacet::model, FindingFacet::care_area,
                                                 FindingFacet::site};

// By a facet that is the device's.
std::uint32_t code_of(const EstateDevice& device, FindingFacet facet) {
  switch (facet) {
    case FindingFacet::kind: return device.kind;
    case FindingFacet::manufacturer: return device.manufacturer;
    case FindingFacet::model: return device.model;
    case FindingFacet::care_area: return device.care_area;
    case FindingFacet::site: return device.site;
    default: return 0;
  }
}

// By a facet that is the finding's own.
std::uint32_t code_of(const EstateFindingKey& key, FindingFacet facet) {
  switch (facet) {
    case FindingFacet::state: return static_cast<std::uint32_t>(key.state());
    case FindingFacet::rating: return key.rating();
    case FindingFacet::owner_role: return key.owner_role;
    case FindingFacet::check: return key.check;
    default: return 0;
  }
}

// How many codes a facet has.
std::size_t codes_of(const Estate& estate, FindingFacet facet) {
  constexpr std::size_t kRatings = 6;
  switch (facet) {
    case FindingFacet::state: return kStates.size();
    case FindingFacet::rating: return kRatings;
    case FindingFacet::kind: return estate.classes.size();
    case FindingFacet::manufacturer: return estate.manufacturers.size();
    case FindingFacet::model: return estate.models.size();
    case FindingFacet::owner_role: return estate.owner_roles.size();
    case FindingFacet::check: return estate.checks.size();
    case FindingFacet::cwe: return estate.cwes.size();
    case FindingFacet::care_area: return estate.care_areas.size();
    case FindingFacet::site: return estate.sites.size();
  }
  return 0;
}

}  // namespace

std::string text_of_code(const Estate& estate, FindingFacet facet, std::uint32_t code) {
  switch (facet) {
    case FindingFacet::state: return std::string(kStates.at(code));
    case FindingFacet::rating: return std::to_string(code);
    case FindingFacet::kind: return estate.classes.text(code);
    case FindingFacet::manufacturer: return estate.manufacturers.text(code);
    case FindingFacet::model: return estate.models.text(code);
    case FindingFacet::owner_role: return estate.owner_roles.text(code);
    case FindingFacet::check: return estate.checks[code].id;
    case FindingFacet::cwe: return estate.cwes.text(code);
    case FindingFacet::care_area: return estate.care_areas.text(code);
    case FindingFacet::site: return estate.sites.text(code);
  }
  return {};
}

FindingChoice::FindingChoice(const Estate& estate, const Values& values)
    : estate_(estate), checks_(estate.checks.size()), devices_(estate.devices.size() + 1) {
  for (std::size_t i = 0; i < kFindingFacets; ++i)
    if (const std::string name(kFindingFacetNames.at(i)); values.has(name))
      want(static_cast<FindingFacet>(i), values.list(name));
  if (!values.has("state")) want(FindingFacet::state, {"open"});
  if (values.has("device")) want_device(estate.place_of(values.text("device")));
  search_for(search_words(values.text("q")));
}

void FindingChoice::want(FindingFacet facet, const std::vector<std::string>& texts) {
  std::vector<bool> wanted(codes_of(estate_, facet));
  for (std::uint32_t code = 0; code < wanted.size(); ++code)
    wanted[code] = std::ranges::find(texts, text_of_code(estate_, facet, code)) != texts.end();
  const Marks bit = 1U << static_cast<unsigned>(facet);
  const auto has = [&](std::uint32_t code) { return code < wanted.size() && wanted[code]; };
  const auto mark = [&](auto& marks) {
    for (std::uint32_t code = 0; code < marks.size(); ++code)
      if (!has(code)) marks[code] |= bit;
  };
  switch (facet) {
    case FindingFacet::state:
    case FindingFacet::rating:
      for (unsigned i = 0; i < kinds_.size(); ++i)
        if (!has(
                code_of(EstateFindingKey{.rating_and_state = static_cast<std::uint8_t>(i)}, facet)))
          kinds_.at(i) |= bit;
      return;
    case FindingFacet::owner_role: return mark(owner_roles_);
    case FindingFacet::check: return mark(checks_);
    case FindingFacet::cwe:
      for (std::size_t i = 0; i < checks_.size(); ++i)
        if (std::ranges::none_of(estate_.checks[i].cwe, has)) checks_[i] |= bit;
      return;
    default: break;
  }
  for (std::size_t i = 0; i < estate_.devices.size(); ++i)
    if (!has(code_of(estate_.devices[i], facet))) devices_[i] |= bit;
  if (!has(0)) devices_.back() |= bit;
}

void FindingChoice::want_device(std::uint32_t place) {
  for (std::size_t i = 0; i < devices_.size(); ++i)
    if (i != place) devices_[i] |= kElse;
}

void FindingChoice::search_for(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Marks bit = 1U << i;
    words_ |= bit;
    const std::vector<bool> found = search(estate_, {words[i]});
    for (std::size_t device = 0; device < found.size(); ++device)
      if (found[device]) devices_[device] |= bit << kWordShift;
    for (std::size_t check = 0; check < checks_.size(); ++check)
      if (estate_.checks[check].text.find(words[i]) != std::string::npos)
        checks_[check] |= bit << kWordShift;
    std::uint64_t id = 0;
    const char* const end = words[i].data() + words[i].size();
    if (words[i].starts_with("f-") && std::from_chars(words[i].data() + 2, end, id, 16).ptr == end)
      ids_.emplace_back(id, bit);
  }
}

FindingChoice::Marks FindingChoice::words_in_id(const EstateFinding& finding) const {
  Marks words = 0;
  for (const auto& [id, bit] : ids_)
    if (id == finding.id) words |= bit;
  return words;
}

std::vector<char> FindingChoice::all() const {
  std::vector<char> meant(estate_.findings.size());
  each([&](std::uint32_t place, unsigned failing) { meant[place] = failing == 0 ? 1 : 0; });
  return meant;
}

FindingCounts::FindingCounts(const Estate& estate)
    : estate_(estate), checks_(estate.checks.size()), devices_(estate.devices.size() + 1) {}

void FindingCounts::add(std::uint32_t place, unsigned failing) {
  const EstateFindingKey key = estate_.finding_keys[place];
  const std::uint32_t device = estate_.findings[place].device;
  if (failing == 0) {
    ++total_;
    ++kinds_[key.rating_and_state];
    ++owner_roles_[key.owner_role];
    ++checks_[key.check];
    ++devices_[std::min<std::size_t>(device, devices_.size() - 1)];
    return;
  }
  const auto facet = static_cast<FindingFacet>(std::countr_zero(failing));
  Counts& counts = others_.at(static_cast<std::size_t>(facet));
  if (facet == FindingFacet::cwe) {
    for (const std::uint32_t cwe : estate_.checks[key.check].cwe) counts.add(cwe);
  } else if (std::ranges::find(kOfDevices, facet) == kOfDevices.end()) {
    counts.add(code_of(key, facet));
  } else {
    counts.add(device == kNobody ? 0 : code_of(estate_.devices[device], facet));
  }
}

std::array<Counts, kFindingFacets> FindingCounts::by_facet() const {
  std::array<Counts, kFindingFacets> all = others_;
  const auto of = [&](FindingFacet facet) -> Counts& {
    return all.at(static_cast<std::size_t>(facet));
  };
  const auto add = [&](FindingFacet facet, const auto& counts) {
    for (std::uint32_t code = 0; code < counts.size(); ++code) of(facet).add(code, counts[code]);
  };
  for (unsigned i = 0; i < kinds_.size(); ++i)
    for (const FindingFacet facet : {FindingFacet::state, FindingFacet::rating})
      of(facet).add(
          code_of(EstateFindingKey{.rating_and_state = static_cast<std::uint8_t>(i)}, facet),
          kinds_.at(i));
  add(FindingFacet::owner_role, owner_roles_);
  add(FindingFacet::check, checks_);
  for (std::size_t i = 0; i < checks_.size(); ++i)
    for (const std::uint32_t cwe : estate_.checks[i].cwe)
      of(FindingFacet::cwe).add(cwe, checks_[i]);
  for (const FindingFacet facet : kOfDevices) {
    for (std::size_t i = 0; i < estate_.devices.size(); ++i)
      of(facet).add(code_of(estate_.devices[i], facet), devices_[i]);
    of(facet).add(0, devices_.back());
  }
  return all;
}

}  // namespace asepsis
