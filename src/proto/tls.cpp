// TLS and SSL over TCP, on any port: what the handshake shows before it turns
// encrypted. Records RFC 8446, 5 and RFC 5246, 6.2; handshake RFC 8446, 4 and
// RFC 5246, 7; the hello of SSL 2.0, which later clients used too, RFC 5246,
// appendix E.2 and draft-hickman-netscape-ssl-00.
//
// A handshake message may span records, and a record may hold several; only
// one that spans is copied. Once a side is encrypted nothing more is read.

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "proto/certificate.hpp"
#include "proto/parser.hpp"
#include "proto/ssl2.hpp"
#include "proto/tls_handshake.hpp"
#include "proto/tls_names.hpp"

namespace asepsis {
namespace {

namespace record {
constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kAlert = 21;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kApplicationData = 23;
constexpr std::uint8_t kHeartbeat = 24;
constexpr std::size_t kHeader = 5;
constexpr std::size_t kMaxLength = 16384 + 2048;
}  // namespace record

namespace handshake = tls::handshake;

class TlsParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  std::optional<std::size_t> resume(Side from, Bytes bytes) override;

 private:
  struct Half {
    bool seen = false;                  // a message of this side was read
    bool changed = false;               // it changed its cipher: the rest may be encrypted
    bool ended = false;                 // nothing more to read
    std::vector<std::uint8_t> partial;  // a handshake message not yet whole
    std::size_t skip = 0;               // handshake bytes that say nothing
  };

  Half& half(Side side) { return halves_[static_cast<std::size_t>(side)]; }
  Frame end(Side from);
  bool ssl2_message(Side from, Bytes bytes, FactSink& out);
  bool alert(Side from, Bytes content, FactSink& out);
  bool handshake_bytes(Side from, Bytes content, FactSink& out);
  void encrypted(Side from, std::uint16_t record_version, FactSink& out);

