#include "assess/variants.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>

#include "assess/partition.hpp"

namespace asepsis {
namespace {

// Devices of which the same is known count as one.
struct Distinct {
  std::vector<Profile> profiles;                  // ascending
  std::vector<std::vector<std::size_t>> devices;  // of each
  std::vector<std::vector<std::uint32_t>> seen;   // of each: values of settings, by number
};

Distinct distinct_of(const std::vector<Profile>& devices) {
  std::map<Profile, std::vector<std::size_t>> by_profile;
  for (std::size_t i = 0; i < devices.size(); ++i) by_profile[devices[i]].push_back(i);
  Distinct distinct;
  std::map<std::pair<std::size_t, std::string>, std::uint32_t> numbers;
  for (auto& [profile, who] : by_profile) {
    distinct.profiles.push_back(profile);
    distinct.devices.push_back(std::move(who));
    auto& seen = distinct.seen.emplace_back();
    for (const auto& [setting, answer] : profile)
      for (const std::string& value : answer.seen)
        seen.push_back(
            numbers.try_emplace({setting, value}, static_cast<std::uint32_t>(numbers.size()))
                .first->second);
  }
  return distinct;
}

// Places profiles into groups: who is to fit in, and how close each is.
class Places {
 public:
  Places(const Distinct& distinct, const Graph& graph, std::size_t groups)
      : distinct_(&distinct), partition_(graph, groups), known_(groups), sizes_(groups) {}

  void put(std::size_t profile, std::size_t group) {
    partition_.put(profile, group);
    sizes_[group] += distinct_->devices[profile].size();
    for (const std::uint32_t value : distinct_->seen[profile])
      known_[group][value] += distinct_->devices[profile].size();
  }

  // The groups in which it is in conflict with nobody, ascending.
  std::vector<std::size_t> fitting(std::size_t profile) const {
    return partition_.fitting(profile);
  }

  // The group that it fits in and has most values in common with; of several
  // the one in which these are the most usual; then the larger.
  std::size_t closest(std::size_t profile) const {
    std::size_t best = kNowhere;
    std::tuple<std::size_t, std::size_t, std::size_t> rank;
    for (const std::size_t group : fitting(profile)) {
      const auto [values, devices] = in_common(profile, group);
      constexpr std::size_t kScale = 1'000'000;
      const std::tuple mine(values, devices * kScale / std::max<std::size_t>(sizes_[group], 1),
                            sizes_[group]);
      if (best != kNowhere && mine <= rank) continue;
      best = group;
      rank = mine;
    }
    return best;
  }

  // Who was placed before others were there may have more in common elsewhere.
  // Whether it moved.
  bool move_closer(std::size_t profile) {
    const std::size_t from = of(profile);
    if (sizes_[from] == distinct_->devices[profile].size()) return false;  // nobody else is there
    take(profile);
    put(profile, closest(profile));
    return of(profile) != from;
  }

  std::size_t of(std::size_t profile) const { return partition_.of(profile); }

 private:
  void take(std::size_t profile) {
    const std::size_t from = of(profile);
    partition_.take(profile);
    sizes_[from] -= distinct_->devices[profile].size();
    for (const std::uint32_t value : distinct_->seen[profile]) {
      const auto known = known_[from].find(value);
      known->second -= distinct_->devices[profile].size();
      if (known->second == 0) known_[from].erase(known);
    }
  }

  // How many of its values are known in the group, and of how many devices there, all told.
  std::pair<std::size_t, std::size_t> in_common(std::size_t profile, std::size_t group) const {
    std::size_t values = 0;
    std::size_t devices = 0;
    for (const std::uint32_t value : distinct_->seen[profile]) {
      const auto found = known_[group].find(value);
      if (found == known_[group].end()) continue;
      ++values;
      devices += found->second;
    }
    return {values, devices};
  }

