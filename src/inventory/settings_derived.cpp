// Settings that no single fact tells: one function each, named by the
// registry's `derived`.

#include <optional>
#include <set>

#include "inventory/settings_collect.hpp"

namespace asepsis {
namespace {

struct Work {
  std::size_t setting;
  const SettingInfo& info;
  const SettingInput& in;
  SettingCollector& out;

  const FusedTalk& fused(std::size_t talk) const { return in.fusion.talks[talk]; }
  const HeardTalk& heard(std::size_t talk) const { return in.heard.talks[talk]; }
  void see(std::string instance, std::string_view value, std::size_t talk) const {
    out.add_talk(setting, std::move(instance), std::string(value), SettingState::seen, heard(talk));
  }
};

bool in_use(const FusedTalk& talk) { return talk.state == "seen" && !talk.application.empty(); }

// By what each one administrator came.
void administration(const Work& work) {
  for (const std::size_t i : work.in.self().given) {
    const FusedTalk& talk = work.fused(i);
    if (in_use(talk) && talk.client && contains(work.info.applications, talk.application))
      work.see(work.in.fusion.devices[*talk.client].id, talk.application, i);
  }
}

void service_protection(const Work& work) {
  for (const std::size_t i : work.in.self().given)
    if (in_use(work.fused(i)) && work.heard(i).port != 0)
      work.see(std::to_string(work.heard(i).port), work.fused(i).security, i);
}

// What no setting of its own is about.
void other_service(const Work& work) {
  for (const std::size_t i : work.in.self().given) {
    const FusedTalk& talk = work.fused(i);
    if (!in_use(talk) || work.heard(i).port == 0) continue;
    const bool known =
        std::ranges::any_of(work.in.knowledge.settings(), [&](const SettingInfo& info) {
          return info.derived.empty() && contains(info.applications, talk.application);
        });
    if (!known) work.see(std::to_string(work.heard(i).port), talk.application, i);
  }
}

std::string role_of_server(const Work& work, const FusedTalk& talk) {
  return talk.server ? work.in.context.devices[*talk.server].role : std::string();
}

void peer_protection(const Work& work) {
  for (const std::size_t i : work.in.self().used) {
    const FusedTalk& talk = work.fused(i);
    const std::string role = role_of_server(work, talk);
    if (in_use(talk) && !role.empty() && !contains(work.info.except, talk.application))
      work.see(role, talk.security, i);
  }
}

void reports_to(const Work& work) {
  for (const std::size_t i : work.in.self().used) {
    const FusedTalk& talk = work.fused(i);
    const std::string role = role_of_server(work, talk);
    if (!in_use(talk) || role.empty()) continue;
    // What is inside TLS goes where others are seen to send clinical data.
    const bool hidden = talk.application == "tls" || talk.application == "https";
    if (contains(work.info.applications, talk.application) ||
        (hidden && work.in.context.devices[*talk.server].takes_reports))
      work.see({}, role, i);
  }
}

void talks_to(const Work& work) {
  for (const std::size_t i : work.in.self().used) {
    const std::string role = role_of_server(work, work.fused(i));
    if (in_use(work.fused(i)) && !role.empty()) work.see(role, work.fused(i).application, i);
  }
}

void internet(const Work& work) {
  if (work.in.fused().external) return;
  const auto outside = [&](const std::optional<std::uint32_t>& peer) {
    return peer && work.in.fusion.devices[*peer].external;
  };
  for (const std::size_t i : work.in.self().used)
    if (work.fused(i).state == "seen" && outside(work.fused(i).server))
      work.see("to outside", work.fused(i).security, i);
  for (const std::size_t i : work.in.self().given)
    if (work.fused(i).state == "seen" && outside(work.fused(i).client))
      work.see("from outside", work.fused(i).security, i);
}

// A certificate that was seen whole is self-signed or is not.
void self_signed(const Work& work) {
  std::set<std::uint16_t> by_itself;
  for (const std::size_t index : work.in.fused().facts) {
    const HeardFact& fact = work.in.heard.facts[index];
    if (fact.claim != "tls.self_signed") continue;
    by_itself.insert(fact.port);
    work.out.add_fact(work.setting, std::to_string(fact.port), "yes", fact);
  }
  for (const std::size_t index : work.in.fused().facts) {
    const HeardFact& fact = work.in.heard.facts[index];
    if (fact.claim == "tls.issuer" && !by_itself.contains(fact.port))
      work.out.add_fact(work.setting, std::to_string(fact.port), "no", fact);
  }
}

void snmp_protection(const Work& work) {
  for (const std::size_t index : work.in.fused().facts) {
    const HeardFact& fact = work.in.heard.facts[index];
    const std::string port = std::to_string(fact.port);
    if (fact.claim == "snmp.security") {
      work.out.add_fact(work.setting, port, std::string(fact.value), fact);
    } else if (fact.claim == "snmp.version" && fact.value != "v3") {
      work.out.add_fact(work.setting, port, "community", fact);
    }
  }
}

struct Row {
  std::string_view name;
  void (*derive)(const Work&);
};
constexpr Row kRows[] = {
    {"administration", administration},
    {"certificate.self_signed", self_signed},
    {"internet", internet},
    {"peer.protection", peer_protection},
    {"reports.to", reports_to},
    {"service", other_service},
    {"service.protection", service_protection},
    {"snmp.protection", snmp_protection},
    {"talks.to", talks_to},
};

}  // namespace

bool is_setting_derivation(std::string_view name) {
  return std::ranges::find(kRows, name, &Row::name) != std::end(kRows);
}

void derive_setting(std::size_t setting, const SettingInput& in, SettingCollector& out) {
  const SettingInfo& info = in.knowledge.settings()[setting];
  const auto* const row = std::ranges::find(kRows, info.derived, &Row::name);
  if (row != std::end(kRows)) row->derive({setting, info, in, out});
}

}  // namespace asepsis
