// PPTP (RFC 2637): who the two ends of a tunnel say they are. Section 2.1 and
// 2.2 the messages. The tunnel is PPP in GRE, at best with MPPE, which is broken.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kMagic = 0x1a2b3c4d;
constexpr std::size_t kHeader = 12;
constexpr std::size_t kLongest = 512;
constexpr std::size_t kName = 64;

enum class Control : std::uint16_t { request = 1, reply = 2, last = 15 };

class PptpParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const std::size_t size = in.be16();
    in.skip(2);
    const std::uint32_t magic = in.be32();
    if (!in.ok()) return Frame::unknown();
    if (magic != kMagic || size < kHeader || size > kLongest) return Frame::foreign();
    return Frame::message(size);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    in.skip(8);
    const auto control = static_cast<Control>(in.be16());
    if (control != Control::request && control != Control::reply) return in.ok();
    in.skip(18);  // versions, result, capabilities, channels, firmware
    const std::string_view host = as_text(Cursor(in.take(kName)).take_until(0));
    const std::string_view vendor = as_text(Cursor(in.take(kName)).take_until(0));
    if (!in.ok()) return false;
    out.say(from, "name.host"_claim, host);
    if (!trimmed(vendor).empty())
      out.say(from, "device.description"_claim, ShortText<>().add("PPTP ").add(vendor));
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::size_t size = in.be16();
  const std::uint16_t type = in.be16();
  const std::uint32_t magic = in.be32();
  const std::uint16_t control = in.be16();
  if (!in.ok()) return opening.expected_port ? Recognition::more : Recognition::no;
  const bool known = control >= 1 && control <= static_cast<std::uint16_t>(Control::last);
  const bool fits = type == 1 && magic == kMagic && size >= kHeader && size <= kLongest;
  return known && fits ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {1723};

}  // namespace

extern constinit const Protocol kPptp{
    .name = "pptp",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<PptpParser>(); },
    .max_message = kLongest,
};

}  // namespace asepsis
