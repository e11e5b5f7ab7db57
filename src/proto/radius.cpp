// RADIUS: who lets users and devices into the network, and how they prove what
// they are. RFC 2865 (section 3, the packet; 5, attributes), RFC 2866
// (accounting), RFC 2548 (Microsoft's attributes), RFC 3162 (95), RFC 3579
// (79 and 80, EAP and the authenticator), RFC 3580, 3.20 (a station's MAC and
// network). Names of users are never told.

#include <array>

#include "proto/eap.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Code : std::uint8_t {
  access_request = 1,
  access_accept = 2,
  access_reject = 3,
  accounting_request = 4,
  accounting_response = 5,
  access_challenge = 11,
  status_server = 12,
};

namespace attribute {
constexpr std::uint8_t kUserName = 1;
constexpr std::uint8_t kUserPassword = 2;
constexpr std::uint8_t kChapPassword = 3;
constexpr std::uint8_t kNasAddress = 4;
constexpr std::uint8_t kServiceType = 6;
constexpr std::uint8_t kVendor = 26;
constexpr std::uint8_t kCalledStation = 30;
constexpr std::uint8_t kCallingStation = 31;
constexpr std::uint8_t kNasIdentifier = 32;
constexpr std::uint8_t kEapMessage = 79;
constexpr std::uint8_t kMessageAuthenticator = 80;
constexpr std::uint8_t kNasAddress6 = 95;
}  // namespace attribute

// The first of each attribute; what comes in several pieces is read no further
// than the first.
class Attributes {
 public:
  bool read(Cursor in) {
    while (!in.done()) {
      const std::uint8_t type = in.u8();
      const std::size_t size = in.u8();
      if (size < 2) return false;
      const Bytes value = in.take(size - 2);
      if (!in.ok()) return false;
      if (type == attribute::kVendor) read_vendor(value);
      if (!has_[type]) values_[type] = value;
      has_[type] = true;
    }
    return true;
  }

  bool has(std::uint8_t type) const { return has_[type]; }
  Bytes of(std::uint8_t type) const { return values_[type]; }
  std::string_view text(std::uint8_t type) const { return as_text(values_[type]); }
  std::string_view microsoft_method() const { return microsoft_method_; }

 private:
  // RFC 2548, 2.1.3 and 2.3.2.
  void read_vendor(Bytes value) {
    constexpr std::uint32_t kMicrosoft = 311;
    constexpr std::uint8_t kChapResponse = 1;
    constexpr std::uint8_t kChap2Response = 25;
    Cursor in(value);
    if (in.be32() != kMicrosoft) return;
    const std::uint8_t type = in.u8();
    if (type == kChapResponse) microsoft_method_ = "mschap";
    if (type == kChap2Response) microsoft_method_ = "mschapv2";
  }

  std::array<Bytes, 256> values_{};
  std::array<bool, 256> has_{};
  std::string_view microsoft_method_;
};

struct Packet {
  Code code{};
  Attributes attributes;
};

// What comes after the length is padding (RFC 2865, section 3).
bool read_packet(Cursor in, Packet& packet) {
  constexpr std::size_t kHeader = 20;
  packet.code = Code{in.u8()};
  in.skip(1);
  const std::size_t length = in.be16();
  in.skip(16);
  if (!in.ok() || length < kHeader) return false;
  const Cursor attributes = in.sub(length - kHeader);
  return attributes.ok() && packet.attributes.read(attributes);
}

// "00-11-22-33-44-55:network"; switches leave out the network.
struct Station {
  Mac mac;
  std::string_view network;
};

Station station_in(std::string_view text) {
  constexpr std::size_t kMacText = 17;
  const auto mac = mac_from_text(text.substr(0, kMacText));
  if (!mac || mac->group()) return {};
  const std::string_view rest = text.substr(std::min(text.size(), kMacText));
  return {*mac, rest.starts_with(':') ? rest.substr(1) : std::string_view{}};
}

// Whether it is only its MAC that lets the device in: said so, or sent as the
// name of a user.
bool by_address(const Attributes& attributes, const Mac& caller) {
  constexpr std::uint32_t kCallCheck = 10;
  if (Cursor(attributes.of(attribute::kServiceType)).be32() == kCallCheck) return true;
  const auto named = mac_from_text(attributes.text(attribute::kUserName));
  return named && !caller.empty() && *named == caller;
}

