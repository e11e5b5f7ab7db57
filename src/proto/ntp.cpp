// The network time protocol: who serves time, and what its own comes from.
// RFC 5905 (section 7.3, the packet), RFC 9327 (mode 6, control messages);
// mode 7 is private to ntpd (its ntp_request.h), and its list of recent
// clients can be abused to amplify.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kPacketSize = 48;
constexpr std::size_t kControlHeader = 12;
constexpr std::size_t kPrivateHeader = 8;

enum class Mode : std::uint8_t {
  symmetric_active = 1,
  symmetric_passive = 2,
  client = 3,
  server = 4,
  broadcast = 5,
  control = 6,
  private_use = 7,
};

// RFC 5905, 7.3: at stratum 1 four letters of a clock, above it the IPv4
// address of the server above (over IPv6: a hash that looks like one).
void say_reference(Side from, std::uint8_t stratum, Bytes reference, FactSink& out) {
  if (stratum == 1) {
    const bool letters = std::ranges::all_of(
        reference, [](auto byte) { return byte == 0 || (byte >= ' ' && byte < 0x7f); });
    if (letters) out.say(from, "ntp.reference"_claim, as_text(reference));
    return;
  }
  const Ip ip = Ip::v4(reference);
  if (!ip.unspecified() && !ip.multicast()) out.say(from, "ntp.reference"_claim, to_text(ip));
}

bool read_time(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kUnsynchronised = 16;
  in.skip(1);
  const std::uint8_t stratum = in.u8();
  in.skip(10);  // poll, precision, root delay and dispersion
  const Bytes reference = in.take(4);
  in.skip(32);
  if (!in.ok() || stratum > kUnsynchronised) return false;
  if (stratum == 0) return true;  // a kiss of death: 7.4
  out.say(from, "ntp.stratum"_claim, ShortText<>().number(stratum));
  if (stratum < kUnsynchronised) say_reference(from, stratum, reference, out);
  return true;
}

// One `name=value` or `name="value"` off the front of a list with commas.
std::string_view take_variable(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end)
    if (list[end] == '"') quoted = !quoted;
  const std::string_view variable = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(list.size(), end + 1));
  return variable;
}

void say_variable(Side from, std::string_view variable, FactSink& out) {
  const std::size_t equals = variable.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view name = variable.substr(0, equals);
  std::string_view value = variable.substr(equals + 1);
  if (value.starts_with('"')) value.remove_prefix(1);
  if (value.ends_with('"')) value.remove_suffix(1);
  if (name == "version") out.say(from, "ntp.software"_claim, value);
  if (name == "system") out.say(from, "device.os"_claim, value);
}

// RFC 9327, section 2: a response to "read variables" (2) in its first piece.
bool read_control(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kResponse = 0x80;
  constexpr std::uint8_t kError = 0x40;
  constexpr std::uint8_t kReadVariables = 2;
  in.skip(1);
  const std::uint8_t operation = in.u8();
  in.skip(6);
  const std::uint16_t offset = in.be16();
  const std::uint16_t count = in.be16();
  if (!in.ok()) return false;
  if ((operation & kResponse) == 0 || (operation & kError) != 0) return true;
  out.say(from, "ntp.answers"_claim, "control");
  if ((operation & 0x1f) != kReadVariables || offset != 0) return true;
  std::string_view list = as_text(in.take(std::min<std::size_t>(count, in.rest().size())));
  while (!list.empty()) say_variable(from, take_variable(list), out);
  return true;
}

bool read_private(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kResponse = 0x80;
  constexpr std::uint8_t kRecentClients = 20;
  constexpr std::uint8_t kRecentClientsNow = 42;
  const bool response = (in.u8() & kResponse) != 0;
  in.skip(2);
  const std::uint8_t code = in.u8();
  const bool error = (in.be16() >> 12) != 0;
  in.skip(2);
  if (!in.ok()) return false;
  if (!response || error) return true;
  const bool clients = code == kRecentClients || code == kRecentClientsNow;
  out.say(from, "ntp.answers"_claim, clients ? "monlist" : "private");
  return true;
}

Mode mode_of(std::uint8_t first) { return static_cast<Mode>(first & 7); }

class NtpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    switch (mode_of(Cursor(in).u8())) {
      case Mode::control: return read_control(from, in, out);
      case Mode::private_use: return read_private(from, in, out);
      case Mode::symmetric_passive:
      case Mode::server:
      case Mode::broadcast: return read_time(from, in, out);
      case Mode::symmetric_active:
      case Mode::client: return in.rest().size() >= kPacketSize;
    }
    return false;
  }
};

// Both sides often use the port, so the mode must fit the sender's part.
bool fits_sender(Side from, Bytes bytes) {
  constexpr std::uint8_t kResponse = 0x80;
  const bool server = from == Side::server;
  switch (mode_of(bytes.front())) {
    case Mode::client: return !server;
    case Mode::server: return server;
    case Mode::control: return ((bytes[1] & kResponse) != 0) == server;
    case Mode::private_use: return ((bytes[0] & kResponse) != 0) == server;
    default: return true;
  }
}

Recognition recognise(const Opening& opening) {
  const std::uint8_t first = opening.bytes.front();
  const int version = first >> 3 & 7;
  if (!opening.expected_port || version < 1 || version > 4) return Recognition::no;
  std::size_t least = kPacketSize;
  if (mode_of(first) == Mode::control) least = kControlHeader;
  if (mode_of(first) == Mode::private_use) least = kPrivateHeader;
  if ((first & 7) == 0 || opening.bytes.size() < least) return Recognition::no;
  return fits_sender(opening.from, opening.bytes) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {123};

}  // namespace

extern constinit const Protocol kNtp{
    .name = "ntp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<NtpParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
