// IPv6 neighbour discovery: which MAC answers for an address, who is a router
// and what it tells hosts. RFC 4861 (messages, section 4), RFC 6275, 7.2 (a
// router's address in a prefix), RFC 8106 (name servers and domains).
//
// Solicitations name the address that is sought, and the sender's own only in
// the IP header, which the flow knows already.

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kNeighbourAdvertisement = 136;
constexpr std::uint8_t kRedirect = 137;

// The bytes of each message before its options, from type 133 on.
constexpr std::size_t kFixedSizes[] = {8, 16, 24, 24, 40};

constexpr std::uint8_t kSourceLinkLayer = 1;
constexpr std::uint8_t kTargetLinkLayer = 2;
constexpr std::uint8_t kPrefix = 3;
constexpr std::uint8_t kNameServers = 25;
constexpr std::uint8_t kDomains = 31;

// Hands each option's type and body (after its two bytes of header) to
// `each`. False if an option is malformed.
template <class Each>
bool for_each_option(Cursor in, Each each) {
  while (!in.done()) {
    const std::uint8_t type = in.u8();
    const std::size_t size = std::size_t{in.u8()} * 8;
    if (size == 0) return false;  // RFC 4861, 4.6
    const Bytes body = in.take(size - 2);
    if (!in.ok()) return false;
    each(type, body);
  }
  return true;
}

// Ethernet's, which RFC 2464, section 6, makes one unit of eight bytes.
Mac link_layer_address(Bytes body) {
  if (body.size() != 6) return {};
  const Mac mac = Mac::from(body);
  return mac.group() ? Mac{} : mac;
}

bool own_address(const Ip& ip) { return !ip.unspecified() && !ip.multicast() && !ip.loopback(); }

bool read_neighbour_advertisement(Cursor in, FactSink& out) {
  constexpr std::uint8_t kRouterFlag = 0x80;
  in.skip(4);
  const bool router = (in.u8() & kRouterFlag) != 0;
  in.skip(3);
  const Bytes address = in.take(16);
  if (!in.ok()) return false;
  const Ip target = Ip::v6(address);
  Mac mac;
  const bool whole = for_each_option(in, [&](std::uint8_t type, Bytes body) {
    if (type == kTargetLinkLayer) mac = link_layer_address(body);
  });
  if (!own_address(target)) return false;
  if (!mac.empty()) out.say({mac, target}, "address.nd"_claim, to_text(target));
  if (router) out.say({mac, target}, "address.router"_claim, to_text(target));
  return whole;
}

void say_advertised(Side from, std::string_view what, std::string_view value, FactSink& out) {
  out.say(from, "nd.advertises"_claim, ShortText<>().add(what).add(' ').add(value));
}

// RFC 4861, 4.6.2. With the flag of RFC 6275 the prefix is the router's address.
void say_prefix(Side from, const Mac& mac, Bytes body, FactSink& out) {
  constexpr std::uint8_t kRouterAddressFlag = 0x20;
  Cursor in(body);
  const std::uint8_t length = in.u8();
  const std::uint8_t flags = in.u8();
  in.skip(12);
  const Bytes prefix = in.take(16);
  if (!in.ok() || length > 128) return;
  const Ip ip = Ip::v6(prefix);
  say_advertised(from, "prefix", ShortText<>().add(to_text(ip)).add('/').number(length), out);
  if ((flags & kRouterAddressFlag) == 0 || !own_address(ip) || mac.empty()) return;
  out.say({mac, ip}, "address.nd"_claim, to_text(ip));
  out.say({mac, ip}, "address.router"_claim, to_text(ip));
}

// RFC 8106, 5.1 and 5.2.
void say_name_servers(Side from, Bytes body, FactSink& out) {
  Cursor in(body);
  in.skip(6);
  while (!in.done()) {
    const Bytes address = in.take(16);
    if (in.ok()) say_advertised(from, "dns", to_text(Ip::v6(address)), out);
  }
}

void say_domains(Side from, Bytes body, FactSink& out) {
  Cursor in(body);
  in.skip(6);
  ShortText<> name;
  while (!in.done()) {
    const std::uint8_t length = in.u8();
    if (length > 63) return;
    if (length != 0) {
      if (!name.empty()) name.add('.');
      name.add(as_text(in.take(length)));
    } else if (!name.empty()) {
      say_advertised(from, "domain", name, out);
      name.clear();
    }
  }
}

bool read_router_advertisement(Side from, Cursor in, FactSink& out) {
  in.skip(6);
  const std::uint16_t lifetime = in.be16();
  in.skip(8);
  if (!in.ok()) return false;
  Mac mac;
  const bool whole = for_each_option(in, [&](std::uint8_t type, Bytes body) {
    switch (type) {
      case kSourceLinkLayer: mac = link_layer_address(body); break;
      case kPrefix: say_prefix(from, mac, body, out); break;
      case kNameServers: say_name_servers(from, body, out); break;
      case kDomains: say_domains(from, body, out); break;
      default: break;
    }
  });
  // Lifetime 0: it advertises, but is no default router (4.2).
  if (lifetime > 0) out.say(from, "address.router"_claim, "advertises itself");
  return whole;
}

class NdParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    if (in.rest().empty()) return false;
    switch (in.rest().front()) {
      case kRouterAdvertisement: return read_router_advertisement(from, in, out);
      case kNeighbourAdvertisement: return read_neighbour_advertisement(in, out);
      default: return true;
    }
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint8_t type = in.u8();
  const std::uint8_t code = in.u8();
  if (type < kRouterSolicitation || type > kRedirect || code != 0) return Recognition::no;
  return opening.bytes.size() >= kFixedSizes[type - kRouterSolicitation] ? Recognition::yes
                                                                         : Recognition::no;
}

}  // namespace

extern constinit const Protocol kNd{
    .name = "nd",
    .transport = Transport::icmp6,
    .ports = {},
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<NdParser>(); },
};

}  // namespace asepsis
