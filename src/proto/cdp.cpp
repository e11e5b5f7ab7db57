// CDP, the Cisco discovery protocol, versions 1 and 2: what a switch, router,
// phone or access point tells its neighbour on the cable. There is no standard;
// the fields are those Cisco describes ("Cisco Discovery Protocol", IOS
// configuration guides), and the names of capabilities those IOS shows.

#include <algorithm>

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Tlv : std::uint16_t {
  device_id = 1,
  addresses = 2,
  port = 3,
  capabilities = 4,
  software = 5,
  platform = 6,
  native_vlan = 10,
  system_name = 20,
  management_addresses = 22,
  location = 23,
};

constexpr std::string_view kCapabilities[] = {
    "router",
    "bridge",
    "source route bridge",
    "switch",
    "host",
    "igmp",
    "repeater",
    "phone",
    "remotely managed",
    "cvta",
    "two-port mac relay",
};

constexpr std::size_t kMostAddresses = 16;

std::string_view short_text(Bytes bytes) { return as_text(bytes).substr(0, 200); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// FOC1234X0AB: a place, year and week, and a number in base 36.
bool cisco_serial(std::string_view text) {
  return text.size() == 11 && std::ranges::all_of(text.substr(0, 3), is_capital) &&
         std::ranges::all_of(text.substr(3, 4), is_digit) &&
         std::ranges::all_of(text.substr(7), [](char c) { return is_digit(c) || is_capital(c); });
}

// What other makers, and Cisco before 2000, use.
bool like_serial(std::string_view text) {
  return text.size() >= 8 && text.size() <= 20 && std::ranges::count_if(text, is_digit) >= 4 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || is_capital(c) || c == '-'; });
}

// "name", "name(serial)" (NX-OS), "serial(name)" (CatOS), or a bare MAC.
void say_device_id(Side from, Bytes bytes, FactSink& out) {
  std::string_view name = trimmed(short_text(bytes));
  const bool text = std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
  const auto mac = !text && bytes.size() == 6 ? Mac::from(bytes)
                   : name.size() == 12        ? mac_from_text(name).value_or(Mac{})
                                              : Mac{};
  if (!mac.empty() && !mac.group()) return out.say(from, "address.other_mac"_claim, to_text(mac));

  const std::size_t open = name.find('(');
  if (open != std::string_view::npos && name.ends_with(')')) {
    std::string_view serial = name.substr(open + 1, name.size() - open - 2);
    std::string_view rest = name.substr(0, open);
    if (!cisco_serial(serial) && like_serial(rest)) std::swap(rest, serial);
    if (like_serial(serial)) {
      out.say(from, "device.serial"_claim, serial);
      name = rest;
    }
  }
  out.say(from, "name.host"_claim, name);
}

void say_platform(Side from, std::string_view text, FactSink& out) {
  constexpr std::string_view kCisco = "cisco";
  text = trimmed(text);
  const std::string_view maker = text.substr(0, text.find(' '));
  if (same_letters(maker, kCisco)) {
    out.say(from, "device.manufacturer"_claim, "Cisco");
    text.remove_prefix(kCisco.size());
  }
  out.say(from, "device.model"_claim, text);
}

// "... Software (C3560-IPBASE-M), Version 12.2(55)SE, RELEASE ...": the word
// after "Version". Phones and small devices send the version and nothing else.
void say_software(Side from, std::string_view text, FactSink& out) {
  constexpr std::string_view kVersion = "Version ";
  text = trimmed(text);
  out.say(from, "device.description"_claim, text);
  const std::size_t mark = text.find(kVersion);
  if (mark == std::string_view::npos) {
    const bool word = text.find_first_of(" \t\r\n") == std::string_view::npos;
    if (word && std::ranges::any_of(text, is_digit)) out.say(from, "device.firmware"_claim, text);
    return;
  }
  const std::string_view version = text.substr(mark + kVersion.size());
  out.say(from, "device.firmware"_claim, version.substr(0, version.find_first_of(", [\t\r\n")));
}

bool say_capabilities(Side from, Cursor in, FactSink& out) {
  const std::uint32_t bits = in.be32();
  if (!in.ok()) return false;
  ShortText<> names;
  for (std::size_t bit = 0; bit < std::size(kCapabilities); ++bit) {
    if ((bits >> bit & 1) == 0) continue;
    if (!names.empty()) names.add(", ");
    names.add(kCapabilities[bit]);
  }
  out.say(from, "cdp.capabilities"_claim, names);
  return true;
}

// A count; of each the network protocol (NLPID 0xcc is IPv4; an 802.2 header
// and EtherType stands for IPv6) and the address.
bool say_addresses(Side from, Cursor in, FactSink& out) {
  const std::uint32_t count = in.be32();
  for (std::uint32_t i = 0; i < count && i < kMostAddresses && in.ok(); ++i) {
    in.skip(1);
    const Bytes protocol = in.take(in.u8());
    const Bytes address = in.take(in.be16());
    if (!in.ok() || protocol.empty()) return false;
    const bool v4 = address.size() == 4 && protocol.size() == 1 && protocol[0] == 0xcc;
    const bool v6 = address.size() == 16 && protocol.size() == 8;
    if (!v4 && !v6) continue;
    const Ip ip = v4 ? Ip::v4(address) : Ip::v6(address);
    if (!ip.unspecified() && !ip.multicast() && !ip.loopback())
      out.say(from, "address.management"_claim, to_text(ip));
  }
  return in.ok();
}

bool read_tlv(Side from, Tlv type, Cursor in, FactSink& out) {
  const std::string_view text = short_text(in.rest());
  switch (type) {
    case Tlv::device_id: say_device_id(from, in.rest(), out); return true;
    case Tlv::system_name: out.say(from, "name.host"_claim, text); return true;
    case Tlv::port: out.say(from, "cdp.port"_claim, text); return true;
    case Tlv::platform: say_platform(from, text, out); return true;
    case Tlv::software: say_software(from, text, out); return true;
    case Tlv::capabilities: return say_capabilities(from, in, out);
    case Tlv::addresses:
    case Tlv::management_addresses: return say_addresses(from, in, out);
    case Tlv::native_vlan: {
      const std::uint16_t vlan = in.be16();
      if (in.ok()) out.say(from, "cdp.vlan"_claim, ShortText<>().number(vlan));
      return in.ok();
    }
    case Tlv::location:  // a byte for the kind of location comes first
      if (!text.empty()) out.say(from, "device.location"_claim, text.substr(1));
      return true;
    default: return true;
  }
}

class CdpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint8_t version = in.u8();
    in.skip(3);  // time to live, checksum
    if (!in.ok() || version < 1 || version > 2) return false;
    bool good = true;
    while (!in.done()) {
      const auto type = static_cast<Tlv>(in.be16());
      const std::uint16_t size = in.be16();  // counts these four bytes
      if (!in.ok() || size < 4) return false;
      const Cursor body = in.sub(size - 4U);
      if (!in.ok()) return false;
      good = read_tlv(from, type, body, out) && good;
    }
    return good;
  }
};

constexpr std::uint16_t kTypes[] = {ether_type::kCdp};

}  // namespace

extern constinit const Protocol kCdp{
    .name = "cdp",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<CdpParser>(); },
};

}  // namespace asepsis
