// BACnet values and the properties of a device, taken out of the messages that
// carry them. ANSI/ASHRAE 135-2020, clauses 12.11 (the device object), 15.5 and
// 15.7 (reading properties) and 20.2 (encoding).

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/cursor.hpp"
#include "base/text.hpp"
#include "fact/fact.hpp"

namespace asepsis {

// 20.2.1.4: the application tags that we read.
enum class BacnetType : std::uint8_t {
  unsigned_number = 2,
  text = 7,
  enumerated = 9,
  object_id = 12
};

// 20.2.1: one element, or a bracket around some.
struct BacnetElement {
  enum class Kind : std::uint8_t { application, context, opening, closing };

  Kind kind;
  std::uint8_t tag;
  Bytes value;

  bool is(BacnetType type) const {
    return kind == Kind::application && tag == static_cast<std::uint8_t>(type);
  }
  bool is_context(std::uint8_t number) const { return kind == Kind::context && tag == number; }
  bool opens(std::uint8_t number) const { return kind == Kind::opening && tag == number; }
  bool closes(std::uint8_t number) const { return kind == Kind::closing && tag == number; }
};

// None, and the cursor fails, where no whole element is.
std::optional<BacnetElement> take_bacnet(Cursor& in);

// An unsigned number, an enumerated one, an object identifier: big-endian.
std::uint32_t bacnet_number(Bytes value);

// Whether an object identifier is that of a device (object type 8).
bool bacnet_device(Bytes object_id);

namespace bacnet_property {  // 21, BACnetPropertyIdentifier
constexpr std::uint32_t kApplicationSoftware = 12;
constexpr std::uint32_t kDescription = 28;
constexpr std::uint32_t kFirmware = 44;
constexpr std::uint32_t kLocation = 58;
constexpr std::uint32_t kModelName = 70;
constexpr std::uint32_t kObjectName = 77;
constexpr std::uint32_t kVendorIdentifier = 120;
constexpr std::uint32_t kVendorName = 121;
constexpr std::uint32_t kSerialNumber = 372;
}  // namespace bacnet_property

// Who a message is from: the sender, or a device behind it that the sender
// routes for, which is equipment with a name of its own.
class BacnetSpeaker {
 public:
  BacnetSpeaker(const Subject& about, FactSink& out) : about_(about), out_(out) {}

  void stands_behind(std::uint16_t network, Bytes address);
  void say(Claim claim, std::string_view value, bool refused = false);
  // Nothing for the instance that stands for any device.
  void say_instance(const BacnetElement& device);
  // A property of the device object; `value` without its tag.
  void say_property(std::uint32_t property, Bytes value);

 private:
  Subject about_;
  FactSink& out_;
  ShortText<64> equipment_;
};

// The answers to ReadProperty and ReadPropertyMultiple, after their header.
// False where they end too early.
bool read_bacnet_property(Cursor in, BacnetSpeaker& speaker);
bool read_bacnet_properties(Cursor in, BacnetSpeaker& speaker);

}  // namespace asepsis
