#include "proto/bacnet.hpp"

#include "proto/utf16.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostText = 200;

// 20.2.9: one byte says which letters. Those of more than a byte other than
// Unicode (DBCS, JIS) have no readers here.
ShortText<240> bacnet_text(Bytes value) {
  enum : std::uint8_t { utf8 = 0, ucs4 = 3, ucs2 = 4, latin1 = 5 };
  ShortText<240> text;
  Cursor in(value);
  const std::uint8_t letters = in.u8();
  const Bytes rest = in.rest().first(std::min(in.rest().size(), kMostText));
  if (letters == utf8 || letters == latin1) text.add(as_text(rest));
  const std::size_t width = letters == ucs4 ? 4 : 2;
  if (letters != ucs4 && letters != ucs2) return text;
  for (Cursor code(rest); code.rest().size() >= width;)
    add_utf8(text, width == 4 ? code.be32() & 0x1fffff : code.be16());
  return text;
}

Claim claim_of(std::uint32_t property) {
  namespace id = bacnet_property;
  switch (property) {
    case id::kFirmware: return "device.firmware"_claim;
    case id::kLocation: return "device.location"_claim;
    case id::kModelName: return "device.model"_claim;
    case id::kVendorName: return "device.manufacturer"_claim;
    case id::kSerialNumber: return "device.serial"_claim;
    default: return "device.description"_claim;
  }
}

bool names_device(std::uint32_t property) {
  namespace id = bacnet_property;
  return property == id::kDescription || property == id::kFirmware || property == id::kLocation ||
         property == id::kModelName || property == id::kVendorName || property == id::kSerialNumber;
}

// Steps over what stands between a bracket and its end; what it begins with is
// the value, where that is one element.
std::optional<BacnetElement> take_value(Cursor& in) {
  std::optional<BacnetElement> first;
  int depth = 1;
  while (depth > 0) {
    const auto element = take_bacnet(in);
    if (!element) return std::nullopt;
    if (!first) first = element;
    if (element->kind == BacnetElement::Kind::opening) ++depth;
    if (element->kind == BacnetElement::Kind::closing) --depth;
  }
  return first;
}

// What a message says of the software. The application's version is the
// firmware's only if many properties were asked for and no firmware revision
// was among the answers; a client that asks one by one asks for both.
struct Software {
  bool firmware;
  Bytes application;

  void say(BacnetSpeaker& speaker) const {
    const auto name = bacnet_text(application);
    if (trimmed(name).empty()) return;
    if (!firmware) return speaker.say("device.firmware"_claim, name);
    speaker.say("device.description"_claim,
                ShortText<>().add("application software ").add(trimmed(name)));
  }
};

void read_value(std::uint32_t property, const BacnetElement& value, Software& software,
                BacnetSpeaker& speaker) {
  namespace id = bacnet_property;
  if (value.is(BacnetType::unsigned_number) && property == id::kVendorIdentifier)
    speaker.say("bacnet.vendor"_claim, ShortText<>().number(bacnet_number(value.value)));
  if (!value.is(BacnetType::text)) return;
  if (property == id::kFirmware) software.firmware = true;
  if (property == id::kApplicationSoftware) software.application = value.value;
  speaker.say_property(property, value.value);
}

}  // namespace

std::optional<BacnetElement> take_bacnet(Cursor& in) {
  using Kind = BacnetElement::Kind;
  enum : std::uint8_t { extended = 5, opening = 6, closing = 7, boolean = 1 };
  const std::uint8_t head = in.u8();
  std::uint8_t tag = head >> 4;
  if (tag == 0xf) tag = in.u8();
  const bool context = (head & 0x08) != 0;
  const std::uint8_t length = head & 7;
  if (!in.ok()) return std::nullopt;
  if (context && length == opening) return BacnetElement{Kind::opening, tag, {}};
  if (context && length == closing) return BacnetElement{Kind::closing, tag, {}};
  if (!context && length > extended) in.skip(in.rest().size() + 1);  // brackets have context

  std::size_t size = length;
  if (length == extended) {
    size = in.u8();
    if (size == 254)
      size = in.be16();
    else if (size == 255)
      size = in.be32();
  }
  if (!context && tag == boolean) size = 0;  // 20.2.3: the length is the value
  const Bytes value = in.take(size);
  if (!in.ok()) return std::nullopt;
  return BacnetElement{context ? Kind::context : Kind::application, tag, value};
}

std::uint32_t bacnet_number(Bytes value) {
  if (value.size() > 4) return 0;
  std::uint32_t number = 0;
  for (const std::uint8_t byte : value) number = number << 8 | byte;
  return number;
}

bool bacnet_device(Bytes object_id) {
  constexpr std::uint32_t kDevice = 8;
  return object_id.size() == 4 && bacnet_number(object_id) >> 22 == kDevice;
}

void BacnetSpeaker::stands_behind(std::uint16_t network, Bytes address) {
  const Bytes mac = address.first(std::min<std::size_t>(address.size(), 18));
  equipment_.add("bacnet:").number(network).add(':').hex(mac);
}

void BacnetSpeaker::say(Claim claim, std::string_view value, bool refused) {
  const std::string_view text = trimmed(value);
  if (!text.empty()) out_.on_fact({about_, claim, text, equipment_, refused});
}

void BacnetSpeaker::say_instance(const BacnetElement& device) {
  constexpr std::uint32_t kAny = 0x3fffff;
  const std::uint32_t instance = bacnet_number(device.value) & kAny;
  if (bacnet_device(device.value) && instance != kAny)
    say("bacnet.instance"_claim, ShortText<>().number(instance));
}

void BacnetSpeaker::say_property(std::uint32_t property, Bytes value) {
  const auto text = bacnet_text(value);
  if (names_device(property)) say(claim_of(property), text);
  if (property != bacnet_property::kObjectName) return;
  say("bacnet.object"_claim, text);
  say("name.host"_claim, text);
}

// 15.5.2: object, property, perhaps a place in an array, the value in brackets.
bool read_bacnet_property(Cursor in, BacnetSpeaker& speaker) {
  const auto object = take_bacnet(in);
  const auto property = take_bacnet(in);
  if (!object || !object->is_context(0) || !property || !property->is_context(1)) return false;
  auto element = take_bacnet(in);
  if (element && element->is_context(2)) element = take_bacnet(in);
  if (!element || !element->opens(3)) return false;
  if (!bacnet_device(object->value)) return true;
  speaker.say_instance(*object);
  const auto value = take_value(in);
  if (!value) return false;
  Software software{.firmware = true, .application = {}};
  read_value(bacnet_number(property->value), *value, software, speaker);
  software.say(speaker);
  return true;
}

// 15.7.3: of each object, in brackets, properties with a value or an error.
bool read_bacnet_properties(Cursor in, BacnetSpeaker& speaker) {
  while (!in.done()) {
    const auto object = take_bacnet(in);
    auto element = take_bacnet(in);
    if (!object || !object->is_context(0) || !element || !element->opens(1)) return false;
    const bool device = bacnet_device(object->value);
    if (device) speaker.say_instance(*object);
    Software software{.firmware = false, .application = {}};
    std::uint32_t property = 0;
    bool whole = false;
    while ((element = take_bacnet(in))) {
      whole = element->closes(1);
      if (whole) break;
      if (element->is_context(2)) property = bacnet_number(element->value);
      if (element->kind != BacnetElement::Kind::opening) continue;
      const bool error = element->tag == 5;
      const auto value = take_value(in);
      if (value && device && !error) read_value(property, *value, software, speaker);
    }
    software.say(speaker);
    if (!whole) return false;
  }
  return true;
}

}  // namespace asepsis
