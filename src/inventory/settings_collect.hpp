// Gathers the values of one device's settings while they are derived. Part of
// settings.

#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "inventory/settings.hpp"

namespace asepsis {

// What the derivations read.
struct SettingInput {
  std::size_t device;
  const Heard& heard;
  const Fusion& fusion;
  const SettingContext& context;
  const Knowledge& knowledge;

  const SettingContext::Device& self() const { return context.devices[device]; }
  const FusedDevice& fused() const { return fusion.devices[device]; }
};

class SettingCollector {
 public:
  void add_fact(std::size_t setting, std::string instance, std::string value,
                const HeardFact& fact) {
    Kept& kept = at(setting, std::move(instance), std::move(value),
                    fact.refused ? SettingState::refused : SettingState::seen);
    kept.span(fact.first, fact.last);
    kept.facts.emplace_back(fact.first, fact.id);
  }

  void add_talk(std::size_t setting, std::string instance, std::string value, SettingState state,
                const HeardTalk& talk) {
    Kept& kept = at(setting, std::move(instance), std::move(value), state);
    kept.span(talk.first, talk.last);
    kept.talks.emplace_back(talk.first, talk.id);
  }

  bool knows(std::size_t setting, const std::string& instance) const {
    const auto found = kept_.lower_bound({setting, instance, SettingState::seen, ""});
    return found != kept_.end() && std::get<0>(found->first) == setting &&
           std::get<1>(found->first) == instance;
  }

  // Leaves only what the setting takes, and tells the present from the past.
  std::vector<SettingValue> values(const Knowledge& knowledge) const;

 private:
  using Key = std::tuple<std::size_t, std::string, SettingState, std::string>;
  struct Kept {
    std::int64_t first = 0, last = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> facts, talks;  // first seen, id
    bool any = false;

    void span(std::int64_t from, std::int64_t to) {
      first = any ? std::min(first, from) : from;
      last = any ? std::max(last, to) : to;
      any = true;
    }
  };

  Kept& at(std::size_t setting, std::string instance, std::string value, SettingState state) {
    return kept_[{setting, std::move(instance), state, std::move(value)}];
  }

  std::map<Key, Kept> kept_;
};

// One derivation that the registry names (`derived`).
void derive_setting(std::size_t setting, const SettingInput& in, SettingCollector& out);

bool contains(const std::vector<std::string>& list, std::string_view text);

}  // namespace asepsis
