// IPsec: the key exchange, as far as it is in clear, and that encrypted packets
// flow. IKEv2 RFC 7296, 3; IKEv1 RFC 2408, 3 with the attributes of RFC 2409,
// appendix A; both on UDP ports 500 and 4500, where ESP (RFC 4303) shares the
// port (RFC 3948); ESP on its own is a protocol of IP.
//
// Identities that aggressive mode sends in clear may be persons': they are not
// read.

#include "proto/ike_names.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

using ike::Kind;

constexpr std::size_t kMaxPayloads = 64;
constexpr std::uint8_t kAggressive = 4;
constexpr std::uint16_t kPreSharedKey = 1;

struct Header {
  std::uint8_t next = 0;
  unsigned version = 0;
  std::uint8_t exchange = 0;
  bool answer = false;     // it comes from the responder
  bool encrypted = false;  // all of it: version 1 only
  std::uint32_t message = 0;
};

enum class Match : std::uint8_t { no, broken, yes };

// RFC 7296, 3.1; the cookies of version 1 stand where the SPIs do.
Match read_header(Cursor& in, Header& out) {
  constexpr std::size_t kSize = 28;
  const std::size_t size = in.rest().size();
  const std::uint64_t initiator = in.be64();
  const std::uint64_t responder = in.be64();
  out.next = in.u8();
  out.version = in.u8() >> 4;
  out.exchange = in.u8();
  const std::uint8_t flags = in.u8();
  out.message = in.be32();
  const std::uint32_t length = in.be32();
  constexpr std::uint8_t kResponse = 0x20;
  const bool known = out.version == 2
                         ? out.exchange >= 34 && out.exchange <= 44
                         : out.version == 1 && ((out.exchange >= 1 && out.exchange <= 6) ||
                                                out.exchange == 32 || out.exchange == 33);
  out.answer = out.version == 2 ? (flags & kResponse) != 0 : responder != 0;
  out.encrypted = out.version == 1 && (flags & 1) != 0;
  if (!in.ok() || !known || initiator == 0) return Match::no;
  return length == size && length >= kSize ? Match::yes : Match::broken;
}

std::string_view version_name(const Header& header) {
  if (header.version == 2) return "IKEv2";
  switch (header.exchange) {
    case 2: return "IKEv1 main mode";
    case kAggressive: return "IKEv1 aggressive mode";
    default: return "IKEv1";
  }
}

// One exchange of messages said in clear.
class Reader {
 public:
  Reader(Side from, const Header& header, FactSink& out)
      : from_(from), header_(header), out_(out) {}

  bool payloads(Cursor in);

 private:
  bool payload(std::uint8_t type, Cursor in);
  bool proposals1(Cursor in);
  bool transform1(Cursor in);
  bool proposals2(Cursor in);
  bool transform2(Cursor in);
  void notify(std::uint16_t type);
  void say(Kind kind, std::uint16_t number, std::uint16_t bits);

  Side from_;
  const Header& header_;
  FactSink& out_;
};

bool Reader::payloads(Cursor in) {
  std::uint8_t type = header_.next;
  for (std::size_t count = 0; type != 0 && !in.done() && count < kMaxPayloads; ++count) {
    constexpr std::uint8_t kEncrypted = 46;
    constexpr std::uint8_t kEncryptedFragment = 53;
    if (header_.version == 2 && (type == kEncrypted || type == kEncryptedFragment)) return true;
    const std::uint8_t next = in.u8();
    in.skip(1);
    const std::size_t length = in.be16();
    if (!in.ok() || length < 4) return false;
    const Cursor body = in.sub(length - 4);
    if (!in.ok() || !payload(type, body)) return false;
    type = next;
  }
  return in.ok();
}

