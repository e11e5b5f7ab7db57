#include "proto/cip.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kAnswer = 0x80;

namespace object {
constexpr std::uint32_t kIdentity = 0x01;
constexpr std::uint32_t kMessageRouter = 0x02;
constexpr std::uint32_t kConnectionManager = 0x06;
constexpr std::uint32_t kSymbol = 0x6b;  // Rockwell's, for tags
constexpr std::uint32_t kInterface = 0xf5;
constexpr std::uint32_t kTag = 0x10000;  // ours: a path that is a tag's name
}  // namespace object

namespace service {
constexpr std::uint8_t kGetAttributesAll = 0x01;
constexpr std::uint8_t kGetAttributeList = 0x03;
constexpr std::uint8_t kMultiple = 0x0a;
constexpr std::uint8_t kGetAttribute = 0x0e;
constexpr std::uint8_t kUnconnectedSend = 0x52;
}  // namespace service

struct ServiceRow {
  std::uint8_t code;
  bool writes;
  std::string_view name;
};

// Appendix A-3, table.
constexpr ServiceRow kServices[] = {
    {0x01, false, "get-attributes-all"},
    {0x02, true, "set-attributes-all"},
    {0x03, false, "get-attribute-list"},
    {0x04, true, "set-attribute-list"},
    {0x05, true, "reset"},
    {0x06, true, "start"},
    {0x07, true, "stop"},
    {0x08, true, "create"},
    {0x09, true, "delete"},
    {0x0a, false, "multiple-service-packet"},
    {0x0d, true, "apply-attributes"},
    {0x0e, false, "get-attribute-single"},
    {0x10, true, "set-attribute-single"},
    {0x11, false, "find-next-object-instance"},
    {0x15, true, "restore"},
    {0x16, true, "save"},
    {0x17, false, "no-operation"},
    {0x18, false, "get-member"},
    {0x19, true, "set-member"},
    {0x1a, true, "insert-member"},
    {0x1b, true, "remove-member"},
    {0x1c, false, "group-sync"},
};

// 3-5.5: what only the connection manager does.
constexpr ServiceRow kConnectionServices[] = {
    {0x4e, false, "forward-close"},
    {0x52, false, "unconnected-send"},
    {0x54, false, "forward-open"},
    {0x5b, false, "large-forward-open"},
};

// Rockwell's, for tags (1756-PM020).
constexpr ServiceRow kTagServices[] = {
    {0x4c, false, "read-tag"},
    {0x4d, true, "write-tag"},
    {0x4e, true, "read-modify-write-tag"},
    {0x52, false, "read-tag-fragmented"},
    {0x53, true, "write-tag-fragmented"},
};

std::span<const ServiceRow> services_of(std::uint32_t object) {
  if (object == object::kConnectionManager) return kConnectionServices;
  if (object == object::kTag || object == object::kSymbol) return kTagServices;
  return {};
}

const ServiceRow* find_service(std::uint32_t object, std::uint8_t code) {
  for (const auto rows : {std::span<const ServiceRow>(kServices), services_of(object)})
    for (const ServiceRow& row : rows)
      if (row.code == code) return &row;
  return nullptr;
}

std::string_view object_name(std::uint32_t number) {
  switch (number) {
    case object::kIdentity: return "identity";
    case object::kMessageRouter: return "message-router";
    case 0x04: return "assembly";
    case object::kConnectionManager: return "connection-manager";
    case 0x0f: return "parameter";
    case 0x37: return "file";
    case 0x43: return "time-sync";
    case object::kSymbol:
    case object::kTag: return "tag";
    case object::kInterface: return "tcp-ip-interface";
    case 0xf6: return "ethernet-link";
    case 0x48: return "quality-of-service";
    case 0x5d: return "cip-security";
    case 0x5e: return "ethernet-ip-security";
    default: return {};
  }
}

