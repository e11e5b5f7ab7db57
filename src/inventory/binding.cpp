#include "inventory/binding.hpp"

#include <algorithm>
#include <limits>

namespace asepsis {
namespace {

constexpr int kHopsUnknown = 255;  // logs do not tell the TTL

struct Presence {
  int hops = kHopsUnknown;
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  std::set<std::string> claims;

  void add(std::int64_t from, std::int64_t to) {
    first = std::min(first, from);
    last = std::max(last, to);
  }
};

using Pairs = std::map<std::pair<Mac, Ip>, Presence>;

void note_heard(const HeardEndpoint& endpoint, std::int64_t first, std::int64_t last,
                Bindings& out) {
  if (!endpoint.mac.empty() && !endpoint.mac.group()) out.heard_macs.insert(endpoint.mac);
  if (!endpoint.ip.names_a_host()) return;
  const auto [at, fresh] = out.heard_ips.try_emplace(endpoint.ip, first, last);
  if (fresh) return;
  at->second.first = std::min(at->second.first, first);
  at->second.second = std::max(at->second.second, last);
}

void note_sender(const HeardEndpoint& endpoint, std::uint64_t packets, int hops,
                 const HeardTalk& talk, Pairs& pairs, Bindings& out) {
  if (packets == 0) return;
  note_heard(endpoint, talk.first, talk.last, out);
  if (!endpoint.ip.names_a_host()) return;
  if (endpoint.mac.empty() || endpoint.mac.group()) return;
  Presence& presence = pairs[{endpoint.mac, endpoint.ip}];
  presence.hops = std::min(presence.hops, hops);
  presence.add(talk.first, talk.last);
}

void note_claim(const Heard& heard, const HeardFact& fact, Pairs& pairs, Bindings& out) {
  if (fact.claim == "address.logged")
    return note_heard(heard.endpoints[fact.endpoint], fact.first, fact.last, out);
  const bool leased = fact.claim == "address.dhcp";
  if (!leased && fact.claim != "address.arp" && fact.claim != "address.nd") return;
  const HeardEndpoint& endpoint = heard.endpoints[fact.endpoint];
  if (endpoint.mac.empty() || endpoint.mac.group() || !endpoint.ip.names_a_host()) return;
  Presence& presence = pairs[{endpoint.mac, endpoint.ip}];
  presence.add(fact.first, fact.last);
  presence.claims.emplace(leased ? "dhcp" : fact.protocol.view());
  if (leased) out.heard_macs.insert(endpoint.mac);
}

// Where no TTL tells whether a router was passed: a MAC that speaks for one
// IPv4 address alone, of the site's own, is that host's; link-local addresses
// pass no router. Whoever speaks for more is taken for a router, unless it was
// heard or said otherwise: then what logs tell of other addresses is no proof.
void judge_logged(Pairs& pairs) {
  const auto unknown = [](const Presence& presence) {
    return presence.hops == kHopsUnknown && presence.claims.empty();
  };
  std::map<Mac, int> addresses;
  std::set<Mac> settled;
  for (const auto& [pair, presence] : pairs) {
    if (pair.second.is_v4()) ++addresses[pair.first];
    if (!unknown(presence)) settled.insert(pair.first);
  }
  for (auto& [pair, presence] : pairs) {
    const auto& [mac, ip] = pair;
    const bool alone = ip.is_v4() && ip.private_use() && addresses[mac] == 1;
    if (unknown(presence) && (alone || ip.link_local())) presence.hops = 0;
  }
  std::erase_if(pairs, [&](const auto& entry) {
    return unknown(entry.second) && settled.contains(entry.first.first);
  });
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

bool is_virtual_router(const Mac& mac) {
  const auto& b = mac.bytes;
  const bool vrrp = b[0] == 0 && b[1] == 0 && b[2] == 0x5e && b[3] == 0 && (b[4] == 1 || b[4] == 2);
  const bool hsrp = b[0] == 0 && b[1] == 0 && b[2] == 0x0c &&
                    ((b[3] == 0x07 && b[4] == 0xac) || (b[3] == 0x9f && b[4] >= 0xf0));
  return vrrp || hsrp;
}

Bindings bind_addresses(const Heard& heard) {
  Bindings out;
  Pairs pairs;
  for (const HeardTalk& talk : heard.talks) {
    note_sender(heard.endpoints[talk.client], talk.client_packets, talk.client_hops, talk, pairs,
                out);
    note_sender(heard.endpoints[talk.server], talk.server_packets, talk.server_hops, talk, pairs,
                out);
  }
  for (const HeardFact& fact : heard.facts) note_claim(heard, fact, pairs, out);
  judge_logged(pairs);

  for (const auto& [pair, presence] : pairs)
    if (presence.claims.empty() && presence.hops > 0) out.forwarders.insert(pair.first);

  for (const auto& [pair, presence] : pairs) {
    const auto& [mac, ip] = pair;
    const bool claimed = !presence.claims.empty();
    // Without a claim, a router's MAC stands for an address only where the
    // address is of the site's own and no router was passed.
    const bool on_link = presence.hops == 0 && (!out.forwarders.contains(mac) || ip.private_use());
    if (!claimed && !on_link) continue;
    out.of_ip[ip].push_back({.mac = mac,
                             .first = presence.first,
                             .last = presence.last,
                             .claimed = claimed,
                             .why = claimed ? joined(presence.claims) : "frames on its own link"});
  }
  for (auto& [ip, bindings] : out.of_ip) {
    // What a router merely forwarded yields to who said the address is its own.
    const bool any_claimed = std::ranges::any_of(bindings, &Binding::claimed);
    if (any_claimed)
      std::erase_if(bindings, [&](const Binding& binding) {
        return !binding.claimed && out.forwarders.contains(binding.mac);
      });
    std::ranges::sort(bindings, {},
                      [](const Binding& binding) { return std::pair(binding.first, binding.mac); });
  }
  return out;
}

const Binding* Bindings::owner(const Ip& ip, std::int64_t time) const {
  const auto found = of_ip.find(ip);
  if (found == of_ip.end()) return nullptr;
  const Binding* best = nullptr;
  for (const Binding& binding : found->second) {
    const bool covers = binding.first <= time && time <= binding.last;
    if (covers && (best == nullptr || binding.claimed || !best->claimed)) best = &binding;
  }
  if (best != nullptr) return best;
  // Between two owners it is the earlier one's until the later one shows up.
  for (const Binding& binding : found->second)
    if (best == nullptr || binding.first <= time) best = &binding;
  return best;
}

const Binding* Bindings::pair(const Mac& mac, const Ip& ip) const {
  const auto found = of_ip.find(ip);
  if (found == of_ip.end()) return nullptr;
  const auto binding = std::ranges::find(found->second, mac, &Binding::mac);
  return binding == found->second.end() ? nullptr : &*binding;
}

}  // namespace asepsis