std::string_view eap_method(Bytes message) {
  constexpr std::uint8_t kResponse = 2;
  Cursor in(message);
  const bool response = in.u8() == kResponse;
  in.skip(3);
  return response ? eap_method_name(in.u8()) : std::string_view{};
}

void say_method(const Attributes& attributes, const Mac& caller, FactSink& out) {
  constexpr Claim kClaim = "radius.authentication"_claim;
  if (attributes.has(attribute::kEapMessage)) {
    const std::string_view method = eap_method(attributes.of(attribute::kEapMessage));
    if (method.empty()) return out.say(Side::server, kClaim, "eap");
    if (!caller.empty()) out.say({caller, Ip{}}, "eapol.method"_claim, method);
    return out.say(Side::server, kClaim, ShortText<>().add("eap ").add(method));
  }
  if (by_address(attributes, caller)) return out.say(Side::server, kClaim, "mac address");
  if (!attributes.microsoft_method().empty())
    return out.say(Side::server, kClaim, attributes.microsoft_method());
  if (attributes.has(attribute::kChapPassword)) return out.say(Side::server, kClaim, "chap");
  if (attributes.has(attribute::kUserPassword)) out.say(Side::server, kClaim, "pap");
}

// A proxy sends for others, who are then named by their address.
Subject nas_of(const Attributes& attributes) {
  const Bytes four = attributes.of(attribute::kNasAddress);
  const Bytes six = attributes.of(attribute::kNasAddress6);
  Ip ip;
  if (six.size() == 16) ip = Ip::v6(six);
  if (four.size() == 4) ip = Ip::v4(four);
  const bool host = !ip.empty() && !ip.unspecified() && !ip.multicast() && !ip.loopback();
  return host ? Subject(Mac{}, ip) : Subject(Side::client);
}

void read_request(const Packet& packet, FactSink& out) {
  const Attributes& attributes = packet.attributes;
  out.say(nas_of(attributes), "radius.identifier"_claim,
          attributes.text(attribute::kNasIdentifier));
  const Station called = station_in(attributes.text(attribute::kCalledStation));
  if (!called.mac.empty()) out.say({called.mac, Ip{}}, "radius.ssid"_claim, called.network);
  if (packet.code == Code::access_request)
    say_method(attributes, station_in(attributes.text(attribute::kCallingStation)).mac, out);
}

// Without it, who stands in between can forge an answer (CVE-2024-3596).
void say_authenticator(const Packet& packet, FactSink& out) {
  ShortText<> text;
  text.add(packet.code == Code::access_request ? "requests " : "answers ");
  text.add(packet.attributes.has(attribute::kMessageAuthenticator) ? "with" : "without");
  out.say(Side::server, "radius.message_authenticator"_claim, text);
}

class RadiusParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink& out) override {
    Packet packet;
    if (!read_packet(in, packet)) return false;
    switch (packet.code) {
      case Code::access_reject:
        out.on_fact({Side::server, "radius.authentication"_claim, "access", {}, true});
        [[fallthrough]];
      case Code::access_accept:
      case Code::access_challenge: say_authenticator(packet, out); return true;
      case Code::access_request: say_authenticator(packet, out); [[fallthrough]];
      case Code::accounting_request: read_request(packet, out); return true;
      case Code::accounting_response:
      case Code::status_server: return true;
    }
    return false;
  }
};

bool asks(Code code) {
  return code == Code::access_request || code == Code::accounting_request ||
         code == Code::status_server;
}
bool answers(Code code) {
  return code == Code::access_accept || code == Code::access_reject ||
         code == Code::accounting_response || code == Code::access_challenge;
}

Recognition recognise(const Opening& opening) {
  if (!opening.expected_port) return Recognition::no;
  Packet packet;
  if (!read_packet(Cursor(opening.bytes), packet)) return Recognition::no;
  const bool fits = opening.from == Side::client ? asks(packet.code) : answers(packet.code);
  return fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {1645, 1646, 1812, 1813};

}  // namespace

extern constinit const Protocol kRadius{
    .name = "radius",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RadiusParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