// RFC 7296, 3.2; RFC 2408, 3.1.
bool Reader::payload(std::uint8_t type, Cursor in) {
  const bool version2 = header_.version == 2;
  if (type == (version2 ? 33 : 1)) return version2 ? proposals2(in) : proposals1(in);
  if (type == (version2 ? 43 : 13)) {
    if (!in.done()) out_.say(from_, "ipsec.vendor"_claim, ike::vendor_name(in.rest()));
    return true;
  }
  if (type == (version2 ? 41 : 11)) {
    in.skip(version2 ? 2 : 6);  // protocol and size of SPI; before them a domain of interpretation
    const std::uint16_t reason = in.be16();
    if (in.ok()) notify(reason);
    return in.ok();
  }
  return true;
}

// The same two numbers in both versions.
void Reader::notify(std::uint16_t type) {
  constexpr std::uint16_t kNoProposalChosen = 14;
  constexpr std::uint16_t kAuthenticationFailed = 24;
  constexpr Claim kClaim = "ipsec.chosen"_claim;
  if (type == kNoProposalChosen) out_.on_fact({from_, kClaim, "all that were offered", {}, true});
  if (type == kAuthenticationFailed) out_.on_fact({from_, kClaim, "authentication", {}, true});
}

void Reader::say(Kind kind, std::uint16_t number, std::uint16_t bits) {
  const ShortText<64> name = ike::algorithm_name(kind, header_.version, number, bits);
  if (!header_.answer || from_ == Side::client) return out_.say(from_, "ipsec.offers"_claim, name);
  out_.say(from_, "ipsec.chosen"_claim, name);
  if (ike::is_weak(kind, header_.version, number)) out_.say(from_, "ipsec.weakness"_claim, name);
  // The answer is a hash over the key: it can be guessed at leisure.
  if (kind == Kind::authentication && number == kPreSharedKey && header_.exchange == kAggressive)
    out_.say(from_, "ipsec.weakness"_claim, "aggressive mode with pre-shared key");
}

// RFC 2408, 3.4 to 3.6.
bool Reader::proposals1(Cursor in) {
  constexpr std::uint8_t kForIsakmp = 1;
  in.skip(8);  // domain of interpretation, situation
  while (!in.done()) {
    in.skip(2);
    const std::size_t length = in.be16();
    if (!in.ok() || length < 8) return false;
    Cursor proposal = in.sub(length - 4);
    proposal.skip(1);
    const bool ours = proposal.u8() == kForIsakmp;
    proposal.skip(proposal.be16() >> 8);  // SPI; the number of transforms follows from the sizes
    while (ours && !proposal.done()) {
      proposal.skip(2);
      const std::size_t size = proposal.be16();
      if (!proposal.ok() || size < 8 || !transform1(proposal.sub(size - 4))) return false;
    }
    if (!proposal.ok()) return false;
  }
  return in.ok();
}

// RFC 2409, appendix A: attributes of one number; the longer ones are life times.
bool Reader::transform1(Cursor in) {
  struct Row {
    Kind kind;
    bool said = false;
    std::uint16_t number = 0;
  };
  Row rows[] = {{Kind::encryption}, {Kind::hash}, {Kind::authentication}, {Kind::group}};
  std::uint16_t bits = 0;
  in.skip(4);  // its number, its id (the one there is), reserved
  while (!in.done()) {
    constexpr std::uint16_t kShort = 0x8000;
    constexpr std::uint16_t kBits = 14;
    const std::uint16_t type = in.be16();
    const std::uint16_t value = in.be16();
    if ((type & kShort) == 0) {
      in.skip(value);
      continue;
    }
    const unsigned attribute = type & 0x7fffU;
    if (attribute == kBits) bits = value;
    if (attribute < 1 || attribute > std::size(rows)) continue;
    Row& row = rows[attribute - 1];
    row.said = true;
    row.number = value;
  }
  if (!in.ok()) return false;
  for (const Row& row : rows)
    if (row.said) say(row.kind, row.number, row.kind == Kind::encryption ? bits : std::uint16_t{0});
  return true;
}

