// DTLS over UDP, on any port: what the handshake shows before it turns
// encrypted. Records RFC 6347, 4.1 (1.0: RFC 4347) and RFC 9147, 4; handshake
// fragments RFC 6347, 4.2.2. A flow that is met in the middle tells by its
// records that it is DTLS, and which version up to 1.2.
//
// The messages of a flight may arrive in any order and their fragments mixed:
// of each side two messages can be put together at a time.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"
#include "proto/pieces.hpp"
#include "proto/tls_handshake.hpp"
#include "proto/tls_names.hpp"

namespace asepsis {
namespace {

namespace record {
constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kAlert = 21;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kApplicationData = 23;
constexpr std::uint8_t kAck = 26;
constexpr std::size_t kMaxLength = 16384 + 2048;
// RFC 9147, 4: the first three bits of what is encrypted in DTLS 1.3.
constexpr bool is_unified(std::uint8_t first) { return first >> 5 == 1; }
}  // namespace record

struct Record {
  std::uint8_t type = 0;
  std::uint16_t version = 0;
  std::uint16_t epoch = 0;
  Bytes content;
};

// False if these are not the first bytes of a record, or not all of them.
bool take_record(Cursor& in, Record& out) {
  out.type = in.u8();
  out.version = in.be16();
  out.epoch = in.be16();
  in.skip(6);  // sequence number
  const std::size_t length = in.be16();
  out.content = in.take(length);
  const bool version =
      out.version == tls::kDtls10 || out.version == tls::kDtls12 || out.version == tls::kDtlsDraft;
  return in.ok() && out.type >= record::kChangeCipherSpec && out.type <= record::kAck && version &&
         length > 0 && length <= record::kMaxLength;
}

// RFC 5415, 4.2: access points put four bytes before the records of CAPWAP.
Bytes past_capwap(Bytes datagram) {
  Cursor in(datagram);
  constexpr std::uint32_t kProtected = 0x01000000;
  return in.be32() == kProtected && in.ok() ? in.rest() : datagram;
}

// A fragment of a handshake message: RFC 6347, 4.2.2.
struct Fragment {
  std::uint8_t type = 0;
  std::size_t size = 0;  // of the whole message
  std::uint16_t sequence = 0;
  std::size_t offset = 0;
  Bytes bytes;
};

bool take_fragment(Cursor& in, Fragment& out) {
  out.type = in.u8();
  out.size = in.be24();
  out.sequence = in.be16();
  out.offset = in.be24();
  out.bytes = in.take(in.be24());
  return in.ok() && tls::handshake::known(out.type) && out.size <= tls::handshake::kMaxLength &&
         out.offset <= out.size && out.bytes.size() <= out.size - out.offset;
}

class DtlsParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override;

 private:
  struct Partial {
    bool used = false;
    std::uint16_t sequence = 0;
    Pieces pieces;
  };
  struct Half {
    std::array<Partial, 2> partial;
    std::uint64_t read = 0;  // messages already read, a bit each: they are repeated
  };

  bool fragment(Side from, const Fragment& fragment, FactSink& out);
  bool whole(Side from, const Fragment& fragment, Bytes body, FactSink& out);
  void encrypted(std::uint16_t version, FactSink& out);

