// FINS, by which Omron's controllers are read and programmed. Omron W421, "Ethernet
// Units Construction of Networks", 7-4 (FINS/TCP) and W342, "Communications Commands
// Reference", 3-4 (the header), 5-1 (commands), 5-3-17 (controller data), 5-1-3 (end
// codes). Nothing in it says who asks; values are never read.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kTcpHeader = 16;
constexpr std::string_view kMagic = "FINS";

struct CommandRow {
  std::uint16_t code;
  bool writes;
  std::string_view name;
};

// W342, 5-1-1.
constexpr std::uint16_t kControllerData = 0x0501;
constexpr CommandRow kCommands[] = {
    {0x0101, false, "memory-area-read"},
    {0x0102, true, "memory-area-write"},
    {0x0103, true, "memory-area-fill"},
    {0x0104, false, "multiple-memory-area-read"},
    {0x0105, true, "memory-area-transfer"},
    {0x0201, false, "parameter-area-read"},
    {0x0202, true, "parameter-area-write"},
    {0x0203, true, "parameter-area-clear"},
    {0x0304, true, "program-area-protect"},
    {0x0305, true, "program-area-protect-clear"},
    {0x0306, false, "program-area-read"},
    {0x0307, true, "program-area-write"},
    {0x0308, true, "program-area-clear"},
    {0x0401, true, "run"},
    {0x0402, true, "stop"},
    {0x0403, true, "reset"},
    {kControllerData, false, "controller-data-read"},
    {0x0502, false, "connection-data-read"},
    {0x0601, false, "controller-status-read"},
    {0x0602, false, "network-status-read"},
    {0x0603, false, "data-link-status-read"},
    {0x0620, false, "cycle-time-read"},
    {0x0701, false, "clock-read"},
    {0x0702, true, "clock-write"},
    {0x0801, false, "loop-back-test"},
    {0x0802, false, "broadcast-test-results"},
    {0x0803, false, "broadcast-test"},
    {0x0920, false, "message-read"},
    {0x0c01, true, "access-right-acquire"},
    {0x0c02, true, "access-right-forced-acquire"},
    {0x0c03, false, "access-right-release"},
    {0x2101, true, "error-clear"},
    {0x2102, false, "error-log-read"},
    {0x2103, true, "error-log-clear"},
    {0x2140, false, "access-log-read"},
    {0x2141, true, "access-log-clear"},
    {0x2201, false, "file-name-read"},
    {0x2202, false, "file-read"},
    {0x2203, true, "file-write"},
    {0x2204, true, "file-memory-format"},
    {0x2205, true, "file-delete"},
    {0x2206, true, "volume-label"},
    {0x2207, true, "file-copy"},
    {0x2208, true, "file-rename"},
    {0x220a, true, "memory-file-transfer"},
    {0x220b, true, "parameter-file-transfer"},
    {0x220c, true, "program-file-transfer"},
    {0x2301, true, "forced-set"},
    {0x2302, true, "forced-set-cancel"},
};

const CommandRow* find_command(std::uint16_t code) {
  const auto found = std::ranges::find(kCommands, code, &CommandRow::code);
  return found == std::end(kCommands) ? nullptr : found;
}

// W342, 3-4: what it is, two addresses of three bytes, a number, the command.
struct Header {
  bool response = false;
  bool plausible = false;
  Bytes source;
  std::uint16_t command = 0;
};
Header take_header(Cursor& in) {
  constexpr std::uint8_t kMostGateways = 7;
  Header header;
  const std::uint8_t what = in.u8();
  const std::uint8_t reserved = in.u8();
  const std::uint8_t gateways = in.u8();
  in.skip(3);
  header.source = in.take(3);
  in.skip(1);
  header.command = in.be16();
  header.response = (what & 0x40) != 0;
  header.plausible = in.ok() && (what & 0x3e) == 0 && reserved == 0 && gateways <= kMostGateways;
  return header;
}

// A field of letters, filled up with spaces or NULs; empty if it is something else.
std::string_view take_name(Cursor& in) {
  constexpr std::size_t kName = 20;
  const std::string_view name = trimmed(as_text(in.take(kName)));
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  return std::ranges::all_of(name, printable) ? name : std::string_view{};
}

bool read_fins(Side from, Cursor in, FactSink& out) {
  const Header header = take_header(in);
  if (!header.plausible) return false;
  Cursor source(header.source);
  ShortText<> node;
  node.number(source.u8()).add('.').number(source.u8()).add('.').number(source.u8());
  out.say(from, "fins.node"_claim, node);
  const CommandRow* row = find_command(header.command);
  if (row == nullptr) return true;
  if (!header.response) {
    if (row->writes) out.say(from, "fins.writes"_claim, row->name);
    return true;
  }
  // 5-1-3: the upper bit tells of a relay, not of the device.
  const bool refused = (in.u8() & 0x7f) != 0;
  in.skip(1);
  if (!in.ok()) return false;
  out.on_fact({from, "fins.accepts"_claim, row->name, {}, refused});
  if (header.command != kControllerData || refused) return true;
  const std::string_view model = take_name(in);
  const std::string_view version = take_name(in);
  out.say(from, "device.model"_claim, model);
  out.say(from, "device.firmware"_claim, version);
  return in.ok();
}

class FinsDatagrams final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override { return read_fins(from, in, out); }
};

// W421, 7-4-2: four letters, the length of what follows it, a command, an error.
class FinsParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    constexpr std::size_t kBeforeLength = 8;
    Cursor in(bytes);
    if (as_text(in.take(kMagic.size())) != kMagic)
      return bytes.size() < kMagic.size() ? Frame::unknown() : Frame::foreign();
    const std::size_t length = in.be32();
    if (!in.ok()) return Frame::unknown();
    const std::size_t size = kBeforeLength + length;
    return size >= kTcpHeader && size <= kMostMessage ? Frame::message(size) : Frame::foreign();
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    constexpr std::uint32_t kSend = 2;
    in.skip(8);
    const std::uint32_t command = in.be32();
    const std::uint32_t error = in.be32();
    if (!in.ok()) return false;
    return command != kSend || error != 0 || read_fins(from, in, out);
  }

 private:
  static constexpr std::size_t kMostMessage = 4096;
};

Recognition recognise_datagram(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header = take_header(in);
  const bool known = header.plausible && find_command(header.command) != nullptr;
  const bool fits = header.response == (opening.from == Side::server);
  return known && fits && opening.expected_port ? Recognition::yes : Recognition::no;
}

// 7-4-2: commands 0 to 3 and 6.
Recognition recognise_stream(const Opening& opening) {
  constexpr std::uint32_t kMostLength = 4096;
  constexpr std::uint32_t kMostCommand = 6;
  const std::string_view start = as_text(opening.bytes).substr(0, kMagic.size());
  if (!kMagic.starts_with(start)) return Recognition::no;
  Cursor in(opening.bytes);
  in.skip(kMagic.size());
  const std::uint32_t length = in.be32();
  const std::uint32_t command = in.be32();
  if (!in.ok()) return Recognition::more;
  return length >= 8 && length <= kMostLength && command <= kMostCommand ? Recognition::yes
                                                                         : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {9600};

}  // namespace

extern constinit const Protocol kFins{
    .name = "fins",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<FinsParser>(); },
    .max_message = 4200,
};

extern constinit const Protocol kFinsDatagrams{
    .name = "fins",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<FinsDatagrams>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
