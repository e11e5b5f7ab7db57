// The hot standby router protocol: which router answers for a shared address.
// RFC 2281, section 5; version 2 as Cisco sends it: the same in type, length
// and value, with addresses of IPv6 too. Its password crosses in clear.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kGroupState = 1;
constexpr std::uint8_t kGroupStateSize = 40;
constexpr std::uint8_t kTextPassword = 3;
constexpr std::size_t kPasswordSize = 8;

// RFC 2281, 5.3: "cisco" is what stands there if nobody chose.
void say_password(Side from, Bytes password, FactSink& out) {
  const std::string_view text = trimmed(as_text(password));
  if (text.empty()) return;
  out.say(from, "clear.credentials"_claim, "hsrp");
  if (text == "cisco") out.say(from, "credentials.default"_claim, "hsrp cisco");
}

void say_address(Side from, const Ip& ip, FactSink& out) {
  if (!ip.unspecified() && !ip.multicast()) out.say(from, "address.virtual"_claim, to_text(ip));
}

bool read_first(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kActive = 16;
  constexpr std::uint8_t kMostOperation = 3;
  constexpr std::uint8_t kAdvertise = 3;  // of interfaces; it is laid out otherwise
  in.skip(1);
  const std::uint8_t operation = in.u8();
  const std::uint8_t state = in.u8();
  in.skip(5);
  const Bytes password = in.take(kPasswordSize);
  const Bytes ip = in.take(4);
  if (operation == kAdvertise) return true;
  if (!in.ok() || operation > kMostOperation) return false;
  say_password(from, password, out);
  if (state == kActive) say_address(from, Ip::v4(ip), out);
  return true;
}

bool read_group(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kActive = 6;
  in.skip(2);
  const std::uint8_t state = in.u8();
  const std::uint8_t ip_version = in.u8();
  in.skip(2);
  const Bytes own = in.take(6);
  in.skip(12);
  const Bytes ip = in.take(16);
  if (!in.ok() || (ip_version != 4 && ip_version != 6)) return false;
  const Mac mac = Mac::from(own);
  if (!mac.empty() && !mac.group()) out.say(from, "address.other_mac"_claim, to_text(mac));
  if (state == kActive) say_address(from, ip_version == 4 ? Ip::v4(ip) : Ip::v6(ip), out);
  return true;
}

bool read_second(Side from, Cursor in, FactSink& out) {
  bool good = true;
  while (good && !in.done()) {
    const std::uint8_t type = in.u8();
    Cursor value = in.sub(in.u8());
    if (!value.ok()) return false;
    if (type == kGroupState) good = read_group(from, value, out);
    if (type == kTextPassword) say_password(from, value.take(kPasswordSize), out);
  }
  return good;
}

class HsrpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    return Cursor(in).u8() == 0 ? read_first(from, in, out) : read_second(from, in, out);
  }
};

// Routers speak to a group, from the port to the port.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kFirstSize = 16;
  if (!opening.expected_port || opening.bytes.size() < kFirstSize) return Recognition::no;
  const bool first = opening.bytes[0] == 0 && opening.bytes[1] <= 3;
  const bool second = opening.bytes[0] == kGroupState && opening.bytes[1] == kGroupStateSize;
  return first || second ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {1985, 2029};  // 2029: over IPv6

}  // namespace

extern constinit const Protocol kHsrp{
    .name = "hsrp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<HsrpParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
