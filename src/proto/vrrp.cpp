// The virtual router redundancy protocol: which router answers for a shared
// address. Version 2: RFC 3768, section 5 (RFC 2338, 5.3.6, authentication);
// version 3: RFC 9568, section 5. CARP, which borrowed the number and the
// version, is told apart by its size.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kVersion2 = 0x21;  // with the only type, advertisement
constexpr std::uint8_t kVersion3 = 0x31;
constexpr std::size_t kHeader = 8;
constexpr std::size_t kAuthentication = 8;

struct Advertisement {
  bool version3 = false;
  std::uint8_t group = 0, priority = 0, count = 0, authentication = 0;
  std::size_t address_size = 4;
};

// Nothing unless the size is what the count asks for. With version 3 it also
// tells IPv4 from IPv6.
std::optional<Advertisement> read_header(Cursor& in) {
  Advertisement said;
  const std::size_t size = in.rest().size();
  const std::uint8_t version = in.u8();
  said.version3 = version == kVersion3;
  said.group = in.u8();
  said.priority = in.u8();
  said.count = in.u8();
  said.authentication = in.u8();
  in.skip(3);
  if (!in.ok() || (version != kVersion2 && version != kVersion3)) return std::nullopt;
  if (said.count == 0 || said.group == 0) return std::nullopt;
  const std::size_t list = said.count * std::size_t{4};
  if (!said.version3) {
    const bool fits = size == kHeader + list + kAuthentication && said.authentication <= 2;
    return fits ? std::optional(said) : std::nullopt;
  }
  if (size == kHeader + 4 * list) said.address_size = 16;
  return size == kHeader + said.count * said.address_size ? std::optional(said) : std::nullopt;
}

void say_authentication(Side from, std::uint8_t type, Bytes data, FactSink& out) {
  constexpr std::uint8_t kPassword = 1;
  constexpr std::string_view kNames[] = {"none", "password", "hmac"};
  out.say(from, "vrrp.authentication"_claim, kNames[type]);
  if (type == kPassword && !trimmed(as_text(data)).empty())
    out.say(from, "clear.credentials"_claim, "vrrp");
}

class VrrpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const auto said = read_header(in);
    if (!said) return false;
    if (said->priority == 0) return true;  // it gives the address up
    out.say(from, "vrrp.priority"_claim,
            ShortText<>().add("group ").number(said->group).add(": ").number(said->priority));
    for (int i = 0; i < said->count; ++i) {
      const Bytes bytes = in.take(said->address_size);
      const Ip ip = said->address_size == 4 ? Ip::v4(bytes) : Ip::v6(bytes);
      if (!ip.unspecified() && !ip.multicast()) out.say(from, "address.virtual"_claim, to_text(ip));
    }
    if (!said->version3) say_authentication(from, said->authentication, in.rest(), out);
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  return opening.expected_port && read_header(in) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kIpProtocols[] = {112};

}  // namespace

extern constinit const Protocol kVrrp{
    .name = "vrrp",
    .transport = Transport::ip,
    .ports = kIpProtocols,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<VrrpParser>(); },
};

}  // namespace asepsis
