// EtherNet/IP: controllers, drives and remote inputs that name themselves to
// whoever asks. ODVA EtherNet/IP, CIP volume 2, chapter 2: 2-3 (the header), 2-4
// (commands), 2-6 (items). What it carries is read by cip.cpp.

#include <algorithm>
#include <array>

#include "proto/cip.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 24;
constexpr std::size_t kMostItems = 16;

enum class Command : std::uint16_t {  // 2-3.2
  nop = 0x0000,
  list_services = 0x0004,
  list_identity = 0x0063,
  list_interfaces = 0x0064,
  register_session = 0x0065,
  unregister_session = 0x0066,
  send_request = 0x006f,  // SendRRData
  send_connected = 0x0070,
};

namespace item {  // 2-6.2
constexpr std::uint16_t kIdentity = 0x000c;
constexpr std::uint16_t kConnectedData = 0x00b1;
constexpr std::uint16_t kData = 0x00b2;
constexpr std::uint16_t kService = 0x0100;
}  // namespace item

std::string_view name_of(Command command) {
  switch (command) {
    case Command::list_services: return "list-services";
    case Command::list_identity: return "list-identity";
    case Command::list_interfaces: return "list-interfaces";
    case Command::register_session: return "register-session";
    default: return {};
  }
}

struct Header {
  Command command{};
  std::size_t length = 0;
  std::uint32_t session = 0;
  std::uint32_t status = 0;
  std::uint64_t context = 0;
  std::uint32_t options = 0;
};
Header take_header(Cursor& in) {
  Header header;
  header.command = Command{in.le16()};
  header.length = in.le16();
  header.session = in.le32();
  header.status = in.le32();
  header.context = in.le64();
  header.options = in.le32();
  return header;
}

// 2-3 and 2-4: what may not vary. Nothing is said by an empty NOP, so it is
// not enough to know the protocol by.
bool plausible(Side from, const Header& header) {
  constexpr std::uint32_t kMostStatus = 0x6a;
  if (header.options != 0 || header.status > kMostStatus) return false;
  if (from == Side::client && header.status != 0) return false;
  switch (header.command) {
    case Command::list_services:
    case Command::list_identity:
    case Command::list_interfaces: return from == Side::server || header.length == 0;
    case Command::register_session:
      return header.length == 4 && (from == Side::server || header.session == 0);
    case Command::unregister_session: return header.length == 0;
    case Command::send_request:
    case Command::send_connected:
      return header.session != 0 && (header.length >= 16 || header.status != 0);
    default: return false;
  }
}

// `visit(type, content)` for each item of a common packet (2-6).
template <typename Visit>
bool each_item(Cursor in, Visit visit) {
  const std::size_t count = in.le16();
  for (std::size_t i = 0; i < std::min(count, kMostItems) && in.ok(); ++i) {
    const std::uint16_t type = in.le16();
    const Cursor content = in.sub(in.le16());
    if (in.ok() && !visit(type, content)) return false;
  }
  return in.ok();
}

// 2-4.3: an address, the identity object and its state.
bool read_identity_item(Side from, Cursor in, FactSink& out) {
  constexpr std::size_t kVersionAndAddress = 18;
  in.skip(kVersionAndAddress);
  if (!read_cip_identity(from, in, false, out)) return false;
  if (!in.done()) say_cip_state(from, in.u8(), out);
  return true;
}

// 2-4.6: what it can carry: messages over TCP, cyclic values over UDP.
bool read_service_item(Side from, Cursor in, FactSink& out) {
  constexpr std::uint16_t kOverTcp = 0x20;
  constexpr std::uint16_t kOverUdp = 0x100;
  in.skip(2);
  const std::uint16_t capabilities = in.le16();
  if (!in.ok()) return false;
  if ((capabilities & kOverTcp) != 0) out.say(from, "enip.carries"_claim, "messages over tcp");
  if ((capabilities & kOverUdp) != 0) out.say(from, "enip.carries"_claim, "values over udp");
  return true;
}

bool read_list(Side from, Cursor in, FactSink& out) {
  return each_item(in, [&](std::uint16_t type, Cursor content) {
    if (type == item::kIdentity) return read_identity_item(from, content, out);
    if (type == item::kService) return read_service_item(from, content, out);
    return true;
  });
}

