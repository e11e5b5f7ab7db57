// The conflicts of thousands of profiles at once: for each setting one mask of
// profiles for each thing that can be known, instead of asking every pair.

#include <algorithm>
#include <map>

#include "assess/variants.hpp"

namespace asepsis {
namespace {

using Word = Graph::Word;
using Mask = std::vector<Word>;

bool shares(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) return true;
    *i < *j ? ++i : ++j;
  }
  return false;
}

bool refuses(const Answer& no, const Answer& yes) {
  return (no.refuses_all && !yes.seen.empty()) || shares(no.refused, yes.seen);
}

void set(Mask& mask, std::size_t bit) {
  mask[bit / Graph::kBits] |= Word{1} << (bit % Graph::kBits);
}
void add(Mask& to, const Mask& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] |= from[i];
}

// Of one setting: which profiles say what.
class SettingMasks {
 public:
  SettingMasks(std::size_t profiles, Compare compare)
      : compare_(compare),
        words_((profiles + Graph::kBits - 1) / Graph::kBits),
        seen_(words_),
        refuse_all_(words_) {}

  void add_profile(std::size_t profile, const Answer& answer) {
    who_[answer].push_back(profile);
    if (!answer.seen.empty()) {
      set(seen_, profile);
      alike_[answer.seen].push_back(profile);
    }
    if (answer.refuses_all) set(refuse_all_, profile);
    for (const std::string& value : answer.seen) has_[value].push_back(profile);
    for (const std::string& value : answer.refused) refuses_[value].push_back(profile);
  }

  void join_all(Graph& graph) const {
    if (!any_conflict()) return;
    for (const auto& [answer, profiles] : who_) {
      const Mask against = against_mask(answer);
      for (const std::size_t profile : profiles) {
        const auto row = graph.row(profile);
        for (std::size_t i = 0; i < words_; ++i) row[i] |= against[i];
      }
    }
  }

 private:
  using Lists = std::map<std::string, std::vector<std::size_t>>;

  bool any_conflict() const {
    if (who_.size() < 2) return false;
    const bool refusals =
        !refuses_.empty() || std::ranges::any_of(refuse_all_, [](Word word) { return word != 0; });
    return refusals || compare_ == Compare::same || compare_ == Compare::in_common;
  }

  static void mark(const Lists& lists, const std::string& value, Mask& mask) {
    const auto found = lists.find(value);
    if (found == lists.end()) return;
    for (const std::size_t profile : found->second) set(mask, profile);
  }

  Mask against_mask(const Answer& answer) const {
    Mask against(words_);
    if (answer.refuses_all) add(against, seen_);
    for (const std::string& value : answer.refused) mark(has_, value, against);
    if (answer.seen.empty()) return against;
    add(against, refuse_all_);
    for (const std::string& value : answer.seen) mark(refuses_, value, against);
    if (compare_ != Compare::same && compare_ != Compare::in_common) return against;
    Mask agree(words_);
    if (compare_ == Compare::same)
      for (const std::size_t profile : alike_.at(answer.seen)) set(agree, profile);
    if (compare_ == Compare::in_common)
      for (const std::string& value : answer.seen) mark(has_, value, agree);
    for (std::size_t i = 0; i < words_; ++i) against[i] |= seen_[i] & ~agree[i];
    return against;
  }

  Compare compare_;
  std::size_t words_;
  Mask seen_, refuse_all_;
  std::map<Answer, std::vector<std::size_t>> who_;
  std::map<std::vector<std::string>, std::vector<std::size_t>> alike_;  // by what is seen
  Lists has_, refuses_;
};

}  // namespace

bool in_conflict(const Answer& a, const Answer& b, Compare compare) {
  if (compare == Compare::never) return false;
  if (refuses(a, b) || refuses(b, a)) return true;
  if (a.seen.empty() || b.seen.empty()) return false;
  if (compare == Compare::same) return a.seen != b.seen;
  return compare == Compare::in_common && !shares(a.seen, b.seen);
}

Graph conflicts(const std::vector<Profile>& profiles, const std::vector<Compare>& compares) {
  Graph graph(profiles.size());
  std::vector<SettingMasks> settings;
  settings.reserve(compares.size());
  for (const Compare compare : compares) settings.emplace_back(profiles.size(), compare);
  for (std::size_t i = 0; i < profiles.size(); ++i)
    for (const auto& [setting, answer] : profiles[i]) settings[setting].add_profile(i, answer);
  for (std::size_t i = 0; i < compares.size(); ++i)
    if (compares[i] != Compare::never) settings[i].join_all(graph);
  return graph;
}

}  // namespace asepsis