// C-1.4.2: which object and attribute a path leads to.
struct Path {
  std::uint32_t object = 0;
  std::uint16_t attribute = 0;
};
Path read_path(Cursor in) {
  constexpr std::uint8_t kLogical = 0x20;
  constexpr std::uint8_t kSymbolic = 0x91;
  enum : std::uint8_t { object, instance, member, point, attribute };
  Path path;
  while (!in.done()) {
    const std::uint8_t segment = in.u8();
    if (segment == kSymbolic) path.object = object::kTag;
    if ((segment & 0xe0) != kLogical || (segment & 3) > 1) break;
    if ((segment & 3) == 1) in.skip(1);
    const std::uint16_t value = (segment & 3) == 1 ? in.le16() : in.u8();
    if ((segment >> 2 & 7) == object) path.object = value;
    if ((segment >> 2 & 7) == attribute) path.attribute = value;
  }
  return path;
}

// 5-2.2.1.2: the kinds of device that there are profiles for.
ShortText<48> device_type(std::uint16_t type) {
  struct Row {
    std::uint16_t number;
    std::string_view name;
  };
  constexpr Row kTypes[] = {
      {0x02, "ac-drive"},
      {0x03, "motor-overload"},
      {0x07, "discrete-io"},
      {0x0c, "communications-adapter"},
      {0x0e, "plc"},
      {0x10, "position-controller"},
      {0x13, "dc-drive"},
      {0x18, "human-machine-interface"},
      {0x1b, "pneumatic-valve"},
      {0x22, "encoder"},
      {0x25, "cip-motion-drive"},
      {0x2b, "generic"},
      {0x2c, "managed-switch"},
      {0x32, "network-interface"},
  };
  ShortText<48> name;
  const auto row = std::ranges::find(kTypes, type, &Row::number);
  return row != std::end(kTypes) ? name.add(row->name) : name.number(type), name;
}

ShortText<16> serial_text(std::uint32_t serial) {
  ShortText<16> text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const std::uint8_t byte = serial >> shift & 0xff;
    text.hex(Bytes(&byte, 1));
  }
  return text;
}

// 5-2.2.1, each attribute by itself. False if its size is not known, so that
// nothing behind it can be read.
bool read_attribute(Side from, std::uint16_t attribute, Cursor& in, std::string_view equipment,
                    FactSink& out) {
  const auto say = [&](Claim claim, std::string_view value) {
    if (in.ok()) out.say_of(equipment, from, claim, value);
  };
  switch (attribute) {
    case 1: say("enip.vendor"_claim, ShortText<>().number(in.le16())); break;
    case 2: say("enip.device_type"_claim, device_type(in.le16())); break;
    case 3: say("enip.product"_claim, ShortText<>().number(in.le16())); break;
    case 4: {
      // The upper bit of the major revision is reserved: 5-2.2.1.4.
      const unsigned major = in.u8() & 0x7fU;
      const unsigned minor = in.u8();
      say("device.firmware"_claim, ShortText<>().number(major).add('.').number(minor));
      break;
    }
    case 5: in.skip(2); break;
    case 6: {
      const std::uint32_t serial = in.le32();
      if (serial != 0) say("device.serial"_claim, serial_text(serial));
      break;
    }
    case 7: {
      const Bytes name = in.take(in.u8());
      say("device.model"_claim, as_text(name));
      break;
    }
    default: return false;
  }
  return in.ok();
}

// 5-2.3: how many, then number, status and value of each.
bool read_attribute_list(Side from, Cursor in, FactSink& out) {
  constexpr int kMost = 16;
  const int count = in.le16();
  for (int i = 0; i < std::min(count, kMost) && in.ok(); ++i) {
    const std::uint16_t attribute = in.le16();
    const bool there = in.le16() == 0;
    if (in.ok() && there && !read_attribute(from, attribute, in, {}, out)) break;
  }
  return in.ok();
}

void say_write(const Path& path, std::uint8_t code, FactSink& out) {
  const ServiceRow* row = find_service(path.object, code);
  if (row == nullptr || !row->writes) return;
  ShortText<> text;
  text.add(row->name).add(' ');
  const std::string_view name = object_name(path.object);
  name.empty() ? text.add("class ").number(path.object) : text.add(name);
  out.say(Side::client, "cip.writes"_claim, text);
}

