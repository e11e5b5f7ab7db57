// L2TP, version 2 (RFC 2661): who the two ends say they are when they set up a
// tunnel. Section 3.1 the header, 4.1 attributes, 6.1 and 6.2 the messages.
// What goes through the tunnel is clear unless IPsec is around it.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

// Control messages: type, length and sequence are there, version 2.
constexpr std::uint16_t kControl = 0xc802;
constexpr std::uint16_t kControlMask = 0xcb0f;
constexpr std::size_t kHeader = 12;

bool read_header(Cursor& in) {
  const std::size_t size = in.rest().size();
  const std::uint16_t flags = in.be16();
  const std::size_t length = in.be16();
  in.skip(kHeader - 4);
  return in.ok() && (flags & kControlMask) == kControl && length >= kHeader && length <= size;
}

class L2tpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    constexpr std::uint8_t kIsControl = 0x80;
    if ((Cursor(in).u8() & kIsControl) == 0) return true;  // data
    if (!read_header(in)) return false;
    while (!in.done()) {
      const std::uint16_t head = in.be16();
      const std::size_t size = head & 0x3ffU;
      if (!in.ok() || size < 6) return false;
      Cursor attribute = in.sub(size - 2);
      const std::uint16_t vendor = attribute.be16();
      const std::uint16_t type = attribute.be16();
      constexpr std::uint16_t kHidden = 0x4000;
      if (!in.ok()) return false;
      if (vendor == 0 && (head & kHidden) == 0) say(from, type, as_text(attribute.rest()), out);
    }
    return true;
  }

 private:
  // Both stand in the messages that open a tunnel only.
  static void say(Side from, std::uint16_t type, std::string_view text, FactSink& out) {
    constexpr std::uint16_t kHostName = 7;
    constexpr std::uint16_t kVendorName = 8;
    if (type == kHostName) out.say(from, "name.host"_claim, text.substr(0, 128));
    if (type == kVendorName)
      out.say(from, "device.description"_claim,
              ShortText<>().add("L2TP ").add(text.substr(0, 128)));
  }
};

// The first message opens a tunnel (1), or answers that (2).
Recognition recognise(const Opening& opening) {
  constexpr std::uint16_t kMandatoryMessageType = 0x8008;
  Cursor in(opening.bytes);
  if (!read_header(in)) return Recognition::no;
  if (in.done()) return opening.expected_port ? Recognition::yes : Recognition::no;
  const bool begins = in.be16() == kMandatoryMessageType && in.be32() == 0;
  const std::uint16_t type = in.be16();
  if (!in.ok() || !begins || type == 0 || type > 16) return Recognition::no;
  if (type == 1 && opening.from != Side::client) return Recognition::no;
  return type == 2 && opening.from != Side::server ? Recognition::no : Recognition::yes;
}

constexpr std::uint16_t kPorts[] = {1701};

}  // namespace

extern constinit const Protocol kL2tp{
    .name = "l2tp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<L2tpParser>(); },
};

}  // namespace asepsis