// RFC 7296, 3.3.
bool Reader::proposals2(Cursor in) {
  while (!in.done()) {
    in.skip(2);
    const std::size_t length = in.be16();
    if (!in.ok() || length < 8) return false;
    Cursor proposal = in.sub(length - 4);
    proposal.skip(2);  // its number, its protocol
    const std::size_t spi = proposal.u8();
    proposal.skip(1 + spi);
    while (!proposal.done()) {
      proposal.skip(2);
      const std::size_t size = proposal.be16();
      if (!proposal.ok() || size < 8 || !transform2(proposal.sub(size - 4))) return false;
    }
    if (!proposal.ok()) return false;
  }
  return in.ok();
}

bool Reader::transform2(Cursor in) {
  constexpr std::uint16_t kBits = 0x800e;
  const std::uint8_t type = in.u8();
  in.skip(1);
  const std::uint16_t number = in.be16();
  const bool has_bits = in.be16() == kBits;
  const std::uint16_t bits = has_bits ? in.be16() : std::uint16_t{0};
  switch (type) {
    case 1: say(Kind::encryption, number, bits); break;
    case 2: say(Kind::prf, number, 0); break;
    case 3: say(Kind::integrity, number, 0); break;
    case 4: say(Kind::group, number, 0); break;
    default: break;
  }
  return true;
}

// RFC 3948, 2.2: where ESP shares the port, four zero bytes mark IKE.
Cursor past_marker(Bytes datagram) {
  Cursor in(datagram);
  return in.be32() == 0 && in.ok() ? in : Cursor(datagram);
}

// RFC 4303, 2: its words are of four bytes; SPIs to 255 are reserved.
bool is_esp(Bytes packet) {
  constexpr std::size_t kLeast = 24;  // SPI, number, one word and the shortest tag
  constexpr std::uint32_t kReserved = 255;
  return packet.size() >= kLeast && packet.size() % 4 == 0 && Cursor(packet).be32() > kReserved;
}

bool is_keepalive(Bytes datagram) { return datagram.size() == 1 && datagram.front() == 0xff; }

class IkeParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const Bytes datagram = in.rest();
    Header header;
    Cursor body = past_marker(datagram);
    const Match match = read_header(body, header);
    if (match == Match::broken) return false;
    if (match == Match::no) {
      if (is_esp(datagram)) out.on_application("esp", Security::ipsec);
      return is_esp(datagram) || is_keepalive(datagram);
    }
    if (header.answer && from == Side::server)
      out.say(from, "ipsec.version"_claim, version_name(header));
    return header.encrypted || Reader(from, header, out).payloads(body);
  }
};

// Both ends often use port 500, so who speaks must fit.
Recognition recognise_ike(const Opening& opening) {
  Header header;
  Cursor in = past_marker(opening.bytes);
  const Match match = read_header(in, header);
  if (match == Match::broken) return opening.expected_port ? Recognition::yes : Recognition::no;
  if (match == Match::yes) {
    const Side speaker = header.answer ? Side::server : Side::client;
    const bool first = header.version == 2 ? header.message == 0 : !header.encrypted;
    return !first || speaker == opening.from ? Recognition::yes : Recognition::no;
  }
  const bool nat = opening.expected_port && (is_esp(opening.bytes) || is_keepalive(opening.bytes));
  return nat ? Recognition::yes : Recognition::no;
}

class EspParser final : public Parser {
 public:
  bool message(Side, Cursor, FactSink&) override { return true; }
};

// The number of the protocol says it; keys set by hand may have a reserved SPI.
Recognition recognise_esp(const Opening& opening) {
  constexpr std::size_t kHeader = 8;
  const bool fits = opening.bytes.size() > kHeader && Cursor(opening.bytes).be32() != 0;
  return fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {500, 4500};
constexpr std::uint16_t kEspNumber[] = {50};

}  // namespace

extern constinit const Protocol kIke{
    .name = "ike",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_ike,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<IkeParser>(); },
    .security = Security::ipsec,
};

extern constinit const Protocol kEsp{
    .name = "esp",
    .transport = Transport::ip,
    .ports = kEspNumber,
    .recognise = recognise_esp,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<EspParser>(); },
    .security = Security::ipsec,
};

}  // namespace asepsis
