// S7, as Siemens' controllers speak it: order number, firmware and serial number of
// a controller, and who stops or programs it. No standard; as Wireshark's s7comm
// dissector and Snap7 describe it, and for the system status lists (SZL) the
// manual "System Software for S7-300/400, System and Standard Functions",
// chapters 34.3 (0x11), 34.8 (0x1c) and 34.19 (0x32). Over TPKT (RFC 1006).
// Its successor, S7comm-plus, is told by name only.

#include <algorithm>
#include <array>
#include <utility>

#include "proto/parser.hpp"
#include "proto/tpkt.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kProtocolId = 0x32;
constexpr std::uint8_t kPlusProtocolId = 0x72;

enum class Kind : std::uint8_t { job = 1, acknowledge = 2, answer = 3, user_data = 7 };

namespace function {
constexpr std::uint8_t kProgramService = 0x28;
}  // namespace function

struct FunctionRow {
  std::uint8_t code;
  bool writes;
  std::string_view name;
};

constexpr FunctionRow kFunctions[] = {
    {0xf0, false, "setup-communication"},
    {0x04, false, "read-variable"},
    {0x05, true, "write-variable"},
    {0x1a, true, "request-download"},
    {0x1b, true, "download-block"},
    {0x1c, true, "end-download"},
    {0x1d, false, "start-upload"},
    {0x1e, false, "upload"},
    {0x1f, false, "end-upload"},
    {0x28, true, "program-service"},
    {0x29, true, "stop"},
};

// Functions of user data: group in the upper byte, function in the lower.
struct UserFunctionRow {
  std::uint16_t code;
  bool writes;
  std::string_view name;
};
constexpr std::uint16_t kReadStatusList = 0x0401;
constexpr std::uint16_t kPassword = 0x0501;
constexpr UserFunctionRow kUserFunctions[] = {
    {0x0109, true, "force"},
    {kReadStatusList, false, "read-status-list"},
    {kPassword, false, "password"},
    {0x0502, false, "password-clear"},
    {0x0701, false, "read-clock"},
    {0x0702, true, "set-clock"},
    {0x0704, true, "set-clock"},
    {0x0301, false, "list-blocks"},
    {0x0302, false, "list-blocks-of-type"},
    {0x0303, false, "block-information"},
};

template <typename Rows, typename Code>
auto find_in(const Rows& rows, Code code) {
  const auto found = std::ranges::find_if(rows, [&](const auto& row) { return row.code == code; });
  return found == std::end(rows) ? nullptr : &*found;
}

struct Header {
  Kind kind{};
  std::size_t parameters = 0;
  std::size_t data = 0;
  std::uint16_t error = 0;  // class and code; of answers only
};
Header take_header(Cursor& in) {
  Header header;
  in.skip(1);
  header.kind = Kind{in.u8()};
  in.skip(4);
  header.parameters = in.be16();
  header.data = in.be16();
  if (header.kind == Kind::acknowledge || header.kind == Kind::answer) header.error = in.be16();
  return header;
}

// The name of a program service, as the standard blocks have it.
std::string_view program_service(std::string_view name) {
  if (name == "P_PROGRAM") return "start";
  if (name == "_INSE") return "activate-block";
  if (name == "_DELE") return "delete-block";
  if (name == "_MODU") return "copy-ram-to-rom";
  if (name == "_GARB") return "compress-memory";
  return "program-service";
}

// 34.3: one record of the module identification.
void read_module(Cursor in, FactSink& out) {
  constexpr std::uint16_t kModule = 1;
  constexpr std::uint16_t kHardware = 6;
  constexpr std::uint16_t kFirmware = 7;
  const std::uint16_t index = in.be16();
  const std::string_view order = trimmed(as_text(in.take(20)));
  in.skip(2);
  const std::uint8_t mark = in.u8();
  const unsigned major = in.u8();
  const unsigned minor = in.u8();
  const unsigned patch = in.u8();
  if (!in.ok()) return;
  if (index == kModule) out.say(Side::server, "device.part"_claim, order);
  if (index == kFirmware && mark == 'V')
    out.say(Side::server, "device.firmware"_claim,
            ShortText<>().number(major).add('.').number(minor).add('.').number(patch));
  // The hardware's version is a number alone.
  if (index == kHardware && patch > 0)
    out.say(Side::server, "device.hardware"_claim, ShortText<>().number(patch));
}

