// DNP3, by which meters, generators and outstations are read and switched: who
// is which address, what a station says it is, and who changes what. IEEE 1815-2012:
// 9.2 (link header and its check), 8.2 (transport header), 4.2 to 4.4 (application
// header and functions), annex A, group 0 (attributes of a device).

#include <algorithm>
#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLinkHeader = 10;
constexpr std::size_t kBlock = 16;
constexpr std::uint8_t kLeastLength = 5;  // control, destination, source
constexpr std::uint8_t kResponse = 129;
constexpr std::uint8_t kUnasked = 130;

struct FunctionRow {
  std::uint8_t code;
  bool writes;
  std::string_view name;
};

// 4.4, table 4-2.
constexpr FunctionRow kFunctions[] = {
    {1, false, "read"},
    {2, true, "write"},
    {3, true, "select"},
    {4, true, "operate"},
    {5, true, "direct-operate"},
    {6, true, "direct-operate-no-answer"},
    {7, true, "freeze"},
    {8, true, "freeze-no-answer"},
    {9, true, "freeze-and-clear"},
    {10, true, "freeze-and-clear-no-answer"},
    {11, true, "freeze-at-time"},
    {12, true, "freeze-at-time-no-answer"},
    {13, true, "cold-restart"},
    {14, true, "warm-restart"},
    {15, true, "initialize-data"},
    {16, true, "initialize-application"},
    {17, true, "start-application"},
    {18, true, "stop-application"},
    {19, true, "save-configuration"},
    {20, true, "enable-unsolicited"},
    {21, true, "disable-unsolicited"},
    {22, true, "assign-class"},
    {23, false, "delay-measurement"},
    {24, false, "record-current-time"},
    {25, false, "open-file"},
    {26, false, "close-file"},
    {27, true, "delete-file"},
    {28, false, "get-file-information"},
    {29, false, "authenticate-file"},
    {30, false, "abort-file"},
    {31, true, "activate-configuration"},
    {32, false, "authentication"},
    {33, false, "authentication-no-answer"},
};

const FunctionRow* find_function(std::uint8_t code) {
  const auto found = std::ranges::find(kFunctions, code, &FunctionRow::code);
  return found == std::end(kFunctions) ? nullptr : found;
}

// 9.2.4.1.3: x16 + x13 + x12 + x11 + x10 + x8 + x6 + x5 + x2 + 1, bits reversed.
std::uint16_t checksum(Bytes bytes) {
  constexpr std::uint16_t kPolynomial = 0xa6bc;
  std::uint16_t sum = 0;
  for (const std::uint8_t byte : bytes) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      sum = static_cast<std::uint16_t>((sum & 1) != 0 ? sum >> 1 ^ kPolynomial : sum >> 1);
  }
  return static_cast<std::uint16_t>(~sum);
}

struct Link {
  enum class Kind : std::uint8_t { no, more, yes };

  Kind kind = Kind::no;
  std::size_t user = 0;  // bytes of data, without their checks
  std::uint16_t source = 0;

  std::size_t size() const {
    constexpr std::size_t kCheck = 2;
    return kLinkHeader + user + kCheck * ((user + kBlock - 1) / kBlock);
  }
};

// The check at its end makes a header unmistakable.
Link link_of(Bytes bytes) {
  Cursor in(bytes);
  Link link;
  const std::uint8_t first = in.u8();
  const bool one = in.done();
  const std::uint8_t second = in.u8();
  if (first != 0x05 || (!one && second != 0x64)) return link;
  link.kind = Link::Kind::more;
  const std::uint8_t length = in.u8();
  in.skip(3);
  link.source = in.le16();
  const std::uint16_t sum = in.le16();
  if (!in.ok()) return link;
  const bool whole = length >= kLeastLength && sum == checksum(bytes.first(kLinkHeader - 2));
  link.kind = whole ? Link::Kind::yes : Link::Kind::no;
  link.user = whole ? length - kLeastLength : 0U;
  return link;
}

// Group 0: what a variation says of the device.
void say_attribute(Side from, std::uint8_t variation, std::string_view value, FactSink& out) {
  switch (variation) {
    case 242: return out.say(from, "device.firmware"_claim, value);
    case 243: return out.say(from, "device.hardware"_claim, value);
    case 245: return out.say(from, "device.location"_claim, value);
    case 246: return out.say(from, "device.asset"_claim, value);
    case 247: return out.say(from, "name.host"_claim, value);
    case 248: return out.say(from, "device.serial"_claim, value);
    case 250: return out.say(from, "device.model"_claim, value);
    case 252: return out.say(from, "device.manufacturer"_claim, value);
    default: return;
  }
}

