#include "inventory/fusion.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <string_view>

#include <openssl/evp.h>

#include "base/text.hpp"
#include "inventory/anchors.hpp"
#include "inventory/equipment.hpp"
#include "inventory/owners.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kIdBytes =
    5;  // ten hexadecimal digits: one chance in 10^6 of a clash at 10^3

// Makes an anchor for everything that was heard.
void add_anchors(const Bindings& bindings, Anchors& anchors) {
  for (const Mac& mac : bindings.heard_macs) anchors.of(mac);
  for (const auto& [ip, owners] : bindings.of_ip)
    for (const Binding& owner : owners) anchors.of(owner.mac);
  for (const auto& [ip, times] : bindings.heard_ips)
    if (!bindings.of_ip.contains(ip)) anchors.of(ip);
}

// The values of a claim that anchors made of themselves, both ways.
struct Said {
  std::map<std::string, std::set<std::size_t>> anchors;
  std::map<std::size_t, std::set<std::string>> values;

  // Of all that a root stands for.
  std::set<std::string> values_of(std::size_t root, const Anchors& joined) const {
    std::set<std::string> out;
    for (const std::size_t member : joined.members(root))
      if (const auto found = values.find(member); found != values.end())
        out.insert(found->second.begin(), found->second.end());
    return out;
  }
};
using SaidByClaim = std::map<std::string, Said, std::less<>>;

bool disjoint(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::ranges::none_of(a, [&](const std::string& value) { return b.contains(value); });
}

constexpr std::string_view kName = "name.host";
constexpr std::string_view kSerial = "device.serial";

// Joins anchors that share a value of a strong claim, two by two, unless they
// contradict each other in serial number or (where `same_name`) do not also
// carry the same host name: keys and client ids are copied with disk images,
// names are not.
void join_by(const Shared& shared, SaidByClaim& said, const Elsewhere* elsewhere,
             Anchors& anchors) {
  const auto contradict = [&](std::size_t a, std::size_t b) {
    const auto serials_a = said[std::string(kSerial)].values_of(a, anchors);
    const auto serials_b = said[std::string(kSerial)].values_of(b, anchors);
    if (!serials_a.empty() && !serials_b.empty() && disjoint(serials_a, serials_b)) return true;
    const Said& names = said[std::string(kName)];
    return shared.same_name && disjoint(names.values_of(a, anchors), names.values_of(b, anchors));
  };
  for (const auto& [value, speakers] : said[std::string(shared.claim)].anchors) {
    std::set<std::size_t> roots;
    for (const std::size_t speaker : speakers) roots.insert(anchors.root(speaker));
    if (roots.size() < 2 || roots.size() > shared.most || !tells_apart(value)) continue;
    if (elsewhere != nullptr && elsewhere->common.contains({std::string(shared.claim), value}))
      continue;
    const std::size_t first = *roots.begin();
    for (const std::size_t root : roots) {
      const auto a = anchors.root(first);
      const auto b = anchors.root(root);
      if (a == b || contradict(a, b)) continue;
      anchors.join(a, b, std::string("same ").append(shared.what).append(" ").append(value));
    }
  }
}

