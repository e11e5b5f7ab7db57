// QUIC over UDP, on any port: versions, and the hellos in its Initial packets,
// which anyone who sees the first one can read. Packets RFC 9000, 17; version
// negotiation RFC 8999, 6; frames RFC 9000, 19; version 2 RFC 9369. Of Google's
// own QUIC that came before it, the version.
//
// A hello may be spread over several packets, in any order.

#include <array>
#include <optional>

#include "proto/parser.hpp"
#include "proto/pieces.hpp"
#include "proto/quic_crypto.hpp"
#include "proto/tls_handshake.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLongestConnection = 20;
constexpr std::size_t kLeastDatagram = 1200;  // RFC 9000, 14.1
constexpr std::size_t kMostPacket = 4096;     // Initial packets fit one unfragmented datagram
constexpr int kMostTries = 24;                // Initial packets of a flow that are laid open

// RFC 9000, 16.
std::uint64_t varint(Cursor& in) {
  const std::uint8_t first = in.u8();
  std::uint64_t value = first & 0x3f;
  for (unsigned left = (1U << (first >> 6)) - 1; left > 0; --left) value = value << 8 | in.u8();
  return value;
}

// Counts of bytes come from the wire: what is longer than the rest fails.
Bytes take_counted(Cursor& in) {
  const std::uint64_t size = varint(in);
  return in.take(size > in.rest().size() ? SIZE_MAX : static_cast<std::size_t>(size));
}

enum class Kind : std::uint8_t { initial, early_data, handshake, retry, negotiation, other };

// One packet with a long header: RFC 9000, 17.2.
struct Packet {
  Kind kind = Kind::other;
  std::uint32_t version = 0;
  Bytes connection;        // of the receiver
  Bytes rest;              // after the connection ids
  Bytes whole;             // an Initial packet, up to the end that it tells
  std::size_t number = 0;  // where its packet number stands
};

Kind kind_of(std::uint8_t first, std::uint32_t version) {
  if (version == 0) return Kind::negotiation;
  if (!quic::is_known(version)) return Kind::other;
  // RFC 9369, 3.2: version 2 counts from another one.
  const unsigned type = ((first >> 4 & 3U) + (version == quic::kVersion2 ? 3U : 0U)) & 3U;
  return static_cast<Kind>(type);
}

// Steps over one packet of the datagram.
bool take_packet(Cursor& in, Packet& out) {
  const Bytes start = in.rest();
  const std::uint8_t first = in.u8();
  out.version = in.be32();
  out.kind = kind_of(first, out.version);
  if (out.kind != Kind::negotiation && (first & 0x40) == 0) return false;
  if (out.kind == Kind::other) {  // what follows is anybody's
    in.skip(in.rest().size());
    return in.ok();
  }
  const std::size_t destination = in.u8();
  out.connection = in.take(destination);
  const std::size_t source = in.u8();
  in.skip(source);
  if (!in.ok() || destination > kLongestConnection || source > kLongestConnection) return false;
  out.rest = in.rest();
  if (out.kind > Kind::handshake) {
    in.skip(in.rest().size());
    return true;
  }
  if (out.kind == Kind::initial) take_counted(in);  // a token
  const std::uint64_t length = varint(in);
  out.number = start.size() - in.rest().size();
  if (!in.ok() || length > in.rest().size()) return false;
  in.skip(static_cast<std::size_t>(length));
  out.whole = start.first(start.size() - in.rest().size());
  return true;
}

// The version that Google's QUIC names beside a public header of its own, "Q039".
std::optional<std::string_view> google_version(Bytes datagram) {
  constexpr std::uint8_t kVersion = 0x01;
  constexpr std::uint8_t kConnection = 0x08;
  Cursor in(datagram);
  const std::uint8_t flags = in.u8();
  in.skip(8);
  const std::string_view version = as_text(in.take(4));
  if (!in.ok() || (flags & 0xc0) != 0 || (flags & kVersion) == 0 || (flags & kConnection) == 0 ||
      !version.starts_with("Q0"))
    return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return is_digit(version[2]) && is_digit(version[3]) ? std::optional(version) : std::nullopt;
}

