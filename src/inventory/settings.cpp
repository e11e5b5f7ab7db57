#include "inventory/settings.hpp"

#include <optional>
#include <span>

#include "inventory/settings_collect.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostEvidence = 8;  // of one value, of each kind

std::string instance_of(const SettingInfo& info, std::uint16_t port) {
  return info.instance == "port" && port != 0 ? std::to_string(port) : std::string();
}

// ---- Where settings come from.

void from_facts(const SettingInput& in, SettingCollector& out) {
  const auto& settings = in.knowledge.settings();
  for (const std::size_t index : in.fused().facts) {
    const HeardFact& fact = in.heard.facts[index];
    // What a gateway says of the equipment behind it is not about the gateway.
    if (in.fused().relays && !fact.equipment.empty()) continue;
    const auto meant = in.context.by_claim.find(fact.claim);
    if (meant == in.context.by_claim.end()) continue;
    for (const std::size_t setting : meant->second)
      if (auto value = in.knowledge.setting_value(setting, fact.value))
        out.add_fact(setting, instance_of(settings[setting], fact.port), std::move(*value), fact);
  }
}

void from_attribute(std::size_t setting, const SettingInput& in, SettingCollector& out) {
  const auto found = in.self().attributes.find(in.knowledge.settings()[setting].attribute);
  if (found == in.self().attributes.end() || found->second.value.empty()) return;
  for (const std::size_t index : in.fused().facts)
    if (std::ranges::binary_search(found->second.facts, in.heard.facts[index].id))
      out.add_fact(setting, {}, found->second.value, in.heard.facts[index]);
}

void from_services(std::size_t setting, const SettingInput& in, SettingCollector& out) {
  const SettingInfo& info = in.knowledge.settings()[setting];
  for (const std::size_t index : in.self().given) {
    const FusedTalk& talk = in.fusion.talks[index];
    const HeardTalk& heard = in.heard.talks[index];
    const std::string port = std::to_string(heard.port);
    const bool is_it = contains(info.applications, talk.application);
    if (talk.state == "seen" && is_it) {
      out.add_talk(setting, port, std::string(talk.security), SettingState::seen, heard);
    } else if (talk.state == "refused" && (is_it || talk.application.empty()) &&
               std::ranges::find(info.ports, heard.port) != info.ports.end()) {
      out.add_talk(setting, port, {}, SettingState::refused, heard);
    }
  }
}

void from_uses(std::size_t setting, const SettingInput& in, SettingCollector& out) {
  const SettingInfo& info = in.knowledge.settings()[setting];
  for (const std::size_t index : in.self().used) {
    const FusedTalk& talk = in.fusion.talks[index];
    const Ip& server = in.heard.endpoints[in.heard.talks[index].server].ip;
    if (talk.state == "refused" || server.empty() || server.multicast()) continue;
    if (contains(info.uses, talk.application))
      out.add_talk(setting, {}, to_text(server), SettingState::seen, in.heard.talks[index]);
  }
}

// It gives a service in which the setting would show, and did not show.
void find_unknown(std::size_t setting, const SettingInput& in, SettingCollector& out) {
  const SettingInfo& info = in.knowledge.settings()[setting];
  if (info.instance != "port") return;
  for (const std::size_t index : in.self().given) {
    const FusedTalk& talk = in.fusion.talks[index];
    if (talk.state != "seen" || !contains(info.shown_by, talk.application)) continue;
    const std::string port = std::to_string(in.heard.talks[index].port);
    if (!out.knows(setting, port))
      out.add_talk(setting, port, {}, SettingState::unknown, in.heard.talks[index]);
  }
}

// ---- Which of the values count.

using Values = std::vector<SettingValue>;

bool later(const SettingValue& a, const SettingValue& b) {
  return std::tie(a.last, a.first, a.value) > std::tie(b.last, b.first, b.value);
}

// All but the latest are past; or all but the worst or the best are left out.
void take(const SettingInfo& info, std::span<SettingValue> seen) {
  if (info.take == Take::each || seen.size() < 2) return;
  const auto rank = [&](const SettingValue& value) {
    return std::ranges::find(info.order, value.value) - info.order.begin();
  };
  const SettingValue* best = seen.data();
  for (const SettingValue& value : seen) {
    if (info.take == Take::latest
            ? later(value, *best)
            : (info.take == Take::lowest ? rank(value) < rank(*best) : rank(value) > rank(*best)))
      best = &value;
  }
  for (SettingValue& value : seen) value.current = &value == best;
}

