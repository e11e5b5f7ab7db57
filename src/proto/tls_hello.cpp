#include "proto/tls_hello.hpp"

#include <algorithm>
#include <array>

#include "proto/remote_support.hpp"

namespace asepsis::tls {
namespace {

namespace extension {
constexpr std::uint16_t kServerName = 0;
constexpr std::uint16_t kGroups = 10;
constexpr std::uint16_t kPointFormats = 11;
constexpr std::uint16_t kSignatures = 13;
constexpr std::uint16_t kProtocols = 16;
constexpr std::uint16_t kPreSharedKey = 41;
constexpr std::uint16_t kVersions = 43;
}  // namespace extension

constexpr std::size_t kMaxName = 255;  // RFC 1035, 2.3.4

// A vector whose size stands before it in one or two bytes; empty if it does
// not fill its extension as it says.
Bytes counted8(Cursor in) {
  const std::size_t size = in.u8();
  return in.take(size);
}
Bytes counted16(Cursor in) {
  const std::size_t size = in.be16();
  return in.take(size);
}

// Calls `visit(type, content)` for each extension. False if they do not add up.
template <typename Visit>
bool each_extension(Bytes extensions, Visit visit) {
  Cursor in(extensions);
  while (!in.done()) {
    const std::uint16_t type = in.be16();
    const std::size_t size = in.be16();
    const Bytes content = in.take(size);
    if (!in.ok()) return false;
    visit(type, content);
  }
  return in.ok();
}

std::string_view host_name(Bytes list) {
  Cursor in(list);
  while (!in.done()) {
    const std::uint8_t type = in.u8();
    const std::size_t size = in.be16();
    const Bytes name = in.take(size);
    if (type == 0 && !name.empty()) return as_text(name.first(std::min(name.size(), kMaxName)));
  }
  return {};
}

std::string_view first_protocol(Bytes protocols) { return as_text(counted8(Cursor(protocols))); }

// Up to 512 values; a hello with more is no real one.
struct Values {
  static constexpr std::size_t kMost = 512;

  std::array<std::uint16_t, kMost> items;
  std::size_t size = 0;
  bool overflow = false;

  void add(std::uint16_t value) {
    if (size == kMost) {
      overflow = true;
    } else {
      items[size++] = value;
    }
  }
  std::span<std::uint16_t> all() { return std::span(items).first(size); }
};

Values values_of(Bytes list) {
  Values values;
  for (Cursor in(list); in.rest().size() >= 2;) {
    const std::uint16_t value = in.be16();
    if (!is_grease(value)) values.add(value);
  }
  return values;
}

Values types_of(Bytes extensions) {
  Values types;
  each_extension(extensions, [&](std::uint16_t type, Bytes) {
    if (!is_grease(type)) types.add(type);
  });
  return types;
}

// "4865-4866": the values in decimal, without GREASE.
void add_list(Md5Text& text, Bytes list) {
  bool first = true;
  for (Cursor in(list); in.rest().size() >= 2;) {
    const std::uint16_t value = in.be16();
    if (is_grease(value)) continue;
    if (!first) text.add('-');
    first = false;
    text.number(value);
  }
}

void add_types(Md5Text& text, Bytes extensions) {
  bool first = true;
  each_extension(extensions, [&](std::uint16_t type, Bytes) {
    if (is_grease(type)) return;
    if (!first) text.add('-');
    first = false;
    text.number(type);
  });
}

// "1301,1302": the values in hexadecimal.
ShortText<5 * Values::kMost> hex_list(std::span<const std::uint16_t> values) {
  ShortText<5 * Values::kMost> text;
  for (const std::uint16_t value : values) {
    if (!text.empty()) text.add(',');
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(value >> 8),
                                  static_cast<std::uint8_t>(value & 0xff)};
    text.hex(bytes);
  }
  return text;
}

// The first twelve digits of the SHA-256, or zeros for an empty list.
std::string_view ja4_hash(std::string_view text, ShortText<64>& digits) {
  if (text.empty()) return "000000000000";
  digits = hex_of(sha256_of(as_bytes(text)));
  return digits.view().substr(0, 12);
}

std::string_view ja4_version(std::uint16_t version) {
  switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    case 0x0002: return "s2";
    case 0xfeff: return "d1";
    case 0xfefd: return "d2";
    case 0xfefc: return "d3";
    default: return "00";
  }
}

