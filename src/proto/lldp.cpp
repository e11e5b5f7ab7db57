// LLDP: what a switch or an endpoint tells its neighbour on the cable. IEEE
// 802.1AB, clause 8 (the TLVs); ANSI/TIA-1057, 10.2.6 (LLDP-MED inventory);
// RFC 8520, section 11 (manufacturer usage description); IEC 61158-6-10
// (PROFINET's chassis MAC).

#include <algorithm>

#include "net/decoded.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Tlv : std::uint8_t {
  end = 0,
  chassis = 1,
  port = 2,
  system_name = 5,
  system_description = 6,
  capabilities = 7,
  management_address = 8,
  organisation = 127,
};

constexpr std::uint32_t kIana = 0x00005e;
constexpr std::uint32_t kProfinet = 0x000ecf;
constexpr std::uint32_t kTia = 0x0012bb;

// Clause 8.5.8.1, from the lowest bit on.
constexpr std::string_view kCapabilities[] = {
    "other",   "repeater", "bridge", "wlan access point",  "router", "telephone", "docsis",
    "station", "c-vlan",   "s-vlan", "two-port mac relay",
};

// Some senders pad with NULs, or send all of a buffer: text ends at the first.
std::string_view short_text(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  return text.substr(0, std::min<std::size_t>(text.find('\0'), 200));
}

bool printable(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte >= ' ' && byte != 0x7f; });
}

// 8.5.2.3: an IANA address family, then the address.
Ip network_address(Bytes bytes) {
  if (bytes.size() == 5 && bytes[0] == 1) return Ip::v4(bytes.subspan(1));
  if (bytes.size() == 17 && bytes[0] == 2) return Ip::v6(bytes.subspan(1));
  return {};
}

void say_mac(Side from, Bytes bytes, FactSink& out) {
  if (bytes.size() != 6) return;
  const Mac mac = Mac::from(bytes);
  if (!mac.empty() && !mac.group()) out.say(from, "address.other_mac"_claim, to_text(mac));
}

// Clauses 8.5.2 and 8.5.3: a kind and that many bytes of its own shape.
void say_id(Side from, Claim claim, Bytes id, bool mac, bool address, FactSink& out) {
  if (mac && id.size() == 6) return out.say(from, claim, to_text(Mac::from(id)));
  if (address) {
    const Ip ip = network_address(id);
    if (!ip.empty()) return out.say(from, claim, to_text(ip));
  }
  if (printable(id)) return out.say(from, claim, short_text(id));
  out.say(from, claim, ShortText<>().hex(id.first(std::min<std::size_t>(id.size(), 64))));
}

bool say_chassis(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kMac = 4;
  constexpr std::uint8_t kAddress = 5;
  const std::uint8_t kind = in.u8();
  const Bytes id = in.rest();
  if (id.empty()) return false;
  say_id(from, "lldp.chassis"_claim, id, kind == kMac, kind == kAddress, out);
  if (kind == kMac) say_mac(from, id, out);
  return true;
}

bool say_port(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kMac = 3;
  constexpr std::uint8_t kAddress = 4;
  const std::uint8_t kind = in.u8();
  const Bytes id = in.rest();
  if (id.empty()) return false;
  say_id(from, "lldp.port"_claim, id, kind == kMac, kind == kAddress, out);
  return true;
}

// 8.5.8: what it can do, and which of that is enabled.
bool say_capabilities(Side from, Cursor in, FactSink& out) {
  in.skip(2);
  const std::uint16_t enabled = in.be16();
  if (!in.ok()) return false;
  ShortText<> names;
  for (std::size_t bit = 0; bit < std::size(kCapabilities); ++bit) {
    if ((enabled >> bit & 1) == 0) continue;
    if (!names.empty()) names.add(", ");
    names.add(kCapabilities[bit]);
  }
  out.say(from, "lldp.capabilities"_claim, names);
  return true;
}

// 8.5.9: its size counts the address family too.
bool say_management_address(Side from, Cursor in, FactSink& out) {
  const Bytes address = in.take(in.u8());
  if (!in.ok()) return false;
  const Ip ip = network_address(address);
  if (!ip.unspecified() && !ip.multicast() && !ip.loopback())
    out.say(from, "address.management"_claim, to_text(ip));
  return true;
}

// One announcement: what must wait for its end is kept here.
class Announcement {
 public:
  Announcement(Side from, FactSink& out) : from_(from), out_(out) {}

  bool read(Tlv type, Cursor in) {
    switch (type) {
      case Tlv::chassis: return say_chassis(from_, in, out_);
      case Tlv::port: return say_port(from_, in, out_);
      case Tlv::system_name: say("name.host"_claim, in); return true;
      case Tlv::system_description: say("device.description"_claim, in); return true;
      case Tlv::capabilities: return say_capabilities(from_, in, out_);
      case Tlv::management_address: return say_management_address(from_, in, out_);
      case Tlv::organisation: return read_organisation(in);
      default: return true;
    }
  }

  // Software is what runs on it; firmware may be its boot loader only.
  void finish() {
    const std::string_view software = trimmed(software_);
    out_.say(from_, "device.firmware"_claim, software.empty() ? firmware_ : software);
  }

 private:
  bool read_organisation(Cursor in) {
    constexpr std::uint8_t kMud = 1;
    constexpr std::uint8_t kChassisMac = 5;
    const std::uint32_t organisation = in.be24();
    const std::uint8_t subtype = in.u8();
    if (!in.ok()) return false;
    if (organisation == kTia) read_inventory(subtype, in);
    if (organisation == kIana && subtype == kMud) say("device.mud_url"_claim, in);
    if (organisation == kProfinet && subtype == kChassisMac) say_mac(from_, in.rest(), out_);
    return true;
  }

  void read_inventory(std::uint8_t subtype, Cursor in) {
    switch (subtype) {
      case 5: return say("device.hardware"_claim, in);
      case 6: firmware_ = short_text(in.rest()); return;
      case 7: software_ = short_text(in.rest()); return;
      case 8: return say("device.serial"_claim, in);
      case 9: return say("device.manufacturer"_claim, in);
      case 10: return say("device.model"_claim, in);
      case 11: return say("device.asset"_claim, in);
      default: return;
    }
  }

  void say(Claim claim, Cursor in) { out_.say(from_, claim, short_text(in.rest())); }

  Side from_;
  FactSink& out_;
  std::string_view firmware_, software_;
};

class LldpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    Announcement announcement(from, out);
    const bool whole = read(announcement, in);
    announcement.finish();
    return whole;
  }

 private:
  // 8.4: seven bits of type, nine of size; the chassis comes first (8.2). The
  // end may be missing: a frame's padding reads as one.
  static bool read(Announcement& announcement, Cursor in) {
    bool good = true;
    for (bool first = true; !in.done(); first = false) {
      const std::uint16_t head = in.be16();
      const Cursor body = in.sub(head & 0x1ffU);
      const auto type = static_cast<Tlv>(head >> 9);
      if (!in.ok() || (first && type != Tlv::chassis)) return false;
      if (type == Tlv::end) return good;
      good = announcement.read(type, body) && good;
    }
    return good;
  }
};

constexpr std::uint16_t kTypes[] = {ether_type::kLldp};

}  // namespace

extern constinit const Protocol kLldp{
    .name = "lldp",
    .transport = Transport::frame,
    .ports = kTypes,
    .recognise = [](const Opening&) { return Recognition::yes; },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<LldpParser>(); },
};

}  // namespace asepsis
