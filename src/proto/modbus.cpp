// Modbus/TCP: what a controller says it is, which functions it answers, and who
// writes to it. MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3
// (the MBAP header); MODBUS Application Protocol V1.1b3, chapter 5 (functions),
// 6.13 (report server id), 6.21 (read device identification), 7 (exceptions).
// Values of registers and coils are never read: they are the plant's business.

#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 6;          // before the unit and the function
constexpr std::uint16_t kMostLength = 254;  // the unit and 253 of the function
constexpr std::uint8_t kException = 0x80;

namespace function {
constexpr std::uint8_t kDiagnostics = 8;
constexpr std::uint8_t kReportServerId = 17;
constexpr std::uint8_t kEncapsulated = 43;
}  // namespace function

struct FunctionRow {
  std::uint8_t code;
  bool writes;
  std::string_view name;
};

// 5.1, and those that makers added and everybody knows of.
constexpr FunctionRow kFunctions[] = {
    {1, false, "read-coils"},
    {2, false, "read-discrete-inputs"},
    {3, false, "read-holding-registers"},
    {4, false, "read-input-registers"},
    {5, true, "write-single-coil"},
    {6, true, "write-single-register"},
    {7, false, "read-exception-status"},
    {8, false, "diagnostics"},
    {11, false, "get-comm-event-counter"},
    {12, false, "get-comm-event-log"},
    {15, true, "write-multiple-coils"},
    {16, true, "write-multiple-registers"},
    {17, false, "report-server-id"},
    {20, false, "read-file-record"},
    {21, true, "write-file-record"},
    {22, true, "mask-write-register"},
    {23, true, "read-write-multiple-registers"},
    {24, false, "read-fifo-queue"},
    {43, false, "encapsulated-interface"},
    {90, false, "umas"},  // Schneider's, for programming
};

const FunctionRow* find_function(std::uint8_t code) {
  const auto found = std::ranges::find(kFunctions, code, &FunctionRow::code);
  return found == std::end(kFunctions) ? nullptr : found;
}

// 6.21: the numbers of the objects.
namespace object {
constexpr std::uint8_t kVendorName = 0;
constexpr std::uint8_t kProductCode = 1;
constexpr std::uint8_t kRevision = 2;
constexpr std::uint8_t kProductName = 4;
constexpr std::uint8_t kModelName = 5;
constexpr std::uint8_t kUserApplicationName = 6;
constexpr std::uint8_t kFirstPrivate = 0x80;
}  // namespace object

// Makers put a serial number where there is no object for one, and say so:
// "SN 4743931", "S/N: A-17", "Serial No. 12". What stands after the words, if
// it could be one.
std::string_view serial_in(std::string_view text) {
  constexpr std::string_view kWords[] = {"serial number", "serial no.", "serial no",
                                         "serial",        "s/n",        "sn"};
  for (const std::string_view word : kWords) {
    if (!same_letters(text.substr(0, word.size()), word)) continue;
    std::string_view rest = text.substr(word.size());
    const std::size_t start = rest.find_first_not_of(" :#=-\t");
    if (start == 0 || start == std::string_view::npos) return {};
    rest.remove_prefix(start);
    const bool digits = rest.find_first_of("0123456789") != std::string_view::npos;
    return digits && rest.find(' ') == std::string_view::npos ? rest : std::string_view{};
  }
  return {};
}

// 6.21: objects 4 and 5 are both a name of the model; 5 is the better one.
struct Identification {
  std::string_view product;
  std::string_view model;

  void read(Side from, std::uint8_t id, std::string_view value, FactSink& out) {
    const std::string_view text = trimmed(value).substr(0, kMostText);
    switch (id) {
      case object::kVendorName: return out.say(from, "device.manufacturer"_claim, text);
      case object::kProductCode: return out.say(from, "device.part"_claim, text);
      case object::kRevision: return out.say(from, "device.firmware"_claim, text);
      case object::kProductName: product = text; return;
      case object::kModelName: model = text; return;
      default: break;
    }
    if (id != object::kUserApplicationName && id < object::kFirstPrivate) return;
    const std::string_view serial = serial_in(text);
    if (!serial.empty()) return out.say(from, "device.serial"_claim, serial);
    if (id == object::kUserApplicationName) out.say(from, "device.description"_claim, text);
  }

  // The lesser name is still what it says it is.
  void say_model(Side from, FactSink& out) const {
    out.say(from, "device.model"_claim, model.empty() ? product : model);
    if (!model.empty()) out.say(from, "device.description"_claim, product);
  }

 private:
  static constexpr std::size_t kMostText = 200;
};

bool read_identification(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kReadIdentification = 14;
  if (in.u8() != kReadIdentification) return in.ok();  // 13 is CANopen
  in.skip(4);  // what was asked for, conformity, and whether more follows from where
  const int objects = in.u8();
  if (!in.ok()) return false;
  Identification identification;
  for (int i = 0; i < objects && in.ok(); ++i) {
    const std::uint8_t id = in.u8();
    const Bytes value = in.take(in.u8());
    if (in.ok()) identification.read(from, id, as_text(value), out);
  }
  identification.say_model(from, out);
  return in.ok();
}

