// BACnet, the language of building controls, over IP and straight over
// Ethernet: which device, of which maker and model, and who changes what in it.
// ANSI/ASHRAE 135-2020: Annex J (BVLC), clause 7 (over Ethernet, by the LLC
// address 0x82), clause 6 (network layer, 6.2), clause 20 (application layer: 20.1 headers,
// 20.2 encoding), clause 21 (services and the numbers of properties). Nothing
// in it says who asks: what is accepted is accepted from anybody.

#include "proto/bacnet.hpp"

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kBvlcIp = 0x81;
constexpr std::uint8_t kNetworkVersion = 1;
constexpr std::size_t kBvlcHeader = 4;
constexpr std::size_t kOrigin = 6;

enum class Bvlc : std::uint8_t {  // J.2
  result = 0x00,
  write_broadcast_table = 0x01,
  read_broadcast_table = 0x02,
  broadcast_table = 0x03,
  forwarded = 0x04,
  register_foreign_device = 0x05,
  read_foreign_devices = 0x06,
  foreign_devices = 0x07,
  delete_foreign_device = 0x08,
  distribute_broadcast = 0x09,
  unicast = 0x0a,
  broadcast = 0x0b,
  secured = 0x0c,
};

// 21: services that ask for an answer, in the order of their numbers.
constexpr std::string_view kConfirmed[] = {
    "acknowledge-alarm",
    "confirmed-cov-notification",
    "confirmed-event-notification",
    "get-alarm-summary",
    "get-enrolment-summary",
    "subscribe-cov",
    "atomic-read-file",
    "atomic-write-file",
    "add-list-element",
    "remove-list-element",
    "create-object",
    "delete-object",
    "read-property",
    "read-property-conditional",
    "read-property-multiple",
    "write-property",
    "write-property-multiple",
    "device-communication-control",
    "confirmed-private-transfer",
    "confirmed-text-message",
    "reinitialize-device",
    "vt-open",
    "vt-close",
    "vt-data",
    "authenticate",
    "request-key",
    "read-range",
    "life-safety-operation",
    "subscribe-cov-property",
    "get-event-information",
    "subscribe-cov-property-multiple",
    "confirmed-cov-notification-multiple",
    "confirmed-audit-notification",
    "audit-log-query",
};

// 21: services that do not.
constexpr std::string_view kUnconfirmed[] = {
    "i-am",
    "i-have",
    "unconfirmed-cov-notification",
    "unconfirmed-event-notification",
    "unconfirmed-private-transfer",
    "unconfirmed-text-message",
    "time-synchronization",
    "who-has",
    "who-is",
    "utc-time-synchronization",
    "write-group",
    "unconfirmed-cov-notification-multiple",
    "unconfirmed-audit-notification",
    "who-am-i",
    "you-are",
};

namespace confirmed {
constexpr std::uint8_t kCovNotification = 1;
constexpr std::uint8_t kEventNotification = 2;
constexpr std::uint8_t kReadProperty = 12;
constexpr std::uint8_t kReadPropertyMultiple = 14;
}  // namespace confirmed

namespace unconfirmed {
constexpr std::uint8_t kIAm = 0;
constexpr std::uint8_t kIHave = 1;
constexpr std::uint8_t kCovNotification = 2;
constexpr std::uint8_t kEventNotification = 3;
constexpr std::uint8_t kWhoAmI = 13;
}  // namespace unconfirmed

std::string_view name_of(std::span<const std::string_view> names, std::uint8_t number) {
  return number < names.size() ? names[number] : std::string_view{};
}

// Annex J.2: a device asks the broadcast manager for something.
std::string_view name_of(Bvlc function) {
  switch (function) {
    case Bvlc::write_broadcast_table: return "write-broadcast-distribution-table";
    case Bvlc::read_broadcast_table: return "read-broadcast-distribution-table";
    case Bvlc::register_foreign_device: return "register-foreign-device";
    case Bvlc::read_foreign_devices: return "read-foreign-device-table";
    case Bvlc::delete_foreign_device: return "delete-foreign-device";
    default: return {};
  }
}

// J.2.1: the high digit of a refusal is that of the function refused.
std::string_view refused_by_result(std::uint16_t code) {
  switch (code) {
    case 0x0010: return name_of(Bvlc::write_broadcast_table);
    case 0x0020: return name_of(Bvlc::read_broadcast_table);
    case 0x0030: return name_of(Bvlc::register_foreign_device);
    case 0x0040: return name_of(Bvlc::read_foreign_devices);
    case 0x0050: return name_of(Bvlc::delete_foreign_device);
    default: return {};
  }
}

// 20.1.2.11, 15.5: notifications name the device they come from second.
bool read_notification(Cursor in, BacnetSpeaker& speaker) {
  const auto process = take_bacnet(in);
  const auto device = take_bacnet(in);
  if (!process || !device || !device->is_context(1)) return false;
  speaker.say_instance(*device);
  return true;
}

