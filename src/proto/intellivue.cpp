// Philips IntelliVue patient monitors, Data Export interface over LAN: the
// connect indication that a monitor broadcasts (UDP 24005) and the MDS create
// event of an association (UDP 24105). Big endian; attribute lists as in the
// maker's Data Export Interface Programming Guide, "Protocol Data Units".
// Patient demographics are a poll result of their own: it is only noticed
// that one came.

#include "base/eui64.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

namespace attribute {
constexpr std::uint16_t kBedLabel = 0x091e;
constexpr std::uint16_t kSystemModel = 0x0928;
constexpr std::uint16_t kProduction = 0x092d;
constexpr std::uint16_t kSystemId = 0x0984;
constexpr std::uint16_t kNetworkAddress = 0xf100;
constexpr std::uint16_t kEquipmentLabel = 0xf135;
}  // namespace attribute

constexpr std::uint16_t kConnectIndication = 0x0d17;
constexpr std::uint16_t kMdsCreate = 0x0d06;
constexpr std::uint16_t kMdsClass = 0x0021;
constexpr std::uint16_t kConnectClass = 0x0023;
constexpr std::uint16_t kDemographicsClass = 0x002a;

// UTF-16 of which only ASCII and Latin-1 are taken.
ShortText<64> wide_text(Bytes bytes) {
  ShortText<64> text;
  Cursor in(bytes);
  while (in.rest().size() >= 2) {
    const std::uint16_t unit = in.be16();
    if (unit == 0) break;
    if (unit < 0x100) text.add(static_cast<char>(unit));
  }
  return text;
}

// Two strings, each with its length: maker and model.
void tell_model(Side from, Cursor value, FactSink& out) {
  out.say(from, "device.manufacturer"_claim, as_text(value.take(value.be16())));
  out.say(from, "device.model"_claim, as_text(value.take(value.be16())));
}

// Entries of kind, component and string. Components of one monitor have
// revisions of their own: the first of a kind is the whole's.
void tell_production(Side from, Cursor value, FactSink& out) {
  struct Row {
    std::uint16_t kind;
    Claim claim;
    bool told = false;
  };
  Row rows[] = {
      {1, "device.serial"_claim},
      {2, "device.part"_claim},
      {3, "device.hardware"_claim},
      {4, "device.firmware"_claim},
  };
  value.skip(4);  // count, length
  while (!value.done()) {
    const std::uint16_t kind = value.be16();
    value.skip(2);  // component
    const std::string_view text = trimmed(as_text(value.take(value.be16())));
    for (Row& row : rows) {
      if (row.kind != kind || row.told || !value.ok()) continue;
      row.told = !text.empty() && text.find_first_not_of('-') != std::string_view::npos;
      if (row.told) out.say(from, row.claim, text.substr(0, 64));
    }
  }
}

void tell_attribute(Side from, std::uint16_t id, Cursor value, FactSink& out) {
  switch (id) {
    case attribute::kSystemModel: tell_model(from, value, out); break;
    case attribute::kProduction: tell_production(from, value, out); break;
    case attribute::kSystemId: {
      const Bytes bytes = value.take(value.be16());
      if (bytes.size() != 8) break;
      Eui64 eui64;
      std::ranges::copy(bytes, eui64.bytes.begin());
      if (!eui64.nameless()) out.say(from, "device.eui64"_claim, eui64.text());
      break;
    }
    case attribute::kNetworkAddress: {
      const Bytes mac = value.take(6);
      if (value.ok() && !Mac::from(mac).empty())
        out.say(from, "address.other_mac"_claim, to_text(Mac::from(mac)));
      break;
    }
    case attribute::kBedLabel:
    case attribute::kEquipmentLabel:
      out.say(from, "device.location"_claim, wide_text(value.take(value.be16())));
      break;
    default: break;
  }
}

// Lists whose count disagrees with their length exist: the bytes decide.
bool tell_attributes(Side from, Cursor in, FactSink& out) {
  in.skip(2);  // count
  const std::size_t length = in.be16();
  Cursor list = in.sub(std::min(length, in.rest().size()));
  out.say(from, "device.class"_claim, "patient-monitor");
  while (!list.done()) {
    const std::uint16_t id = list.be16();
    const Cursor value = list.sub(list.be16());
    if (!list.ok()) return false;
    tell_attribute(from, id, value, out);
  }
  return true;
}

bool read_event(Side from, Cursor in, FactSink& out) {
  const std::uint16_t object_class = in.be16();
  in.skip(8);  // context, handle, time
  const std::uint16_t event = in.be16();
  in.skip(2);  // length
  if (!in.ok()) return false;
  if (event == kConnectIndication) return tell_attributes(from, in, out);
  if (event != kMdsCreate || object_class != kMdsClass) return true;
  in.skip(6);  // class, context, handle of the MDS
  // An answer to the event has no attributes.
  return in.rest().size() < 4 || tell_attributes(from, in, out);
}

bool read_poll_result(Cursor in, FactSink& out) {
  in.skip(6);       // managed object
  in.skip(4);       // action, length
  in.skip(14 + 2);  // poll number, times; partition
  const std::uint16_t object_class = in.be16();
  in.skip(2);  // attribute group
  const std::uint16_t count = in.be16();
  if (in.ok() && object_class == kDemographicsClass && count > 0)
    out.say(Side::server, "clear.patient_identity"_claim, "intellivue demographics");
  return in.ok();
}

class IntellivueParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint16_t first = in.be16();
    const std::uint16_t second = in.be16();
    const bool indication = first == 0 && second == 0x0100;
    const bool data = first == 0xe100;
    // The association itself (session PDUs of ISO 8327) says nothing.
    if (!indication && !data) return true;
    const std::uint16_t kind = in.be16();
    in.skip(2);                 // length
    if (kind == 5) in.skip(2);  // linked results: state and count
    in.skip(2);                 // invoke id
    const std::uint16_t command = in.be16();
    in.skip(2);  // length
    if (!in.ok()) return false;
    if (kind == 1 && command <= 1) return read_event(from, in, out);
    if ((kind == 2 || kind == 5) && command == 7) return read_poll_result(in, out);
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint16_t first = in.be16();
  const std::uint16_t second = in.be16();
  if (first == 0 && second == 0x0100) {
    in.skip(10);  // operation, length, invoke id, command, length
    const std::uint16_t object_class = in.be16();
    in.skip(8);
    return in.be16() == kConnectIndication && in.ok() &&
                   (object_class == kConnectClass || object_class == kMdsClass)
               ? Recognition::yes
               : Recognition::no;
  }
  if (!opening.expected_port) return Recognition::no;
  const std::uint16_t operation = in.be16();
  if (first == 0xe100 && second == 2 && in.ok() && operation >= 1 && operation <= 5)
    return Recognition::yes;
  // Session PDUs: connect, accept, refuse, finish, disconnect, abort.
  const auto session = static_cast<std::uint8_t>(first >> 8);
  const auto length = static_cast<std::uint8_t>(first & 0xff);
  const bool known = session == 0x0d || session == 0x0e || session == 0x0c || session == 0x09 ||
                     session == 0x0a || session == 0x19;
  return known && (length == 0xff || length + 2U == opening.bytes.size()) ? Recognition::yes
                                                                          : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {24005, 24105};

}  // namespace

extern constinit const Protocol kIntellivue{
    .name = "intellivue",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<IntellivueParser>(); },
};

}  // namespace asepsis
