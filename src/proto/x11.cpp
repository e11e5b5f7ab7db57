// The X window system: whose display lets programs of other hosts draw on it
// (X Window System Protocol, X11R6, chapter 8, connection setup), and XDMCP, by
// which a terminal asks a host for a login screen (X Display Manager Control
// Protocol, chapter 4). Both carry every key in clear.

#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

// Chapter 8: in the byte order that the client's first byte names.
class XNumbers {
 public:
  XNumbers(Bytes bytes, bool big) : in_(bytes), big_(big) {}
  std::uint16_t u16() { return big_ ? in_.be16() : in_.le16(); }
  std::uint32_t u32() { return big_ ? in_.be32() : in_.le32(); }
  Cursor& in() { return in_; }

 private:
  Cursor in_;
  bool big_;
};

constexpr std::size_t padded(std::size_t size) { return (size + 3) / 4 * 4; }

constexpr std::size_t kClientHeader = 12;
constexpr std::size_t kServerHeader = 8;
constexpr std::size_t kMostAuthentication = 256;  // name and data, each

struct ClientStart {
  bool big = false, credible = false;
  std::uint16_t name_size = 0, data_size = 0;

  explicit ClientStart(Bytes bytes) {
    big = bytes.front() == 'B';
    XNumbers numbers(bytes, big);
    numbers.in().skip(1);
    const bool unused = numbers.in().u8() == 0;
    const bool version = numbers.u16() == 11 && numbers.u16() == 0;
    name_size = numbers.u16();
    data_size = numbers.u16();
    credible = numbers.in().ok() && (big || bytes.front() == 'l') && unused && version &&
               name_size <= kMostAuthentication && data_size <= kMostAuthentication;
  }
};

class XParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
    if (from == Side::client) {
      if (bytes.size() < kClientHeader) return Frame::unknown();
      const ClientStart start(bytes);
      if (!start.credible) return Frame::foreign();
      return Frame::message(kClientHeader + padded(start.name_size) + padded(start.data_size));
    }
    if (bytes.size() < kServerHeader) return Frame::unknown();
    XNumbers numbers(bytes, big_);
    numbers.in().skip(2);
    if (numbers.u16() != 11) return Frame::foreign();
    numbers.in().skip(2);
    return Frame::message(kServerHeader + std::size_t{numbers.u16()} * 4);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    ended_[static_cast<std::size_t>(from)] = true;
    return from == Side::client ? read_client(in, out) : read_server(in.rest(), out);
  }

 private:
  bool read_client(Cursor in, FactSink& out) {
    const ClientStart start(in.rest());
    big_ = start.big;
    in.skip(kClientHeader);
    name_.clear();
    name_.add(start.name_size == 0 ? "none" : as_text(in.take(start.name_size)));
    out.say(Side::server, "x11.authentication"_claim, name_);
    if (start.data_size > 0 && name_.view().starts_with("MIT-MAGIC-COOKIE"))
      out.say(Side::server, "clear.credentials"_claim, "x11 cookie");
    return in.ok();
  }

  bool read_server(Bytes bytes, FactSink& out) {
    constexpr std::uint8_t kFailed = 0;
    constexpr std::uint8_t kSuccess = 1;
    XNumbers numbers(bytes, big_);
    const std::uint8_t state = numbers.in().u8();
    if (state == kFailed && !name_.empty())
      out.on_fact({Side::server, "x11.authentication"_claim, name_, {}, true});
    if (state != kSuccess) return true;
    numbers.in().skip(7);
    const std::uint32_t release = numbers.u32();
    numbers.in().skip(12);
    const std::uint16_t size = numbers.u16();
    numbers.in().skip(14);
    const std::string_view vendor = as_text(numbers.in().take(size));
    if (!numbers.in().ok()) return false;
    out.say(Side::server, "x11.server"_claim,
            ShortText<>().add(vendor.substr(0, 200)).add(" release ").number(release));
    return true;
  }

  std::array<bool, 2> ended_{};
  bool big_ = false;
  ShortText<kMostAuthentication> name_;  // of the authentication
};

Recognition recognise_x11(const Opening& opening) {
  constexpr std::uint8_t kBig[] = {'B', 0, 0, 11, 0, 0};
  constexpr std::uint8_t kLittle[] = {'l', 0, 11, 0, 0, 0};
  if (opening.from == Side::server) return Recognition::no;
  const auto begins = [&](Bytes with) {
    const std::size_t size = std::min(with.size(), opening.bytes.size());
    return std::ranges::equal(opening.bytes.first(size), with.first(size));
  };
  if (!begins(kBig) && !begins(kLittle)) return Recognition::no;
  if (opening.bytes.size() < kClientHeader) return Recognition::more;
  const ClientStart start(opening.bytes);
  if (!start.credible) return Recognition::no;
  const std::size_t size = kClientHeader + padded(start.name_size) + padded(start.data_size);
  return opening.expected_port || opening.bytes.size() == size ? Recognition::yes : Recognition::no;
}

// XDMCP, chapter 4: version, operation, length; texts with their length.
struct XdmcpHeader {
  std::uint16_t version, operation, length;
  explicit XdmcpHeader(Cursor& in) : version(in.be16()), operation(in.be16()), length(in.be16()) {}
};

constexpr std::uint16_t kWilling = 5;

// Operations that the display's side sends; the others are the host's.
bool by_display(std::uint16_t operation) {
  constexpr std::uint16_t kFromDisplay[] = {1, 2, 3, 4, 7, 10, 13};
  return std::ranges::find(kFromDisplay, operation) != std::end(kFromDisplay);
}

class XdmcpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    constexpr std::uint16_t kRequest = 7;
    const XdmcpHeader header(in);
    if (!in.ok() || header.version != 1 || header.length > in.rest().size()) return false;
    if (header.operation == kRequest) out.say(Side::server, "clear.shell"_claim, "xdmcp");
    if (header.operation != kWilling) return true;
    in.skip(in.be16());  // the way of proof it chose
    const Bytes host = in.take(in.be16());
    if (in.ok()) out.say(from, "name.host"_claim, as_text(host));
    return in.ok();
  }
};

Recognition recognise_xdmcp(const Opening& opening) {
  constexpr std::uint16_t kLast = 14;
  Cursor in(opening.bytes);
  const XdmcpHeader header(in);
  const bool fits = opening.expected_port && in.ok() && header.version == 1 &&
                    header.operation >= 1 && header.operation <= kLast &&
                    header.length == in.rest().size() &&
                    by_display(header.operation) == (opening.from == Side::client);
  return fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kXPorts[] = {6000, 6001, 6002, 6003, 6004, 6005, 6006, 6007};
constexpr std::uint16_t kXdmcpPorts[] = {177};

}  // namespace

extern constinit const Protocol kX11{
    .name = "x11",
    .transport = Transport::tcp,
    .ports = kXPorts,
    .recognise = recognise_x11,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<XParser>(); },
};

extern constinit const Protocol kXdmcp{
    .name = "xdmcp",
    .transport = Transport::udp,
    .ports = kXdmcpPorts,
    .recognise = recognise_xdmcp,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<XdmcpParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