// "1", "draft 29", "Q046", "0xfaceb002".
ShortText<24> version_name(std::uint32_t version) {
  constexpr std::uint32_t kDrafts = 0xff000000;
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(version >> 24), static_cast<std::uint8_t>(version >> 16),
      static_cast<std::uint8_t>(version >> 8), static_cast<std::uint8_t>(version)};
  ShortText<24> name;
  if (version == quic::kVersion1) return name.add('1');
  if (version == quic::kVersion2) return name.add('2');
  if ((version & 0xffffff00) == kDrafts) return name.add("draft ").number(version & 0xff);
  if ((bytes[0] == 'Q' || bytes[0] == 'T') && bytes[1] == '0') return name.add(as_text(bytes));
  return name.add("0x").hex(bytes);
}

// RFC 9000, 15: offered only to keep the other side tolerant.
bool is_grease(std::uint32_t version) { return (version & 0x0f0f0f0f) == 0x0a0a0a0a; }

class QuicParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override;

 private:
  struct Half {
    Pieces pieces;         // of the stream of CRYPTO frames
    std::size_t read = 0;  // bytes of it whose messages were read
  };

  bool initial(Side from, const Packet& packet, FactSink& out);
  bool frames(Side from, Cursor in, FactSink& out);
  bool crypto(Side from, Cursor& in, FactSink& out);
  void finish();

  std::optional<quic::InitialKeys> keys_;
  std::array<Half, 2> halves_;
  TlsHandshake handshake_{tls::Carrier::quic};
  std::uint32_t version_ = 0;  // that was said
  int tries_ = 0;
};

bool QuicParser::message(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kLong = 0x80;
  if (const auto version = google_version(in.rest())) {
    if (version_ == 0) out.say(other(from), "quic.version"_claim, *version);
    version_ = 1;
    return true;
  }
  // What has a short header, or is padding, ends the datagram.
  while (!in.done() && (in.rest().front() & kLong) != 0) {
    Packet packet;
    if (!take_packet(in, packet)) {
      // Cut by the capture: the keys hang on its connection id alone.
      if (packet.kind == Kind::initial && from == Side::client && !keys_)
        keys_ = quic::initial_keys(packet.version, packet.connection);
      return false;
    }
    if (packet.kind == Kind::negotiation) {
      for (Cursor list(packet.rest); list.rest().size() >= 4;) {
        const std::uint32_t version = list.be32();
        if (!is_grease(version)) out.say(from, "quic.version"_claim, version_name(version));
      }
      return true;
    }
    // Who speaks a version first is the client; the server answers in it.
    if (packet.version != version_ && from == Side::server)
      out.say(from, "quic.version"_claim, version_name(packet.version));
    if (from == Side::server) version_ = packet.version;
    if (packet.kind == Kind::initial && tries_ < kMostTries && !initial(from, packet, out))
      return false;
  }
  return true;
}

bool QuicParser::initial(Side from, const Packet& packet, FactSink& out) {
  if (packet.whole.size() > kMostPacket) return true;
  ++tries_;
  std::array<std::uint8_t, kMostPacket> plain;
  std::optional<Bytes> content;
  if (keys_)
    content = quic::unprotect(from == Side::client ? keys_->client : keys_->server, packet.whole,
                              packet.number, plain);
  // The first packet, or the one after a Retry (RFC 9001, 5.2).
  if (!content && from == Side::client) {
    const quic::InitialKeys keys = quic::initial_keys(packet.version, packet.connection);
    content = quic::unprotect(keys.client, packet.whole, packet.number, plain);
    if (content) keys_ = keys;
  }
  const bool good = !content || frames(from, Cursor(*content), out);
  if (tries_ == kMostTries || handshake_.version() != 0) finish();
  return good;
}

// All is said that can be read.
void QuicParser::finish() {
  tries_ = kMostTries;
  for (Half& half : halves_) half.pieces.clear();
}

