#include "inventory/fusion.hpp"

#include <algorithm>
#include <limits>

#include <openssl/evp.h>

#include "base/text.hpp"
#include "inventory/anchors.hpp"
#include "inventory/equipment.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kIdBytes =
    5;  // ten hexadecimal digits: one chance in 10^6 of a clash at 10^3

std::string id_of(const std::string& site, const std::string& anchor) {
  const std::string text = site + '\n' + anchor;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return std::string("d-").append(
      ShortText<2 * kIdBytes>().hex(Bytes(digest).first(kIdBytes)).view());
}

bool names_a_host(const Ip& ip) { return !ip.empty() && !ip.unspecified() && !ip.multicast(); }

// Makes an anchor for everything that was heard.
void add_anchors(const Bindings& bindings, Anchors& anchors) {
  for (const Mac& mac : bindings.heard_macs) anchors.of(mac);
  for (const auto& [ip, owners] : bindings.of_ip)
    for (const Binding& owner : owners) anchors.of(owner.mac);
  for (const auto& [ip, times] : bindings.heard_ips)
    if (!bindings.of_ip.contains(ip)) anchors.of(ip);
}

// Whose endpoint it was at that time, and why.
struct Owner {
  std::size_t anchor;
  std::string why;
};

std::optional<Owner> owner_of(const HeardEndpoint& endpoint, std::int64_t time,
                              const Bindings& bindings, const Anchors& anchors) {
  if (!names_a_host(endpoint.ip)) {
    if (const auto anchor = anchors.find(endpoint.mac)) return Owner{*anchor, "its own frames"};
    return std::nullopt;
  }
  const Binding* binding = bindings.pair(endpoint.mac, endpoint.ip);
  if (binding == nullptr) binding = bindings.owner(endpoint.ip, time);
  if (binding != nullptr) {
    if (const auto anchor = anchors.find(binding->mac)) return Owner{*anchor, binding->why};
  }
  if (const auto anchor = anchors.find(endpoint.ip)) return Owner{*anchor, "known by address only"};
  return std::nullopt;
}

// Anchors by the values of a claim that they made of themselves.
using Claimed = std::map<std::string, std::set<std::size_t>>;

struct Said {
  std::map<std::size_t, std::map<std::string, std::set<std::string>>> by_anchor;  // claim -> values
  Claimed of(const std::string& claim, const Anchors& anchors) const {
    Claimed out;
    for (const auto& [anchor, claims] : by_anchor)
      if (const auto found = claims.find(claim); found != claims.end())
        for (const std::string& value : found->second) out[value].insert(anchors.root(anchor));
    return out;
  }
  std::set<std::string> values(std::size_t root, const std::string& claim,
                               const Anchors& anchors) const {
    std::set<std::string> out;
    for (const auto& [anchor, claims] : by_anchor)
      if (anchors.root(anchor) == root)
        if (const auto found = claims.find(claim); found != claims.end())
          out.insert(found->second.begin(), found->second.end());
    return out;
  }
};

bool disjoint(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::ranges::none_of(a, [&](const std::string& value) { return b.contains(value); });
}

// Joins anchors that share a value of a strong claim, two by two, unless they
// contradict each other in serial number or (where `same_name`) do not also
// carry the same host name: keys and client ids are copied with disk images,
// names are not.
void join_by(const std::string& claim, const std::string& what, bool same_name, std::size_t most,
             const Said& said, Anchors& anchors) {
  for (const auto& [value, roots] : said.of(claim, anchors)) {
    if (roots.size() < 2 || roots.size() > most || !tells_apart(value)) continue;
    const std::size_t first = *roots.begin();
    for (const std::size_t root : roots) {
      const auto a = anchors.root(first);
      const auto b = anchors.root(root);
      if (a == b) continue;
      const auto serials_a = said.values(a, "device.serial", anchors);
      const auto serials_b = said.values(b, "device.serial", anchors);
      if (!serials_a.empty() && !serials_b.empty() && disjoint(serials_a, serials_b)) continue;
      if (same_name &&
          disjoint(said.values(a, "name.host", anchors), said.values(b, "name.host", anchors)))
        continue;
      anchors.join(a, b, std::string("same ").append(what).append(" ").append(value));
    }
  }
}

void join_addresses(const Heard& heard, const Bindings& bindings, Anchors& anchors) {
  for (const HeardFact& fact : heard.facts) {
    if (fact.claim != "address.other_mac") continue;
    const auto mac = mac_from_text(fact.value);
    const auto a = anchors.find(heard.endpoints[fact.endpoint].mac);
    const auto b = mac ? anchors.find(*mac) : std::nullopt;
    if (a && b) anchors.join(*a, *b, "it says that " + fact.value + " is its own too");
  }
  // A shared router address belongs to the router that answers for it.
  for (const auto& [ip, owners] : bindings.of_ip)
    for (const Binding& owner : owners)
      if (is_virtual_router(owner.mac))
        for (const Binding& other : owners)
          if (!is_virtual_router(other.mac))
            anchors.join(anchors.of(owner.mac), anchors.of(other.mac),
                         "answers for " + to_text(ip) + " under a shared router address");
}

