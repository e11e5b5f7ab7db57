// CoAP, HTTP in small for sensors: what a device offers and what it is asked for.
// RFC 7252, 3 (the message), 5.10 (options), 12.1 (codes); RFC 6690 (the list of
// what a device offers, and 3.1 to 3.2 its rt and if). Payloads other than that list
// are never read.

#include <algorithm>
#include <optional>

#include "proto/parser.hpp"
#include "proto/topic_shape.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kFixed = 4;
constexpr std::uint8_t kPayloadMark = 0xff;

enum class Type : std::uint8_t { confirmable, non_confirmable, acknowledgement, reset };

namespace option {  // 12.2
constexpr std::uint32_t kUriPath = 11;
constexpr std::uint32_t kContentFormat = 12;
}  // namespace option

struct CodeRow {
  std::uint8_t code;
  std::string_view name;
};

constexpr CodeRow kMethods[] = {{1, "get"},   {2, "post"},  {3, "put"},   {4, "delete"},
                                {5, "fetch"}, {6, "patch"}, {7, "ipatch"}};

// 12.1.2: the class in the upper three bits.
constexpr std::uint8_t code(unsigned kind, unsigned detail) {
  return static_cast<std::uint8_t>(kind << 5 | detail);
}
constexpr CodeRow kAnswers[] = {
    {code(2, 1), "created"},
    {code(2, 2), "deleted"},
    {code(2, 3), "valid"},
    {code(2, 4), "changed"},
    {code(2, 5), "content"},
    {code(2, 31), "continue"},
    {code(4, 0), "bad request"},
    {code(4, 1), "unauthorized"},
    {code(4, 2), "bad option"},
    {code(4, 3), "forbidden"},
    {code(4, 4), "not found"},
    {code(4, 5), "method not allowed"},
    {code(4, 6), "not acceptable"},
    {code(4, 8), "request entity incomplete"},
    {code(4, 9), "conflict"},
    {code(4, 12), "precondition failed"},
    {code(4, 13), "request entity too large"},
    {code(4, 15), "unsupported content format"},
    {code(4, 22), "unprocessable entity"},
    {code(4, 29), "too many requests"},
    {code(5, 0), "internal server error"},
    {code(5, 1), "not implemented"},
    {code(5, 2), "bad gateway"},
    {code(5, 3), "service unavailable"},
    {code(5, 4), "gateway timeout"},
    {code(5, 5), "proxying not supported"},
};

template <typename Rows>
std::string_view name_in(const Rows& rows, std::uint8_t code) {
  const auto found = std::ranges::find(rows, code, &CodeRow::code);
  return found == std::end(rows) ? std::string_view{} : found->name;
}

struct Message {
  Type type{};
  std::uint8_t code = 0;
  ShortText<200> path;
  std::optional<std::uint32_t> format;
  Bytes payload;

  bool empty() const { return code == 0; }
  bool request() const { return code > 0 && code < 32; }
};

// 3.1: 13 and 14 mean that the number follows in one byte or two.
std::uint32_t take_extended(Cursor& in, unsigned nibble) {
  constexpr std::uint32_t kOneByte = 13;
  constexpr std::uint32_t kTwoBytes = 14;
  if (nibble == kOneByte) return kOneByte + in.u8();
  if (nibble == kTwoBytes) return 269 + in.be16();
  if (nibble > kTwoBytes) in.skip(in.rest().size() + 1);
  return nibble;
}

void read_option(std::uint32_t number, Bytes value, Message& message) {
  if (number == option::kUriPath) {
    if (!message.path.empty()) message.path.add('/');
    message.path.add(as_text(value));
  }
  if (number != option::kContentFormat || value.size() > 2) return;
  std::uint32_t format = 0;
  for (const std::uint8_t byte : value) format = format << 8 | byte;
  message.format = format;
}