// RFC 9000, 19.3.
void skip_acknowledgement(Cursor& in, bool congestion) {
  varint(in);  // largest
  varint(in);  // delay
  const std::uint64_t ranges = varint(in);
  varint(in);  // first range
  for (std::uint64_t i = 0; i < ranges && !in.done(); ++i) {
    varint(in);
    varint(in);
  }
  for (int i = 0; congestion && i < 3; ++i) varint(in);
}

// RFC 9000, 17.2.2: the frames that an Initial packet may hold.
bool QuicParser::frames(Side from, Cursor in, FactSink& out) {
  while (!in.done()) {
    switch (varint(in)) {
      case 0:  // PADDING
      case 1:  // PING
        break;
      case 2: skip_acknowledgement(in, false); break;
      case 3: skip_acknowledgement(in, true); break;
      case 6:
        if (!crypto(from, in, out)) return false;
        break;
      case 0x1c: {
        // RFC 9001, 4.8: an alert of TLS.
        const std::uint64_t error = varint(in);
        if (in.ok() && error >> 8 == 1)
          handshake_.alert(from, true, static_cast<std::uint8_t>(error), out);
        return in.ok();
      }
      default: return false;
    }
  }
  return in.ok();
}

// RFC 9000, 19.6. The stream is that of handshake messages, without records.
bool QuicParser::crypto(Side from, Cursor& in, FactSink& out) {
  const std::uint64_t offset = varint(in);
  const Bytes bytes = take_counted(in);
  Half& half = halves_[static_cast<std::size_t>(from)];
  if (!in.ok() || offset > Pieces::kMostBytes) return false;
  if (!half.pieces.add(static_cast<std::size_t>(offset), bytes)) return false;
  for (;;) {
    Cursor stream(half.pieces.start().subspan(half.read));
    const std::uint8_t type = stream.u8();
    const std::size_t size = stream.be24();
    const Bytes body = stream.take(size);
    if (!stream.ok()) return true;
    half.read += tls::handshake::kHeader + size;
    if (tls::handshake::wanted(type) && !handshake_.message(from, type, body, out)) return false;
  }
}

// ---- Recognition: all by content.

bool opens(const Packet& packet) {
  if (packet.whole.size() > kMostPacket || packet.connection.size() < 8) return false;
  std::array<std::uint8_t, kMostPacket> plain;
  const quic::InitialKeys keys = quic::initial_keys(packet.version, packet.connection);
  return quic::unprotect(keys.client, packet.whole, packet.number, plain).has_value();
}

bool lists_versions(Bytes list) {
  bool known = false;
  if (list.empty() || list.size() % 4 != 0) return false;
  for (Cursor in(list); !in.done();) known |= quic::is_known(in.be32());
  return known;
}

// The first packet of a client opens with the key that follows from itself.
// Others are believed where QUIC is expected, and so is one that was cut short.
Recognition recognise(const Opening& opening) {
  constexpr std::uint8_t kLong = 0x80;
  if (google_version(opening.bytes))
    return opening.from == Side::client ? Recognition::yes : Recognition::no;
  if ((opening.bytes.front() & kLong) == 0) return Recognition::no;
  Cursor in(opening.bytes);
  Packet packet;
  const bool whole = take_packet(in, packet);
  bool yes = false;
  switch (packet.kind) {
    case Kind::initial:
      yes = whole && opening.bytes.size() >= kLeastDatagram && opens(packet)
                ? opening.from == Side::client
                : opening.expected_port;
      break;
    case Kind::early_data:
    case Kind::handshake:
    case Kind::retry: yes = opening.expected_port; break;
    case Kind::negotiation:
      yes = opening.from == Side::server && lists_versions(packet.rest);
      break;
    case Kind::other: {
      const bool google = packet.version >> 16 == 0x5130 || packet.version >> 16 == 0x5430;
      yes = whole && google && opening.expected_port;
      break;
    }
  }
  return yes ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {443, 80, 853, 4433, 8443};

}  // namespace

extern constinit const Protocol kQuic{
    .name = "quic",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<QuicParser>(); },
    .security = Security::quic,
    .remembers = true,
};

}  // namespace asepsis
