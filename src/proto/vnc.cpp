// RFB, the protocol of VNC (RFC 6143 section 7): its version, what security
// it offers, and the name of the desktop, which crosses in clear even where a
// password was asked for. Screens and keys are not read.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kVersionSize = 12;  // "RFB 003.008\n"
constexpr std::size_t kServerInitSize = 24;
constexpr std::size_t kLongestText = 1'024;

struct SecurityType {
  std::uint32_t number;
  std::string_view name;
};
// RFC 6143 7.2 and the IANA registry.
constexpr SecurityType kSecurityTypes[] = {
    {1, "none"},          {2, "VNC authentication"},
    {5, "RA2"},           {6, "RA2ne"},
    {13, "RA2 256"},      {16, "Tight"},
    {17, "Ultra"},        {18, "TLS"},
    {19, "VeNCrypt"},     {20, "SASL"},
    {21, "MD5"},          {22, "xvp"},
    {30, "Apple"},        {33, "Apple"},
    {35, "Apple"},        {36, "Apple"},
    {113, "MS-Logon II"}, {129, "Tight Unix login"},
    {130, "RA2 256"},
};

class VncParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    switch (from == Side::server ? server_ : client_) {
      case Step::version: return Frame::message(kVersionSize);
      case Step::security: return from == Side::server ? security_frame(bytes) : Frame::message(1);
      case Step::challenge: return Frame::message(16);
      case Step::result: return Frame::message(4);
      case Step::init: return from == Side::server ? init_frame(bytes) : Frame::message(1);
      case Step::waiting: return Frame::unknown();
      case Step::finished: return Frame::done();
    }
    return Frame::foreign();
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    return from == Side::server ? read_server(in, out) : read_client(in);
  }

 private:
  enum class Step : std::uint8_t { version, security, challenge, result, init, waiting, finished };

  // 3.7 and later: a count and that many types; 3.3: one type in four bytes.
  Frame security_frame(Bytes bytes) const {
    if (minor() < 7) return Frame::message(4);
    return Frame::message(1 + std::size_t{bytes[0]});
  }

  static Frame init_frame(Bytes bytes) {
    Cursor in(bytes);
    in.skip(kServerInitSize - 4);
    const std::uint32_t length = in.be32();
    if (!in.ok()) return Frame::unknown();
    return length > kLongestText ? Frame::foreign() : Frame::message(kServerInitSize + length);
  }

  bool read_server(Cursor in, FactSink& out) {
    switch (server_) {
      case Step::version: return read_version(in, out);
      case Step::security: return minor() < 7 ? read_type(in, out) : read_types(in, out);
      case Step::challenge: server_ = Step::result; return true;
      case Step::result:
        if (in.be32() != 0) return finish();
        server_ = Step::init;
        return true;
      default:
        in.skip(kServerInitSize);
        out.say(Side::server, "vnc.desktop"_claim,
                as_text(in.rest().first(std::min<std::size_t>(in.rest().size(), 200))));
        return finish();
    }
  }

  bool read_client(Cursor in) {
    switch (client_) {
      case Step::version:
        client_minor_ = read_minor(in.take(kVersionSize));
        client_ = Step::security;
        if (client_minor_ == 0) return false;
        if (client_minor_ < 7) client_ = Step::init;
        return true;
      case Step::security: choose(in.u8()); return true;
      case Step::challenge: client_ = Step::init; return true;
      default: client_ = Step::finished; return true;
    }
  }

  bool finish() {
    server_ = client_ = Step::finished;
    return true;
  }

  // The text is fixed; the minor version alone changes. 0 if it is not RFB.
  static unsigned read_minor(Bytes line) {
    const std::string_view text = as_text(line);
    if (!text.starts_with("RFB 00") || text[7] != '.') return 0;
    unsigned minor = 0;
    for (const char c : text.substr(8, 3)) {
      if (c < '0' || c > '9') return 0;
      minor = minor * 10 + static_cast<unsigned>(c - '0');
    }
    return minor;
  }

  bool read_version(Cursor in, FactSink& out) {
    const Bytes line = in.take(kVersionSize);
    server_minor_ = read_minor(line);
    if (server_minor_ == 0) return finish(), false;
    ShortText<16> version;
    version.add(as_text(line)[6]).add('.').number(server_minor_);
    out.say(Side::server, "vnc.version"_claim, version);
    server_ = Step::security;
    return true;
  }

  // 7.1.1: the highest both speak; Apple's 3.889 speaks 3.8.
  unsigned minor() const {
    return client_minor_ == 0 ? server_minor_ : std::min(client_minor_, server_minor_);
  }

  static void say_type(std::uint32_t number, FactSink& out) {
    const auto* const known = std::ranges::find(kSecurityTypes, number, &SecurityType::number);
    ShortText<24> name;
    if (known == std::end(kSecurityTypes)) {
      name.add("type ").number(number);
    } else {
      name.add(known->name);
    }
    out.say(Side::server, "vnc.security"_claim, name);
  }

  bool read_types(Cursor in, FactSink& out) {
    const std::uint8_t count = in.u8();
    if (count == 0) return finish();  // refused; a reason follows
    server_ = Step::waiting;          // for the client's choice
    while (!in.done()) say_type(in.u8(), out);
    return true;
  }

  // 3.3: the server decides.
  bool read_type(Cursor in, FactSink& out) {
    const std::uint32_t type = in.be32();
    if (type == 0) return finish();
    say_type(type, out);
    choose(type);
    return true;
  }

  void choose(std::uint32_t type) {
    constexpr std::uint32_t kNone = 1;
    constexpr std::uint32_t kPassword = 2;
    if (type == kNone) {
      server_ = minor() >= 8 ? Step::result : Step::init;
      client_ = Step::init;
    } else if (type == kPassword) {
      server_ = client_ = Step::challenge;
    } else {
      finish();
    }
  }

  Step server_ = Step::version;
  Step client_ = Step::version;
  unsigned server_minor_ = 0;
  unsigned client_minor_ = 0;
};

Recognition recognise(const Opening& opening) {
  constexpr std::string_view kStart = "RFB 00";
  const std::string_view text = as_text(opening.bytes);
  const std::size_t shown = std::min(text.size(), kStart.size());
  if (text.substr(0, shown) != kStart.substr(0, shown)) return Recognition::no;
  return shown == kStart.size() ? Recognition::yes : Recognition::more;
}

constexpr std::uint16_t kPorts[] = {5900, 5901, 5902, 5800};

}  // namespace

extern constinit const Protocol kVnc{
    .name = "vnc",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<VncParser>(); },
    .max_message = 2'048,
};

}  // namespace asepsis
