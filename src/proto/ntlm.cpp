// MS-NLMP 2.2.1: messages; 2.2.2.1: attribute pairs; 2.2.2.5: flags;
// 2.2.2.10: version.

#include "proto/ntlm.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "proto/base64.hpp"
#include "proto/utf16.hpp"

namespace asepsis {
namespace {

namespace flag {
constexpr std::uint32_t kUnicode = 0x00000001;
constexpr std::uint32_t kAnonymous = 0x00000800;
constexpr std::uint32_t kDomainSupplied = 0x00001000;
constexpr std::uint32_t kWorkstationSupplied = 0x00002000;
constexpr std::uint32_t kVersion = 0x02000000;
}  // namespace flag

constexpr std::string_view kSignature("NTLMSSP\0", 8);
constexpr std::uint8_t kRevision = 15;  // NTLMSSP_REVISION_W2K3, the last one
constexpr std::size_t kMaxToken = 8192;

// A field: size, room and offset from the start of the message. Empty if it
// points outside.
Bytes field(Bytes message, std::size_t at) {
  Cursor in(message);
  in.skip(at);
  const std::size_t size = in.le16();
  in.skip(2);
  const std::size_t offset = in.le32();
  if (!in.ok() || offset > message.size() || size > message.size() - offset) return {};
  return message.subspan(offset, size);
}

std::uint32_t word(Bytes message, std::size_t at) {
  Cursor in(message);
  in.skip(at);
  return in.le32();
}

void say_text(Side about, Claim claim, Bytes bytes, bool unicode, FactSink& out) {
  if (unicode) {
    out.say(about, claim, from_utf16le(bytes));
  } else {
    out.say(about, claim, as_text(bytes.first(std::min<std::size_t>(bytes.size(), 240))));
  }
}

// "10.0.17763": the version of Windows. Others leave it empty or make it up.
void say_version(Side about, Bytes message, std::uint32_t flags, std::size_t at, FactSink& out) {
  if ((flags & flag::kVersion) == 0) return;
  Cursor in(message);
  in.skip(at);
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  const std::uint16_t build = in.le16();
  const bool reserved = in.le16() == 0 && in.u8() == 0;
  const std::uint8_t revision = in.u8();
  // Some set the flag and go on with their payload where the version would be.
  if (!in.ok() || major == 0 || !reserved || revision > kRevision) return;
  ShortText<24> text;
  text.number(major).add('.').number(minor).add('.').number(build);
  out.say(about, "ntlm.os"_claim, text);
}

void say_negotiate(Side from, Bytes message, FactSink& out) {
  const std::uint32_t flags = word(message, 12);
  if ((flags & flag::kDomainSupplied) != 0)
    say_text(from, "name.domain"_claim, field(message, 16), false, out);
  if ((flags & flag::kWorkstationSupplied) != 0)
    say_text(from, "name.host"_claim, field(message, 24), false, out);
  say_version(from, message, flags, 32, out);
}

void say_challenge(Side from, Bytes message, FactSink& out) {
  constexpr std::uint16_t kEnd = 0;
  constexpr std::uint16_t kComputer = 1;
  constexpr std::uint16_t kDomain = 2;
  constexpr std::uint16_t kDnsComputer = 3;
  constexpr std::uint16_t kDnsDomain = 4;
  const std::uint32_t flags = word(message, 20);
  for (Cursor pairs(field(message, 40)); !pairs.done();) {
    const std::uint16_t kind = pairs.le16();
    const Bytes value = pairs.take(pairs.le16());
    if (kind == kEnd) break;
    if (kind == kComputer || kind == kDnsComputer)
      say_text(from, "name.host"_claim, value, true, out);
    if (kind == kDomain || kind == kDnsDomain)
      say_text(from, "name.domain"_claim, value, true, out);
  }
  say_version(from, message, flags, 48, out);
}

bool say_authenticate(Side from, Bytes message, FactSink& out) {
  const std::uint32_t flags = message.size() >= 64 ? word(message, 60) : flag::kUnicode;
  say_text(from, "name.host"_claim, field(message, 44), (flags & flag::kUnicode) != 0, out);
  const bool nobody = field(message, 36).empty() && field(message, 20).empty();
  say_version(from, message, flags, 64, out);
  return nobody || (flags & flag::kAnonymous) != 0;
}

}  // namespace

Ntlm say_ntlm(Side from, Bytes token, FactSink& out) {
  token = token.first(std::min(token.size(), kMaxToken));
  const auto found = std::ranges::search(token, as_bytes(kSignature));
  const Bytes message(found.begin(), token.end());
  Cursor in(message);
  in.skip(kSignature.size());
  const std::uint32_t type = in.le32();
  if (!in.ok()) return Ntlm::none;
  switch (type) {
    case 1: say_negotiate(from, message, out); return Ntlm::negotiate;
    case 2: say_challenge(from, message, out); return Ntlm::challenge;
    case 3: return say_authenticate(from, message, out) ? Ntlm::anonymous : Ntlm::authenticate;
    default: return Ntlm::none;
  }
}

Ntlm say_ntlm_header(Side from, std::string_view value, FactSink& out) {
  const std::string_view scheme = value.substr(0, value.find(' '));
  if (!same_letters(scheme, "NTLM") && !same_letters(scheme, "Negotiate")) return Ntlm::none;
  std::array<std::uint8_t, kMaxToken> room;
  return say_ntlm(from, decode_base64(trimmed(value.substr(scheme.size())), room), out);
}

}  // namespace asepsis
