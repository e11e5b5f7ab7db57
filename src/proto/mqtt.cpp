// MQTT 3.1, 3.1.1 (OASIS, clauses 2 and 3) and 5.0: who connects and how it
// says who it is, the shape of topics, and devices that name themselves in
// JSON payloads. A payload is otherwise not read.

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.hpp"
#include "proto/credentials.hpp"
#include "proto/device_json.hpp"
#include "proto/parser.hpp"
#include "proto/topic_shape.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostHeld = 16'384;
constexpr std::size_t kMostTopics = 8;  // remembered, so as not to say them again

enum Type : std::uint8_t { kConnect = 1, kConnack = 2, kPublish = 3, kAuth = 15 };

constexpr std::uint8_t kVersion31 = 3;
constexpr std::uint8_t kVersion5 = 5;

// MQTT 5, 1.5.5: 7 bits a byte, least significant first, four bytes at most.
struct Length {
  std::uint64_t value = 0;
  bool whole = false;
  bool valid = true;
};
Length take_length(Cursor& in) {
  Length length;
  for (int shift = 0; shift < 28; shift += 7) {
    if (in.done()) return length;
    const std::uint8_t byte = in.u8();
    length.value |= std::uint64_t{byte & 0x7fU} << shift;
    length.whole = (byte & 0x80) == 0;
    if (length.whole) return length;
  }
  length.valid = false;
  return length;
}

// Bits that the fixed header must carry (2.2.2).
bool flags_fit(std::uint8_t first) {
  const int type = first >> 4;
  const int flags = first & 0xf;
  if (type == 0) return false;
  if (type == kPublish) return (flags & 6) != 6;
  // MQTT 3.1 let the duplicate and quality bits stand in these.
  if (type == 6 || type == 8 || type == 10) return (flags & 6) == 2;
  return flags == 0;
}

void skip_properties(Cursor& in) { in.skip(take_length(in).value); }
std::string_view take_text(Cursor& in) { return as_text(in.take(in.be16())); }

class MqttParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    std::uint64_t& rest = rest_[static_cast<std::size_t>(from)];
    if (rest > 0) return Frame::skip(std::exchange(rest, 0));
    Cursor in(bytes);
    const std::uint8_t first = in.u8();
    if (!flags_fit(first)) return Frame::foreign();
    const Length length = take_length(in);
    if (!length.valid) return Frame::foreign();
    if (!length.whole) return Frame::unknown();
    const std::uint64_t size = bytes.size() - in.rest().size() + length.value;
    const int type = first >> 4;
    if (type != kConnect && type != kConnack && type != kPublish) return Frame::skip(size);
    return Frame::message(std::min<std::uint64_t>(size, kMostHeld));
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint8_t first = in.u8();
    const std::uint64_t size = take_length(in).value;
    if (size > in.rest().size()) rest_[static_cast<std::size_t>(from)] = size - in.rest().size();
    switch (first >> 4) {
      case kConnect: return read_connect(in, out);
      case kConnack: return read_connack(in, out);
      default: return read_publish(from, first, in, out);
    }
  }

  std::optional<std::size_t> resume(Side from, Bytes bytes) override {
    rest_[static_cast<std::size_t>(from)] = 0;
    // A packet has no mark; one that ends where the segment does is believed.
    Cursor in(bytes);
    const bool fits = flags_fit(in.u8());
    const Length length = take_length(in);
    if (fits && length.whole && length.value == in.rest().size()) return 0;
    return std::nullopt;
  }

 private:
  bool read_connect(Cursor in, FactSink& out) {
    const std::string_view protocol = take_text(in);
    const std::uint8_t level = in.u8() & 0x7f;  // the high bit marks a bridge
    const std::uint8_t flags = in.u8();
    in.skip(2);  // keep alive
    if (!in.ok() || (protocol != "MQTT" && protocol != "MQIsdp")) return false;
    version_ = level;
    if (level == kVersion5) skip_properties(in);
    const std::string_view client = take_text(in);
    if (!in.ok()) return false;
    const std::string_view version = level == kVersion5    ? "5"
                                     : level == kVersion31 ? "3.1"
                                                           : "3.1.1";
    out.say(Side::server, "mqtt.version"_claim, version);
    out.say(Side::client, "mqtt.client_id"_claim, client.substr(0, 128));
    if ((flags & 0x04) != 0) skip_will(level, in);
    read_credentials(flags, in, out);
    return in.ok();
  }

  static void skip_will(std::uint8_t level, Cursor& in) {
    if (level == kVersion5) skip_properties(in);
    take_text(in);
    take_text(in);
  }

  void read_credentials(std::uint8_t flags, Cursor& in, FactSink& out) {
    const bool has_name = (flags & 0x80) != 0;
    const bool has_password = (flags & 0x40) != 0;
    const std::string_view name = has_name ? take_text(in) : std::string_view();
    const std::string_view password = has_password ? take_text(in) : std::string_view();
    if (!in.ok()) return;
    authentication_ = has_password ? "name and password" : has_name ? "name only" : "anonymous";
    out.say(Side::server, "mqtt.authentication"_claim, authentication_);
    if (!has_password) return;
    out.say(Side::server, "clear.credentials"_claim, "mqtt");
    default_ = default_credential(name, password);
  }

  // 3.2.2: the second byte is the return or reason code.
  bool read_connack(Cursor in, FactSink& out) {
    in.skip(1);
    const std::uint8_t code = in.u8();
    if (!in.ok()) return false;
    if (code != 0 && !authentication_.empty())
      out.on_fact({Side::server, "mqtt.authentication"_claim, authentication_, {}, true});
    say_default_credential(default_, code != 0, out);
    default_ = {};
    return true;
  }

  bool read_publish(Side from, std::uint8_t first, Cursor in, FactSink& out) {
    const std::string_view topic = take_text(in);
    if ((first & 6) != 0) in.skip(2);  // packet identifier
    if (version_ == kVersion5) skip_properties(in);
    if (!in.ok()) return false;
    if (!topic.empty()) say_topic(topic, out);
    std::string_view payload = as_text(in.rest());
    // Properties of none, where the connection's start and version were not seen.
    if (version_ == 0 && payload.starts_with('\0')) payload.remove_prefix(1);
    if (!payload.starts_with('{') && !payload.starts_with('[')) return true;
    const DocumentSource source{from, from == Side::client};
    if (json_kind(payload) == JsonKind::fhir) {
      read_fhir(payload, source, out);
    } else {
      read_device_json(payload, source, "mqtt", out);
    }
    return true;
  }

  void say_topic(std::string_view topic, FactSink& out) {
    const auto shape = topic_shape(topic);
    const std::uint64_t hash = hash_bytes(as_bytes(shape.view()));
    if (std::ranges::find(topics_, hash) != topics_.end()) return;
    topics_[next_topic_++ % kMostTopics] = hash;
    out.say(Side::server, "mqtt.topic"_claim, shape);
  }

  std::array<std::uint64_t, 2> rest_{};  // of a message whose beginning was read
  std::array<std::uint64_t, kMostTopics> topics_{};
  std::size_t next_topic_ = 0;
  std::uint8_t version_ = 0;  // none until CONNECT was seen
  std::string_view authentication_;
  std::string_view default_;
};

// Of a PUBLISH of `size` bytes, of which `in` may be the beginning.
Recognition plausible_topic(Cursor in, std::size_t size) {
  if (in.rest().size() < 2) return size < 2 ? Recognition::no : Recognition::more;
  const std::size_t length = in.be16();
  const Bytes topic = in.take(std::min(length, in.rest().size()));
  const bool plausible =
      length > 0 && length + 2 <= size &&
      std::ranges::all_of(topic, [](std::uint8_t c) { return c >= ' ' && c != '#' && c != '+'; });
  if (!plausible) return Recognition::no;
  return topic.size() < length ? Recognition::more : Recognition::yes;
}

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint8_t first = in.u8();
  if (!flags_fit(first)) return Recognition::no;
  const Length length = take_length(in);
  if (!length.valid) return Recognition::no;
  if (!length.whole) return Recognition::more;
  const int type = first >> 4;
  if (type == kConnect) {
    constexpr std::string_view kNames[] = {{"\0\4MQTT", 6}, {"\0\6MQIsdp", 8}};
    const std::string_view text = as_text(in.rest());
    for (const std::string_view name : kNames)
      if (text.substr(0, name.size()) == name.substr(0, text.size()))
        return text.size() < name.size() ? Recognition::more : Recognition::yes;
    return Recognition::no;
  }
  // Taken up in the middle.
  if (!opening.expected_port) return Recognition::no;
  if (type == kPublish) return plausible_topic(in, length.value);
  const bool acknowledges = type >= kConnack && type != 8 && type != 10 && type < kAuth;
  if (!acknowledges || length.value > 4 || in.rest().size() > length.value) return Recognition::no;
  return in.rest().size() < length.value ? Recognition::more : Recognition::yes;
}

constexpr std::uint16_t kPorts[] = {1883};

}  // namespace

extern constinit const Protocol kMqtt{
    .name = "mqtt",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MqttParser>(); },
};

}  // namespace asepsis