  std::array<Half, 2> halves_;
  TlsHandshake handshake_{tls::Carrier::records};
};

Frame TlsParser::end(Side from) {
  Half& side = half(from);
  side.ended = true;
  std::vector<std::uint8_t>().swap(side.partial);
  return Frame::done();
}

// After a change of cipher only a hello may still come in clear (TLS 1.3 with
// a retry, RFC 8446, appendix D.4); an encrypted Finished does not look so.
bool is_hello(Bytes bytes) {
  Cursor in(bytes);
  in.skip(3);
  const std::size_t length = in.be16();
  const std::uint8_t type = in.u8();
  const std::size_t size = in.be24();
  const std::uint16_t version = in.be16();
  return in.ok() && (type == handshake::kClientHello || type == handshake::kServerHello) &&
         size + handshake::kHeader >= length && size < handshake::kMaxLength &&
         version == tls::kTls12;
}

Frame TlsParser::frame(Side from, Bytes bytes) {
  const Half& side = half(from);
  if (side.ended) return Frame::done();
  if ((bytes[0] & 0x80) != 0 && !side.seen) {
    if (bytes.size() < 3) return Frame::unknown();
    if (!ssl2::is_message(bytes)) return Frame::foreign();
    return Frame::message(ssl2::kHeader + (Cursor(bytes).be16() & 0x7fffU));
  }
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  const std::size_t length = in.be16();
  if (type < record::kChangeCipherSpec || type > record::kHeartbeat) {
    return side.seen ? end(from) : Frame::foreign();
  }
  if (!in.ok()) return Frame::unknown();
  if (major != 3 || minor > 4 || length > record::kMaxLength)
    return side.seen ? end(from) : Frame::foreign();

  switch (type) {
    case record::kApplicationData:
      // Its header is all we read, and only if nothing was learned before.
      return handshake_.version() != 0 ? end(from) : Frame::message(record::kHeader);
    case record::kHeartbeat: return Frame::skip(record::kHeader + length);
    case record::kChangeCipherSpec:
      if (handshake_.version() != 0 && handshake_.version() < tls::kTls13) return end(from);
      break;
    case record::kHandshake:
      if (!side.changed) break;
      if (bytes.size() < 11 && bytes.size() < record::kHeader + length) return Frame::unknown();
      if (!is_hello(bytes)) return end(from);
      break;
    default: break;
  }
  return Frame::message(record::kHeader + length);
}

bool TlsParser::message(Side from, Cursor in, FactSink& out) {
  Half& side = half(from);
  if (!side.seen && ssl2::is_message(in.rest())) return ssl2_message(from, in.rest(), out);
  side.seen = true;
  const std::uint8_t type = in.u8();
  const std::uint16_t version = in.be16();
  in.skip(2);
  switch (type) {
    case record::kApplicationData: encrypted(from, version, out); return true;
    case record::kChangeCipherSpec: side.changed = true; return in.rest().size() == 1;
    case record::kAlert: return alert(from, in.rest(), out);
    default: return handshake_bytes(from, in.rest(), out);
  }
}

// What is lost is a handshake message at most; if what follows is no record
// frame() gives up the rest, which will be encrypted before long.
std::optional<std::size_t> TlsParser::resume(Side from, Bytes) {
  Half& side = half(from);
  side.seen = true;
  side.partial.clear();
  side.skip = 0;
  return 0;
}

// The flow was met in the middle. A record of data tells the version only
// where the number was not frozen (RFC 8446, 5.1).
void TlsParser::encrypted(Side from, std::uint16_t record_version, FactSink& out) {
  end(from);
  if (handshake_.version() != 0) return;
  handshake_.chosen(record_version, out);
  if (record_version < tls::kTls12)
    out.say(other(handshake_.client()), "tls.version"_claim, tls::version_name(record_version));
}

bool TlsParser::alert(Side from, Bytes content, FactSink& out) {
  constexpr std::uint8_t kFatal = 2;
  if (content.size() != 2 || content[0] == 0 || content[0] > kFatal) {
    end(from);  // encrypted
    return half(from).changed || handshake_.version() == 0;
  }
  handshake_.alert(from, content[0] == kFatal, content[1], out);
  if (content[0] == kFatal) end(from);
  return true;
}

bool TlsParser::handshake_bytes(Side from, Bytes content, FactSink& out) {
  Half& side = half(from);
  // Moves bytes to `partial` until it has `size` of them.
  const auto complete = [&](std::size_t size) {
    const std::size_t now = std::min(size - side.partial.size(), content.size());
    side.partial.insert(side.partial.end(), content.begin(),
                        content.begin() + static_cast<std::ptrdiff_t>(now));
    content = content.subspan(now);
    return side.partial.size() == size;
  };
  while (!content.empty() && !side.ended) {
    const std::size_t dropped = std::min(side.skip, content.size());
    content = content.subspan(dropped);
    side.skip -= dropped;
    if (content.empty()) break;

    const bool spans = !side.partial.empty() || content.size() < handshake::kHeader;
    if (spans && side.partial.size() < handshake::kHeader && !complete(handshake::kHeader)) break;
    Cursor header(spans ? Bytes(side.partial) : content);
    const std::uint8_t type = header.u8();
    const std::size_t size = handshake::kHeader + header.be24();
    if (!handshake::known(type) || size > handshake::kMaxLength) {
      end(from);
      return false;
    }
    if (!handshake::wanted(type)) {
      side.skip = size - side.partial.size();
      side.partial.clear();
      continue;
    }
    if (!spans && content.size() >= size) {
      if (!handshake_.message(from, type,
                              content.subspan(handshake::kHeader, size - handshake::kHeader), out))
        return false;
      content = content.subspan(size);
    } else if (complete(size)) {
      const std::vector<std::uint8_t> whole = std::exchange(side.partial, {});
      if (!handshake_.message(from, type, Bytes(whole).subspan(handshake::kHeader), out))
        return false;
    }
  }
  return true;
}

bool TlsParser::ssl2_message(Side from, Bytes bytes, FactSink& out) {
  half(from).seen = true;
  ssl2::Hello hello;
  if (ssl2::read_client_hello(Cursor(bytes), hello)) {
    handshake_.offered(from, hello.version);
    bool offers_ssl2 = false;  // a cipher kind of later versions begins with zero
    for (Cursor in(hello.ciphers); !in.done(); in.skip(2)) offers_ssl2 |= in.u8() != 0;
    ShortText<64> text;
    if (offers_ssl2 && hello.version != tls::kSsl2) text.add("SSL 2.0 to ");
    out.say(from, "tls.offers"_claim, text.add(tls::version_name(hello.version)));
    return true;
  }
  if (!ssl2::read_server_hello(Cursor(bytes), hello)) return false;
  handshake_.server_is(from);
  handshake_.chosen(tls::kSsl2, out);
  out.say(from, "tls.version"_claim, tls::version_name(tls::kSsl2));
  end(from);
  return hello.certificate.empty() || say_certificate(hello.certificate, from, {}, out);
}

// ---- Recognition: all by content.

// A later message of the handshake, if the hellos were missed: a certificate
// tells its size twice, the others are believed where TLS is expected.
Recognition recognise_later(const Opening& opening, std::uint8_t type, Cursor in, std::size_t size,
                            std::size_t length) {
  const std::size_t inner = in.be24();
  if (type == handshake::kCertificate) {
    if (!in.ok()) return Recognition::more;
    return inner + 3 == size && size > 3 ? Recognition::yes : Recognition::no;
  }
  const bool later = type >= handshake::kCertificate && type <= 24;
  const bool fits = size + handshake::kHeader <= length;
  return opening.expected_port && later && fits ? Recognition::yes : Recognition::no;
}

Recognition recognise_handshake(const Opening& opening, Cursor in, std::size_t length) {
  const std::uint8_t type = in.u8();
  const std::size_t size = in.be24();
  if (!in.ok()) return Recognition::more;
  if (type != handshake::kClientHello && type != handshake::kServerHello)
    return recognise_later(opening, type, in, size, length);
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  if (!in.ok()) return Recognition::more;
  const bool version = (major == 3 && minor <= 4) || (major == 0x7f && type == 2);
  const bool fits = size >= 38 && size < handshake::kMaxLength && length >= handshake::kHeader;
  return version && fits ? Recognition::yes : Recognition::no;
}

Recognition recognise_ssl2(Bytes bytes) {
  constexpr std::size_t kFields = 13;
  ssl2::Hello hello;
  if (bytes.size() >= 3 && !ssl2::is_message(bytes)) return Recognition::no;
  if (bytes.size() < kFields) return Recognition::more;
  const bool said = ssl2::read_client_hello(Cursor(bytes), hello) ||
                    ssl2::read_server_hello(Cursor(bytes), hello);
  return said ? Recognition::yes : Recognition::no;
}

// A flow met in the middle: where it is expected one header will do, elsewhere
// what was sent must end where the record does, or another follow there.
constexpr std::size_t kLeastProtected = 17;  // a byte, and a tag or a digest

Recognition recognise_data(const Opening& opening, std::size_t length) {
  if (length == 0) return Recognition::no;
  if (opening.expected_port) return Recognition::yes;
  const std::size_t next = record::kHeader + length;
  if (next == opening.bytes.size() && length >= kLeastProtected) return Recognition::yes;
  if (next + 3 > opening.bytes.size()) {
    return next < 200 ? Recognition::more : Recognition::no;
  }
  Cursor in(opening.bytes.subspan(next));
  const std::uint8_t type = in.u8();
  const bool same = in.be16() == Cursor(opening.bytes.subspan(1)).be16();
  const bool follows = type >= record::kAlert && type <= record::kApplicationData;
  return same && follows ? Recognition::yes : Recognition::no;
}

Recognition recognise(const Opening& opening) {
  const Bytes bytes = opening.bytes;
  if ((bytes[0] & 0x80) != 0) return recognise_ssl2(bytes);
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  if (type < record::kChangeCipherSpec || type > record::kApplicationData) return Recognition::no;
  if (bytes.size() >= 2 && bytes[1] != 3) return Recognition::no;
  if (bytes.size() >= 3 && bytes[2] > 4) return Recognition::no;
  if (bytes.size() < record::kHeader) return Recognition::more;
  in.skip(2);
  const std::size_t length = in.be16();
  if (length > record::kMaxLength) return Recognition::no;
  switch (type) {
    case record::kHandshake: return recognise_handshake(opening, in, length);
    case record::kApplicationData: return recognise_data(opening, length);
    case record::kChangeCipherSpec:
      if (length != 1) return Recognition::no;
      return recognise_data(opening, length);
    default: break;
  }
  if (length >= kLeastProtected) return recognise_data(opening, length);
  const std::uint8_t level = in.u8();
  in.skip(1);
  if (length != 2 || level == 0 || level > 2) return Recognition::no;
  if (!in.ok()) return Recognition::more;
  return in.done() ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {443,  465,  563,  636,  853,  989,  990,  992,
                                    993,  994,  995,  2762, 3269, 3389, 5061, 5223,
                                    5671, 5986, 6514, 8443, 8883, 9443};

}  // namespace

extern constinit const Protocol kTls{
    .name = "tls",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<TlsParser>(); },
    .security = Security::tls,
    .max_message = record::kHeader + 0x7fff,
};

}  // namespace asepsis
