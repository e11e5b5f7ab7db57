// DHCP and BOOTP for IPv4: what a client says of itself while it asks for an
// address, which address it got, and what the server told it. RFC 2131
// (messages), RFC 951 (BOOTP), RFC 2132 (options), RFC 3046 (82, relay agent),
// RFC 4702 (81, name), RFC 3004 (77, user class), RFC 3925 (124, 125, vendor
// by enterprise number), RFC 4578 (97, machine id), RFC 4388 (lease query),
// RFC 5859 (150, TFTP servers), RFC 8520 (161, MUD), TR-069 Annex F (the
// Broadband Forum's part of 125).

#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class MessageType : std::uint8_t {
  bootp = 0,  // no option 53
  discover = 1,
  offer = 2,
  request = 3,
  decline = 4,
  ack = 5,
  nak = 6,
  release = 7,
  inform = 8,
  lease_query = 10,
  lease_active = 13,
};

constexpr std::uint32_t kMagicCookie = 0x63825363;
constexpr std::size_t kMostAddresses = 8;  // read of one option

// The first of each option, by its code.
class Options {
 public:
  // False if the list breaks off inside an option.
  bool read(Cursor in) {
    while (!in.done()) {
      const std::uint8_t code = in.u8();
      if (code == kPad) continue;
      if (code == kEnd) return true;
      const Bytes value = in.take(in.u8());
      if (!in.ok()) return false;
      if (values_[code].empty()) values_[code] = value;
    }
    return true;  // the end mark is often left out
  }

  Bytes of(std::uint8_t code) const { return values_[code]; }
  std::string_view text(std::uint8_t code) const { return as_text(values_[code]); }

 private:
  static constexpr std::uint8_t kPad = 0;
  static constexpr std::uint8_t kEnd = 255;

  std::array<Bytes, 256> values_{};
};

struct Message {
  bool request = false;
  MessageType type = MessageType::bootp;
  Mac client;
  Ip client_ip, your_ip, relay;
  Options options;

  Subject client_alone() const { return {client, Ip{}}; }
  // The client under the address that the message gives it or finds it at.
  Subject leased() const { return {client, your_ip.unspecified() ? client_ip : your_ip}; }
};

bool text_like(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f; });
}

void say_text_or_hex(const Subject& about, Claim claim, Bytes value, FactSink& out) {
  constexpr std::size_t kMostHex = 64;
  if (text_like(value)) return out.say(about, claim, as_text(value));
  out.say(about, claim,
          ShortText<2 * kMostHex>().hex(value.first(std::min(value.size(), kMostHex))));
}

// RFC 4702, section 2: flags, two bytes without meaning, and the name: in
// plain text, or with bit E in the labels of RFC 1035.
void say_full_name(const Message& message, FactSink& out) {
  constexpr std::uint8_t kEncoded = 0x04;
  Cursor in(message.options.of(81));
  const std::uint8_t flags = in.u8();
  in.skip(2);
  if (!in.ok()) return;
  if ((flags & kEncoded) == 0) {
    std::string_view text = trimmed(as_text(in.rest()));
    if (text.ends_with('.')) text.remove_suffix(1);
    return out.say(message.client_alone(), "name.host"_claim, text);
  }
  ShortText<256> name;
  while (!in.done()) {
    const std::uint8_t length = in.u8();
    if (length == 0 || length > 63) break;
    if (!name.empty()) name.add('.');
    name.add(as_text(in.take(length)));
  }
  if (in.ok()) out.say(message.client_alone(), "name.host"_claim, name);
}

void say_parameters(const Message& message, FactSink& out) {
  constexpr std::size_t kMostText = 196;
  ShortText<> list;
  for (const std::uint8_t code : message.options.of(55)) {
    if (list.view().size() > kMostText) break;
    if (!list.empty()) list.add(',');
    list.number(code);
  }
  out.say(message.client_alone(), "dhcp.parameters"_claim, list);
}

// RFC 3004 makes a list of counted texts of it; many clients send plain text.
void say_user_class(const Message& message, FactSink& out) {
  const Bytes value = message.options.of(77);
  Cursor check(value);
  while (!check.done()) check.skip(check.u8());
  if (!check.ok()) return out.say(message.client_alone(), "dhcp.user_class"_claim, as_text(value));
  for (Cursor in(value); !in.done();)
    say_text_or_hex(message.client_alone(), "dhcp.user_class"_claim, in.take(in.u8()), out);
}

