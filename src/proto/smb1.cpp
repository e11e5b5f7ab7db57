// MS-CIFS 2.2.3 (header), 2.2.4.52 (negotiate), 2.2.4.53 (session setup),
// 2.2.4.55 (tree connect); MS-SMB 2.2.4.5 and 2.2.4.6 for the forms with
// extended security. Account names and passwords are stepped over unread.

#include "proto/smb1.hpp"

#include <algorithm>

#include "proto/ntlm.hpp"
#include "proto/smb_words.hpp"
#include "proto/utf16.hpp"

namespace asepsis {
namespace {

namespace command {
constexpr std::uint8_t kNegotiate = 0x72;
constexpr std::uint8_t kSessionSetup = 0x73;
constexpr std::uint8_t kTreeConnect = 0x75;
}  // namespace command

constexpr std::uint16_t kUnicode = 0x8000;               // of flags2
constexpr std::uint8_t kReply = 0x80;                    // of flags
constexpr std::uint32_t kExtendedSecurity = 0x80000000;  // of capabilities
constexpr std::size_t kMaxDialects = 16;

struct Header {
  std::uint8_t command;
  std::uint32_t status;
  bool reply;
  bool unicode;
};

Header header_of(Bytes bytes) {
  Cursor in(bytes);
  in.skip(4);
  Header header{};
  header.command = in.u8();
  header.status = in.le32();
  header.reply = (in.u8() & kReply) != 0;
  header.unicode = (in.le16() & kUnicode) != 0;
  return header;
}

// The parameter words and the data of the block at `at`.
struct Block {
  bool ok = false;
  std::size_t word_count = 0;
  Bytes words;
  std::size_t data_at = 0;  // from the header's start, which strings are aligned to
  Bytes data;
};

Block block_at(Bytes bytes, std::size_t at) {
  Block block;
  Cursor in(bytes);
  in.skip(at);
  block.word_count = in.u8();
  block.words = in.take(block.word_count * 2);
  const std::size_t size = in.le16();
  block.data_at = bytes.size() - in.rest().size();
  block.data = in.rest().first(std::min(size, in.rest().size()));
  block.ok = in.ok();
  return block;
}

// The strings of a block's data, one after the other.
class Strings {
 public:
  Strings(const Block& block, std::size_t skip, bool unicode)
      : in_(block.data), at_(block.data_at), unicode_(unicode) {
    take(skip);
  }

  ShortText<240> next() {
    if (!unicode_) {
      const Bytes text = in_.take_until(0);
      return ShortText<240>().add(as_text(text));
    }
    return from_utf16le(next_unicode());
  }
  void skip() {
    if (unicode_) {
      next_unicode();
    } else {
      in_.take_until(0);
    }
  }
  bool at_end() const { return in_.rest().size() < 2 && (unicode_ || in_.done()); }
  // Whether the next string is the empty one.
  bool empty_next() const {
    Strings ahead = *this;
    return ahead.next().empty();
  }

 private:
  void take(std::size_t size) {
    at_ += size;
    in_.skip(size);
  }
  Bytes next_unicode() {
    if (at_ % 2 != 0) take(1);
    const Bytes rest = in_.rest();
    std::size_t size = 0;
    while (size + 1 < rest.size() && (rest[size] != 0 || rest[size + 1] != 0)) size += 2;
    take(std::min(size + 2, rest.size()));
    return rest.first(std::min(size, rest.size()));
  }