// 16.10: the device, how much it can take, and its maker's number.
bool read_i_am(Cursor in, BacnetSpeaker& speaker) {
  const auto device = take_bacnet(in);
  const auto size = take_bacnet(in);
  const auto segmentation = take_bacnet(in);
  const auto vendor = take_bacnet(in);
  if (!device || !device->is(BacnetType::object_id) || !size || !segmentation || !vendor ||
      !vendor->is(BacnetType::unsigned_number))
    return false;
  speaker.say_instance(*device);
  speaker.say("bacnet.vendor"_claim, ShortText<>().number(bacnet_number(vendor->value)));
  return true;
}

// 16.9: the device, one of its objects and that object's name. The device is
// an object too.
bool read_i_have(Cursor in, BacnetSpeaker& speaker) {
  const auto device = take_bacnet(in);
  const auto object = take_bacnet(in);
  const auto name = take_bacnet(in);
  if (!device || !device->is(BacnetType::object_id) || !object ||
      !object->is(BacnetType::object_id) || !name || !name->is(BacnetType::text))
    return false;
  speaker.say_instance(*device);
  if (bacnet_number(device->value) == bacnet_number(object->value) && bacnet_device(object->value))
    speaker.say_property(bacnet_property::kObjectName, name->value);
  return true;
}

// 16.11 of 135-2020: a device without an instance asks for one.
bool read_who_am_i(Cursor in, BacnetSpeaker& speaker) {
  const auto vendor = take_bacnet(in);
  const auto model = take_bacnet(in);
  const auto serial = take_bacnet(in);
  if (!vendor || !vendor->is(BacnetType::unsigned_number) || !model ||
      !model->is(BacnetType::text) || !serial || !serial->is(BacnetType::text))
    return false;
  speaker.say("bacnet.vendor"_claim, ShortText<>().number(bacnet_number(vendor->value)));
  speaker.say_property(bacnet_property::kModelName, model->value);
  speaker.say_property(bacnet_property::kSerialNumber, serial->value);
  return true;
}

bool read_unconfirmed(Cursor in, BacnetSpeaker& speaker) {
  in.skip(1);
  const std::uint8_t service = in.u8();
  if (!in.ok()) return false;
  speaker.say("bacnet.service"_claim, name_of(kUnconfirmed, service));
  switch (service) {
    case unconfirmed::kIAm: return read_i_am(in, speaker);
    case unconfirmed::kIHave: return read_i_have(in, speaker);
    case unconfirmed::kCovNotification:
    case unconfirmed::kEventNotification: return read_notification(in, speaker);
    case unconfirmed::kWhoAmI: return read_who_am_i(in, speaker);
    default: return true;
  }
}

// 20.1.2: flags, sizes, invoke id and, of a piece, its place among the pieces.
bool read_request(Cursor in, BacnetSpeaker& speaker) {
  constexpr std::uint8_t kSegmented = 0x08;
  const bool segmented = (in.u8() & kSegmented) != 0;
  in.skip(2);
  const bool later = segmented && in.u8() != 0;
  if (segmented) in.skip(1);
  const std::uint8_t service = in.u8();
  if (!in.ok()) return false;
  if (later) return true;
  speaker.say("bacnet.service"_claim, name_of(kConfirmed, service));
  if (service == confirmed::kCovNotification || service == confirmed::kEventNotification)
    return read_notification(in, speaker);
  return true;
}

// 20.1.5. Only the first piece of an answer in pieces begins with an object;
// what it says is whole but for its last property.
bool read_answer(Cursor in, BacnetSpeaker& speaker) {
  constexpr std::uint8_t kSegmented = 0x08;
  const bool segmented = (in.u8() & kSegmented) != 0;
  in.skip(1);
  const bool later = segmented && in.u8() != 0;
  if (segmented) in.skip(1);
  const std::uint8_t service = in.u8();
  if (!in.ok()) return false;
  if (later) return true;
  speaker.say("bacnet.accepts"_claim, name_of(kConfirmed, service));
  bool whole = true;
  if (service == confirmed::kReadProperty) whole = read_bacnet_property(in, speaker);
  if (service == confirmed::kReadPropertyMultiple) whole = read_bacnet_properties(in, speaker);
  return whole || segmented;
}

bool read_application(Cursor in, BacnetSpeaker& speaker) {
  enum : std::uint8_t {
    request,
    unasked,
    simple_answer,
    answer,
    piece_taken,
    error,
    reject,
    abort
  };
  switch (Cursor(in).u8() >> 4) {
    case request: return read_request(in, speaker);
    case unasked: return read_unconfirmed(in, speaker);
    case answer: return read_answer(in, speaker);
    case piece_taken: return in.rest().size() >= 4;
    case reject:
    case abort: return in.rest().size() >= 3;
    case simple_answer:
    case error: {
      const bool refused = in.u8() >> 4 == error;
      in.skip(1);
      const std::uint8_t service = in.u8();
      if (in.ok()) speaker.say("bacnet.accepts"_claim, name_of(kConfirmed, service), refused);
      return in.ok();
    }
    default: return false;
  }
}