// RFC 4578, 2.3: type 0 and the machine's UUID.
void say_machine_id(const Message& message, FactSink& out) {
  Cursor in(message.options.of(97));
  const bool is_uuid = in.u8() == 0;
  const Bytes id = in.take(16);
  if (!in.ok() || !is_uuid) return;
  if (std::ranges::all_of(id, [](auto byte) { return byte == 0; })) return;
  if (std::ranges::all_of(id, [](auto byte) { return byte == 0xff; })) return;
  out.say(message.client_alone(), "device.uid"_claim, ShortText<32>().hex(id));
}

// RFC 3925, section 3: blocks of enterprise number and counted text.
void say_vendor_classes(const Message& message, FactSink& out) {
  for (Cursor in(message.options.of(124)); !in.done();) {
    in.skip(4);
    for (Cursor block = in.sub(in.u8()); !block.done();) {
      const Bytes text = block.take(block.u8());
      if (block.ok() && text_like(text))
        out.say(message.client_alone(), "dhcp.vendor_class"_claim, as_text(text));
    }
  }
}

// RFC 3925, section 4; of the enterprises only the Broadband Forum, whose
// codes TR-069 Annex F lists.
void say_vendor_information(const Message& message, FactSink& out) {
  constexpr std::uint32_t kBroadbandForum = 3561;
  for (Cursor in(message.options.of(125)); !in.done();) {
    const std::uint32_t enterprise = in.be32();
    Cursor block = in.sub(in.u8());
    if (enterprise != kBroadbandForum) continue;
    while (!block.done()) {
      const std::uint8_t code = block.u8();
      const std::string_view text = as_text(block.take(block.u8()));
      if (code == 2) out.say(message.client_alone(), "device.serial"_claim, text);
      if (code == 3) out.say(message.client_alone(), "device.model"_claim, text);
    }
  }
}

void say_relay(const Message& message, FactSink& out) {
  if (message.relay.unspecified()) return;
  out.say({Mac{}, message.relay}, "dhcp.relay"_claim, to_text(message.relay));
}

// RFC 3046, 3.1 and 3.2: where the relay agent heard the client. Servers send
// it back, so it is read in both directions.
void say_place(const Message& message, FactSink& out) {
  for (Cursor in(message.options.of(82)); !in.done();) {
    const std::uint8_t code = in.u8();
    const Bytes value = in.take(in.u8());
    if (code == 1) say_text_or_hex(message.client_alone(), "dhcp.circuit"_claim, value, out);
    if (code == 2) say_text_or_hex(message.client_alone(), "dhcp.remote"_claim, value, out);
  }
}

void say_client(const Message& message, FactSink& out) {
  const Options& options = message.options;
  const Subject client = message.client_alone();
  out.say(client, "name.host"_claim, options.text(12));
  say_full_name(message, out);
  say_text_or_hex(client, "dhcp.vendor_class"_claim, options.of(60), out);
  say_parameters(message, out);
  const Bytes id = options.of(61);
  out.say(client, "dhcp.client_id"_claim,
          ShortText<128>().hex(id.first(std::min<std::size_t>(id.size(), 64))));
  say_user_class(message, out);
  say_machine_id(message, out);
  say_vendor_classes(message, out);
  say_vendor_information(message, out);
  out.say(client, "device.mud_url"_claim, options.text(161));
  const bool uses_address =
      message.type == MessageType::request || message.type == MessageType::inform;
  if (uses_address && !message.client_ip.unspecified())
    out.say({message.client, message.client_ip}, "address.dhcp"_claim, to_text(message.client_ip));
}

void say_given(const Message& message, std::string_view what, std::string_view value,
               FactSink& out) {
  const std::string_view text = trimmed(value);
  if (text.empty()) return;
  out.say(message.leased(), "dhcp.given"_claim, ShortText<>().add(what).add(' ').add(text));
}

template <class Each>
void for_each_address(Bytes list, Each each) {
  Cursor in(list);
  for (std::size_t i = 0; i < kMostAddresses; ++i) {
    const Bytes bytes = in.take(4);
    if (!in.ok()) return;
    const Ip ip = Ip::v4(bytes);
    if (!ip.unspecified() && !ip.multicast()) each(ip);
  }
}

