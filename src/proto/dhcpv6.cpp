// DHCP for IPv6: what a client says of itself while it asks for addresses,
// which it got, and what the server told it. RFC 8415 (sections 7 to 9, the
// messages; 11, the DUID; 21, options), RFC 3646 (23 and 24, DNS), RFC 4075
// (31) and RFC 5908 (56, time), RFC 4649 (37, remote id), RFC 4704 (39, name),
// RFC 6939 (79, the client's MAC), RFC 8520 (112).
//
// A DUID is made once, often of a MAC that was there on that day, and copied
// with disk images. So who sends is known by its frames, and a DUID's MAC is
// believed where it is of the present (DUID-LL) or nothing else is known:
// behind a relay agent.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class MessageType : std::uint8_t {
  solicit = 1,
  advertise = 2,
  reply = 7,
  reconfigure = 10,
  information_request = 11,
  relay_forward = 12,
  relay_reply = 13,
};

namespace option {
constexpr std::uint16_t kClientId = 1;
constexpr std::uint16_t kServerId = 2;
constexpr std::uint16_t kAddresses = 3;
constexpr std::uint16_t kTemporaryAddresses = 4;
constexpr std::uint16_t kAddress = 5;
constexpr std::uint16_t kRequest = 6;
constexpr std::uint16_t kRelayed = 9;
constexpr std::uint16_t kUserClass = 15;
constexpr std::uint16_t kVendorClass = 16;
constexpr std::uint16_t kInterfaceId = 18;
constexpr std::uint16_t kNameServers = 23;
constexpr std::uint16_t kDomains = 24;
constexpr std::uint16_t kPrefixes = 25;
constexpr std::uint16_t kPrefix = 26;
constexpr std::uint16_t kSimpleTime = 31;
constexpr std::uint16_t kRemoteId = 37;
constexpr std::uint16_t kFullName = 39;
constexpr std::uint16_t kTime = 56;
constexpr std::uint16_t kLinkLayer = 79;
constexpr std::uint16_t kMudUrl = 112;
}  // namespace option

constexpr int kMostRelays = 4;  // agents behind agents; RFC 8415, 7.6, allows 8

// Hands each option's code and value to `each`. False if one is cut.
template <class Each>
bool for_each_option(Cursor in, Each each) {
  while (!in.done()) {
    const std::uint16_t code = in.be16();
    const Bytes value = in.take(in.be16());
    if (!in.ok()) return false;
    each(code, value);
  }
  return true;
}

// A client's message, and the way it came.
struct Client {
  Side side;
  bool relayed = false;
  Mac mac = {};                     // none if only its frames tell
  Bytes circuit = {}, remote = {};  // where the agent next to it heard it

  // A relayed message is in a frame of the agent's.
  bool known() const { return !relayed || !mac.empty(); }
  Subject subject() const { return relayed ? Subject(mac, Ip{}) : Subject(side); }
  void say(Claim claim, std::string_view value, FactSink& out) const {
    if (known()) out.say(subject(), claim, value);
  }
};

void say_text_or_hex(const Client& client, Claim claim, Bytes value, FactSink& out) {
  constexpr std::size_t kMostHex = 64;
  const bool text =
      std::ranges::all_of(value, [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f; });
  if (text) return client.say(claim, as_text(value), out);
  client.say(claim, ShortText<2 * kMostHex>().hex(value.first(std::min(value.size(), kMostHex))),
             out);
}

Mac ethernet_address(Bytes bytes) {
  if (bytes.size() != 6) return {};
  const Mac mac = Mac::from(bytes);
  return mac.group() ? Mac{} : mac;
}

// RFC 8415, 11.2 and 11.4: type, hardware type, (with the first) the time.
Mac mac_of_duid(Bytes duid, bool even_if_old) {
  constexpr std::uint16_t kWithTime = 1;
  constexpr std::uint16_t kLinkLayer = 3;
  constexpr std::uint16_t kEthernet = 1;
  Cursor in(duid);
  const std::uint16_t type = in.be16();
  if (in.be16() != kEthernet) return {};
  if (type == kLinkLayer) return ethernet_address(in.rest());
  if (type != kWithTime || !even_if_old) return {};
  in.skip(4);
  return ethernet_address(in.rest());
}