constexpr bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

// The first and last letter of the first protocol offered; where one is no
// letter or digit, the first and last digit of its hexadecimal form.
void add_ja4_protocol(ShortText<40>& text, std::string_view protocol) {
  if (protocol.empty()) {
    text.add("00");
  } else if (alphanumeric(protocol.front()) && alphanumeric(protocol.back())) {
    text.add(protocol.front()).add(protocol.back());
  } else {
    const Bytes bytes = as_bytes(protocol);
    const ShortText<4> first = ShortText<4>().hex(bytes.first(1));
    const ShortText<4> last = ShortText<4>().hex(bytes.last(1));
    text.add(first.view().front()).add(last.view().back());
  }
}

void add_count(ShortText<40>& text, std::size_t count) {
  count = std::min<std::size_t>(count, 99);
  text.number(count / 10).number(count % 10);
}

}  // namespace

std::uint16_t ClientHello::highest_version() const {
  std::uint16_t highest = 0;
  for (Cursor in(versions); in.rest().size() >= 2;) {
    const std::uint16_t version = in.be16();
    if (!is_grease(version) && (highest == 0 || older(highest, version))) highest = version;
  }
  return highest != 0 ? highest : legacy_version;
}

std::optional<ClientHello> read_client_hello(Bytes body, Carrier carrier) {
  Cursor in(body);
  ClientHello hello;
  hello.legacy_version = in.be16();
  in.skip(32);  // random
  hello.session = in.take(in.u8());
  if (carrier == Carrier::dtls) in.skip(in.u8());  // cookie: RFC 6347, 4.2.1
  hello.ciphers = in.take(in.be16());
  in.skip(in.u8());  // compression methods
  if (!in.ok() || hello.ciphers.empty() || hello.ciphers.size() % 2 != 0) return std::nullopt;
  if (in.done()) return hello;  // no extensions: RFC 5246, 7.4.1.2

  hello.extensions = in.take(in.be16());
  const bool whole = each_extension(hello.extensions, [&](std::uint16_t type, Bytes content) {
    const Cursor inner(content);
    switch (type) {
      case extension::kServerName:
        hello.names_server = true;
        hello.server_name = host_name(counted16(inner));
        break;
      case extension::kGroups: hello.groups = counted16(inner); break;
      case extension::kPointFormats: hello.point_formats = counted8(inner); break;
      case extension::kSignatures: hello.signatures = counted16(inner); break;
      case extension::kProtocols: hello.protocols = counted16(inner); break;
      case extension::kVersions: hello.versions = counted8(inner); break;
      default: break;
    }
  });
  if (!in.ok() || !whole) return std::nullopt;
  return hello;
}