std::string joined_reasons(const std::set<std::string>& reasons) {
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
  return text;
}

// A routed conversation seen on both its VLANs is one: the fuller view counts.
void mark_copies(const Heard& heard, Fusion& fusion) {
  std::map<std::string, std::size_t> best;
  for (std::size_t i = 0; i < heard.talks.size(); ++i) {
    const HeardTalk& talk = heard.talks[i];
    const HeardEndpoint& client = heard.endpoints[talk.client];
    const HeardEndpoint& server = heard.endpoints[talk.server];
    if (client.ip.empty() || server.ip.multicast()) continue;
    const std::string key = std::to_string(talk.source) + ' ' + to_text(client.ip) + ' ' +
                            to_text(server.ip) + ' ' + std::to_string(talk.protocol) + ' ' +
                            std::to_string(talk.port) + ' ' + talk.application + ' ' + talk.state +
                            ' ' + talk.client_ports;
    const auto [at, fresh] = best.try_emplace(key, i);
    if (fresh) continue;
    const HeardTalk& kept = heard.talks[at->second];
    const auto packets = talk.client_packets + talk.server_packets;
    const bool fuller = packets > kept.client_packets + kept.server_packets;
    fusion.talks[fuller ? at->second : i].copy = true;
    if (fuller) at->second = i;
  }
}

// Each direction of a routed conversation may have been seen on its own VLAN
// only: two talks, of which one seems unanswered and the other unasked.
void match_halves(const Heard& heard, Fusion& fusion) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < heard.talks.size(); ++i) {
    const HeardTalk& talk = heard.talks[i];
    const HeardEndpoint& client = heard.endpoints[talk.client];
    const HeardEndpoint& server = heard.endpoints[talk.server];
    if (client.ip.empty() || server.ip.multicast()) continue;
    groups[std::to_string(talk.source) + ' ' + to_text(client.ip) + ' ' + to_text(server.ip) + ' ' +
           std::to_string(talk.protocol) + ' ' + std::to_string(talk.port)]
        .push_back(i);
  }
  for (const auto& [key, members] : groups) {
    const auto answers = [&](std::size_t i) {
      return heard.talks[i].client_packets == 0 && heard.talks[i].server_packets > 0;
    };
    const auto answer = std::ranges::find_if(members, answers);
    if (answer == members.end()) continue;
    const auto served = std::ranges::find_if(
        members, [&](std::size_t i) { return answers(i) && heard.talks[i].state != "refused"; });
    const auto named = std::ranges::find_if(
        members, [&](std::size_t i) { return !heard.talks[i].application.empty(); });
    for (const std::size_t i : members) {
      FusedTalk& talk = fusion.talks[i];
      if (talk.state == "unanswered") talk.state = served != members.end() ? "seen" : "refused";
      if (!talk.application.empty() || named == members.end()) continue;
      talk.application = heard.talks[*named].application;
      talk.security = heard.talks[*named].security;
    }
  }
}

// Anchors grouped into devices, with their endpoints, facts and talks.
class Grouping {
 public:
  Grouping(const Heard& heard, const Bindings& bindings, const Anchors& anchors)
      : heard_(heard), bindings_(bindings), anchors_(anchors) {}

  // `speakers`: whose message each fact was, before equipment was placed.
  Fusion group(const AnchorOfFact& anchor_of_fact, const AnchorOfFact& speakers) {
    add_devices();
    Fusion fusion;
    for (const HeardTalk& talk : heard_.talks) {
      fusion.talks.push_back({.client = place(talk.client, talk.client_packets, talk),
                              .server = place(talk.server, talk.server_packets, talk),
                              .state = talk.state,
                              .security = talk.security,
                              .application = talk.application});
    }
    mark_copies(heard_, fusion);
    match_halves(heard_, fusion);
    for (std::size_t i = 0; i < heard_.facts.size(); ++i)
      if (anchor_of_fact[i]) add_fact(i, *anchor_of_fact[i]);
    note_relays(anchor_of_fact, speakers);
    for (FusedDevice& device : devices_) finish(device);
    sort_into(fusion);
    return fusion;
  }

 private:
  void add_devices() {
    for (std::size_t anchor = 0; anchor < anchors_.size(); ++anchor) {
      const std::size_t root = anchors_.root(anchor);
      const auto [at, fresh] = device_of_root_.try_emplace(root, devices_.size());
      if (fresh) {
        devices_.emplace_back();
        devices_.back().id = id_of(heard_.site_name, anchors_.name(root));
        devices_.back().reason = joined_reasons(anchors_.reasons(root));
      }
      const std::string& name = anchors_.name(anchor);
      devices_[at->second].aliases.emplace(id_of(heard_.site_name, name), name);
      if (name.starts_with("mac "))
        devices_[at->second].macs.insert(*mac_from_text(name.substr(4)));
    }
  }