// RFC 1035, 3.1, as RFC 8415, section 10, has it; a client's name may lack its
// end (RFC 4704, 4.2).
ShortText<256> take_name(Cursor& in) {
  ShortText<256> name;
  while (!in.done()) {
    const std::uint8_t length = in.u8();
    if (length == 0) break;
    if (length > 63) in.skip(in.rest().size() + 1);
    if (!name.empty()) name.add('.');
    name.add(as_text(in.take(length)));
  }
  if (!in.ok()) name.clear();
  return name;
}

void say_requested(const Client& client, Bytes codes, FactSink& out) {
  constexpr std::size_t kMostText = 196;
  ShortText<> list;
  for (Cursor in(codes); !in.done() && list.view().size() <= kMostText;) {
    if (!list.empty()) list.add(',');
    list.number(in.be16());
  }
  client.say("dhcp.parameters"_claim, list, out);
}

void say_classes(const Client& client, Claim claim, Cursor in, FactSink& out) {
  while (!in.done()) say_text_or_hex(client, claim, in.take(in.be16()), out);
}

void say_of_client(const Client& client, std::uint16_t code, Bytes value, FactSink& out) {
  constexpr std::size_t kMostId = 64;
  Cursor in(value);
  switch (code) {
    case option::kClientId:
      return client.say("dhcp.client_id"_claim,
                        ShortText<2 * kMostId>().hex(value.first(std::min(value.size(), kMostId))),
                        out);
    case option::kRequest: return say_requested(client, value, out);
    case option::kUserClass: return say_classes(client, "dhcp.user_class"_claim, in, out);
    case option::kVendorClass:
      in.skip(4);
      return say_classes(client, "dhcp.vendor_class"_claim, in, out);
    case option::kFullName: in.skip(1); return client.say("name.host"_claim, take_name(in), out);
    case option::kMudUrl: return client.say("device.mud_url"_claim, as_text(value), out);
    default: return;
  }
}

void say_given(const Client& client, std::string_view what, std::string_view value, FactSink& out) {
  if (!trimmed(value).empty())
    client.say("dhcp.given"_claim, ShortText<>().add(what).add(' ').add(value), out);
}

void say_addresses(const Client& client, std::string_view what, Bytes list, FactSink& out) {
  constexpr std::size_t kMost = 8;
  Cursor in(list);
  for (std::size_t i = 0; i < kMost; ++i) {
    const Bytes bytes = in.take(16);
    if (!in.ok()) return;
    const Ip ip = Ip::v6(bytes);
    if (!ip.unspecified() && !ip.multicast()) say_given(client, what, to_text(ip), out);
  }
}

// RFC 5908, section 4: server address, group, name.
void say_time(const Client& client, Bytes value, FactSink& out) {
  for_each_option(Cursor(value), [&](std::uint16_t code, Bytes inner) {
    if (code == 1) say_addresses(client, "ntp", inner, out);
    Cursor in(inner);
    if (code == 3) say_given(client, "ntp", take_name(in), out);
  });
}

// 21.6 and 21.22: the lifetimes come before the address or after its length;
// one of zero takes it back.
void say_lease(const Client& client, Bytes value, FactSink& out) {
  Cursor in(value);
  const Bytes address = in.take(16);
  in.skip(4);
  const std::uint32_t valid = in.be32();
  if (!in.ok() || valid == 0) return;
  const Ip ip = Ip::v6(address);
  if (ip.unspecified() || ip.multicast()) return;
  out.say({client.mac, ip}, "address.dhcp"_claim, to_text(ip));
}

void say_prefix(const Client& client, Bytes value, FactSink& out) {
  Cursor in(value);
  in.skip(4);
  const std::uint32_t valid = in.be32();
  const std::uint8_t length = in.u8();
  const Bytes prefix = in.take(16);
  if (!in.ok() || valid == 0 || length > 128) return;
  say_given(client, "prefix", ShortText<>().add(to_text(Ip::v6(prefix))).add('/').number(length),
            out);
}

// 21.4, 21.5, 21.21: an association of identity and what it holds.
void say_leases(const Client& client, std::uint16_t code, Bytes value, FactSink& out) {
  Cursor in(value);
  in.skip(code == option::kTemporaryAddresses ? 4 : 12);
  for_each_option(in, [&](std::uint16_t inner, Bytes held) {
    if (inner == option::kAddress) say_lease(client, held, out);
    if (inner == option::kPrefix) say_prefix(client, held, out);
  });
}