  std::array<Half, 2> halves_;
  TlsHandshake handshake_{tls::Carrier::dtls};
};

bool DtlsParser::message(Side from, Cursor in, FactSink& out) {
  in = Cursor(past_capwap(in.rest()));
  while (!in.done()) {
    if (record::is_unified(in.rest().front())) return true;
    Record record;
    if (!take_record(in, record)) return false;
    if (record.epoch != 0 || record.type == record::kApplicationData) {
      encrypted(record.version, out);
      continue;
    }
    Cursor content(record.content);
    if (record.type == record::kAlert) {
      const std::uint8_t level = content.u8();
      const std::uint8_t description = content.u8();
      if (!content.ok() || !content.done() || level == 0 || level > 2) return false;
      handshake_.alert(from, level == 2, description, out);
    }
    while (record.type == record::kHandshake && !content.done()) {
      Fragment piece;
      if (!take_fragment(content, piece)) return false;
      if (!fragment(from, piece, out)) return false;
    }
  }
  return in.ok();
}

// Met in the middle: whatever a record calls itself, that was agreed on; 1.3
// calls itself nothing.
void DtlsParser::encrypted(std::uint16_t version, FactSink& out) {
  for (Half& half : halves_)
    for (Partial& partial : half.partial) partial.pieces.clear();
  if (handshake_.version() != 0) return;
  handshake_.chosen(version, out);
  out.say(other(handshake_.client()), "tls.version"_claim, tls::version_name(version));
}

bool DtlsParser::fragment(Side from, const Fragment& fragment, FactSink& out) {
  if (!tls::handshake::wanted(fragment.type)) return true;
  if (fragment.bytes.size() == fragment.size) return whole(from, fragment, fragment.bytes, out);
  Half& half = halves_[static_cast<std::size_t>(from)];
  auto found = std::ranges::find_if(half.partial, [&](const Partial& partial) {
    return partial.used && partial.sequence == fragment.sequence;
  });
  if (found == half.partial.end()) {
    // The older one is given up.
    found = std::ranges::min_element(half.partial, {}, [](const Partial& partial) {
      return partial.used ? partial.sequence + 1 : 0;
    });
    found->pieces.clear();
    found->used = true;
    found->sequence = fragment.sequence;
  }
  if (!found->pieces.add(fragment.offset, fragment.bytes)) return false;
  const Bytes start = found->pieces.start();
  if (start.size() < fragment.size) return true;
  const bool good = whole(from, fragment, start.first(fragment.size), out);
  found->pieces.clear();
  found->used = false;
  return good;
}

bool DtlsParser::whole(Side from, const Fragment& fragment, Bytes body, FactSink& out) {
  std::uint64_t& read = halves_[static_cast<std::size_t>(from)].read;
  const std::uint64_t bit = std::uint64_t{1} << (fragment.sequence % 64);
  if ((read & bit) != 0) return true;
  read |= bit;
  return handshake_.message(from, fragment.type, body, out);
}

// ---- Recognition: all by content. Records must fill the datagram.

bool plausible(const Record& record) {
  Cursor content(record.content);
  constexpr std::size_t kLeastProtected = 16;  // a number and a tag of eight bytes each
  if (record.epoch != 0) {
    const bool change = record.type == record::kChangeCipherSpec;
    return record.epoch < 16 && (change || record.content.size() >= kLeastProtected);
  }
  switch (record.type) {
    case record::kChangeCipherSpec: return content.u8() == 1 && record.content.size() <= 3;
    case record::kAlert: return record.content.size() == 2 && content.u8() <= 2;
    case record::kHandshake: {
      Fragment fragment;
      return take_fragment(content, fragment) &&
             (fragment.type <= 3 || fragment.size > 0 || fragment.type == 14);
    }
    default: return false;  // data is never in clear
  }
}

Recognition recognise(const Opening& opening) {
  Cursor in(past_capwap(opening.bytes));
  if (in.done()) return Recognition::no;
  for (bool first = true; !in.done(); first = false) {
    if (!first && record::is_unified(in.rest().front())) return Recognition::yes;
    Record record;
    if (!take_record(in, record) || !plausible(record)) return Recognition::no;
    // A ServerHello speaks for the other side.
    if (first && record.epoch == 0 && record.type == record::kHandshake) {
      const std::uint8_t type = Cursor(record.content).u8();
      const Side speaker = type == tls::handshake::kClientHello ? Side::client : Side::server;
      const bool hello = type <= 3 && type != 0;
      if (hello && speaker != opening.from) return Recognition::no;
    }
  }
  return Recognition::yes;
}

constexpr std::uint16_t kPorts[] = {443,  853,  2221, 3391, 4433,  5246,  5247,
                                    5349, 5684, 5868, 6514, 10161, 10162, 20220};

}  // namespace

extern constinit const Protocol kDtls{
    .name = "dtls",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DtlsParser>(); },
    .security = Security::dtls,
    .remembers = true,
};

}  // namespace asepsis