// how many, where each of them begins, then the requests themselves.
bool say_writes_in(Cursor in, FactSink& out) {
  constexpr int kMost = 32;
  const Bytes all = in.rest();
  const int count = in.le16();
  for (int i = 0; i < std::min(count, kMost) && in.ok(); ++i) {
    Cursor one(all);
    one.skip(in.le16());
    const std::uint8_t code = one.u8();
    const Path path = read_path(one.sub(one.u8() * std::size_t{2}));
    if (in.ok() && one.ok()) say_write(path, code, out);
  }
  return in.ok();
}

}  // namespace

bool read_cip_identity(Side from, Cursor& in, bool behind, FactSink& out) {
  constexpr std::size_t kBeforeSerial = 10;
  // A device behind a router is equipment, and its serial number names it.
  Cursor ahead = in;
  ahead.skip(kBeforeSerial);
  const auto equipment = behind ? serial_text(ahead.le32()) : ShortText<16>();
  for (std::uint16_t attribute = 1; attribute <= 7; ++attribute)
    if (!read_attribute(from, attribute, in, equipment, out)) return false;
  return true;
}

void say_cip_state(Side from, std::uint8_t state, FactSink& out) {
  constexpr std::string_view kStates[] = {"nonexistent",       "self-testing",
                                          "standby",           "operational",
                                          "recoverable-fault", "unrecoverable-fault"};
  if (state < std::size(kStates)) out.say(from, "enip.state"_claim, kStates[state]);
}

// 2-4.1: service, path, data. One may hold another for a device behind
// (3-5.5.4): looked into once.
bool CipMessages::request(std::uint64_t key, Cursor in, FactSink& out) {
  bool behind = false;
  for (int depth = 0;; ++depth) {
    const std::uint8_t code = in.u8();
    const Path path = read_path(in.sub(in.u8() * std::size_t{2}));
    if (!in.ok() || (code & kAnswer) != 0) return false;
    if (depth == 0 && path.object == object::kConnectionManager &&
        code == service::kUnconnectedSend) {
      in.skip(2);  // how long it may take
      const std::size_t size = in.le16();
      const Cursor inner = in.sub(size);
      in.skip(size % 2);
      behind = in.u8() > 0;
      if (!in.ok()) return false;
      in = inner;
      continue;
    }
    say_write(path, code, out);
    if (code == service::kMultiple && !say_writes_in(in, out)) return false;
    asked_[next_++ % asked_.size()] = {key, path.object, path.attribute, behind, true};
    return true;
  }
}

bool CipMessages::answer(std::uint64_t key, Cursor in, FactSink& out) {
  const std::uint8_t code = in.u8();
  in.skip(1);
  const std::uint8_t status = in.u8();
  in.skip(in.u8() * std::size_t{2});
  if (!in.ok() || (code & kAnswer) == 0) return false;
  const auto asked =
      std::ranges::find_if(asked_, [&](const Asked& one) { return one.waits && one.key == key; });
  if (asked == asked_.end()) return true;
  asked->waits = false;
  const std::uint8_t service = code & 0x7f;
  if (const ServiceRow* row = find_service(asked->object, service); row != nullptr)
    out.on_fact({Side::server, "cip.accepts"_claim, row->name, {}, status != 0});
  if (status != 0) return true;
  if (asked->object == object::kInterface && asked->attribute == 6 &&
      service == service::kGetAttribute)
    return out.say(Side::server, "name.host"_claim, as_text(in.take(in.le16()))), in.ok();
  if (asked->object != object::kIdentity) return true;
  switch (service) {
    case service::kGetAttributesAll:
      if (!read_cip_identity(Side::server, in, asked->behind, out)) return false;
      if (!in.done() && !asked->behind) say_cip_state(Side::server, in.u8(), out);
      return true;
    // One by one there is no serial number to tell who is meant.
    case service::kGetAttributeList:
      return asked->behind || read_attribute_list(Side::server, in, out);
    case service::kGetAttribute:
      if (!asked->behind) read_attribute(Side::server, asked->attribute, in, {}, out);
      return in.ok();
    default: return true;
  }
}

}  // namespace asepsis
