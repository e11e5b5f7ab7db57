// LDAP over UDP: the question by which Windows finds its domain controller, and
// the answer. MS-ADTS 6.3.3 (LDAP ping) and 6.3.1.9
// (NETLOGON_SAM_LOGON_RESPONSE_EX); messages as in RFC 4511. Names of users
// that a question may carry are not read.

#include <algorithm>

#include "proto/ber.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kSearchRequest = 0x63;
constexpr std::uint8_t kSearchEntry = 0x64;
constexpr std::uint8_t kSearchDone = 0x65;

constexpr std::uint16_t kLogonResponseEx = 23;
constexpr std::uint16_t kLogonUserUnknownEx = 25;

// A name in the form of RFC 1035 4.1.4: pointers count from the start of the
// value and only lead back, so that following them ends.
ShortText<128> take_name(Bytes value, Cursor& in) {
  ShortText<128> name;
  Cursor at = in;
  bool jumped = false;
  std::size_t limit = value.size();
  while (at.ok()) {
    const std::size_t length = at.u8();
    if (length >= 0xc0) {
      const std::size_t target = (length & 0x3f) << 8 | at.u8();
      if (!jumped) in = at;
      jumped = true;
      if (!at.ok() || target >= limit) break;
      limit = target;
      at = Cursor(value.subspan(target));
      continue;
    }
    const Bytes label = at.take(length);
    if (!at.ok()) break;
    if (!jumped) in = at;
    if (length == 0) return name;
    if (!name.view().empty()) name.add('.');
    name.add(as_text(label));
  }
  in.skip(in.rest().size() + 1);
  return {};
}

bool read_logon_response(Bytes value, FactSink& out) {
  Cursor in(value);
  const std::uint16_t operation = in.le16();
  if (operation != kLogonResponseEx && operation != kLogonUserUnknownEx) return in.ok();
  in.skip(22);           // flags and the domain's GUID
  take_name(value, in);  // the forest
  const auto domain = take_name(value, in);
  const auto host = take_name(value, in);
  const auto short_domain = take_name(value, in);
  const auto computer = take_name(value, in);
  if (!in.ok()) return false;
  out.say(Side::server, "name.domain"_claim, domain);
  out.say(Side::server, "name.host"_claim, host);
  out.say(Side::server, "name.domain"_claim, short_domain);
  std::string_view name = computer;
  while (name.starts_with('\\')) name.remove_prefix(1);
  out.say(Side::server, "name.host"_claim, name);
  out.say(Side::server, "netbios.role"_claim, "domain controller");
  return true;
}

bool read_entry(Cursor in, FactSink& out) {
  constexpr int kMaxAttributes = 64;
  ber::take(in);
  Cursor list = ber::enter(in, ber::kSequence);
  for (int count = 0; !list.done() && count < kMaxAttributes; ++count) {
    Cursor attribute = ber::take(list).in();
    const ber::Item type = ber::take(attribute);
    Cursor values = ber::take(attribute).in();
    if (!same_letters(as_text(type.content), "netlogon")) continue;
    if (!read_logon_response(ber::take(values).content, out)) return false;
  }
  return list.ok();
}

// One message; answers come with others behind them in the datagram.
ber::Item take_operation(Cursor& in) {
  Cursor message = ber::take(in).in();
  if (ber::take(message).tag != ber::kInteger) return {};
  return ber::take(message);
}

class CldapParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink& out) override {
    constexpr int kMaxMessages = 8;
    for (int count = 0; !in.done() && count < kMaxMessages; ++count) {
      const ber::Item operation = take_operation(in);
      if (operation.tag == 0) return false;
      if (operation.tag == kSearchEntry && !read_entry(operation.in(), out)) return false;
    }
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  if (opening.bytes[0] != ber::kSequence || !opening.expected_port) return Recognition::no;
  Cursor in(opening.bytes);
  const std::uint8_t operation = take_operation(in).tag;
  const bool asks = operation == kSearchRequest && opening.from == Side::client;
  const bool answers =
      (operation == kSearchEntry || operation == kSearchDone) && opening.from == Side::server;
  return asks || answers ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {389};

}  // namespace

extern constinit const Protocol kCldap{
    .name = "cldap",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<CldapParser>(); },
    .begins = FirstBytes::of({ber::kSequence}),
    .only_on_ports = true,
};

}  // namespace asepsis