void say_of_reply(const Client& client, std::uint16_t code, Bytes value, FactSink& out) {
  Cursor in(value);
  switch (code) {
    case option::kAddresses:
    case option::kTemporaryAddresses:
    case option::kPrefixes: return say_leases(client, code, value, out);
    case option::kNameServers: return say_addresses(client, "dns", value, out);
    case option::kSimpleTime: return say_addresses(client, "ntp", value, out);
    case option::kTime: return say_time(client, value, out);
    case option::kDomains:
      while (!in.done()) say_given(client, "domain", take_name(in), out);
      return;
    default: return;
  }
}

bool from_client(MessageType type) {
  return type != MessageType::advertise && type != MessageType::reply &&
         type != MessageType::reconfigure && type != MessageType::relay_reply;
}

bool relays(MessageType type) {
  return type == MessageType::relay_forward || type == MessageType::relay_reply;
}

bool read_message(Side from, Client client, Cursor in, FactSink& out) {
  const auto type = MessageType{in.u8()};
  in.skip(3);
  if (!in.ok() || relays(type) || type > MessageType::information_request) return false;
  client.side = from_client(type) ? from : other(from);
  const bool whole = for_each_option(in, [&](std::uint16_t code, Bytes value) {
    if (code == option::kClientId && client.mac.empty())
      client.mac = mac_of_duid(value, client.relayed);
  });
  say_text_or_hex(client, "dhcp.circuit"_claim, client.circuit, out);
  say_text_or_hex(client, "dhcp.remote"_claim, client.remote, out);
  for_each_option(in, [&](std::uint16_t code, Bytes value) {
    if (from_client(type)) return say_of_client(client, code, value, out);
    if (type == MessageType::reply) say_of_reply(client, code, value, out);
    constexpr std::size_t kMostId = 64;
    if (code == option::kServerId)
      out.say(from, "dhcp.server"_claim,
              ShortText<2 * kMostId>().hex(value.first(std::min(value.size(), kMostId))));
  });
  return whole;
}

// Section 9: around the message, hops, two addresses and options of the agent.
bool read_relayed(Side from, Client client, Cursor in, int depth, FactSink& out) {
  if (depth == kMostRelays) return false;
  in.skip(2);
  const Bytes link = in.take(16);
  in.skip(16);
  if (!in.ok()) return false;
  const Ip agent = Ip::v6(link);
  if (!agent.unspecified() && !agent.multicast() && !agent.link_local())
    out.say({Mac{}, agent}, "dhcp.relay"_claim, to_text(agent));
  client.relayed = true;
  Bytes inner;
  const bool whole = for_each_option(in, [&](std::uint16_t code, Bytes value) {
    if (code == option::kRelayed) inner = value;
    if (code == option::kInterfaceId) client.circuit = value;
    if (code == option::kRemoteId && value.size() > 4) client.remote = value.subspan(4);
    if (code == option::kLinkLayer && value.size() > 2)
      client.mac = ethernet_address(value.subspan(2));
  });
  if (inner.empty()) return false;
  if (relays(MessageType{inner.front()}))
    return read_relayed(from, client, Cursor(inner), depth + 1, out) && whole;
  return read_message(from, client, Cursor(inner), out) && whole;
}

class Dhcpv6Parser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const Client client{.side = from};
    return relays(MessageType{Cursor(in).u8()}) ? read_relayed(from, client, in, 0, out)
                                                : read_message(from, client, in, out);
  }
};

// Every message that clients and servers exchange names one of them; only who
// asks for settings alone may keep quiet.
Recognition recognise(const Opening& opening) {
  if (!opening.expected_port) return Recognition::no;
  Cursor in(opening.bytes);
  const auto type = MessageType{in.u8()};
  in.skip(relays(type) ? 33 : 3);
  if (!in.ok() || type < MessageType::solicit || type > MessageType::relay_reply)
    return Recognition::no;
  if (from_client(type) != (opening.from == Side::client)) return Recognition::no;
  bool named = type == MessageType::information_request;
  const bool whole = for_each_option(in, [&](std::uint16_t code, Bytes) {
    named = named || code == (relays(type) ? option::kRelayed : option::kClientId) ||
            code == option::kServerId;
  });
  return whole && named ? Recognition::yes : Recognition::no;
}

// Servers and relay agents listen here; clients, who are answered at 546, are
// never the servers of a flow.
constexpr std::uint16_t kPorts[] = {547};

}  // namespace

extern constinit const Protocol kDhcpv6{
    .name = "dhcpv6",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Dhcpv6Parser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
