// KNXnet/IP, the way of the KNX building bus over IP: routers and interfaces that
// say who they are, who connects to them, and who changes what. ISO 22510 (KNX
// Standard 03_08_01 to 03_08_09): 2.3 (header), 03_08_02, 7.5 (description blocks)
// and 7.6 to 7.8 (services), 03_08_09 (secure), 03_06_03 (cEMI), 03_03_07 (APCI).
// Values of group addresses are never read.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 6;
constexpr std::uint8_t kVersion = 0x10;

enum class Service : std::uint16_t {
  search_request = 0x0201,
  search_response = 0x0202,
  description_response = 0x0204,
  connect_request = 0x0205,
  connect_response = 0x0206,
  disconnect_response = 0x020a,
  extended_search_request = 0x020b,
  extended_search_response = 0x020c,
  device_request = 0x0310,
  tunnel_request = 0x0420,
  routing = 0x0530,
  secure_wrapper = 0x0950,
  session_response = 0x0952,
  session_status = 0x0954,
};

// Whether it is a service there is: the groups and how many each has.
bool known(std::uint16_t service) {
  const int number = service & 0xff;
  switch (service >> 8) {
    case 0x02: return number >= 1 && number <= 0x0c;
    case 0x03: return number == 0x10 || number == 0x11;
    case 0x04: return number >= 0x20 && number <= 0x25;
    case 0x05: return number >= 0x30 && number <= 0x33;
    case 0x07: return number >= 0x40 && number <= 0x43;
    case 0x09: return number >= 0x50 && number <= 0x55;
    default: return false;
  }
}

// 7.5.4.3: families of services.
std::string_view family_name(std::uint8_t family) {
  switch (family) {
    case 0x02: return "core";
    case 0x03: return "device management";
    case 0x04: return "tunnelling";
    case 0x05: return "routing";
    case 0x06: return "remote logging";
    case 0x07: return "remote configuration";
    case 0x08: return "object server";
    case 0x09: return "security";
    default: return {};
  }
}

// 7.5.1.2: kinds of connection.
std::string_view connection_name(std::uint8_t kind) {
  switch (kind) {
    case 0x03: return "device management";
    case 0x04: return "tunnelling";
    case 0x06: return "remote logging";
    case 0x07: return "remote configuration";
    case 0x08: return "object server";
    default: return {};
  }
}

std::string_view medium_name(std::uint8_t medium) {
  switch (medium) {
    case 0x02: return "twisted pair";
    case 0x04: return "power line";
    case 0x10: return "radio";
    case 0x20: return "ip";
    default: return {};
  }
}

ShortText<16> address_text(std::uint16_t address) {
  ShortText<16> text;
  text.number(address >> 12).add('.').number(address >> 8 & 0xf).add('.').number(address & 0xff);
  return text;
}

// 7.5.4.2: what the device is. `in` is behind length and type.
bool read_device(Side from, Cursor in, FactSink& out) {
  const std::uint8_t medium = in.u8();
  const bool programming = (in.u8() & 1) != 0;
  const std::uint16_t address = in.be16();
  in.skip(2);  // the project
  const Bytes serial = in.take(6);
  const Bytes multicast = in.take(4);
  const Bytes mac = in.take(6);
  const std::string_view name = as_text(in.take(30));
  if (!in.ok()) return false;
  const auto any = [](std::uint8_t byte) { return byte != 0; };
  out.say(from, "knx.medium"_claim, medium_name(medium));
  out.say(from, "knx.address"_claim, address_text(address));
  if (programming) out.say(from, "knx.programming"_claim, "on");
  if (std::ranges::any_of(serial, any))
    out.say(from, "device.serial"_claim, ShortText<>().hex(serial));
  if (std::ranges::any_of(multicast, any))
    out.say(from, "knx.multicast"_claim, to_text(Ip::v4(multicast)));
  if (std::ranges::any_of(mac, any))
    out.say(from, "address.other_mac"_claim, to_text(Mac::from(mac)));
  out.say(from, "device.description"_claim, name.substr(0, name.find('\0')));
  return true;
}

// 7.5.4: blocks, each of a length and a type.
bool read_description(Side from, Cursor in, FactSink& out) {
  enum : std::uint8_t { device = 1, families = 2, secured_families = 6 };
  while (!in.done()) {
    const std::size_t size = in.u8();
    if (size < 2) return false;
    const std::uint8_t type = in.u8();
    Cursor block = in.sub(size - 2);
    if (!block.ok()) return false;
    if (type == device && !read_device(from, block, out)) return false;
    if (type != families && type != secured_families) continue;
    while (block.rest().size() >= 2) {
      const std::string_view family = family_name(block.u8());
      const unsigned version = block.u8();
      if (family.empty()) continue;
      ShortText<> text;
      text.add(family).add(' ').number(version);
      if (type == secured_families) text.add(" secured");
      out.say(from, "knx.services"_claim, text);
    }
  }
  return true;
}