// The whole datagram, or nothing: there is no other mark to know CoAP by.
std::optional<Message> read_message(Cursor in) {
  constexpr std::uint8_t kMostToken = 8;
  constexpr std::uint32_t kMostOption = 65'535;
  const std::uint8_t first = in.u8();
  Message message{
      .type = Type(first >> 4 & 3), .code = in.u8(), .path = {}, .format = {}, .payload = {}};
  in.skip(2);
  const std::uint8_t token = first & 0xf;
  in.skip(token);
  if (!in.ok() || first >> 6 != 1 || token > kMostToken) return std::nullopt;
  std::uint32_t number = 0;
  while (!in.done()) {
    const std::uint8_t head = in.u8();
    if (head == kPayloadMark) {
      message.payload = in.rest();
      if (message.payload.empty()) return std::nullopt;
      break;
    }
    number += take_extended(in, head >> 4);
    const Bytes value = in.take(take_extended(in, head & 0xfU));
    if (!in.ok() || number > kMostOption) return std::nullopt;
    read_option(number, value, message);
  }
  return message;
}

// 4.1 to 4.3: an empty message has nothing else; answers are not reset, and
// requests not acknowledgements.
bool makes_sense(const Message& message, std::size_t size) {
  if (message.empty()) return size == kFixed && message.type != Type::non_confirmable;
  if (message.type == Type::reset) return false;
  if (message.request())
    return !name_in(kMethods, message.code).empty() && message.type != Type::acknowledgement;
  return !name_in(kAnswers, message.code).empty();
}

// RFC 6690, 2: the values of an attribute, in quotes with spaces between, or bare.
void say_values(Side from, Claim claim, std::string_view value, FactSink& out) {
  if (value.starts_with('"')) value = value.substr(1, value.find('"', 1) - 1);
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(' '), value.size());
    out.say(from, claim, value.substr(0, std::min<std::size_t>(end, 64)));
    value.remove_prefix(std::min(value.size(), end + 1));
  }
}

// A link and its attributes are apart by semicolons, links by commas; both may
// stand in quotes.
void read_links(Side from, std::string_view list, FactSink& out) {
  constexpr int kMostAttributes = 256;
  for (int i = 0; i < kMostAttributes && !list.empty(); ++i) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (quoted || (list[end] != ';' && list[end] != ',')); ++end)
      if (list[end] == '"') quoted = !quoted;
    const std::string_view part = list.substr(0, end);
    if (part.starts_with("rt=")) say_values(from, "coap.resource"_claim, part.substr(3), out);
    if (part.starts_with("if=")) say_values(from, "coap.interface"_claim, part.substr(3), out);
    list.remove_prefix(std::min(list.size(), end + 1));
  }
}

class CoapParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    constexpr std::uint32_t kLinkFormat = 40;
    const std::size_t size = in.rest().size();
    const auto message = read_message(in);
    if (!message || !makes_sense(*message, size)) return false;
    if (message->empty()) return true;
    if (message->request()) {
      out.say(from, "coap.method"_claim, name_in(kMethods, message->code));
      out.say(other(from), "coap.path"_claim, topic_shape(message->path));
      return true;
    }
    const bool refused = message->code >= code(4, 0);
    out.on_fact({from, "coap.answers"_claim, name_in(kAnswers, message->code), {}, refused});
    if (message->format == kLinkFormat && !refused)
      read_links(from, as_text(message->payload), out);
    return true;
  }
};

// Its mark is two bits; so off its port only a request for the list of what a
// device offers is believed.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kWhole = 500;  // an opening may be cut
  if (opening.bytes.size() >= kWhole) return Recognition::no;
  const auto message = read_message(Cursor(opening.bytes));
  if (!message || !makes_sense(*message, opening.bytes.size())) return Recognition::no;
  if (opening.expected_port) return Recognition::yes;
  const bool asks = message->request() && opening.from == Side::client;
  return asks && message->path.view().starts_with(".well-known/core") ? Recognition::yes
                                                                      : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {5683};

}  // namespace

extern constinit const Protocol kCoap{
    .name = "coap",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<CoapParser>(); },
    .begins = FirstBytes::range(0x40, 0x7f),
};

}  // namespace asepsis
