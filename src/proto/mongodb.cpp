// MongoDB: the driver that connects, the version that answers, and how users
// prove who they are. MongoDB wire protocol (header, OP_QUERY, OP_REPLY,
// OP_MSG) and BSON 1.1; the commands hello, isMaster, saslStart and buildInfo.
// Nothing else of a document is read.

#include <array>
#include <utility>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 16;
constexpr std::uint32_t kMostMessage = 48'000'000;
constexpr std::size_t kMostHeld = 8'192;
constexpr int kMostMessages = 128;  // of a connection: what comes later is work

enum Operation : std::uint32_t { kReply = 1, kQuery = 2004, kCompressed = 2012, kMessage = 2013 };

struct Header {
  std::uint32_t size, request, response_to, operation;
  explicit Header(Cursor& in)
      : size(in.le32()), request(in.le32()), response_to(in.le32()), operation(in.le32()) {}
  bool credible() const {
    const bool known = operation == kReply || operation == kQuery || operation == kCompressed ||
                       operation == kMessage;
    return known && size > kHeader && size <= kMostMessage;
  }
};

// An element of a document: of the values only texts, numbers and documents.
struct Element {
  std::string_view name, text;
  std::int64_t number = 0;
  Bytes document;
};

// The bytes that a value of this type has, or npos if that is not known here.
std::size_t fixed_size(std::uint8_t type) {
  switch (type) {
    case 0x06:
    case 0x0a:
    case 0x7f:
    case 0xff: return 0;
    case 0x08: return 1;
    case 0x10: return 4;
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12: return 8;
    case 0x07: return 12;
    case 0x13: return 16;
    default: return SIZE_MAX;
  }
}

bool read_value(std::uint8_t type, Cursor& in, Element& element) {
  switch (type) {
    case 0x02: {
      const std::string_view text = as_text(in.take(in.le32()));
      element.text = text.substr(0, text.find('\0'));
      return in.ok();
    }
    case 0x03:
    case 0x04: {
      const std::uint32_t size = Cursor(in).le32();
      element.document = in.take(std::max<std::uint32_t>(size, 4));
      return in.ok();
    }
    case 0x05: {
      const std::uint32_t size = in.le32();
      in.skip(1);
      in.skip(size);
      return in.ok();
    }
    default: break;
  }
  const std::size_t size = fixed_size(type);
  if (size == SIZE_MAX) return false;
  Cursor value = in.sub(size);
  if (type == 0x10) element.number = value.le32();
  return in.ok();
}

template <class Each>
bool for_each_element(Bytes document, Each each) {
  Cursor in(document);
  in.skip(4);
  while (!in.done()) {
    const std::uint8_t type = in.u8();
    if (type == 0) return true;
    Element element;
    element.name = as_text(in.take_until(0));
    if (!read_value(type, in, element)) return false;
    each(element);
  }
  return in.ok();
}

// The wire versions that releases speak at most (mongod's wire_version.h).
std::string_view release_of(std::int64_t wire) {
  switch (wire) {
    case 6: return "3.6";
    case 7: return "4.0";
    case 8: return "4.2";
    case 9: return "4.4";
    case 13: return "5.0";
    case 17: return "6.0";
    case 21: return "7.0";
    case 25: return "8.0";
    default: return {};
  }
}

void say_name_and_version(Claim claim, Bytes document, FactSink& out) {
  std::string_view name;
  std::string_view version;
  for_each_element(document, [&](const Element& element) {
    if (element.name == "name") name = element.text;
    if (element.name == "version") version = element.text;
  });
  if (name.empty()) return;
  constexpr std::size_t kMost = 100;
  out.say(Side::client, claim,
          ShortText<>().add(name.substr(0, kMost)).add(' ').add(version.substr(0, kMost)));
}

bool read_request(Bytes document, FactSink& out) {
  bool sasl = false;
  return for_each_element(document, [&](const Element& element) {
    sasl = sasl || element.name == "saslStart";
    if (sasl && element.name == "mechanism" && element.text.size() <= 32)
      out.say(Side::server, "database.authentication"_claim, element.text);
    if (element.name != "client") return;
    for_each_element(element.document, [&](const Element& inner) {
      if (inner.name == "driver")
        say_name_and_version("database.driver"_claim, inner.document, out);
      if (inner.name == "os") say_name_and_version("device.os"_claim, inner.document, out);
    });
  });
}

bool read_answer(Bytes document, FactSink& out) {
  std::string_view version;
  std::string_view release;
  bool build = false;
  const bool whole = for_each_element(document, [&](const Element& element) {
    if (element.name == "version") version = element.text;
    if (element.name == "gitVersion") build = true;
    if (element.name == "maxWireVersion") release = release_of(element.number);
  });
  ShortText<> text;
  text.add("MongoDB ");
  if (build && !version.empty() && version.size() <= 32) {
    out.say(Side::server, "database.version"_claim, text.add(version));
  } else if (!release.empty()) {
    out.say(Side::server, "database.version"_claim, text.add(release));
  }
  return whole;
}

// The first document of a message; OP_MSG keeps it in a section of kind 0.
Bytes document_in(std::uint32_t operation, Cursor in) {
  switch (operation) {
    case kQuery:
      in.skip(4);
      in.take_until(0);
      in.skip(8);
      break;
    case kReply: in.skip(20); break;
    case kMessage:
      in.skip(4);
      if (in.u8() != 0) return {};
      break;
    default: return {};
  }
  const std::uint32_t size = Cursor(in).le32();
  return in.ok() ? in.take(std::min<std::size_t>(size, in.rest().size())) : Bytes{};
}

class MongodbParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    std::uint64_t& rest = rest_[static_cast<std::size_t>(from)];
    if (messages_ > kMostMessages) return Frame::done();
    if (rest > 0) return Frame::skip(std::exchange(rest, 0));
    Cursor in(bytes);
    const Header header(in);
    if (!in.ok()) return Frame::unknown();
    if (!header.credible()) return Frame::foreign();
    return Frame::message(std::min<std::size_t>(header.size, kMostHeld));
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    ++messages_;
    const std::size_t held = in.rest().size();
    const Header header(in);
    const bool cut = header.size > held;
    rest_[static_cast<std::size_t>(from)] = header.size - held;
    const Bytes document = document_in(header.operation, in);
    if (document.empty()) return true;
    const bool whole =
        from == Side::client ? read_request(document, out) : read_answer(document, out);
    return whole || cut;
  }

 private:
  std::array<std::uint64_t, 2> rest_{};  // of a message whose beginning was read
  int messages_ = 0;
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header(in);
  if (!in.ok()) return opening.expected_port ? Recognition::more : Recognition::no;
  if (!header.credible()) return Recognition::no;
  const bool asks = header.response_to == 0 && header.operation != kReply;
  if (asks != (opening.from == Side::client)) return Recognition::no;
  if (opening.expected_port) return Recognition::yes;
  const Bytes document = document_in(header.operation, in);
  if (opening.bytes.size() != header.size || document.size() < 5) return Recognition::no;
  return for_each_element(document, [](const Element&) {}) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {27017, 27018, 27019};

}  // namespace

extern constinit const Protocol kMongodb{
    .name = "mongodb",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MongodbParser>(); },
};

}  // namespace asepsis
