// Who wants which multicast: IGMP (RFC 1112, appendix I; RFC 2236, section 2;
// RFC 3376, section 4) and for IPv6 MLD (RFC 2710, section 3; RFC 3810,
// section 5). Of groups only those are told that everybody knows: that a host
// is in one of them says what it runs; any other number is the site's own.

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

struct Group {
  std::string_view address;  // of IPv6 with the scope of the link
  std::string_view name;
};

// IANA, "IPv4 Multicast Address Space" and "IPv6 Multicast Address Space".
constexpr Group kGroups[] = {
    {"224.0.0.2", "routers"},
    {"224.0.0.5", "ospf"},
    {"224.0.0.6", "ospf"},
    {"224.0.0.9", "rip"},
    {"224.0.0.10", "eigrp"},
    {"224.0.0.13", "pim"},
    {"224.0.0.18", "vrrp"},
    {"224.0.0.102", "hsrp"},
    {"224.0.0.106", "snoopers"},
    {"224.0.0.107", "ptp"},
    {"224.0.0.251", "mdns"},
    {"224.0.0.252", "llmnr"},
    {"224.0.0.253", "teredo"},
    {"224.0.1.1", "ntp"},
    {"224.0.1.22", "slp"},
    {"224.0.1.24", "wins"},
    {"224.0.1.35", "slp"},
    {"224.0.1.60", "hp device discovery"},
    {"224.0.1.75", "sip"},
    {"224.0.1.129", "ptp"},
    {"224.0.1.130", "ptp"},
    {"224.0.1.131", "ptp"},
    {"224.0.1.132", "ptp"},
    {"224.0.23.12", "knx"},
    {"239.255.255.250", "ssdp, ws-discovery"},
    {"239.255.255.253", "slp"},
    {"ff02::2", "routers"},
    {"ff02::5", "ospf"},
    {"ff02::6", "ospf"},
    {"ff02::9", "rip"},
    {"ff02::a", "eigrp"},
    {"ff02::c", "ssdp, ws-discovery"},
    {"ff02::d", "pim"},
    {"ff02::12", "vrrp"},
    {"ff02::66", "hsrp"},
    {"ff02::6a", "snoopers"},
    {"ff02::6b", "ptp"},
    {"ff02::fb", "mdns"},
    {"ff02::101", "ntp"},
    {"ff02::116", "slp"},
    {"ff02::181", "ptp"},
    {"ff02::1:2", "dhcpv6"},
    {"ff02::1:3", "llmnr, dhcpv6"},
};

// RFC 4291, 2.7: the scope is the lower half of the second byte.
Ip on_the_link(Ip group) {
  if (!group.is_v4()) group.bytes[1] = static_cast<std::uint8_t>((group.bytes[1] & 0xf0) | 2);
  return group;
}

void say_member(Side from, const Ip& group, FactSink& out) {
  const std::string address = to_text(on_the_link(group));
  const auto* known = std::ranges::find(kGroups, address, &Group::address);
  if (known != std::end(kGroups)) out.say(from, "multicast.member"_claim, known->name);
}

// What the versions of both protocols have in common: types by their meaning,
// addresses by their size.
enum class Kind : std::uint8_t { query, report, records, leave, other };

struct Dialect {
  std::string_view name;
  std::size_t address_size;

  Ip group(Bytes bytes) const { return address_size == 4 ? Ip::v4(bytes) : Ip::v6(bytes); }
};
constexpr Dialect kIgmpDialect{"IGMP", 4};
constexpr Dialect kMldDialect{"MLD", 16};

Kind igmp_kind(std::uint8_t type) {
  switch (type) {
    case 0x11: return Kind::query;
    case 0x12:
    case 0x16: return Kind::report;
    case 0x17: return Kind::leave;
    case 0x22: return Kind::records;
    default: return Kind::other;
  }
}

Kind mld_kind(std::uint8_t type) {
  switch (type) {
    case 130: return Kind::query;
    case 131: return Kind::report;
    case 132: return Kind::leave;
    case 143: return Kind::records;
    default: return Kind::other;
  }
}

// RFC 3376, 4.2.12: a host listens if it excludes some sources, or includes
// at least one.
bool listens(std::uint8_t type, std::uint16_t sources) {
  constexpr std::uint8_t kIsInclude = 1;
  constexpr std::uint8_t kIsExclude = 2;
  constexpr std::uint8_t kToInclude = 3;
  constexpr std::uint8_t kToExclude = 4;
  constexpr std::uint8_t kAllow = 5;
  if (type == kIsExclude || type == kToExclude) return true;
  return sources > 0 && (type == kIsInclude || type == kToInclude || type == kAllow);
}

// RFC 3376, 4.2 and RFC 3810, 5.2: the same but for the size of addresses.
bool read_records(const Dialect& dialect, Side from, Cursor in, FactSink& out) {
  in.skip(6);
  const int count = in.be16();
  for (int i = 0; i < count && in.ok(); ++i) {
    const std::uint8_t type = in.u8();
    const std::size_t extra = std::size_t{in.u8()} * 4;
    const std::uint16_t sources = in.be16();
    const Bytes group = in.take(dialect.address_size);
    in.skip(sources * dialect.address_size + extra);
    if (in.ok() && listens(type, sources)) say_member(from, dialect.group(group), out);
  }
  return in.ok();
}

bool read_message(const Dialect& dialect, Kind kind, Side from, Cursor in, FactSink& out) {
  if (kind == Kind::records) return read_records(dialect, from, in, out);
  in.skip(dialect.address_size == 4 ? 4 : 8);
  const Bytes group = in.take(dialect.address_size);
  if (!in.ok()) return false;
  if (kind == Kind::query) out.say(from, "multicast.querier"_claim, dialect.name);
  if (kind == Kind::report) say_member(from, dialect.group(group), out);
  return true;
}

class IgmpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    return read_message(kIgmpDialect, igmp_kind(Cursor(in).u8()), from, in, out);
  }
};

class MldParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    return read_message(kMldDialect, mld_kind(Cursor(in).u8()), from, in, out);
  }
};

Recognition recognise_igmp(const Opening& opening) {
  const bool known = opening.expected_port && opening.bytes.size() >= 8 &&
                     igmp_kind(opening.bytes.front()) != Kind::other;
  return known ? Recognition::yes : Recognition::no;
}

Recognition recognise_mld(const Opening& opening) {
  Cursor in(opening.bytes);
  const Kind kind = mld_kind(in.u8());
  const bool plain = in.u8() == 0;
  const std::size_t least = kind == Kind::records ? 8 : 24;
  return kind != Kind::other && plain && opening.bytes.size() >= least ? Recognition::yes
                                                                       : Recognition::no;
}

constexpr std::uint16_t kIpProtocols[] = {ip_protocol::kIgmp};

}  // namespace

extern constinit const Protocol kIgmp{
    .name = "igmp",
    .transport = Transport::ip,
    .ports = kIpProtocols,
    .recognise = recognise_igmp,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<IgmpParser>(); },
};

extern constinit const Protocol kMld{
    .name = "mld",
    .transport = Transport::icmp6,
    .ports = {},
    .recognise = recognise_mld,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MldParser>(); },
};

}  // namespace asepsis