// 34.8: one record of the component identification.
void read_component(Cursor in, FactSink& out) {
  const std::uint16_t index = in.be16();
  const auto text = [&](std::size_t size) { return as_text(in.take(size)); };
  switch (index) {
    case 1: return out.say(Side::server, "name.host"_claim, text(24));
    case 2: return out.say(Side::server, "device.description"_claim, text(24));
    case 3: return out.say(Side::server, "s7.plant"_claim, text(32));
    case 5: return out.say(Side::server, "device.serial"_claim, text(24));
    case 7: return out.say(Side::server, "device.model"_claim, text(32));
    case 11: return out.say(Side::server, "device.location"_claim, text(32));
    default: return;
  }
}

// 34.19, index 4: the level set by the key switch, by parameters, the one that
// counts, and where the key switch stands.
void read_protection(Cursor in, FactSink& out) {
  constexpr std::uint16_t kProtection = 4;
  constexpr std::string_view kSwitch[] = {"", "run", "run-p", "stop", "reset"};
  const bool ours = in.be16() == kProtection;
  in.skip(4);
  const std::uint16_t level = in.be16();
  const std::uint16_t key = in.be16();
  if (!in.ok() || !ours || level == 0) return;
  ShortText<> text;
  text.add("level ").number(level);
  if (key > 0 && key < std::size(kSwitch)) text.add(", switch ").add(kSwitch[key]);
  out.say(Side::server, "s7.protection"_claim, text);
}

// Behind return code and size: the list's number, its index, records. A piece of
// it is read as far as it goes.
bool read_status_list(Cursor in, bool whole, FactSink& out) {
  constexpr std::uint8_t kDone = 0xff;
  enum : std::uint8_t { identification = 0x11, components = 0x1c, communication = 0x32 };
  const std::uint8_t result = in.u8();
  in.skip(3);
  if (result != kDone) return in.ok();
  const unsigned list = in.be16() & 0xffU;
  in.skip(2);
  const std::size_t size = in.be16();
  const std::size_t count = in.be16();
  if (!in.ok()) return false;
  for (std::size_t i = 0; i < count && size > 0 && !in.done(); ++i) {
    const Cursor record = in.sub(size);
    if (!record.ok()) return !whole;
    if (list == identification) read_module(record, out);
    if (list == components) read_component(record, out);
    if (list == communication) read_protection(record, out);
  }
  return true;
}

class S7Parser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override { return framing_.frame(from, bytes); }

  bool message(Side from, Cursor in, FactSink& out) override {
    constexpr std::size_t kLeast = 10;
    constexpr std::uint8_t kEnd = 0x80;
    if (!tpkt_start(in.rest()).data()) return true;
    in.skip(kTpktHeader + 2);
    const bool begins = !std::exchange(in_pieces_, (in.u8() & kEnd) == 0);
    if (!begins || in.rest().size() < kLeast) return true;
    if (Cursor(in).u8() != kProtocolId) return false;
    const Header header = take_header(in);
    const Cursor parameters = in.sub(header.parameters);
    const Cursor data = in.sub(std::min(header.data, in.rest().size()));
    if (!in.ok() || (header.data > data.rest().size() && !in_pieces_)) return false;
    switch (header.kind) {
      case Kind::job: return from == Side::server || read_job(parameters, out);
      case Kind::answer: return from == Side::client || read_answer(header, parameters, out);
      case Kind::user_data: return read_user_data(from, parameters, data, out);
      case Kind::acknowledge: return true;
    }
    return false;
  }

  std::optional<std::size_t> resume(Side from, Bytes) override {
    in_pieces_ = false;
    framing_.resume(from);
    return 0;
  }

 private:
  static bool read_job(Cursor in, FactSink& out) {
    constexpr std::size_t kServiceName = 6;  // before the parameters of a service
    const std::uint8_t code = in.u8();
    const FunctionRow* row = find_in(kFunctions, code);
    if (!in.ok() || row == nullptr || !row->writes) return in.ok();
    if (code != function::kProgramService)
      return out.say(Side::client, "s7.writes"_claim, row->name), true;
    in.skip(kServiceName + 1);
    in.skip(in.be16());
    const std::string_view name = as_text(in.take(in.u8()));
    if (in.ok()) out.say(Side::client, "s7.writes"_claim, program_service(name));
    return in.ok();
  }

  static bool read_answer(const Header& header, Cursor in, FactSink& out) {
    const std::uint8_t code = in.u8();
    const FunctionRow* row = find_in(kFunctions, code);
    if (in.ok() && row != nullptr)
      out.on_fact({Side::server, "s7.accepts"_claim, row->name, {}, header.error != 0});
    return in.ok() || header.error != 0;
  }

  // A head of three bytes, a length, whether it asks, group and function, a
  // number; and in answers whether more follows, and an error.
  bool read_user_data(Side from, Cursor in, Cursor data, FactSink& out) {
    constexpr std::uint8_t kRequest = 4;
    constexpr std::uint8_t kAnswer = 8;
    in.skip(5);
    const std::uint8_t group = in.u8();
    const auto code = static_cast<std::uint16_t>((group & 0xf) << 8 | in.u8());
    in.skip(1);
    if (!in.ok()) return false;
    const UserFunctionRow* row = find_in(kUserFunctions, code);
    if (group >> 4 == kRequest && from == Side::client) {
      if (row != nullptr && row->writes) out.say(from, "s7.writes"_claim, row->name);
      // The password is only shuffled, not encrypted.
      if (code == kPassword) out.say(Side::server, "clear.credentials"_claim, "s7 password");
    }
    if (group >> 4 != kAnswer || from != Side::server) return true;
    in.skip(1);
    const bool more = in.u8() != 0;
    const std::uint16_t error = in.be16();
    if (!in.ok()) return false;
    if (row != nullptr) out.on_fact({from, "s7.accepts"_claim, row->name, {}, error != 0});
    const bool later = std::exchange(list_in_pieces_, more);
    if (code != kReadStatusList || error != 0 || later) return true;
    return read_status_list(data, !more, out);
  }

  TpktFraming framing_;
  bool in_pieces_ = false;       // a message in several packets: only its first is read
  bool list_in_pieces_ = false;  // a list in several messages: the same
};