// 4.2.2.7: group, variation, qualifier, range; then of each attribute a type, a
// length and a value. Other groups are values of the plant.
void read_attributes(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kText = 1;
  while (!in.done()) {
    const std::uint8_t group = in.u8();
    const std::uint8_t variation = in.u8();
    const std::uint8_t qualifier = in.u8();
    if (group != 0 || qualifier > 1) return;
    in.skip(qualifier == 0 ? 2 : 4);
    const std::uint8_t type = in.u8();
    const Bytes value = in.take(in.u8());
    if (in.ok() && type == kText) say_attribute(from, variation, as_text(value), out);
  }
}

class Dnp3Parser final : public Parser {
 public:
  explicit Dnp3Parser(bool remembers) : remembers_(remembers) {}

  Frame frame(Side from, Bytes bytes) override {
    bool& searching = searching_[static_cast<std::size_t>(from)];
    if (searching) {
      const std::size_t start = next_start(bytes);
      if (start > 0) return Frame::skip(start);
    }
    const Link link = link_of(bytes);
    if (link.kind == Link::Kind::no) return Frame::foreign();
    if (link.kind == Link::Kind::more) return Frame::unknown();
    searching = false;
    return Frame::message(link.size());
  }

  // A datagram may hold several.
  bool message(Side from, Cursor in, FactSink& out) override {
    while (!in.done()) {
      const Link link = link_of(in.rest());
      if (link.kind != Link::Kind::yes) return false;
      const Cursor one = in.sub(link.size());
      if (!one.ok() || !read_link(from, link, one, out)) return false;
    }
    return in.ok();
  }

  std::optional<std::size_t> resume(Side from, Bytes) override {
    searching_[static_cast<std::size_t>(from)] = true;
    return 0;
  }

 private:
  static std::size_t next_start(Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at)
      if (link_of(bytes.subspan(at)).kind != Link::Kind::no) return at;
    return bytes.size();
  }

  // The data without its checks, put together: 250 bytes at most.
  bool read_link(Side from, const Link& link, Cursor in, FactSink& out) {
    constexpr std::uint8_t kFirst = 0x40;
    out.say(from, "dnp3.address"_claim, ShortText<>().number(link.source));
    in.skip(kLinkHeader);
    std::array<std::uint8_t, 256> data{};
    std::size_t size = 0;
    while (size < link.user) {
      const Bytes block = in.take(std::min(kBlock, link.user - size));
      if (in.le16() != checksum(block) || !in.ok()) return false;
      std::ranges::copy(block, std::span(data).subspan(size).begin());
      size += block.size();
    }
    Cursor user{Bytes(data).first(size)};
    if (user.done() || (user.u8() & kFirst) == 0) return true;
    return read_application(from, user, out);
  }

  bool read_application(Side from, Cursor in, FactSink& out) {
    in.skip(1);
    const std::uint8_t code = in.u8();
    if (!in.ok()) return false;
    if (code == kResponse || code == kUnasked) return read_response(from, code, in, out);
    const FunctionRow* row = find_function(code);
    if (row == nullptr) return true;  // 0 confirms
    if (row->writes) out.say(from, "dnp3.writes"_claim, row->name);
    asked_ = row;
    return true;
  }

  // 4.2.2.6: two bytes of indications; the first bit of the second says that
  // the function is not known.
  bool read_response(Side from, std::uint8_t code, Cursor in, FactSink& out) {
    in.skip(1);
    const bool refused = (in.u8() & 1) != 0;
    if (!in.ok()) return false;
    if (code == kResponse && remembers_ && asked_ != nullptr) {
      out.on_fact({from, "dnp3.accepts"_claim, asked_->name, {}, refused});
      asked_ = nullptr;
    }
    read_attributes(from, in, out);
    return true;
  }

  bool remembers_;
  const FunctionRow* asked_ = nullptr;
  std::array<bool, 2> searching_{};  // after a loss
};

Recognition recognise_stream(const Opening& opening) {
  switch (link_of(opening.bytes).kind) {
    case Link::Kind::no: return Recognition::no;
    case Link::Kind::more: return Recognition::more;
    case Link::Kind::yes: break;
  }
  return Recognition::yes;
}

constexpr std::uint16_t kPorts[] = {20000};

}  // namespace

extern constinit const Protocol kDnp3{
    .name = "dnp3",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Dnp3Parser>(true); },
    .max_message = 512,
};

extern constinit const Protocol kDnp3Datagrams{
    .name = "dnp3",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise =
        [](const Opening& opening) {
          const bool yes = link_of(opening.bytes).kind == Link::Kind::yes;
          return yes ? Recognition::yes : Recognition::no;
        },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Dnp3Parser>(false); },
};

}  // namespace asepsis