// 6.4: messages between routers; I-Am-Router-To-Network lists what is behind.
bool read_network_message(Cursor in, BacnetSpeaker& speaker) {
  constexpr std::uint8_t kIAmRouter = 0x01;
  constexpr int kMostNetworks = 64;
  const std::uint8_t type = in.u8();
  if (!in.ok()) return false;
  if (type != kIAmRouter) return true;
  for (int i = 0; i < kMostNetworks && !in.done(); ++i) {
    const std::uint16_t network = in.be16();
    if (in.ok()) speaker.say("bacnet.network"_claim, ShortText<>().number(network));
  }
  return in.ok();
}

// 6.2: where it goes and, if a router brought it, where it comes from.
bool read_network(Cursor in, Subject about, FactSink& out) {
  constexpr std::uint8_t kNetworkMessage = 0x80;
  constexpr std::uint8_t kDestination = 0x20;
  constexpr std::uint8_t kSource = 0x08;
  const std::uint8_t version = in.u8();
  const std::uint8_t control = in.u8();
  if (version != kNetworkVersion) return false;
  if ((control & kDestination) != 0) {
    in.skip(2);
    in.skip(in.u8());
  }
  BacnetSpeaker speaker(about, out);
  if ((control & kSource) != 0) {
    const std::uint16_t network = in.be16();
    const Bytes address = in.take(in.u8());
    if (!in.ok() || address.empty()) return false;
    speaker.stands_behind(network, address);
  }
  if ((control & kDestination) != 0) in.skip(1);  // hops left
  if (!in.ok()) return false;
  if ((control & kNetworkMessage) != 0) return read_network_message(in, speaker);
  return read_application(in, speaker);
}

class BacnetParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint8_t type = in.u8();
    const auto function = Bvlc{in.u8()};
    const std::uint16_t size = in.be16();
    if (!in.ok() || type != kBvlcIp || size < kBvlcHeader) return false;
    Cursor body = in.sub(size - kBvlcHeader);
    if (!body.ok()) return false;
    switch (function) {
      case Bvlc::unicast:
      case Bvlc::broadcast:
      case Bvlc::distribute_broadcast: return read_network(body, from, out);
      case Bvlc::forwarded: {
        // J.2.5: who it was that sent it first; the sender only passes it on.
        const Bytes origin = body.take(kOrigin);
        if (!body.ok()) return false;
        const Ip ip = Ip::v4(origin);
        if (ip.unspecified() || ip.multicast()) return false;
        out.say(from, "bacnet.service"_claim, "forward-broadcasts");  // a broadcast manager does
        return read_network(body, Subject(Mac{}, ip), out);
      }
      // J.2.4, J.2.8: who has the table is a broadcast manager.
      case Bvlc::broadcast_table:
        out.say(from, "bacnet.accepts"_claim, name_of(Bvlc::read_broadcast_table));
        return true;
      case Bvlc::foreign_devices:
        out.say(from, "bacnet.accepts"_claim, name_of(Bvlc::read_foreign_devices));
        return true;
      case Bvlc::result: {
        const std::string_view refused = refused_by_result(body.be16());
        BacnetSpeaker(from, out).say("bacnet.accepts"_claim, refused, true);
        return body.ok();
      }
      default:
        out.say(from, "bacnet.service"_claim, name_of(function));
        return function <= Bvlc::secured;
    }
  }
};

class BacnetFrames final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override { return read_network(in, from, out); }
};

// The size in the header must be that of the datagram, the function known and
// the network layer of the one version there is. Devices speak unasked, so
// either side may be first.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kWhole = 128;  // an opening may be cut, but not before
  Cursor in(opening.bytes);
  const std::uint8_t type = in.u8();
  const auto function = Bvlc{in.u8()};
  const std::uint16_t size = in.be16();
  const std::size_t seen = opening.bytes.size();
  if (!in.ok() || type != kBvlcIp || function > Bvlc::secured || size < kBvlcHeader)
    return Recognition::no;
  if (size != seen && (size < seen || seen < kWhole)) return Recognition::no;
  if (function == Bvlc::forwarded) in.skip(kOrigin);
  const bool carries = function == Bvlc::forwarded || function == Bvlc::unicast ||
                       function == Bvlc::broadcast || function == Bvlc::distribute_broadcast;
  if (carries && in.u8() != kNetworkVersion) return Recognition::no;
  if (!carries && !opening.expected_port) return Recognition::no;
  return in.ok() ? Recognition::yes : Recognition::no;
}

// 47808 is 0xBAC0; sites that need more than one network take the next ones (J.1.2).
constexpr std::uint16_t kPorts[] = {47808, 47809, 47810, 47811, 47812, 47813, 47814, 47815,
                                    47816, 47817, 47818, 47819, 47820, 47821, 47822, 47823};
constexpr std::uint16_t kTypes[] = {ether_type::kBacnet};

}  // namespace

extern constinit const Protocol kBacnetEthernet{
    .name = "bacnet-ethernet",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<BacnetFrames>(); },
};

extern constinit const Protocol kBacnet{
    .name = "bacnet",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<BacnetParser>(); },
    .begins = FirstBytes::of({kBvlcIp}),
};

}  // namespace asepsis
