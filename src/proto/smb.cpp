// SMB over TCP: the framing of port 445 (MS-SMB2 2.1) and of the NetBIOS
// session service on port 139 (RFC 1002, 4.3), which differ only in the
// messages that open a session. Reads, writes and everything else that says
// nothing of the machines is skipped by its length.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"
#include "proto/smb1.hpp"
#include "proto/smb2.hpp"

namespace asepsis {
namespace {

namespace session {
constexpr std::uint8_t kMessage = 0x00;
constexpr std::uint8_t kRequest = 0x81;
constexpr std::uint8_t kPositive = 0x82;
constexpr std::uint8_t kKeepAlive = 0x85;
constexpr std::size_t kHeader = 4;
constexpr std::size_t kMaxRequest = 600;  // two names with scopes
}  // namespace session

constexpr std::size_t kMaxMessage = 65536;

enum class Version : std::uint8_t { unknown, smb1, smb2, opaque };

// By the four bytes that every message begins with; opaque are the encrypted
// and the compressed ones of SMB 3.
Version version_of(Cursor in) {
  const std::uint8_t first = in.u8();
  if (as_text(in.take(3)) != "SMB") return Version::unknown;
  switch (first) {
    case 0xff: return Version::smb1;
    case 0xfe: return Version::smb2;
    case 0xfd:
    case 0xfc: return Version::opaque;
    default: return Version::unknown;
  }
}

class SmbParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  std::optional<std::size_t> resume(Side from, Bytes) override {
    searching_[static_cast<std::size_t>(from)] = true;
    return 0;
  }

 private:
  static std::size_t next_start(Bytes bytes);

  std::array<bool, 2> searching_{};  // after a loss
  Smb1 smb1_;
  Smb2 smb2_;
};

Frame SmbParser::frame(Side from, Bytes bytes) {
  bool& searching = searching_[static_cast<std::size_t>(from)];
  if (searching) {
    const std::size_t start = next_start(bytes);
    if (start > 0) return Frame::skip(start);
    if (bytes.size() < 8) return Frame::unknown();
    searching = false;
  }
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  const std::size_t length = in.be24();
  if (type != session::kMessage && (type < session::kRequest || type > session::kKeepAlive))
    return Frame::foreign();
  if (!in.ok()) return Frame::unknown();
  const std::size_t size = session::kHeader + length;
  if (type == session::kRequest)
    return length <= session::kMaxRequest ? Frame::message(size) : Frame::foreign();
  if (type != session::kMessage || length == 0) return Frame::skip(size);

  if (in.rest().size() < 14) return length < 14 ? Frame::foreign() : Frame::unknown();
  const Version version = version_of(in);
  in.skip(4);
  bool wanted = false;
  switch (version) {
    case Version::unknown: return Frame::foreign();
    case Version::smb1: wanted = Smb1::wants(in.u8()); break;
    case Version::smb2:
      in.skip(8);
      wanted = Smb2::wants(in.le16());
      break;
    case Version::opaque: break;
  }
  return wanted && size <= kMaxMessage ? Frame::message(size) : Frame::skip(size);
}

// RFC 1001, 14.1: each byte of a name is two letters from 'A' on. The sixteenth
// byte is the service.
void say_netbios_name(Side about, Cursor in, FactSink& out) {
  constexpr std::size_t kLetters = 32;
  if (in.u8() != kLetters) return;
  const Bytes letters = in.take(kLetters);
  ShortText<16> name;
  for (std::size_t i = 0; i + 3 < letters.size(); i += 2) {
    const unsigned high = letters[i] - 'A';
    const unsigned low = letters[i + 1] - 'A';
    if (high > 15 || low > 15) return;
    name.add(static_cast<char>(high << 4 | low));
  }
  if (!name.view().starts_with('*')) out.say(about, "name.host"_claim, name);
}

bool SmbParser::message(Side from, Cursor in, FactSink& out) {
  const std::uint8_t type = in.u8();
  in.skip(3);
  if (type == session::kRequest) {
    constexpr std::size_t kName = 34;
    const Cursor called = in;
    in.take_until(0);
    const bool whole = in.rest().size() >= kName;
    say_netbios_name(other(from), called, out);
    say_netbios_name(from, in, out);
    return whole;
  }
  const Bytes bytes = in.rest();
  return version_of(in) == Version::smb1 ? smb1_.message(from, bytes, out)
                                         : smb2_.message(from, bytes, out);
}

// Where a message could begin: its header, or as much of it as is there. The
// search goes on in frame(), for a header may straddle segments.
std::size_t SmbParser::next_start(Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const Bytes rest = bytes.subspan(at);
    const bool mark = rest.size() < 8 ? (rest.size() < 5 || rest[4] >= 0xfc) &&
                                            (rest.size() < 6 || rest[5] == 'S')
                                      : version_of(Cursor(rest.subspan(4))) != Version::unknown;
    if (rest[0] == session::kMessage && (rest.size() < 2 || rest[1] <= 1) && mark) return at;
  }
  return bytes.size();
}

// One of the two letters that stand for a byte of a NetBIOS name.
constexpr bool half_letter(std::uint8_t letter) { return letter >= 'A' && letter <= 'P'; }

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint8_t type = in.u8();
  const std::size_t length = in.be24();
  if (type == session::kMessage) {
    if (in.rest().size() >= 4)
      return version_of(in) != Version::unknown ? Recognition::yes : Recognition::no;
    const bool small = opening.bytes.size() < 2 || opening.bytes[1] <= 1;
    return small ? Recognition::more : Recognition::no;
  }
  if (type == session::kRequest) {
    if (!in.ok()) return Recognition::more;
    if (length < 68 || length > session::kMaxRequest) return Recognition::no;
    if (in.rest().size() < 3) return Recognition::more;
    const bool name = in.u8() == 32 && half_letter(in.u8()) && half_letter(in.u8());
    return name ? Recognition::yes : Recognition::no;
  }
  if (type == session::kPositive && opening.expected_port) {
    if (!in.ok()) return Recognition::more;
    return length == 0 ? Recognition::yes : Recognition::no;
  }
  return Recognition::no;
}

constexpr std::uint16_t kPorts[] = {445, 139};

}  // namespace

extern constinit const Protocol kSmb{
    .name = "smb",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SmbParser>(); },
    .max_message = kMaxMessage,
};

}  // namespace asepsis