std::optional<ServerHello> read_server_hello(Bytes body) {
  // SHA-256 of "HelloRetryRequest".
  static constexpr std::array<std::uint8_t, 32> kRetry{
      0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
      0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
      0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
  Cursor in(body);
  ServerHello hello;
  hello.legacy_version = hello.version = in.be16();
  hello.retry = std::ranges::equal(in.take(32), kRetry);
  // The drafts of TLS 1.3 before 22 have no session id and no compression.
  const bool early_draft = hello.legacy_version >> 8 == 0x7f;
  if (!early_draft) hello.session = in.take(in.u8());
  hello.cipher = in.be16();
  if (!early_draft) in.skip(1);
  if (!in.ok()) return std::nullopt;
  if (in.done()) return hello;

  hello.extensions = in.take(in.be16());
  const bool whole = each_extension(hello.extensions, [&](std::uint16_t type, Bytes content) {
    if (type == extension::kVersions && content.size() == 2) hello.version = Cursor(content).be16();
    if (type == extension::kPreSharedKey) hello.known_key = true;
    if (type == extension::kProtocols) hello.protocol = first_protocol(counted16(Cursor(content)));
  });
  if (!in.ok() || !whole) return std::nullopt;
  return hello;
}

Md5 ja3(const ClientHello& hello) {
  Md5Text text;
  text.number(hello.legacy_version).add(',');
  add_list(text, hello.ciphers);
  text.add(',');
  add_types(text, hello.extensions);
  text.add(',');
  add_list(text, hello.groups);
  text.add(',');
  bool first = true;
  for (const std::uint8_t format : hello.point_formats) {
    if (!first) text.add('-');
    first = false;
    text.number(format);
  }
  return text.finish();
}

Md5 ja3s(const ServerHello& hello) {
  Md5Text text;
  text.number(hello.legacy_version).add(',').number(hello.cipher).add(',');
  add_types(text, hello.extensions);
  return text.finish();
}

ShortText<40> ja4(const ClientHello& hello, char transport) {
  Values ciphers = values_of(hello.ciphers);
  Values types = types_of(hello.extensions);
  const Values signatures = values_of(hello.signatures);
  if (ciphers.overflow || types.overflow || signatures.overflow) return {};

  ShortText<40> text;
  text.add(transport).add(ja4_version(hello.highest_version()));
  text.add(hello.names_server ? 'd' : 'i');
  add_count(text, ciphers.size);
  add_count(text, types.size);
  add_ja4_protocol(text, first_protocol(hello.protocols));

  ShortText<64> digits;
  std::ranges::sort(ciphers.all());
  text.add('_').add(ja4_hash(hex_list(ciphers.all()), digits));

  std::ranges::sort(types.all());
  const auto hashed = std::ranges::remove_if(types.all(), [](std::uint16_t type) {
    return type == extension::kServerName || type == extension::kProtocols;
  });
  ShortText<10 * Values::kMost + 1> list;
  list.add(hex_list(std::span(types.all().begin(), hashed.begin())));
  if (!list.empty() && signatures.size > 0)
    list.add('_').add(hex_list(std::span(signatures.items).first(signatures.size)));
  text.add('_').add(ja4_hash(list, digits));
  return text;
}

namespace {

// "TLS 1.0 to TLS 1.3". Before supported_versions a client named only the
// highest: "TLS 1.2".
ShortText<64> offered_versions(const ClientHello& hello) {
  const std::uint16_t highest = hello.highest_version();
  std::uint16_t lowest = highest;
  for (Cursor in(hello.versions); in.rest().size() >= 2;) {
    const std::uint16_t version = in.be16();
    if (!is_grease(version) && older(version, lowest)) lowest = version;
  }
  ShortText<64> text;
  if (lowest != highest) text.add(version_name(lowest)).add(" to ");
  return text.add(version_name(highest));
}

}  // namespace

void say_client_hello(const ClientHello& hello, Side from, Carrier carrier, FactSink& out) {
  out.say(from, "tls.offers"_claim, offered_versions(hello));
  out.say(from, "tls.sni"_claim, hello.server_name);
  out.say(other(from), "tls.server_name"_claim, hello.server_name);
  out.say(from, "remote.support"_claim, remote_support_of(hello.server_name));
  ShortText<128> protocols;
  for (Cursor in(hello.protocols); !in.done();) {
    const std::string_view protocol = as_text(in.take(in.u8()));
    if (!protocols.empty()) protocols.add(',');
    protocols.add(protocol);
  }
  out.say(from, "tls.alpn_offered"_claim, protocols);
  out.say(from, "tls.ja3"_claim, hex_of(ja3(hello)));
  out.say(from, "tls.ja4"_claim, ja4(hello, static_cast<char>(carrier)));
}

void say_server_hello(const ServerHello& hello, Side from, FactSink& out) {
  out.say(from, "tls.version"_claim, version_name(hello.version));
  const ShortText<64> cipher = cipher_name(hello.cipher);
  out.say(from, "tls.cipher"_claim, cipher);
  out.say(from, "tls.weakness"_claim, weakness_of(cipher));
  out.say(from, "tls.alpn"_claim, hello.protocol);
  out.say(from, "tls.ja3s"_claim, hex_of(ja3s(hello)));
}

}  // namespace asepsis::tls