class S7PlusParser final : public Parser {
 public:
  Frame frame(Side, Bytes) override { return Frame::done(); }
  bool message(Side, Cursor, FactSink&) override { return true; }
};

// Data of the transport protocol whose first byte is `id`. More where that is
// not there yet.
Recognition carries(Bytes bytes, std::uint8_t id) {
  const TpktStart start = tpkt_start(bytes);
  if (start.kind == TpktStart::Kind::more) return Recognition::more;
  if (start.kind == TpktStart::Kind::no || !start.data()) return Recognition::no;
  if (start.size < kTpktHeader + kTpduHeader + 4) return Recognition::no;
  Cursor in(bytes);
  in.skip(kTpktHeader + kTpduHeader);
  if (in.done()) return Recognition::more;
  return in.u8() == id ? Recognition::yes : Recognition::no;
}

// The sizes in the header must add up to that of the packet.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kLongHeader = 12;
  const Recognition answer = carries(opening.bytes, kProtocolId);
  if (answer != Recognition::yes) return answer;
  constexpr std::size_t kBefore = kTpktHeader + kTpduHeader;
  const TpktStart start = tpkt_start(opening.bytes);
  Cursor in(opening.bytes);
  in.skip(kBefore);
  if (in.rest().size() < kLongHeader && opening.bytes.size() < start.size) return Recognition::more;
  const Header header = take_header(in);
  const std::size_t size = opening.bytes.size() - in.rest().size();
  const bool known =
      header.kind == Kind::user_data || (header.kind >= Kind::job && header.kind <= Kind::answer);
  const bool adds_up = size + header.parameters + header.data == start.size;
  return in.ok() && known && adds_up ? Recognition::yes : Recognition::no;
}

// Its version (1 to 3, or 0xfe) and the size of what follows.
Recognition recognise_plus(const Opening& opening) {
  const Recognition answer = carries(opening.bytes, kPlusProtocolId);
  if (answer != Recognition::yes) return answer;
  Cursor in(opening.bytes);
  in.skip(kTpktHeader + kTpduHeader + 1);
  const std::uint8_t version = in.u8();
  const std::size_t size = in.be16();
  if (!in.ok()) return Recognition::more;
  const bool known = (version >= 1 && version <= 3) || version == 0xfe;
  const bool fits = kTpktHeader + kTpduHeader + 4 + size <= tpkt_start(opening.bytes).size;
  return known && (fits || opening.expected_port) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {102};

}  // namespace

extern constinit const Protocol kS7comm{
    .name = "s7comm",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<S7Parser>(); },
};

extern constinit const Protocol kS7commPlus{
    .name = "s7comm-plus",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_plus,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<S7PlusParser>(); },
    .max_message = 512,
};

}  // namespace asepsis
