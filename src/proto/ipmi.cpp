// IPMI over RMCP: what the management controller of a server lets in. IPMI 2.0,
// section 13.1 and 13.6 (packets), 13.15 (discovery), 13.17 to 13.20 (opening a
// session), 13.27 and 13.28 (algorithms), 20.1 (Get Device ID), 22.13 (Get
// Channel Authentication Capabilities). Names of users are not read.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kIpmiClass = 7;
constexpr std::uint8_t kAsfClass = 6;

namespace authentication {
constexpr std::uint8_t kNone = 0;
constexpr std::uint8_t kPassword = 4;
constexpr std::uint8_t kVersion2 = 6;
}  // namespace authentication

// 13.1.3. What follows is left in `in`.
bool read_rmcp(Cursor& in, std::uint8_t& message_class) {
  const bool version = in.u8() == 6;
  const bool reserved = in.u8() == 0;
  in.skip(1);
  message_class = in.u8() & 0x1f;
  return in.ok() && version && reserved &&
         (message_class == kIpmiClass || message_class == kAsfClass);
}

// 22.13: what may prove a session, by bits, and what need not prove anything.
void say_capabilities(Cursor in, FactSink& out) {
  struct Bit {
    std::uint8_t bit;
    std::string_view name;
  };
  constexpr Bit kTypes[] = {
      {0x01, "none"}, {0x02, "md2"}, {0x04, "md5"}, {0x10, "password"}, {0x20, "oem"}};
  constexpr Bit kStates[] = {{0x01, "anonymous login"},
                             {0x02, "null user names"},
                             {0x08, "users need no authentication"},
                             {0x10, "messages need no authentication"}};
  in.skip(1);
  const std::uint8_t types = in.u8();
  const std::uint8_t states = in.u8();
  const std::uint8_t versions = in.u8();
  if (!in.ok()) return;
  constexpr Claim kClaim = "ipmi.authentication"_claim;
  for (const Bit& row : kTypes)
    if ((types & row.bit) != 0) out.say(Side::server, kClaim, row.name);
  for (const Bit& row : kStates)
    if ((states & row.bit) != 0) out.say(Side::server, kClaim, row.name);
  constexpr std::uint8_t kExtended = 0x80;
  const bool extended = (types & kExtended) != 0;
  if (!extended || (versions & 1) != 0) out.say(Side::server, "ipmi.version"_claim, "1.5");
  if (extended && (versions & 2) != 0) out.say(Side::server, "ipmi.version"_claim, "2.0");
}

// 20.1: the controller's own firmware; the second number is two decimals.
void say_device(Cursor in, FactSink& out) {
  in.skip(2);
  const std::uint8_t major = in.u8() & 0x7f;
  const std::uint8_t minor = in.u8();
  if (!in.ok()) return;
  ShortText<> text;
  text.number(major).add('.').number(minor >> 4).number(minor & 0xf);
  out.say(Side::server, "device.firmware"_claim, text);
}

// 13.8: addresses and sequence around the command; its completion code first.
bool read_command(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kApplicationResponse = 7;
  constexpr std::uint8_t kGetDevice = 0x01;
  constexpr std::uint8_t kGetCapabilities = 0x38;
  in.skip(1);
  const std::uint8_t function = in.u8() >> 2;
  in.skip(3);
  const std::uint8_t command = in.u8();
  if (!in.ok()) return false;
  if (from == Side::client || function != kApplicationResponse) return true;
  if (in.u8() != 0) return in.ok();
  if (command == kGetCapabilities) say_capabilities(in, out);
  if (command == kGetDevice) say_device(in, out);
  return true;
}

std::string_view proof_name(std::uint8_t number) {
  constexpr std::string_view kNames[] = {"none", "hmac-sha1", "hmac-md5", "hmac-sha256"};
  return number < std::size(kNames) ? kNames[number] : "oem";
}
std::string_view integrity_name(std::uint8_t number) {
  constexpr std::string_view kNames[] = {"none", "hmac-sha1-96", "hmac-md5-128", "md5-128",
                                         "hmac-sha256-128"};
  return number < std::size(kNames) ? kNames[number] : "oem";
}
std::string_view secrecy_name(std::uint8_t number) {
  constexpr std::string_view kNames[] = {"none", "aes-cbc-128", "rc4-128", "rc4-40"};
  return number < std::size(kNames) ? kNames[number] : "oem";
}

// 13.18: what the controller agreed to, or that it did not.
bool read_session(Cursor in, FactSink& out) {
  in.skip(1);
  if (in.u8() != 0) return in.ok();
  in.skip(10);
  std::uint8_t numbers[3] = {};
  for (std::uint8_t& number : numbers) {
    in.skip(4);
    number = in.u8() & 0x3f;
    in.skip(3);
  }
  if (!in.ok()) return false;
  const bool open = numbers[0] == 0 && numbers[1] == 0 && numbers[2] == 0;
  ShortText<> text;
  text.add(open ? "0: " : "").add(proof_name(numbers[0])).add(", ");
  text.add(integrity_name(numbers[1])).add(", ").add(secrecy_name(numbers[2]));
  out.say(Side::server, "ipmi.cipher"_claim, text);
  return true;
}

// 13.6: the wrapper of version 2.0, after its authentication type.
bool read_version2(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kCommand = 0;
  constexpr std::uint8_t kSessionResponse = 0x11;
  constexpr std::uint8_t kEncrypted = 0x80;
  const std::uint8_t type = in.u8();
  if ((type & 0x3f) == 2) in.skip(6);  // a maker's own payload
  in.skip(8);
  const Cursor payload = in.sub(in.le16());
  if (!payload.ok()) return false;
  if (from == Side::server) out.say(from, "ipmi.version"_claim, "2.0");
  if (type == kSessionResponse && from == Side::server) return read_session(payload, out);
  if ((type & 0x3f) == kCommand && (type & kEncrypted) == 0 && !payload.done())
    return read_command(from, payload, out);
  return true;
}

bool read_ipmi(Side from, Cursor in, FactSink& out) {
  const std::uint8_t type = in.u8();
  if (type == authentication::kVersion2) return read_version2(from, in, out);
  in.skip(4);
  const bool in_session = in.le32() != 0;
  if (type != authentication::kNone) in.skip(16);
  const Cursor payload = in.sub(in.u8());
  if (!payload.ok()) return false;
  if (in_session && type == authentication::kPassword)
    out.say(Side::server, "clear.credentials"_claim, "ipmi password");
  return read_command(from, payload, out);
}

class IpmiParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    std::uint8_t message_class = 0;
    if (!read_rmcp(in, message_class)) return false;
    return message_class == kAsfClass || in.done() || read_ipmi(from, in, out);
  }
};

// The answer to a discovery (13.15) comes from the host; all else may be either's.
Recognition recognise(const Opening& opening) {
  constexpr std::uint32_t kAsf = 4542;
  constexpr std::uint8_t kPong = 0x40;
  std::uint8_t message_class = 0;
  Cursor in(opening.bytes);
  if (!opening.expected_port || !read_rmcp(in, message_class)) return Recognition::no;
  if (message_class == kAsfClass) {
    const bool asf = in.be32() == kAsf;
    const bool pong = in.u8() == kPong;
    return asf && pong == (opening.from == Side::server) ? Recognition::yes : Recognition::no;
  }
  return !in.done() && in.u8() <= authentication::kVersion2 ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {623, 664};

}  // namespace

extern constinit const Protocol kIpmi{
    .name = "ipmi",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<IpmiParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