// 7.8.1, 7.8.2: an address each for control and data, then what is asked for.
// The answer is about the same, but says it only if it grants.
bool read_connection(Side from, Cursor in, FactSink& out) {
  const std::uint8_t channel = in.u8();
  const std::uint8_t status = in.u8();
  if (!in.ok()) return false;
  if (status != 0) {
    out.on_fact({from, "knx.accepts"_claim, "connection", {}, true});
    return true;
  }
  in.skip(in.done() ? 0 : Cursor(in).u8());
  in.skip(1);
  const std::string_view kind = connection_name(in.u8());
  if (in.ok() && channel != 0) out.say(from, "knx.accepts"_claim, kind);
  return in.ok();
}

// 03_03_07, 3: the ten bits that say what a telegram does.
std::string_view telegram_writes(std::uint16_t code) {
  switch (code & 0x3c0) {
    case 0x080: return "group value";
    case 0x0c0: return "individual address";
    case 0x280: return "memory";
    case 0x380: return "restart";
    default: break;
  }
  switch (code & 0x3ff) {
    case 0x2c2: return "user memory";
    case 0x3d3: return "access key";
    case 0x3d7: return "property";
    case 0x3de: return "individual address";
    default: return {};
  }
}

// 03_06_03, 4.1.5 and 4.1.7: the message code, then a telegram or a property.
// What is only passed on from the bus (indications) is not the sender's doing.
bool read_message(Side from, Cursor in, bool routed, FactSink& out) {
  enum : std::uint8_t { request = 0x11, indication = 0x29, property = 0xf6, reset = 0xf1 };
  const std::uint8_t code = in.u8();
  if (code == property) out.say(from, "knx.writes"_claim, "property");
  if (code == reset) out.say(from, "knx.writes"_claim, "restart");
  if (code != request && !(routed && code == indication)) return in.ok();
  in.skip(in.u8());
  in.skip(6);  // control, source, destination
  const std::uint8_t length = in.u8();
  const std::uint16_t application = in.be16() & 0x3ff;
  if (length > 0 && in.ok()) out.say(from, "knx.writes"_claim, telegram_writes(application));
  return in.ok() || length == 0;
}

bool read_body(Side from, Service service, Cursor in, FactSink& out) {
  switch (service) {
    case Service::search_response:
    case Service::extended_search_response: in.skip(8); [[fallthrough]];
    case Service::description_response: return read_description(from, in, out);
    case Service::connect_response: return read_connection(from, in, out);
    case Service::device_request:
    case Service::tunnel_request:
      in.skip(Cursor(in).u8());
      return read_message(from, in, false, out);
    case Service::routing: return read_message(from, in, true, out);
    case Service::session_response:
      out.say(from, "knx.accepts"_claim, "secure session");
      out.on_application("knxnet-ip", Security::other);
      return true;
    case Service::secure_wrapper: out.on_application("knxnet-ip", Security::other); return true;
    default: return true;
  }
}

class KnxParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const std::uint8_t header = in.u8();
    const std::uint8_t version = in.u8();
    in.skip(2);
    const std::size_t size = in.be16();
    if (!in.ok()) return Frame::unknown();
    if (header != kHeader || version != kVersion || size < kHeader) return Frame::foreign();
    return Frame::message(size);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint8_t header = in.u8();
    const std::uint8_t version = in.u8();
    const auto service = Service{in.be16()};
    const std::size_t size = in.be16();
    if (!in.ok() || header != kHeader || version != kVersion || size < kHeader) return false;
    const Cursor body = in.sub(size - kHeader);
    return body.ok() && read_body(from, service, body, out);
  }
};

// The header has three bytes that do not vary, a service of a short list, and
// the size of the datagram.
Recognition recognise_datagram(const Opening& opening) {
  constexpr std::size_t kWhole = 128;  // an opening may be cut, but not before
  Cursor in(opening.bytes);
  const std::uint8_t header = in.u8();
  const std::uint8_t version = in.u8();
  const std::uint16_t service = in.be16();
  const std::size_t size = in.be16();
  const std::size_t seen = opening.bytes.size();
  if (!in.ok() || header != kHeader || version != kVersion || !known(service))
    return Recognition::no;
  return size == seen || (size > seen && seen >= kWhole) ? Recognition::yes : Recognition::no;
}

Recognition recognise_stream(const Opening& opening) {
  constexpr std::size_t kLargest = 512;
  Cursor in(opening.bytes);
  const std::uint8_t header = in.u8();
  const bool one = in.done();
  const std::uint8_t version = in.u8();
  if (header != kHeader || (!one && version != kVersion)) return Recognition::no;
  const std::uint16_t service = in.be16();
  const std::size_t size = in.be16();
  if (!in.ok()) return Recognition::more;
  return known(service) && size >= kHeader && size <= kLargest ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {3671};

}  // namespace

extern constinit const Protocol kKnx{
    .name = "knxnet-ip",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<KnxParser>(); },
    .begins = FirstBytes::of({kHeader}),
};

extern constinit const Protocol kKnxTcp{
    .name = "knxnet-ip",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<KnxParser>(); },
    .max_message = 1024,
};

}  // namespace asepsis