  const Distinct* distinct_;
  Partition partition_;
  std::vector<std::unordered_map<std::uint32_t, std::size_t>> known_;  // devices by value
  std::vector<std::size_t> sizes_;                                     // in devices
};

// Those whose places decide: first some that are all in conflict, then whoever
// conflicts with the most, each where it has most in common. False if so many
// groups do not suffice for that.
bool place_by_likeness(const Graph& graph, const Reduction& reduction, const Colouring& core,
                       Places& places) {
  std::vector<std::size_t> order;
  std::vector<bool> placed(reduction.kept.size());
  for (const std::size_t i : core.clique) {
    places.put(reduction.kept[i], core.of[i]);
    placed[i] = true;
  }
  for (std::size_t i = 0; i < reduction.kept.size(); ++i)
    if (!placed[i]) order.push_back(reduction.kept[i]);
  std::vector<std::size_t> degrees(graph.size());
  for (const std::size_t profile : order) degrees[profile] = graph.degree(profile);
  std::ranges::sort(order, std::greater<>(), [&](std::size_t profile) {
    return std::pair(degrees[profile], graph.size() - profile);
  });
  for (const std::size_t profile : order) {
    const std::size_t group = places.closest(profile);
    if (group == kNowhere) return false;
    places.put(profile, group);
  }
  return true;
}

Places place_all(const Distinct& distinct, const Graph& graph, const Reduction& reduction,
                 const Colouring& core) {
  Places places(distinct, graph, core.used);
  if (!place_by_likeness(graph, reduction, core, places)) {
    places = Places(distinct, graph, core.used);
    for (std::size_t i = 0; i < reduction.kept.size(); ++i)
      places.put(reduction.kept[i], core.of[i]);
  }
  // Each fits at least with the one for whom it went.
  for (std::size_t i = reduction.gone.size(); i-- > 0;) {
    const std::size_t profile = reduction.gone[i].vertex;
    places.put(profile, places.closest(profile));
  }
  // Who came first could not know who else would come. Where there are
  // thousands of groups nobody looks for likeness.
  constexpr std::size_t kMostWork = 500'000;
  bool moved = distinct.profiles.size() * core.used < kMostWork;
  for (int round = 0; moved && round < 5; ++round) {
    moved = false;
    for (std::size_t profile = 0; profile < distinct.profiles.size(); ++profile)
      if (places.move_closer(profile)) moved = true;
  }
  return places;
}

// The colours of those who decide how many there are; the others come later.
std::pair<Reduction, Colouring> colour_core(const Graph& graph) {
  constexpr std::size_t kMany = 1'000;  // profiles; with fewer the exact way costs nothing
  if (graph.size() > kMany) {
    Colouring quick = colour_quickly(graph);
    Reduction none{.kept = numbers_below(graph.size()), .gone = {}};
    if (quick.used == quick.at_least) return {std::move(none), std::move(quick)};
  }
  Reduction reduction = reduce(graph);
  Colouring core = colour(part_of(graph, reduction.kept));
  return {std::move(reduction), std::move(core)};
}

// Who fits another group as well is in its own by assumption.
bool is_assumed(const Places& places, std::size_t profile) {
  return std::ranges::any_of(places.fitting(profile),
                             [&](std::size_t group) { return group != places.of(profile); });
}

// The largest first; of several as large, by what is known of them.
void sort_groups(const Distinct& distinct, const Places& places,
                 std::vector<Grouping::Group>& groups) {
  std::vector<std::size_t> first(groups.size(), kNowhere);
  std::vector<std::size_t> order = numbers_below(groups.size());
  for (std::size_t i = distinct.profiles.size(); i-- > 0;) first[places.of(i)] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const std::size_t sizes[] = {groups[a].devices.size(), groups[b].devices.size()};
    return sizes[0] != sizes[1] ? sizes[0] > sizes[1] : first[a] < first[b];
  });
  std::vector<Grouping::Group> sorted;
  for (const std::size_t i : order) {
    std::ranges::sort(groups[i].devices);
    std::ranges::sort(groups[i].assumed);
    sorted.push_back(std::move(groups[i]));
  }
  groups = std::move(sorted);
}

}  // namespace

Grouping group(const std::vector<Profile>& devices, const std::vector<Compare>& compares) {
  const Distinct distinct = distinct_of(devices);
  const Graph graph = conflicts(distinct.profiles, compares);
  const auto [reduction, core] = colour_core(graph);
  const Places places = place_all(distinct, graph, reduction, core);
  Grouping result{.groups = std::vector<Grouping::Group>(core.used), .at_least = core.at_least};
  for (std::size_t i = 0; i < distinct.profiles.size(); ++i) {
    Grouping::Group& mine = result.groups[places.of(i)];
    std::ranges::copy(distinct.devices[i], std::back_inserter(mine.devices));
    if (is_assumed(places, i))
      std::ranges::copy(distinct.devices[i], std::back_inserter(mine.assumed));
  }
  sort_groups(distinct, places, result.groups);
  // Where the least number is not proven, placing by likeness may need fewer.
  std::erase_if(result.groups, [](const Grouping::Group& one) { return one.devices.empty(); });
  return result;
}

}  // namespace asepsis
