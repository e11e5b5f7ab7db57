// EAP over the link: that ports are opened only for who proves what it is, and
// by which method. Identities are never read. IEEE 802.1X-2020, clause 11.3
// (EAPOL); RFC 3748, section 4 (EAP).

#include "net/decoded.hpp"
#include "proto/eap.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Packet : std::uint8_t { eap = 0, start = 1, logoff = 2, key = 3, alert = 4, mka = 5 };

bool read_eap(Side from, Cursor in, FactSink& out) {
  enum : std::uint8_t { request = 1, response = 2, success = 3, failure = 4 };
  const std::uint8_t code = in.u8();
  in.skip(1);
  const std::uint16_t size = in.be16();
  if (!in.ok() || size < 4 || code < request || code > failure) return false;
  out.say(from, "eapol.role"_claim, code == response ? "supplicant" : "authenticator");
  if (code > response) return true;
  const std::uint8_t type = in.u8();
  if (!in.ok()) return false;
  if (code == response) out.say(from, "eapol.method"_claim, eap_method_name(type));
  return true;
}

class EapolParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint8_t version = in.u8();
    const auto type = Packet{in.u8()};
    const Cursor body = in.sub(in.be16());
    if (!body.ok() || version == 0) return false;
    switch (type) {
      case Packet::eap: return read_eap(from, body, out);
      case Packet::start:
      case Packet::logoff: out.say(from, "eapol.role"_claim, "supplicant"); return true;
      case Packet::mka: out.say(from, "eapol.role"_claim, "macsec"); return true;
      case Packet::key:
      case Packet::alert: return true;
    }
    return version <= 3;
  }
};

constexpr std::uint16_t kTypes[] = {ether_type::kEapol};

}  // namespace

extern constinit const Protocol kEapol{
    .name = "eapol",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<EapolParser>(); },
};

}  // namespace asepsis