// Answers to commands that need no connection. `in` is behind the header.
bool read_answer(const Header& header, Cursor in, FactSink& out) {
  const std::string_view name = name_of(header.command);
  if (!name.empty())
    out.on_fact({Side::server, "enip.accepts"_claim, name, {}, header.status != 0});
  const bool list =
      header.command == Command::list_identity || header.command == Command::list_services;
  return !list || header.status != 0 || read_list(Side::server, in, out);
}

class EnipParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    bool& searching = searching_[static_cast<std::size_t>(from)];
    if (searching) {
      const std::size_t start = next_start(from, bytes);
      if (start > 0) return Frame::skip(start);
    }
    Cursor in(bytes);
    const Header header = take_header(in);
    if (!in.ok()) return Frame::unknown();
    searching = false;
    const bool known =
        !name_of(header.command).empty() || header.command == Command::unregister_session ||
        header.command == Command::send_request || header.command == Command::send_connected;
    if (header.options != 0) return Frame::foreign();
    if (!known || header.length > kMostHeld) return Frame::skip(kHeader + header.length);
    return Frame::message(kHeader + header.length);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const Header header = take_header(in);
    if (!in.ok()) return false;
    const bool carries =
        header.command == Command::send_request || header.command == Command::send_connected;
    if (carries) return header.status != 0 || read_carried(from, header, in, out);
    return from == Side::client || read_answer(header, in, out);
  }

  std::optional<std::size_t> resume(Side from, Bytes) override {
    searching_[static_cast<std::size_t>(from)] = true;
    return 0;
  }

 private:
  static constexpr std::size_t kMostHeld = 4096;

  // 2-4.7, 2-4.8. A connection counts its messages, the rest go by the context.
  bool read_carried(Side from, const Header& header, Cursor in, FactSink& out) {
    constexpr std::uint64_t kConnected = std::uint64_t{1} << 63;
    in.skip(6);  // interface and timeout
    return each_item(in, [&](std::uint16_t type, Cursor content) {
      std::uint64_t key = header.context & ~kConnected;
      if (type == item::kConnectedData) key = kConnected | content.le16();
      if (type != item::kConnectedData && type != item::kData) return true;
      if (!content.ok()) return false;
      return from == Side::client ? cip_.request(key, content, out)
                                  : cip_.answer(key, content, out);
    });
  }

  // Where the first header begins that makes sense, or that is not whole.
  static std::size_t next_start(Side from, Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      Cursor in(bytes.subspan(at));
      const Header header = take_header(in);
      if (!in.ok() || plausible(from, header)) return at;
    }
    return bytes.size();
  }

  CipMessages cip_;
  std::array<bool, 2> searching_{};  // after a loss
};

// Over UDP there are only lists (2-2).
class EnipDatagrams final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const Header header = take_header(in);
    if (!in.ok() || header.length != in.rest().size()) return false;
    return from == Side::client || read_answer(header, in, out);
  }
};

// What nothing else begins with: a session, or a list of things. A request for
// a list is a number and zeros. `in` is behind the header.
bool unmistakable(Side from, const Header& header, Cursor in) {
  if (header.length != in.rest().size()) return false;
  if (header.command == Command::register_session) return in.le16() == 1;  // the version
  if (name_of(header.command).empty() || from == Side::client) return false;
  return in.le16() <= kMostItems && in.ok();
}

Recognition recognise_stream(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header = take_header(in);
  if (!in.ok()) {
    Cursor start(opening.bytes);
    const std::uint16_t command = start.le16();
    return start.ok() && command > 0x70 ? Recognition::no : Recognition::more;
  }
  if (!plausible(opening.from, header)) return Recognition::no;
  return opening.expected_port || unmistakable(opening.from, header, in) ? Recognition::yes
                                                                         : Recognition::no;
}

Recognition recognise_datagram(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header = take_header(in);
  if (!in.ok() || header.command == Command::register_session) return Recognition::no;
  if (!plausible(opening.from, header)) return Recognition::no;
  const bool request = opening.expected_port && opening.from == Side::client && in.done();
  return request || unmistakable(opening.from, header, in) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {44818};

}  // namespace

extern constinit const Protocol kEnip{
    .name = "enip",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<EnipParser>(); },
};

extern constinit const Protocol kEnipDatagrams{
    .name = "enip",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<EnipDatagrams>(); },
};

}  // namespace asepsis
