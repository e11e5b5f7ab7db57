// Kerberos 5 (RFC 4120, over UDP and TCP 7.2): realms, services asked for and
// kinds of encryption. A principal is told only if it is a machine's: an
// account that ends in '$' (Windows), or the host part of a service.

#include <algorithm>
#include <array>

#include "proto/ber.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

namespace kind {  // application tags, 5.10
constexpr std::uint8_t kAsRequest = 0x6a;
constexpr std::uint8_t kAsReply = 0x6b;
constexpr std::uint8_t kTgsRequest = 0x6c;
constexpr std::uint8_t kTgsReply = 0x6d;
constexpr std::uint8_t kError = 0x7e;
}  // namespace kind

constexpr std::size_t kMaxMessage = 65536;

constexpr bool is_kind(std::uint8_t tag) {
  return (tag >= kind::kAsRequest && tag <= kind::kTgsReply) || tag == kind::kError;
}

// RFC 3961, 8; RFC 3962; RFC 4757; RFC 8009.
ShortText<40> encryption_name(std::int32_t number) {
  ShortText<40> name;
  switch (number) {
    case 1: return name.add("des-cbc-crc");
    case 2: return name.add("des-cbc-md4");
    case 3: return name.add("des-cbc-md5");
    case 16: return name.add("des3-cbc-sha1");
    case 17: return name.add("aes128-cts-hmac-sha1-96");
    case 18: return name.add("aes256-cts-hmac-sha1-96");
    case 19: return name.add("aes128-cts-hmac-sha256-128");
    case 20: return name.add("aes256-cts-hmac-sha384-192");
    case 23: return name.add("rc4-hmac");
    case 24: return name.add("rc4-hmac-exp");
    default: return name;  // Microsoft's private ones say nothing
  }
}

// The content of a tagged field of a sequence, and of the item within it.
ber::Item field(Cursor sequence, unsigned number) {
  Cursor inner = ber::find(sequence, ber::context(number)).in();
  return ber::take(inner);
}

// The parts of a principal's name (5.2.2): at most the first two.
struct Name {
  std::string_view first, second;
};

Name name_of(const ber::Item& principal) {
  Name name;
  Cursor parts = field(principal.in(), 1).in();
  name.first = as_text(ber::take(parts).content);
  name.second = as_text(ber::take(parts).content);
  return name;
}

void say_machine(const ber::Item& principal, FactSink& out) {
  const Name name = name_of(principal);
  if (name.second.empty() && name.first.ends_with('$'))
    out.say(Side::client, "name.host"_claim, name.first.substr(0, name.first.size() - 1));
  if (same_letters(name.first, "host")) out.say(Side::client, "name.host"_claim, name.second);
}

void say_realm(const ber::Item& realm, FactSink& out) {
  out.say(Side::server, "kerberos.realm"_claim, as_text(realm.content).substr(0, 200));
}

// KDC-REQ-BODY, 5.4.1.
void request(Cursor sequence, FactSink& out) {
  const Cursor body = field(sequence, 4).in();
  say_machine(field(body, 1), out);
  say_realm(field(body, 2), out);
  const Name service = name_of(field(body, 3));
  if (!service.second.empty() && !same_letters(service.first, "krbtgt")) {
    ShortText<200> text;
    text.add(service.first).add('/').add(service.second);
    out.say(Side::client, "kerberos.uses"_claim, text);
  }
  Cursor kinds = field(body, 8).in();
  for (int count = 0; !kinds.done() && count < 16; ++count)
    out.say(Side::client, "kerberos.offers"_claim, encryption_name(ber::integer(ber::take(kinds))));
}

// KDC-REP, 5.4.2: the ticket's encryption is the weakest link.
void reply(Cursor sequence, FactSink& out) {
  say_realm(field(sequence, 3), out);
  say_machine(field(sequence, 4), out);
  const Cursor ticket = ber::enter(field(sequence, 5).in(), ber::kSequence);
  // field() steps into the application tag of the ticket, which holds a sequence.
  const Cursor encrypted = field(ticket, 3).in();
  out.say(Side::server, "kerberos.encryption"_claim,
          encryption_name(ber::integer(field(encrypted, 0))));
}

bool read(Cursor in, FactSink& out) {
  const ber::Item outer = ber::take(in);
  const Cursor sequence = ber::enter(outer.in(), ber::kSequence);
  if (!sequence.ok() || !is_kind(outer.tag)) return false;
  switch (outer.tag) {
    case kind::kAsRequest:
    case kind::kTgsRequest: request(sequence, out); break;
    case kind::kAsReply:
    case kind::kTgsReply: reply(sequence, out); break;
    default: say_realm(field(sequence, 9), out); break;
  }
  return true;
}

// The outer tag, a sequence as long as the rest, the version or (of requests)
// its tag [1]: 5 in both.
bool is_message(Cursor in) {
  const std::uint8_t tag = in.u8();
  ber::take_length(in);
  const std::uint8_t sequence = in.u8();
  ber::take_length(in);
  const std::uint8_t first = in.u8();
  const std::uint32_t version = in.be32();
  return in.ok() && is_kind(tag) && sequence == ber::kSequence &&
         (first == ber::context(0) || first == ber::context(1)) && version == 0x03020105;
}

class KerberosDatagrams final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink& out) override { return read(in, out); }
};

class KerberosStream final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const std::size_t length = in.be32();
    const std::uint8_t tag = in.u8();
    if (!in.ok()) return Frame::unknown();
    if (length == 0 || length > kMaxMessage) return Frame::foreign();
    return is_kind(tag) ? Frame::message(4 + length) : Frame::skip(4 + length);
  }
  bool message(Side, Cursor in, FactSink& out) override {
    in.skip(4);
    return read(in, out);
  }
};

constexpr std::size_t kMaxHead = 24;

Recognition recognise_stream(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::size_t length = in.be32();
  const std::uint8_t tag = in.u8();
  if (opening.bytes[0] != 0) return Recognition::no;
  if (!in.ok()) return Recognition::more;
  if (length == 0 || length > kMaxMessage || !is_kind(tag)) return Recognition::no;
  if (is_message(Cursor(opening.bytes.subspan(4)))) return Recognition::yes;
  return opening.bytes.size() < kMaxHead ? Recognition::more : Recognition::no;
}

Recognition recognise_datagram(const Opening& opening) {
  return is_message(Cursor(opening.bytes)) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {88, 464};

}  // namespace

extern constinit const Protocol kKerberosStream{
    .name = "kerberos",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<KerberosStream>(); },
    .max_message = 4 + kMaxMessage,
};

extern constinit const Protocol kKerberosDatagrams{
    .name = "kerberos-udp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<KerberosDatagrams>(); },
};

}  // namespace asepsis