  Cursor in_;
  std::size_t at_;
  bool unicode_;
};

// Some clients misplace these strings, which then read as rare letters.
bool plausible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

void say_native(Strings& strings, Side about, FactSink& out) {
  const ShortText<240> system = strings.next();
  const ShortText<240> manager = strings.next();
  if (!plausible(system) || !plausible(manager)) return;
  out.say(about, "device.os"_claim, system);
  out.say(about, "smb.native_lan_manager"_claim, manager);
}

}  // namespace

bool Smb1::wants(std::uint8_t command) {
  return command == command::kNegotiate || command == command::kSessionSetup ||
         command == command::kTreeConnect;
}

bool Smb1::message(Side from, Bytes bytes, FactSink& out) {
  const Header header = header_of(bytes);
  constexpr std::uint32_t kMoreProcessing = 0xc0000016;
  if (bytes.size() < kHeader) return false;
  if (header.reply && header.status != 0 && header.status != kMoreProcessing) return true;
  switch (header.command) {
    case command::kNegotiate:
      return header.reply ? negotiate_response(from, bytes, out)
                          : negotiate_request(from, Cursor(block_at(bytes, kHeader).data), out);
    case command::kSessionSetup:
      return header.reply ? session_response(from, bytes, out) : session_request(from, bytes, out);
    case command::kTreeConnect:
      if (!header.reply) return tree_request(bytes, kHeader);
      out.say(from, "smb.share"_claim, share_);
      share_ = {};
      return true;
    default: return true;
  }
}

bool Smb1::negotiate_request(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kDialect = 2;
  dialects_.clear();
  for (std::size_t count = 0; !in.done() && count < kMaxDialects; ++count) {
    if (in.u8() != kDialect) return false;
    const std::string_view dialect = as_text(in.take_until(0));
    dialects_.add(dialect.substr(0, 64)).add('\0');
    out.say(from, "smb.offers"_claim, dialect.substr(0, 64));
  }
  return true;
}

bool Smb1::negotiate_response(Side from, Bytes bytes, FactSink& out) {
  constexpr std::size_t kNtLanManager = 17;  // words of the answer for NT LM 0.12
  constexpr std::uint16_t kNone = 0xffff;
  const Block block = block_at(bytes, kHeader);
  if (!block.ok || block.word_count == 0) return false;
  Cursor words(block.words);
  const std::uint16_t index = words.le16();
  if (index == kNone) return true;

  Cursor offered(as_bytes(dialects_));
  for (std::uint16_t i = 0; i < index && !offered.done(); ++i) offered.take_until(0);
  std::string_view chosen = as_text(offered.take_until(0));
  if (dialects_.empty() && block.word_count == kNtLanManager) chosen = "NT LM 0.12";
  out.say(from, "smb.dialect"_claim, chosen);
  if (block.word_count != kNtLanManager) return true;

  const std::uint8_t mode = words.u8();
  out.say(from, "smb.signing"_claim, signing_name((mode & 8) != 0, (mode & 4) != 0));
  plain_passwords_ = (mode & 2) == 0;
  words.skip(16);
  const std::uint32_t capabilities = words.le32();
  words.skip(10);
  const std::size_t challenge = words.u8();
  if ((capabilities & kExtendedSecurity) != 0) {
    out.say(from, "smb.server_guid"_claim, guid_text(block.data));
    return true;
  }
  // MS-CIFS says these need no alignment, and no system aligns them.
  const Bytes names = block.data.subspan(std::min(challenge, block.data.size()));
  Block unaligned = block;
  unaligned.data_at = 0;
  unaligned.data = names;
  Strings strings(unaligned, 0, header_of(bytes).unicode);
  out.say(from, "name.domain"_claim, strings.next());
  out.say(from, "name.host"_claim, strings.next());
  return true;
}

bool Smb1::session_request(Side from, Bytes bytes, FactSink& out) {
  const bool unicode = header_of(bytes).unicode;
  const Block block = block_at(bytes, kHeader);
  Cursor words(block.words);
  const std::uint8_t next_command = words.u8();
  words.skip(1);
  const std::size_t next_at = words.le16();
  words.skip(10);
  nobody_ = false;
  switch (block.word_count) {
    case 12: {  // extended security: a token
      const std::size_t size = words.le16();
      nobody_ = say_ntlm(from, block.data.first(std::min(size, block.data.size())), out) ==
                Ntlm::anonymous;
      Strings strings(block, size, unicode);
      say_native(strings, from, out);
      break;
    }
    case 13:    // NT LM 0.12: two passwords
    case 10: {  // LANMAN: one
      const std::size_t first = words.le16();
      const std::size_t second = block.word_count == 13 ? words.le16() : 0;
      Strings strings(block, first + second, unicode);
      nobody_ = strings.empty_next() && first + second <= 1;
      if (plain_passwords_ && first + second > 1)
        out.say(other(from), "clear.credentials"_claim, "smb password");
      strings.skip();  // account
      strings.skip();  // its domain
      say_native(strings, from, out);
      break;
    }
    default: return false;
  }
  if (next_command == command::kTreeConnect) tree_request(bytes, next_at);
  return block.ok;
}

bool Smb1::session_response(Side from, Bytes bytes, FactSink& out) const {
  constexpr std::uint16_t kGuest = 1;
  const Header header = header_of(bytes);
  const Block block = block_at(bytes, kHeader);
  if (block.word_count != 3 && block.word_count != 4) return false;
  Cursor words(block.words);
  words.skip(4);
  const bool guest = (words.le16() & kGuest) != 0;
  const std::size_t token = block.word_count == 4 ? words.le16() : 0;
  say_ntlm(from, block.data.first(std::min(token, block.data.size())), out);
  Strings strings(block, token, header.unicode);
  say_native(strings, from, out);
  if (!strings.at_end()) out.say(from, "name.domain"_claim, strings.next());
  if (header.status == 0 && (guest || nobody_))
    out.say(from, "smb.guest"_claim, guest ? "guest" : "null session");
  return block.ok;
}

bool Smb1::tree_request(Bytes bytes, std::size_t at) {
  const Block block = block_at(bytes, at);
  if (!block.ok || block.word_count != 4) return false;
  Cursor words(block.words);
  words.skip(6);
  Strings strings(block, words.le16(), header_of(bytes).unicode);
  share_ = share_kind(strings.next());
  return true;
}

}  // namespace asepsis
