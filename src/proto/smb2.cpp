// MS-SMB2 2.2.1 (header), 2.2.3 and 2.2.4 (negotiate), 2.2.5 and 2.2.6
// (session setup), 2.2.9 and 2.2.10 (tree connect), 2.2.31 (negotiation
// validated).

#include "proto/smb2.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "proto/ntlm.hpp"
#include "proto/smb_words.hpp"
#include "proto/utf16.hpp"

namespace asepsis {
namespace {

namespace command {
constexpr std::uint16_t kNegotiate = 0;
constexpr std::uint16_t kSessionSetup = 1;
constexpr std::uint16_t kTreeConnect = 3;
constexpr std::uint16_t kIoctl = 11;
}  // namespace command

constexpr std::uint32_t kReply = 1;  // of flags
constexpr std::uint32_t kStatusMoreProcessing = 0xc0000016;
constexpr std::uint32_t kCapabilityEncryption = 0x40;
constexpr std::size_t kMaxDialects = 16;
constexpr int kMaxCompounded = 16;

struct Header {
  std::uint32_t status;
  std::uint16_t command;
  bool reply;
  std::uint32_t next;  // where the next message begins, 0 if none
};

Header header_of(Bytes bytes) {
  Cursor in(bytes);
  in.skip(8);
  Header header{};
  header.status = in.le32();
  header.command = in.le16();
  in.skip(2);
  header.reply = (in.le32() & kReply) != 0;
  header.next = in.le32();
  return header;
}

Cursor body_of(Bytes bytes) {
  Cursor in(bytes);
  in.skip(Smb2::kHeader);
  return in;
}

// A part that an offset from the header and a size point to; empty if outside.
Bytes part(Bytes bytes, std::size_t offset, std::size_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return {};
  return bytes.subspan(offset, size);
}

// Empty for the wildcard (0x02ff), which only asks to negotiate again.
ShortText<24> dialect_name(std::uint16_t dialect) {
  ShortText<24> name;
  switch (dialect) {
    case 0x0202: return name.add("SMB 2.0.2");
    case 0x0210: return name.add("SMB 2.1");
    case 0x0300: return name.add("SMB 3.0");
    case 0x0302: return name.add("SMB 3.0.2");
    case 0x0311: return name.add("SMB 3.1.1");
    case 0x02ff: return name;
    default: return name.add("SMB 0x").number(dialect, 16);
  }
}

void say_dialects(Side from, Cursor in, std::size_t count, FactSink& out) {
  for (std::size_t i = 0; i < std::min(count, kMaxDialects) && in.rest().size() >= 2; ++i)
    out.say(from, "smb.offers"_claim, dialect_name(in.le16()));
}

bool negotiate_request(Side from, Bytes bytes, FactSink& out) {
  Cursor in = body_of(bytes);
  in.skip(2);
  const std::size_t count = in.le16();
  in.skip(32);
  if (!in.ok()) return false;
  say_dialects(from, in, count, out);
  return count > 0;
}

// 2.2.31.4: the client says again, now signed, what it had offered.
bool ioctl_request(Side from, Bytes bytes, FactSink& out) {
  constexpr std::uint32_t kValidateNegotiateInfo = 0x00140204;
  Cursor in = body_of(bytes);
  in.skip(4);
  if (in.le32() != kValidateNegotiateInfo) return in.ok();
  in.skip(16);
  const std::size_t offset = in.le32();
  const std::size_t size = in.le32();
  if (!in.ok()) return false;
  Cursor info(part(bytes, offset, size));
  info.skip(22);
  const std::size_t count = info.le16();
  if (!info.ok()) return false;
  say_dialects(from, info, count, out);
  return true;
}

// The cipher that the server of an SMB 3.1.1 connection chose (2.2.4.1.2).
std::string_view chosen_cipher(Bytes bytes, std::size_t offset, std::size_t count) {
  constexpr std::uint16_t kEncryption = 2;
  static constexpr std::string_view kCiphers[] = {"none", "AES-128-CCM", "AES-128-GCM",
                                                  "AES-256-CCM", "AES-256-GCM"};
  if (offset > bytes.size()) return "none";
  Cursor in(bytes.subspan(offset));
  for (std::size_t i = 0; i < count && !in.done(); ++i) {
    const std::uint16_t type = in.le16();
    const std::size_t size = in.le16();
    in.skip(4);
    Cursor content = in.sub(size);
    in.skip(std::min((8 - size % 8) % 8, in.rest().size()));
    if (type != kEncryption) continue;
    content.skip(2);
    const std::uint16_t cipher = content.le16();
    return cipher < std::size(kCiphers) ? kCiphers[cipher] : "unknown cipher";
  }
  return "none";
}

bool session_request(Side from, Bytes bytes, FactSink& out) {
  Cursor in = body_of(bytes);
  in.skip(12);
  const std::size_t offset = in.le16();
  const std::size_t size = in.le16();
  if (!in.ok()) return false;
  say_ntlm(from, part(bytes, offset, size), out);
  return true;
}

}  // namespace

bool Smb2::wants(std::uint16_t command) {
  return command == command::kNegotiate || command == command::kSessionSetup ||
         command == command::kTreeConnect || command == command::kIoctl;
}

bool Smb2::message(Side from, Bytes bytes, FactSink& out) {
  for (int count = 0; count < kMaxCompounded; ++count) {
    if (bytes.size() < kHeader) return false;
    const std::size_t next = header_of(bytes).next;
    const bool last = next < kHeader || next >= bytes.size();
    if (!one(from, last ? bytes : bytes.first(next), out)) return false;
    if (last) break;
    bytes = bytes.subspan(next);
  }
  return true;
}

bool Smb2::one(Side from, Bytes bytes, FactSink& out) {
  const Header header = header_of(bytes);
  const bool granted = header.status == 0;
  if (header.reply && !granted && header.status != kStatusMoreProcessing) return true;
  switch (header.command) {
    case command::kNegotiate:
      return header.reply ? negotiate_response(from, bytes, out)
                          : negotiate_request(from, bytes, out);
    case command::kSessionSetup:
      return header.reply ? session_response(from, bytes, granted, out)
                          : session_request(from, bytes, out);
    case command::kTreeConnect: {
      if (header.reply) {
        out.say(from, "smb.share"_claim, share_);
        share_ = {};
        return true;
      }
      Cursor in = body_of(bytes);
      in.skip(4);
      const std::size_t offset = in.le16();
      const std::size_t size = in.le16();
      share_ = share_kind(from_utf16le(part(bytes, offset, size)));
      return in.ok();
    }
    case command::kIoctl: return header.reply || ioctl_request(from, bytes, out);
    default: return true;
  }
}

bool Smb2::negotiate_response(Side from, Bytes bytes, FactSink& out) {
  Cursor in = body_of(bytes);
  in.skip(2);
  const std::uint16_t mode = in.le16();
  const std::uint16_t dialect = in.le16();
  const std::size_t contexts = in.le16();
  const Bytes guid = in.take(16);
  const std::uint32_t capabilities = in.le32();
  in.skip(28);
  const std::size_t token_offset = in.le16();
  const std::size_t token_size = in.le16();
  const std::size_t contexts_offset = in.le32();
  if (!in.ok()) return false;
  out.say(from, "smb.dialect"_claim, dialect_name(dialect));
  out.say(from, "smb.signing"_claim, signing_name((mode & 2) != 0, (mode & 1) != 0));
  out.say(from, "smb.server_guid"_claim, guid_text(guid));
  if (dialect == 0x0311) {
    out.say(from, "smb.encryption"_claim, chosen_cipher(bytes, contexts_offset, contexts));
  } else if (dialect >= 0x0300) {
    out.say(from, "smb.encryption"_claim,
            (capabilities & kCapabilityEncryption) != 0 ? "AES-128-CCM" : "none");
  }
  say_ntlm(from, part(bytes, token_offset, token_size), out);
  return true;
}

bool Smb2::session_response(Side from, Bytes bytes, bool granted, FactSink& out) {
  constexpr std::uint16_t kGuest = 1;
  constexpr std::uint16_t kNull = 2;
  constexpr std::uint16_t kEncrypt = 4;
  Cursor in = body_of(bytes);
  in.skip(2);
  const std::uint16_t flags = in.le16();
  const std::size_t offset = in.le16();
  const std::size_t size = in.le16();
  if (!in.ok()) return false;
  say_ntlm(from, part(bytes, offset, size), out);
  if (!granted) return true;
  if ((flags & kGuest) != 0) out.say(from, "smb.guest"_claim, "guest");
  if ((flags & kNull) != 0) out.say(from, "smb.guest"_claim, "null session");
  if ((flags & kEncrypt) != 0) out.say(from, "smb.encryption"_claim, "required");
  return true;
}

}  // namespace asepsis
