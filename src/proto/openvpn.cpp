// OpenVPN over UDP and TCP: how its control channel is guarded and, unless that
// hides it, the TLS handshake inside. There is no standard: the "OpenVPN
// Protocol" page of its source (src/openvpn/ssl_pkt.h, tls_crypt.h) and
// draft-kinkelin-openvpn-protocol.

#include <array>

#include "proto/parser.hpp"
#include "proto/stream.hpp"

namespace asepsis {

extern const Protocol kTls;

namespace {

// The upper five bits of the first byte; the lower ones number the key.
enum class Opcode : std::uint8_t {
  soft_reset = 3,
  control = 4,
  acknowledgement = 5,
  data1 = 6,
  client_reset = 7,
  server_reset = 8,
  data2 = 9,
  client_reset3 = 10,
  wrapped_control = 11,
};

constexpr std::size_t kSession = 8;
constexpr std::size_t kOpening = 1 + kSession;  // opcode and session id
constexpr std::size_t kReplay = 8;              // packet number and time
constexpr std::size_t kTail = 5;                // no acknowledgements, first packet

Opcode opcode_of(Bytes packet) { return static_cast<Opcode>(packet.front() >> 3); }

bool is_data(Opcode opcode) { return opcode == Opcode::data1 || opcode == Opcode::data2; }

enum class Guard : std::uint8_t { unknown, none, tls_auth, tls_crypt, tls_crypt_v2 };

// The first packet of a client: nothing is acknowledged, its number is zero. A
// code of tls-auth has the size of its hash.
struct Start {
  Guard guard = Guard::unknown;
  std::size_t code = 0;  // bytes of tls-auth's between the session and what follows
};

// The number of the packet: the first of its sender.
bool is_first_replay(Bytes packet, std::size_t at) {
  constexpr std::uint32_t kCookies = 0x0f000001;  // packet 1, early negotiation (tls-crypt-v2)
  Cursor in(packet);
  in.skip(at);
  const std::uint32_t number = in.be32();
  const std::uint32_t time = in.be32();
  return in.ok() && (number == 1 || number == kCookies) && time != 0;
}

bool ends_as_first(Bytes packet) {
  Cursor tail(packet.last(kTail));
  return tail.u8() == 0 && tail.be32() == 0;
}

Start start_of(Bytes packet) {
  constexpr std::size_t kTag = 32;
  constexpr std::size_t kCodes[] = {16, 20, 32, 48, 64};
  if (packet.size() < kOpening + kTail) return {};
  if ((packet.front() & 7) != 0) return {};
  const Opcode opcode = opcode_of(packet);
  const std::size_t crypt = kOpening + kReplay + kTag + kTail;
  if (opcode == Opcode::client_reset3)
    return {packet.size() > crypt && is_first_replay(packet, kOpening) ? Guard::tls_crypt_v2
                                                                       : Guard::unknown};
  if (opcode != Opcode::client_reset) return {};
  if (packet.size() == kOpening + kTail && ends_as_first(packet)) return {Guard::none};
  if (packet.size() == crypt && is_first_replay(packet, kOpening)) return {Guard::tls_crypt};
  for (const std::size_t code : kCodes)
    if (packet.size() == kOpening + code + kReplay + kTail &&
        is_first_replay(packet, kOpening + code) && ends_as_first(packet))
      return {Guard::tls_auth, code};
  return {};
}

std::string_view name_of(Guard guard) {
  switch (guard) {
    case Guard::none: return "none";
    case Guard::tls_auth: return "tls-auth";
    case Guard::tls_crypt: return "tls-crypt";
    case Guard::tls_crypt_v2: return "tls-crypt-v2";
    case Guard::unknown: break;
  }
  return {};
}

class OpenVpn {
 public:
  bool packet(Side from, Bytes packet, FactSink& out);

 private:
  bool control(Side from, Cursor in, FactSink& out);

  Start start_;
  Stream tls_{kTls.make(), kTls.max_message};
  std::array<std::uint32_t, 2> next_{};  // number of the control packet due
};

bool OpenVpn::packet(Side from, Bytes packet, FactSink& out) {
  if (packet.size() < kOpening) return false;
  const Opcode opcode = opcode_of(packet);
  if (is_data(opcode)) return true;
  if (opcode < Opcode::soft_reset || opcode > Opcode::wrapped_control) return false;
  if (start_.guard == Guard::unknown) {
    start_ = start_of(packet);
    out.say(Side::server, "openvpn.protection"_claim, name_of(start_.guard));
  }
  const bool readable = start_.guard == Guard::none || start_.guard == Guard::tls_auth;
  if (!readable || opcode == Opcode::acknowledgement) return true;
  Cursor in(packet);
  in.skip(kOpening + (start_.guard == Guard::tls_auth ? start_.code + kReplay : 0));
  const std::size_t acknowledged = in.u8();
  in.skip(acknowledged * 4 + (acknowledged > 0 ? kSession : 0));
  return in.ok() && control(from, in, out);
}

// Packets are numbered; those that come twice or too early are not read.
bool OpenVpn::control(Side from, Cursor in, FactSink& out) {
  std::uint32_t& next = next_[static_cast<std::size_t>(from)];
  const std::uint32_t number = in.be32();
  if (!in.ok()) return false;
  if (number != next) return true;
  ++next;
  if (!in.done()) tls_.feed(from, in.rest(), out);
  return true;
}

class DatagramParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    return openvpn_.packet(from, in.rest(), out);
  }

 private:
  OpenVpn openvpn_;
};

// Over TCP each packet has its size before it.
class StreamParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const std::size_t size = kSize + in.be16();
    const Bytes first = in.take(1);
    if (!in.ok()) return Frame::unknown();
    if (size < kSize + kOpening) return Frame::foreign();
    return is_data(opcode_of(first)) ? Frame::done() : Frame::message(size);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    in.skip(kSize);
    return openvpn_.packet(from, in.rest(), out);
  }

  static constexpr std::size_t kSize = 2;

 private:
  OpenVpn openvpn_;
};

// The answer of a server is believed where it is expected.
Recognition recognise_packet(const Opening& opening, Bytes packet) {
  if (opening.from == Side::client)
    return start_of(packet).guard != Guard::unknown ? Recognition::yes : Recognition::no;
  const bool answer = packet.size() >= kOpening + kTail &&
                      opcode_of(packet) == Opcode::server_reset && (packet.front() & 7) == 0;
  return answer && opening.expected_port ? Recognition::yes : Recognition::no;
}

Recognition recognise_datagram(const Opening& opening) {
  return recognise_packet(opening, opening.bytes);
}

Recognition recognise_stream(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::size_t size = in.be16();
  const Bytes first = in.take(1);
  if (!in.ok()) return Recognition::more;
  const Opcode opcode = opcode_of(first);
  const bool reset = opcode == Opcode::client_reset || opcode == Opcode::server_reset ||
                     opcode == Opcode::client_reset3;
  if (!reset || size < kOpening + kTail || size > 1024) return Recognition::no;
  const Bytes packet = opening.bytes.subspan(StreamParser::kSize);
  if (packet.size() < size) return Recognition::more;
  return recognise_packet(opening, packet.first(size));
}

constexpr std::uint16_t kPorts[] = {1194};

}  // namespace

extern constinit const Protocol kOpenVpn{
    .name = "openvpn",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DatagramParser>(); },
    .security = Security::tls,
    .remembers = true,
};

extern constinit const Protocol kOpenVpnTcp{
    .name = "openvpn",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<StreamParser>(); },
    .security = Security::tls,
};

}  // namespace asepsis