void say_all_given(const Message& message, FactSink& out) {
  struct Row {
    std::uint8_t code;
    std::string_view what;
    bool addresses;
  };
  static constexpr Row kRows[] = {
      {3, "router", true},   {6, "dns", true},    {42, "ntp", true},
      {44, "wins", true},    {150, "tftp", true}, {66, "tftp", false},
      {15, "domain", false}, {12, "host", false}, {252, "wpad", false},
  };
  for (const Row& row : kRows) {
    const Bytes value = message.options.of(row.code);
    if (row.addresses) {
      for_each_address(value,
                       [&](const Ip& ip) { say_given(message, row.what, to_text(ip), out); });
    } else {
      say_given(message, row.what, as_text(value), out);
    }
  }
}

void say_server(const Message& message, Side from, FactSink& out) {
  const Bytes id = message.options.of(54);
  if (id.size() != 4) return out.say(from, "dhcp.server"_claim, "without an identifier");
  const Ip server = Ip::v4(id);
  out.say({Mac{}, server}, "dhcp.server"_claim, to_text(server));
}

void say_reply(const Message& message, Side from, FactSink& out) {
  if (message.type == MessageType::nak) return say_server(message, from, out);
  const Subject leased = message.leased();
  const bool lease = message.type == MessageType::ack || message.type == MessageType::bootp ||
                     message.type == MessageType::lease_active;
  if (lease && !leased.ip.unspecified() && !leased.mac.empty()) {
    out.say(leased, "address.dhcp"_claim, to_text(leased.ip));
    say_all_given(message, out);
  }
  if (!lease && message.type != MessageType::offer) return;
  say_server(message, from, out);
  for_each_address(message.options.of(3), [&](const Ip& router) {
    out.say({Mac{}, router}, "address.router"_claim, to_text(router));
  });
}

// The fixed part of RFC 2131, figure 1. What follows it is left in `in`.
struct Fixed {
  std::uint8_t operation, hardware, hardware_size;
  Bytes client_ip, your_ip, relay, client, server_name, file;

  explicit Fixed(Cursor& in) : operation(in.u8()), hardware(in.u8()), hardware_size(in.u8()) {
    in.skip(9);  // hops, transaction, seconds, flags
    client_ip = in.take(4);
    your_ip = in.take(4);
    in.skip(4);
    relay = in.take(4);
    client = in.take(16);
    server_name = in.take(64);
    file = in.take(128);
  }
  bool credible() const {
    return (operation == 1 || operation == 2) && hardware_size <= 16 && hardware != 0;
  }
};

class DhcpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const Fixed fixed(in);
    if (!in.ok() || !fixed.credible()) return false;
    Message message;
    message.request = fixed.operation == 1;
    if (ethernet_like(fixed)) message.client = Mac::from(fixed.client);
    if (message.client.group()) message.client = Mac{};
    message.client_ip = Ip::v4(fixed.client_ip);
    message.your_ip = Ip::v4(fixed.your_ip);
    message.relay = Ip::v4(fixed.relay);
    const bool whole = read_options(fixed, in, message);
    say_relay(message, out);
    if (!message.client.empty()) say_place(message, out);
    if (!message.request) {
      say_reply(message, from, out);
    } else if (message.type != MessageType::lease_query && !message.client.empty()) {
      say_client(message, out);
    }
    return whole;
  }

 private:
  // Hardware types with addresses of IEEE 802 (IANA ARP parameters).
  static bool ethernet_like(const Fixed& fixed) {
    return (fixed.hardware == 1 || fixed.hardware == 6) && fixed.hardware_size == 6;
  }

  // Option 52 says that the file and name fields hold options too: RFC 2132, 9.3.
  static bool read_options(const Fixed& fixed, Cursor in, Message& message) {
    if (in.be32() != kMagicCookie) return true;  // BOOTP with somebody's own area
    Options& options = message.options;
    bool whole = options.read(in);
    const std::uint8_t overload = Cursor(options.of(52)).u8();
    if ((overload & 1) != 0) whole = options.read(Cursor(fixed.file)) && whole;
    if ((overload & 2) != 0) whole = options.read(Cursor(fixed.server_name)) && whole;
    message.type = static_cast<MessageType>(Cursor(options.of(53)).u8());
    return whole;
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const Fixed fixed(in);
  if (!in.ok() || !fixed.credible()) return Recognition::no;
  if ((fixed.operation == 1) != (opening.from == Side::client)) return Recognition::no;
  if (in.be32() == kMagicCookie) return Recognition::yes;
  return opening.expected_port ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {67, 68};

}  // namespace

extern constinit const Protocol kDhcp{
    .name = "dhcp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DhcpParser>(); },
    .begins = FirstBytes::of({1, 2}),
};

}  // namespace asepsis
