// Oracle's TNS: who connects to which kind of service with which program, and
// which version answers. The protocol is not published; the layout is that of
// Wireshark's packet-tns.c and of "Oracle Net Services Reference", which
// explains the texts in brackets. Names of users are not read, services only by
// the names that Oracle itself gives.

#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kMostPacket = 8192;

enum Type : std::uint8_t {
  kConnect = 1,
  kAccept = 2,
  kRefuse = 4,
  kRedirect = 5,
  kData = 6,
  kResend = 11,
  kMarker = 12
};

struct Header {
  std::uint16_t size, checksum;
  std::uint8_t type, flags;

  explicit Header(Cursor& in)
      : size(in.be16()), checksum(in.be16()), type(in.u8()), flags(in.u8()) {
    in.skip(2);
  }
};

// What stands after "(NAME=" up to the bracket.
std::string_view value_of(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find('('); at != std::string_view::npos; at = text.find('(', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (!same_letters(rest.substr(0, name.size()), name)) continue;
    const std::string_view value = rest.substr(name.size());
    if (!value.starts_with('=')) continue;
    return value.substr(1, value.find(')') - 1);
  }
  return {};
}

// Without the folders before it and what some programs put after it.
std::string_view program_in(std::string_view path) {
  path.remove_prefix(path.find_last_of("/\\") + 1);
  return path.substr(0, path.find('@'));
}

std::string_view known_service(std::string_view name) {
  constexpr std::string_view kNames[] = {"orcl",     "xe",     "free",     "orclpdb",
                                         "orclpdb1", "xepdb1", "freepdb1", "plsextproc"};
  for (const std::string_view known : kNames)
    if (same_letters(name, known)) return known;
  return "other";
}

class OracleParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
    Cursor in(bytes);
    const Header header(in);
    if (!in.ok()) return Frame::unknown();
    if (header.size < kHeader || header.size > kMostPacket) return Frame::foreign();
    if (header.type >= kData && header.type != kResend) return Frame::done();
    return Frame::message(header.size);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const Bytes whole = in.rest();
    const Header header(in);
    switch (header.type) {
      case kConnect: return from == Side::client && read_connect(whole, in, out);
      case kAccept: return read_acceptance(in, out);
      case kRefuse: return read_refusal(as_text(in.rest()), out), true;
      default: return true;
    }
  }

 private:
  bool read_connect(Bytes whole, Cursor in, FactSink& out) {
    in.skip(16);
    const std::size_t size = in.be16();
    const std::size_t offset = in.be16();
    if (!in.ok() || offset > whole.size() || size > whole.size() - offset)
      return in.ok() && size > 0;  // it follows in a packet of its own
    const std::string_view text = as_text(whole.subspan(offset, size));
    out.say(Side::client, "database.driver"_claim, program_in(value_of(text, "PROGRAM")));
    const std::string_view identity = text.substr(std::min(text.size(), text.find("(CID=")));
    if (!identity.empty()) out.say(Side::client, "name.host"_claim, value_of(identity, "HOST"));
    std::string_view service = value_of(text, "SERVICE_NAME");
    if (service.empty()) service = value_of(text, "SID");
    if (service.empty()) return true;
    service_ = known_service(service);
    out.say(Side::server, "database.service"_claim, service_);
    return true;
  }

  bool read_acceptance(Cursor in, FactSink& out) {
    ended_ = {true, true};  // what follows is no longer for the listener
    const std::uint16_t version = in.be16();
    if (!in.ok()) return false;
    out.say(Side::server, "database.version"_claim,
            ShortText<>().add("Oracle TNS ").number(version));
    return true;
  }

  // VSNNUM: the version, a byte for the first number, then half a byte, a byte, half ...
  void read_refusal(std::string_view text, FactSink& out) {
    out.on_fact({Side::server, "database.service"_claim, service_, {}, true});
    const std::string_view digits = value_of(text, "VSNNUM");
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number == 0) return;
    ShortText<> version;
    version.add("Oracle ").number(number >> 24).add('.').number(number >> 20 & 0xf);
    version.add('.').number(number >> 12 & 0xff);
    out.say(Side::server, "database.version"_claim, version);
  }

  std::array<bool, 2> ended_{};
  std::string_view service_ = "other";
};

Recognition recognise(const Opening& opening) {
  if (opening.from == Side::server) return Recognition::no;
  Cursor in(opening.bytes);
  const Header header(in);
  const std::uint16_t version = in.be16();
  const std::uint16_t compatible = in.be16();
  if (opening.bytes.size() >= 2 && header.size < 34) return Recognition::no;
  if (opening.bytes.size() >= 6 &&
      (header.checksum != 0 || header.type != kConnect || header.size > kMostPacket))
    return Recognition::no;
  if (!in.ok()) return opening.expected_port ? Recognition::more : Recognition::no;
  const bool versions =
      version >= 300 && version < 400 && compatible >= 200 && compatible <= version;
  return versions ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {1521, 1522, 1526};

}  // namespace

extern constinit const Protocol kOracle{
    .name = "oracle",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<OracleParser>(); },
};

}  // namespace asepsis