// A refusal, of one value or of all, is over once it was had later, and the
// other way round.
void settle_refusals(std::span<SettingValue> seen, std::span<SettingValue> refused) {
  for (SettingValue& no : refused)
    for (SettingValue& yes : seen) {
      if (!no.value.empty() && no.value != yes.value) continue;
      (no.last > yes.last ? yes : no).current = false;
    }
}

// The first that say so; those of one moment in the order in which they were
// gathered, which depends on nothing but what was heard.
std::vector<std::int64_t> first_ids(const std::vector<std::pair<std::int64_t, std::int64_t>>& all) {
  std::vector<std::pair<std::int64_t, std::size_t>> order;  // first seen, place
  order.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) order.emplace_back(all[i].first, i);
  std::ranges::sort(order);
  std::vector<std::int64_t> ids;
  for (const auto& [first, place] : order)
    if (ids.size() < kMostEvidence) ids.push_back(all[place].second);
  return ids;
}

}  // namespace

std::vector<SettingValue> SettingCollector::values(const Knowledge& knowledge) const {
  Values all;
  for (const auto& [key, kept] : kept_) {
    const auto& [setting, instance, state, value] = key;
    all.push_back({.setting = setting,
                   .instance = instance,
                   .value = value,
                   .state = state,
                   .level = state == SettingState::seen ? knowledge.setting_level(setting, value)
                                                        : std::string_view(),
                   .first = kept.first,
                   .last = kept.last,
                   .facts = first_ids(kept.facts),
                   .talks = first_ids(kept.talks)});
  }
  // Runs of one instance; within one, what is seen stands before what is refused.
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    std::size_t refused = begin;
    while (end < all.size() && all[end].setting == all[begin].setting &&
           all[end].instance == all[begin].instance) {
      if (all[end].state == SettingState::seen) refused = end + 1;
      ++end;
    }
    const std::span run(all);
    take(knowledge.settings()[all[begin].setting], run.subspan(begin, refused - begin));
    settle_refusals(run.subspan(begin, refused - begin), run.subspan(refused, end - refused));
    begin = end;
  }
  // What is neither the worst nor the best is no past value: it is left out.
  std::erase_if(all, [&](const SettingValue& value) {
    return !value.current && value.state == SettingState::seen &&
           knowledge.settings()[value.setting].take > Take::latest;
  });
  return all;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

std::string_view to_text(SettingState state) {
  switch (state) {
    case SettingState::seen: return "seen";
    case SettingState::refused: return "refused";
    case SettingState::unknown: return "unknown";
  }
  return {};
}

namespace {

// TCP, UDP and SCTP: what others have is no service.
bool has_ports(int protocol) { return protocol == 6 || protocol == 17 || protocol == 132; }

}  // namespace

SettingContext make_setting_context(const Heard& heard, const Fusion& fusion,
                                    const Knowledge& knowledge) {
  SettingContext context{.devices = std::vector<SettingContext::Device>(fusion.devices.size()),
                         .by_claim = {}};
  const auto& settings = knowledge.settings();
  for (std::size_t i = 0; i < settings.size(); ++i)
    for (const std::string& claim : settings[i].claims) context.by_claim[claim].push_back(i);
  const auto reports = std::ranges::find(settings, "reports.to", &SettingInfo::derived);
  for (std::size_t i = 0; i < fusion.talks.size(); ++i) {
    const FusedTalk& talk = fusion.talks[i];
    if (talk.copy || !has_ports(heard.talks[i].protocol)) continue;
    if (talk.server) context.devices[*talk.server].given.push_back(i);
    if (talk.client) context.devices[*talk.client].used.push_back(i);
    if (talk.server && reports != settings.end() && talk.state == "seen" &&
        contains(reports->applications, talk.application))
      context.devices[*talk.server].takes_reports = true;
  }
  return context;
}

std::vector<SettingValue> settings_of(std::size_t device, const Heard& heard, const Fusion& fusion,
                                      const SettingContext& context, const Knowledge& knowledge) {
  const SettingInput in{device, heard, fusion, context, knowledge};
  SettingCollector out;
  from_facts(in, out);
  const auto& settings = knowledge.settings();
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (!settings[i].derived.empty()) {
      derive_setting(i, in, out);
    } else if (!settings[i].applications.empty()) {
      from_services(i, in, out);
    } else if (!settings[i].uses.empty()) {
      from_uses(i, in, out);
    } else if (!settings[i].attribute.empty()) {
      from_attribute(i, in, out);
    }
    if (!settings[i].shown_by.empty()) find_unknown(i, in, out);
  }
  return out.values(knowledge);
}

}  // namespace asepsis
