// The NetBIOS name service: which host registers or answers for which name.
// RFC 1002, section 4.2.

#include "proto/dns_message.hpp"
#include "proto/netbios.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kQuery = 0;
constexpr std::uint8_t kRelease = 6;
constexpr std::uint8_t kWait = 7;
constexpr std::uint16_t kGroupFlag = 0x8000;
constexpr std::size_t kMostAddresses = 16;

// 4.2.1.3 and 4.2.13: flags and address, once or more.
void say_owners(const DnsRecord& record, FactSink& out) {
  const auto name = encoded_netbios_name(record.name.first());
  if (!name) return;
  Cursor in(record.data);
  for (std::size_t i = 0; i < kMostAddresses && !in.done(); ++i) {
    const bool group = (in.be16() & kGroupFlag) != 0;
    const Bytes address = in.take(4);
    if (!in.ok()) return;
    const Ip ip = Ip::v4(address);
    if (ip.unspecified() || ip.multicast() || ip.loopback()) continue;
    say_netbios_name({Mac{}, ip}, *name, group, out);
  }
}

// 4.2.18: the names a host holds, then the address of its adapter.
void say_status(Side from, const DnsRecord& record, FactSink& out) {
  Cursor in(record.data);
  const int names = in.u8();
  for (int i = 0; i < names; ++i) {
    const Bytes name = in.take(16);
    const bool group = (in.be16() & kGroupFlag) != 0;
    if (!in.ok()) return;
    say_netbios_name(from, netbios_name(name), group, out);
  }
  const Bytes unit = in.take(6);
  if (!in.ok()) return;
  const Mac mac = Mac::from(unit);
  if (!mac.empty() && !mac.group()) out.say(from, "address.other_mac"_claim, to_text(mac));
}

class NbnsParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    DnsMessage message(in.rest());
    // Who releases a name had it until then, and the answer tells nothing more;
    // a wait decides nothing; an error is a no.
    const bool released = message.opcode() == kRelease && message.response();
    const bool tells = !released && message.opcode() != kWait && message.response_code() == 0 &&
                       (message.response() || message.opcode() != kQuery);
    while (const auto record = message.next_record()) {
      if (!tells) continue;
      if (record->type == dns_type::kNetBios) say_owners(*record, out);
      if (record->type == dns_type::kNetBiosStatus && message.response())
        say_status(from, *record, out);
    }
    return message.ok();
  }
};

// The first name is encoded as only NetBIOS does. On the port itself hosts
// both ask and answer.
Recognition recognise(const Opening& opening) {
  if (plausible_dns(opening.bytes) != Recognition::yes) return Recognition::no;
  Cursor in(opening.bytes);
  in.skip(2);
  const bool response = (in.u8() & 0x80) != 0;
  if (!opening.expected_port && response != (opening.from == Side::server)) return Recognition::no;
  in.skip(9);
  const std::string_view label = as_text(in.take(in.u8()));
  return encoded_netbios_name(label) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {137};

}  // namespace

extern constinit const Protocol kNbns{
    .name = "nbns",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<NbnsParser>(); },
};

}  // namespace asepsis
