// IEC 60870-5-104, telecontrol of energy and plant: which stations there are and
// who commands them. IEC 60870-5-104:2006, 5 (the control field, its three formats);
// IEC 60870-5-101:2003, 7.1 (the data unit), 7.2.1 (types), 7.2.3 (causes).

#include <algorithm>
#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kStart = 0x68;
constexpr std::size_t kHeader = 2;
constexpr std::uint8_t kLeastLength = 4;
constexpr std::uint8_t kMostLength = 253;

struct CommandRow {
  std::uint8_t type;
  bool writes;
  std::string_view name;
};

// 7.2.1.2 to 7.2.1.5: types that go towards a station.
constexpr CommandRow kCommands[] = {
    {45, true, "single-command"},  {46, true, "double-command"},
    {47, true, "regulating-step"}, {48, true, "set-point"},
    {49, true, "set-point"},       {50, true, "set-point"},
    {51, true, "bit-string"},      {58, true, "single-command"},
    {59, true, "double-command"},  {60, true, "regulating-step"},
    {61, true, "set-point"},       {62, true, "set-point"},
    {63, true, "set-point"},       {64, true, "bit-string"},
    {100, false, "interrogation"}, {101, false, "counter-interrogation"},
    {102, false, "read"},          {103, true, "clock-synchronisation"},
    {105, true, "reset-process"},  {107, false, "test"},
    {110, true, "parameter"},      {111, true, "parameter"},
    {112, true, "parameter"},      {113, true, "parameter-activation"},
    {120, false, "file-ready"},    {122, false, "file-call"},
    {125, true, "file-segment"},
};

const CommandRow* find_command(std::uint8_t type) {
  const auto found = std::ranges::find(kCommands, type, &CommandRow::type);
  return found == std::end(kCommands) ? nullptr : found;
}

// 7.2.1.1: the types there are.
bool known_type(std::uint8_t type) {
  return (type >= 1 && type <= 40) || type == 70 || (type >= 120 && type <= 127) ||
         find_command(type) != nullptr;
}

enum class Match : std::uint8_t { no, more, yes };

// 5: start, length and a control field of one of three formats; what each does
// not use is 0. A numbered one carries a data unit of a known type.
Match match(Bytes bytes) {
  constexpr std::uint8_t kUnnumbered[] = {0x07, 0x0b, 0x13, 0x23, 0x43, 0x83};
  Cursor in(bytes);
  if (in.u8() != kStart) return Match::no;
  if (in.done()) return Match::more;
  const std::uint8_t length = in.u8();
  if (length < kLeastLength || length > kMostLength) return Match::no;
  const std::uint8_t first = in.u8();
  const std::uint8_t second = in.u8();
  const std::uint16_t received = in.le16();
  if (!in.ok()) return Match::more;
  if ((first & 3) == 3) {
    const bool known = std::ranges::find(kUnnumbered, first) != std::end(kUnnumbered);
    return known && second == 0 && received == 0 && length == kLeastLength ? Match::yes : Match::no;
  }
  if ((received & 1) != 0) return Match::no;
  if (first == 1) return second == 0 && length == kLeastLength ? Match::yes : Match::no;
  if ((first & 1) != 0 || length < kLeastLength + 6) return Match::no;
  const std::uint8_t type = in.u8();
  if (!in.ok()) return Match::more;
  return known_type(type) ? Match::yes : Match::no;
}

class Iec104Parser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    bool& searching = searching_[static_cast<std::size_t>(from)];
    if (searching) {
      const std::size_t start = next_start(bytes);
      if (start > 0) return Frame::skip(start);
    }
    if (bytes.size() < kHeader) return Frame::unknown();
    switch (match(bytes)) {
      case Match::no: return Frame::foreign();
      case Match::more: return Frame::unknown();
      case Match::yes: break;
    }
    searching = false;
    Cursor in(bytes);
    in.skip(1);
    return Frame::message(kHeader + in.u8());
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    in.skip(kHeader);
    const bool numbered = (in.u8() & 1) == 0;
    in.skip(3);
    return !numbered || read_unit(from, in, out);
  }

  std::optional<std::size_t> resume(Side from, Bytes) override {
    searching_[static_cast<std::size_t>(from)] = true;
    return 0;
  }

 private:
  static std::size_t next_start(Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at)
      if (match(bytes.subspan(at)) != Match::no) return at;
    return bytes.size();
  }

  // 7.1: type, how many, cause, who began, station. The station answers a
  // command by the same type with another cause.
  static bool read_unit(Side from, Cursor in, FactSink& out) {
    constexpr std::uint16_t kEverybody = 0xffff;
    constexpr std::uint8_t kNegative = 0x40;
    enum : std::uint8_t {
      activation = 6,
      confirmation = 7,
      unknown_type = 44,
      unknown_object = 47
    };
    const std::uint8_t type = in.u8();
    in.skip(1);
    const std::uint8_t first = in.u8();
    in.skip(1);
    const std::uint16_t station = in.le16();
    if (!in.ok()) return false;
    const std::uint8_t cause = first & 0x3f;
    const CommandRow* row = find_command(type);
    if (from == Side::client) {
      if (row != nullptr && row->writes && cause == activation)
        out.say(from, "iec104.writes"_claim, row->name);
      return true;
    }
    if (station != kEverybody) out.say(from, "iec104.address"_claim, ShortText<>().number(station));
    const bool unknown = cause >= unknown_type && cause <= unknown_object;
    if (row != nullptr && (cause == confirmation || unknown))
      out.on_fact(
          {from, "iec104.accepts"_claim, row->name, {}, unknown || (first & kNegative) != 0});
    return true;
  }

  std::array<bool, 2> searching_{};  // after a loss
};

// Off its port only the request to start, which a client begins with, whole,
// and its confirmation.
Recognition recognise(const Opening& opening) {
  constexpr std::uint8_t kStartTransfer = 0x07;
  constexpr std::uint8_t kTransferStarts = 0x0b;
  switch (match(opening.bytes)) {
    case Match::no: return Recognition::no;
    case Match::more: return Recognition::more;
    case Match::yes: break;
  }
  if (opening.expected_port) return Recognition::yes;
  Cursor in(opening.bytes);
  in.skip(kHeader);
  const bool begins = in.u8() == (opening.from == Side::client ? kStartTransfer : kTransferStarts);
  return begins && opening.bytes.size() == kHeader + kLeastLength ? Recognition::yes
                                                                  : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {2404};

}  // namespace

extern constinit const Protocol kIec104{
    .name = "iec104",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Iec104Parser>(); },
    .max_message = 512,
};

}  // namespace asepsis
