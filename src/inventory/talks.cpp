#include "inventory/talks.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <span>
#include <tuple>
#include <utility>

namespace asepsis {
namespace {

using Indices = std::span<const std::size_t>;

// Between two hosts over IP; others are only ever seen once.
bool routable(const Heard& heard, const HeardTalk& talk) {
  return !heard.endpoints[talk.client].ip.empty() && !heard.endpoints[talk.server].ip.multicast();
}

// Talks of one capture between the same addresses and the same server port.
auto conversation_of(const Heard& heard, const HeardTalk& talk) {
  return std::tie(talk.source, heard.endpoints[talk.client].ip, heard.endpoints[talk.server].ip,
                  talk.protocol, talk.port);
}
// What the views of one flow also have in common.
auto flow_of(const HeardTalk& talk) {
  return std::tie(talk.application, talk.shape, talk.state, talk.client_ports);
}

// The fuller view counts, the others are copies.
void mark_copies(const Heard& heard, Indices views, std::vector<FusedTalk>& talks) {
  const auto packets = [&](std::size_t i) {
    return heard.talks[i].client_packets + heard.talks[i].server_packets;
  };
  const std::size_t fullest = *std::ranges::max_element(views, {}, packets);
  for (const std::size_t i : views) talks[i].copy = i != fullest;
}

// Each direction of a routed conversation may have been seen on its own VLAN
// only: two talks, of which one seems unanswered and the other unasked.
void match_halves(const Heard& heard, Indices members, std::vector<FusedTalk>& talks) {
  const auto answers = [&](std::size_t i) {
    return heard.talks[i].client_packets == 0 && heard.talks[i].server_packets > 0;
  };
  if (std::ranges::none_of(members, answers)) return;
  const bool served = std::ranges::any_of(
      members, [&](std::size_t i) { return answers(i) && heard.talks[i].state != "refused"; });
  const auto named = std::ranges::find_if(
      members, [&](std::size_t i) { return !heard.talks[i].application.empty(); });
  for (const std::size_t i : members) {
    FusedTalk& talk = talks[i];
    if (talk.state == "unanswered") talk.state = served ? "seen" : "refused";
    if (!talk.application.empty() || named == members.end()) continue;
    talk.application = heard.talks[*named].application;
    talk.security = heard.talks[*named].security;
  }
}

// Calls `use` with each run of `indices` of which `same` holds between neighbours.
template <class Same, class Use>
void for_each_run(Indices indices, Same same, Use use) {
  while (!indices.empty()) {
    std::size_t size = 1;
    while (size < indices.size() && same(indices[0], indices[size])) ++size;
    use(indices.first(size));
    indices = indices.subspan(size);
  }
}

constexpr int kTcp = 6;

using Place = std::pair<Ip, std::uint16_t>;

// Of "https://10.1.2.3:6464/uuid"; 0 if it tells none.
std::uint16_t port_of(std::string_view address) {
  constexpr std::string_view kScheme = "https://";
  if (!address.starts_with(kScheme)) return 0;
  const std::string_view host = address.substr(kScheme.size());
  const std::string_view authority = host.substr(0, host.find('/'));
  const std::size_t colon = authority.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string_view::npos)
    std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
  return port;
}

// Where medical devices say by WS-Discovery that their services are (IEEE
// 11073-20701, 9): under TLS nothing else tells SDC from other web services.
std::set<Place> announced_sdc(const Heard& heard) {
  std::set<Ip> medical;
  for (const HeardFact& fact : heard.facts)
    if (fact.claim == "wsd.types" && fact.value == "MedicalDevice")
      medical.insert(heard.endpoints[fact.endpoint].ip);
  std::set<Place> places;
  for (const HeardFact& fact : heard.facts) {
    const Ip& ip = heard.endpoints[fact.endpoint].ip;
    if (fact.claim == "wsd.address" && medical.contains(ip))
      places.emplace(ip, port_of(fact.value));
  }
  return places;
}

}  // namespace

void name_unknown(const Heard& heard, const Knowledge& knowledge, std::vector<FusedTalk>& talks) {
  const std::set<Place> sdc = announced_sdc(heard);
  for (std::size_t i = 0; i < talks.size(); ++i) {
    const HeardTalk& talk = heard.talks[i];
    std::string_view& application = talks[i].application;
    if (application == "tls") {
      const bool is_sdc = sdc.contains({heard.endpoints[talk.server].ip, talk.port});
      const std::string_view name =
          is_sdc ? "sdc" : knowledge.service_name("tls", talk.port, application);
      if (!name.empty()) application = name;
    } else if (!talk.shape.empty() && application.empty()) {
      application =
          knowledge.service_name(talk.protocol == kTcp ? "tcp" : "udp", talk.port, talk.shape);
    }
  }
}

void put_together(const Heard& heard, std::vector<FusedTalk>& talks) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < heard.talks.size(); ++i) {
    talks[i].state = heard.talks[i].state;
    talks[i].security = heard.talks[i].security;
    talks[i].application = heard.talks[i].application;
    if (routable(heard, heard.talks[i])) order.push_back(i);
  }
  std::ranges::sort(order, {}, [&](std::size_t i) {
    const HeardTalk& talk = heard.talks[i];
    return std::tuple_cat(conversation_of(heard, talk), flow_of(talk), std::tuple(i));
  });
  const auto same_conversation = [&](std::size_t a, std::size_t b) {
    return conversation_of(heard, heard.talks[a]) == conversation_of(heard, heard.talks[b]);
  };
  const auto same_flow = [&](std::size_t a, std::size_t b) {
    return flow_of(heard.talks[a]) == flow_of(heard.talks[b]);
  };
  for_each_run(order, same_conversation, [&](Indices members) {
    for_each_run(members, same_flow, [&](Indices views) { mark_copies(heard, views, talks); });
    match_halves(heard, members, talks);
  });
}

}  // namespace asepsis