  // Whose the endpoint of a talk is; notes the endpoint if it spoke.
  std::optional<std::size_t> place(std::size_t index, std::uint64_t packets,
                                   const HeardTalk& talk) {
    const HeardEndpoint& endpoint = heard_.endpoints[index];
    const auto owner = owner_of(endpoint, talk.first, bindings_, anchors_);
    if (!owner) return std::nullopt;
    const std::size_t at = device_of_root_.at(anchors_.root(owner->anchor));
    if (packets > 0) note(devices_[at], index, owner->why, talk.first, talk.last);
    return at;
  }

  void note_relays(const AnchorOfFact& owners, const AnchorOfFact& speakers) {
    for (std::size_t i = 0; i < speakers.size(); ++i) {
      if (!speakers[i]) continue;
      const std::size_t speaker = anchors_.root(*speakers[i]);
      if (!owners[i] || anchors_.root(*owners[i]) != speaker)
        devices_[device_of_root_.at(speaker)].relays = true;
    }
  }

  void add_fact(std::size_t index, std::size_t anchor) {
    const HeardFact& fact = heard_.facts[index];
    FusedDevice& device = devices_[device_of_root_.at(anchors_.root(anchor))];
    device.facts.push_back(index);
    if (fact.claim == "address.arp" || fact.claim == "address.nd" || fact.claim == "address.dhcp")
      note(device, fact.endpoint, fact.claim.substr(8), fact.first, fact.last);
    stretch(device, fact.first, fact.last);
  }

  void note(FusedDevice& device, std::size_t endpoint, const std::string& why, std::int64_t first,
            std::int64_t last) {
    stretch(device, first, last);
    const auto [at, fresh] =
        places_.try_emplace({&device - devices_.data(), endpoint}, device.at.size());
    if (fresh) {
      device.at.push_back({endpoint, why, first, last});
    } else {
      FusedDevice::At& place = device.at[at->second];
      place.first = std::min(place.first, first);
      place.last = std::max(place.last, last);
      place.why = std::max(place.why, why);
    }
  }

  static void stretch(FusedDevice& device, std::int64_t first, std::int64_t last) {
    device.first = device.first == 0 ? first : std::min(device.first, first);
    device.last = std::max(device.last, last);
  }

  void finish(FusedDevice& device) const {
    for (const FusedDevice::At& at : device.at) {
      const HeardEndpoint& endpoint = heard_.endpoints[at.endpoint];
      const bool its_own = device.macs.empty() || device.macs.contains(endpoint.mac);
      if (names_a_host(endpoint.ip)) device.ips.insert(endpoint.ip);
      if (endpoint.vlan != 0 && its_own) device.vlans.insert(endpoint.vlan);
    }
    device.external = device.macs.empty() && !device.ips.empty() &&
                      std::ranges::none_of(device.ips, &Ip::private_use);
    device.forwarder = std::ranges::any_of(
        device.macs, [&](const Mac& mac) { return bindings_.forwarders.contains(mac); });
  }

  void sort_into(Fusion& fusion) {
    std::vector<std::size_t> order(devices_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t i) { return devices_[i].id; });
    std::vector<std::size_t> places(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) places[order[i]] = i;
    for (FusedTalk& talk : fusion.talks)
      for (auto* side : {&talk.client, &talk.server})
        if (*side) *side = places[**side];
    for (const std::size_t i : order) fusion.devices.push_back(std::move(devices_[i]));
  }

  const Heard& heard_;
  const Bindings& bindings_;
  const Anchors& anchors_;
  std::vector<FusedDevice> devices_;
  std::map<std::size_t, std::size_t> device_of_root_;
  std::map<std::pair<std::ptrdiff_t, std::size_t>, std::size_t> places_;
};

}  // namespace

Fusion fuse(const Heard& heard, const Bindings& bindings) {
  Anchors anchors;
  add_anchors(bindings, anchors);
  join_addresses(heard, bindings, anchors);

  AnchorOfFact anchor_of_fact(heard.facts.size());
  Said said;
  for (std::size_t i = 0; i < heard.facts.size(); ++i) {
    const HeardFact& fact = heard.facts[i];
    const auto owner = owner_of(heard.endpoints[fact.endpoint], fact.first, bindings, anchors);
    if (!owner) continue;
    anchor_of_fact[i] = owner->anchor;
    if (fact.equipment.empty()) said.by_anchor[owner->anchor][fact.claim].insert(fact.value);
  }
  join_by("device.serial", "serial number", false, 3, said, anchors);
  join_by("device.uid", "device UID", false, 3, said, anchors);
  join_by("dhcp.client_id", "DHCP client id", true, 3, said, anchors);
  join_by("ssh.host_key", "SSH host key", true, 2, said, anchors);
  join_by("tls.certificate", "certificate", true, 2, said, anchors);
  const AnchorOfFact speakers = anchor_of_fact;
  place_equipment(heard, anchor_of_fact, anchors);
  return Grouping(heard, bindings, anchors).group(anchor_of_fact, speakers);
}

}  // namespace asepsis