// 6.13: the maker's own bytes. Where they hold a text, it says what this is;
// around it stand a number and whether it runs (0x00 or 0xff).
bool read_server_id(Side from, Cursor in, FactSink& out) {
  constexpr std::size_t kLeastText = 4;
  constexpr std::size_t kMostText = 200;
  const std::string_view data = as_text(in.take(in.u8()));
  if (!in.ok()) return false;
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  std::string_view longest;
  for (std::size_t at = 0; at < data.size();) {
    std::size_t end = at;
    while (end < data.size() && printable(data[end])) ++end;
    if (end - at > longest.size()) longest = data.substr(at, end - at);
    at = end + 1;
  }
  if (longest.size() >= kLeastText)
    out.say(from, "device.description"_claim, longest.substr(0, kMostText));
  return true;
}

// The header and the function, as far as they are there. Strict: everything
// that may not vary does not.
enum class Match : std::uint8_t { no, more, yes };

Match match(Side from, Bytes bytes) {
  Cursor in(bytes);
  in.skip(std::min<std::size_t>(2, bytes.size()));
  const Bytes protocol = in.take(std::min<std::size_t>(2, in.rest().size()));
  if (std::ranges::any_of(protocol, [](std::uint8_t byte) { return byte != 0; })) return Match::no;
  if (in.rest().size() < 2) return in.done() || in.u8() == 0 ? Match::more : Match::no;
  const std::uint16_t length = in.be16();
  if (length < 2 || length > kMostLength) return Match::no;
  in.skip(1);
  const std::uint8_t code = in.u8();
  if (!in.ok()) return Match::more;
  const bool exception = (code & kException) != 0;
  if (code == 0 || (exception && (from == Side::client || length != 3))) return Match::no;
  return Match::yes;
}

// REQUIRES: match() said yes.
bool known(Bytes bytes) { return find_function(bytes[kHeader + 1] & 0x7f) != nullptr; }

class ModbusParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    bool& searching = searching_[static_cast<std::size_t>(from)];
    if (searching) {
      const std::size_t start = next_start(from, bytes);
      if (start > 0) return Frame::skip(start);
    }
    switch (match(from, bytes)) {
      case Match::no: return Frame::foreign();
      case Match::more: return Frame::unknown();
      case Match::yes: break;
    }
    searching = false;
    Cursor in(bytes.subspan(kHeader - 2));
    return Frame::message(kHeader + in.be16());
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    in.skip(kHeader);
    const std::uint8_t unit = in.u8();
    const std::uint8_t code = in.u8();
    if (!in.ok()) return false;
    const FunctionRow* row = find_function(code & 0x7f);
    ShortText<> name;
    if (row != nullptr)
      name.add(row->name);
    else
      name.add("function ").number(code & 0x7f);

    if (from == Side::client) {
      if (row != nullptr && row->writes) out.say(from, "modbus.writes"_claim, name);
      if (code == function::kDiagnostics) say_diagnostics(in, out);
      return true;
    }
    const bool refused = (code & kException) != 0;
    out.on_fact({from, "modbus.function"_claim, name, {}, refused});
    if (refused) return read_exception(from, unit, in, out);
    out.say(from, "modbus.unit"_claim, ShortText<>().number(unit));
    if (code == function::kEncapsulated) return read_identification(from, in, out);
    if (code == function::kReportServerId) return read_server_id(from, in, out);
    return true;
  }

  std::optional<std::size_t> resume(Side from, Bytes) override {
    searching_[static_cast<std::size_t>(from)] = true;
    return 0;
  }

 private:
  // 6.8.1: of the diagnostics two change what the device does.
  static void say_diagnostics(Cursor in, FactSink& out) {
    constexpr std::uint16_t kRestart = 1;
    constexpr std::uint16_t kListenOnly = 4;
    const std::uint16_t which = in.be16();
    if (which == kRestart) out.say(Side::client, "modbus.writes"_claim, "restart-communications");
    if (which == kListenOnly) out.say(Side::client, "modbus.writes"_claim, "force-listen-only");
  }

  // 7: a gateway says that nobody stands at that address (10, 11); any other
  // refusal is the unit's own.
  static bool read_exception(Side from, std::uint8_t unit, Cursor in, FactSink& out) {
    constexpr std::uint8_t kNoPath = 10;
    constexpr std::uint8_t kNoAnswer = 11;
    const std::uint8_t exception = in.u8();
    if (!in.ok() || exception == 0) return false;
    if (exception != kNoPath && exception != kNoAnswer)
      out.say(from, "modbus.unit"_claim, ShortText<>().number(unit));
    return true;
  }

  // Where the first header begins that has, or may yet have, a known function.
  static std::size_t next_start(Side from, Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const Match found = match(from, bytes.subspan(at));
      if (found == Match::more || (found == Match::yes && known(bytes.subspan(at)))) return at;
    }
    return bytes.size();
  }

  std::array<bool, 2> searching_{};  // after a loss
};

// Off its port only a first message that is one whole function we know. A
// client may send several at once.
Recognition recognise(const Opening& opening) {
  switch (match(opening.from, opening.bytes)) {
    case Match::no: return Recognition::no;
    case Match::more: return Recognition::more;
    case Match::yes: break;
  }
  if (opening.expected_port) return Recognition::yes;
  Cursor in(opening.bytes.subspan(kHeader - 2));
  const bool whole = opening.bytes.size() == kHeader + in.be16();
  return whole && known(opening.bytes) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {502};

}  // namespace

extern constinit const Protocol kModbus{
    .name = "modbus",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ModbusParser>(); },
    .max_message = 512,
};

}  // namespace asepsis
