// The service location protocol: which services a host registers or answers
// for (printers, scanners, management). RFC 2608, section 8 (header and
// messages), 4.3 (URL entries). Version 1 (RFC 2165) is only recognised.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum Function : std::uint8_t {
  kServiceRequest = 1,
  kServiceReply = 2,
  kRegister = 3,
  kAcknowledge = 5,
  kAttributeReply = 7,
  kDirectoryAdvert = 8,
  kTypeReply = 10,
  kAgentAdvert = 11,
};

struct Header {
  std::uint8_t version, function;
  std::uint32_t size;

  // 8: of version 1 the size has two bytes.
  explicit Header(Cursor& in) {
    version = in.u8();
    function = in.u8();
    size = version == 1 ? in.be16() : in.be24();
    in.skip(version == 1 ? 8 : 7);
    if (version == 2) in.skip(in.be16());
  }
  bool credible(std::size_t received) const {
    return (version == 1 || version == 2) && function >= 1 && function <= kAgentAdvert &&
           size == received;
  }
  bool answers() const {
    return function == kServiceReply || function == kAcknowledge || function == kAttributeReply ||
           function == kDirectoryAdvert || function == kTypeReply || function == kAgentAdvert;
  }
};

// "service:printer:lpr" of "service:printer:lpr://host/queue".
std::string_view type_in(std::string_view url) {
  const std::size_t end = url.find("://");
  const std::string_view type = url.substr(0, end);
  const bool plain = std::ranges::all_of(type, [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '-' ||
           c == '.' || c == '_';
  });
  return end != std::string_view::npos && plain && type.size() <= 100 ? type : std::string_view{};
}

// 4.3: a byte, the lifetime, the URL; proofs that hardly anybody sends.
std::string_view take_url(Cursor& in) {
  in.skip(3);
  const Bytes url = in.take(in.be16());
  int proofs = in.u8();
  for (; proofs > 0 && in.ok(); --proofs) {
    in.skip(2);
    const std::size_t size = in.be16();
    in.skip(size - std::min<std::size_t>(size, 4));
  }
  return as_text(url);
}

bool read_reply(Side from, Cursor in, FactSink& out) {
  const bool error = in.be16() != 0;
  const int count = in.be16();
  if (error) return in.ok();
  for (int i = 0; i < count && in.ok(); ++i) {
    const std::string_view url = take_url(in);
    if (in.ok()) out.say(from, "slp.service"_claim, type_in(url));
  }
  return in.ok();
}

class SlpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::size_t received = in.rest().size();
    const Header header(in);
    if (!in.ok() || !header.credible(received)) return false;
    if (header.version == 1) return true;
    if (header.function == kServiceReply) return read_reply(from, in, out);
    if (header.function == kRegister) out.say(from, "slp.service"_claim, type_in(take_url(in)));
    return in.ok();
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header(in);
  const bool fits = opening.expected_port && in.ok() && header.credible(opening.bytes.size()) &&
                    header.answers() == (opening.from == Side::server);
  return fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {427};

}  // namespace

extern constinit const Protocol kSlp{
    .name = "slp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SlpParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