void join_addresses(const Heard& heard, const Bindings& bindings, Anchors& anchors) {
  for (const HeardFact& fact : heard.facts) {
    if (fact.claim != "address.other_mac") continue;
    const auto mac = mac_from_text(fact.value);
    const auto a = anchors.find(heard.endpoints[fact.endpoint].mac);
    const auto b = mac ? anchors.find(*mac) : std::nullopt;
    if (a && b) anchors.join(*a, *b, "it says that " + std::string(fact.value) + " is its own too");
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

// Anchors grouped into devices, with their endpoints, facts and talks.
class Grouping {
 public:
  Grouping(const Heard& heard, const Bindings& bindings, const Anchors& anchors,
           const Owners& owners)
      : heard_(heard),
        bindings_(bindings),
        anchors_(anchors),
        owners_(owners),
        device_of_root_(anchors.size(), kNone),
        places_(heard.endpoints.size()) {}

  // `speakers`: whose message each fact was, before equipment was placed.
  Fusion group(const AnchorOfFact& anchor_of_fact, const AnchorOfFact& speakers) {
    add_devices();
    Fusion fusion;
    fusion.talks.resize(heard_.talks.size());
    // What talks come to is another's work than whose they are: at the same time.
    const auto together =
        std::async(std::launch::async, [&] { put_together(heard_, fusion.talks); });
    for (std::size_t i = 0; i < heard_.talks.size(); ++i) {
      const HeardTalk& talk = heard_.talks[i];
      fusion.talks[i].client = place(talk.client, talk.client_packets, talk);
      fusion.talks[i].server = place(talk.server, talk.server_packets, talk);
    }
    for (std::size_t i = 0; i < heard_.facts.size(); ++i)
      if (anchor_of_fact[i]) add_fact(i, *anchor_of_fact[i]);
    note_relays(anchor_of_fact, speakers);
    for (FusedDevice& device : devices_) finish(device);
    sort_into(fusion);
    together.wait();
    return fusion;
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  struct Stay {
    std::ptrdiff_t device;
    std::size_t at;  // which of the places that the device was at
  };

  void add_devices() {
    for (std::size_t anchor = 0; anchor < anchors_.size(); ++anchor) {
      const std::size_t root = anchors_.root(anchor);
      std::size_t& at = device_of_root_[root];
      if (at == kNone) {
        at = devices_.size();
        devices_.emplace_back();
        devices_.back().id = id_of(heard_.site_name, anchors_.name(root));
        devices_.back().reason = joined_reasons(anchors_.reasons(root));
      }
      const std::string& name = anchors_.name(anchor);
      devices_[at].aliases.emplace(id_of(heard_.site_name, name), name);
      if (name.starts_with("mac ")) devices_[at].macs.insert(*mac_from_text(name.substr(4)));
    }
  }

  // Whose the endpoint of a talk is; notes the endpoint if it spoke.
  std::optional<std::uint32_t> place(std::size_t index, std::uint64_t packets,
                                     const HeardTalk& talk) {
    const auto owner = owners_.of(index, talk.first);
    if (!owner) return std::nullopt;
    const std::size_t at = device_of_root_[anchors_.root(owner->anchor)];
    if (packets > 0) note(devices_[at], index, owner->why, talk.first, talk.last);
    return static_cast<std::uint32_t>(at);
  }

  void note_relays(const AnchorOfFact& owners, const AnchorOfFact& speakers) {
    for (std::size_t i = 0; i < speakers.size(); ++i) {
      if (!speakers[i]) continue;
      const std::size_t speaker = anchors_.root(*speakers[i]);
      if (!owners[i] || anchors_.root(*owners[i]) != speaker)
        devices_[device_of_root_[speaker]].relays = true;
    }
  }

  void add_fact(std::size_t index, std::size_t anchor) {
    const HeardFact& fact = heard_.facts[index];
    FusedDevice& device = devices_[device_of_root_[anchors_.root(anchor)]];
    device.facts.push_back(index);
    if (fact.claim == "address.arp" || fact.claim == "address.nd" || fact.claim == "address.dhcp" ||
        fact.claim == "address.logged")
      note(device, fact.endpoint, fact.claim.view().substr(8), fact.first, fact.last);
    stretch(device, fact.first, fact.last);
  }

  void note(FusedDevice& device, std::size_t endpoint, std::string_view why, std::int64_t first,
            std::int64_t last) {
    stretch(device, first, last);
    auto& here = places_[endpoint];
    const auto who = &device - devices_.data();
    const auto known = std::ranges::lower_bound(here, who, {}, &Stay::device);
    if (known == here.end() || known->device != who) {
      here.insert(known, {who, device.at.size()});
      device.at.push_back({endpoint, std::string(why), first, last});
    } else {
      FusedDevice::At& place = device.at[known->at];
      place.first = std::min(place.first, first);
      place.last = std::max(place.last, last);
      if (place.why < why) place.why = why;
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
      if (endpoint.ip.names_a_host()) device.ips.insert(endpoint.ip);
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
        if (*side) *side = static_cast<std::uint32_t>(places[**side]);
    for (const std::size_t i : order) fusion.devices.push_back(std::move(devices_[i]));
  }

  const Heard& heard_;
  const Bindings& bindings_;
  const Anchors& anchors_;
  const Owners& owners_;
  std::vector<FusedDevice> devices_;
  std::vector<std::size_t> device_of_root_;  // for each anchor that is a root
  std::vector<std::vector<Stay>> places_;    // who was at each endpoint, sorted
};

// The owner of equipment is who it was before: nothing that decides it has changed.
void place_as_before(const Heard& heard, const Elsewhere& elsewhere, AnchorOfFact& anchor_of_fact,
                     Anchors& anchors) {
  constexpr std::string_view kMac = "mac ";
  constexpr std::string_view kIp = "ip ";
  constexpr std::string_view kEquipment = "equipment ";
  const auto anchor_named = [&](const std::string& name) -> std::optional<std::size_t> {
    if (name.starts_with(kEquipment)) return anchors.of_equipment(name.substr(kEquipment.size()));
    if (name.starts_with(kMac)) return anchors.find(*mac_from_text(name.substr(kMac.size())));
    return anchors.find(*ip_from_text(name.substr(kIp.size())));
  };
  for (std::size_t i = 0; i < heard.facts.size(); ++i) {
    if (heard.facts[i].equipment.empty()) continue;
    const auto owner = elsewhere.equipment.find(heard.facts[i].id);
    const auto anchor =
        owner == elsewhere.equipment.end() ? std::nullopt : anchor_named(owner->second);
    anchor_of_fact[i] = anchor ? std::optional(static_cast<std::uint32_t>(*anchor)) : std::nullopt;
  }
}

}  // namespace

std::string id_of(const std::string& site, const std::string& anchor) {
  const std::string text = site + '\n' + anchor;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return std::string("d-").append(
      ShortText<2 * kIdBytes>().hex(Bytes(digest).first(kIdBytes)).view());
}

Fusion fuse(const Heard& heard, const Bindings& bindings, const Elsewhere* elsewhere) {
  Anchors anchors;
  add_anchors(bindings, anchors);
  join_addresses(heard, bindings, anchors);

  const Owners owners(heard, bindings, anchors);
  AnchorOfFact anchor_of_fact(heard.facts.size());
  SaidByClaim said{{std::string(kName), {}}};
  for (const Shared& shared : kShared) said.emplace(shared.claim, Said());
  for (std::size_t i = 0; i < heard.facts.size(); ++i) {
    const HeardFact& fact = heard.facts[i];
    const auto owner = owners.of(fact.endpoint, fact.first);
    if (!owner) continue;
    anchor_of_fact[i] = static_cast<std::uint32_t>(owner->anchor);
    if (!fact.equipment.empty()) continue;
    if (const auto asked = said.find(fact.claim.view()); asked != said.end()) {
      asked->second.anchors[std::string(fact.value)].insert(owner->anchor);
      asked->second.values[owner->anchor].emplace(fact.value);
    }
  }
  for (const Shared& shared : kShared) join_by(shared, said, elsewhere, anchors);
  const AnchorOfFact speakers = anchor_of_fact;
  if (elsewhere == nullptr) {
    place_equipment(heard, anchor_of_fact, anchors);
  } else {
    place_as_before(heard, *elsewhere, anchor_of_fact, anchors);
  }
  return Grouping(heard, bindings, anchors, owners).group(anchor_of_fact, speakers);
}

}  // namespace asepsis
