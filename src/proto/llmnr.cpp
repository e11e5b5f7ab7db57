// Link-local multicast name resolution, RFC 4795: hosts answer for their own
// names. Queries ask for others and say nothing.

#include "proto/dns_message.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kInternet = 1;

class LlmnrParser final : public Parser {
 public:
  bool message(Side, Cursor in, FactSink& out) override {
    DnsMessage message(in.rest());
    while (const auto record = message.next_record()) {
      if (!message.response() || record->record_class != kInternet) continue;
      if (const auto ip = record->address()) {
        out.say({Mac{}, *ip}, "name.host"_claim, record->name.view());
      } else if (record->type == dns_type::kPtr) {
        const auto named = address_in_reverse_name(record->name.view());
        const auto name = message.name_in(*record);
        if (named && name) out.say({Mac{}, *named}, "name.host"_claim, name->view());
      }
    }
    return message.ok();
  }
};

constexpr std::uint16_t kPorts[] = {5355};

}  // namespace

extern constinit const Protocol kLlmnr{
    .name = "llmnr",
    .transport = Transport::udp,
    .ports = kPorts,
    // What tells it from DNS is the port.
    .recognise =
        [](const Opening& opening) {
          return opening.expected_port ? plausible_dns(opening.bytes) : Recognition::no;
        },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<LlmnrParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
