// Multicast DNS and service discovery: what a device announces of itself on
// its link. RFC 6762 (messages), RFC 6763 (PTR, SRV and TXT of services).
// Keys of TXT records: RFC 6763 registers none, the makers of each service
// define them (Bonjour Printing 1.2.1, section 9; HomeKit accessory protocol,
// table 6-7; AirPlay and Cast as their devices send them).
//
// Records in the answer section of a query are other hosts' (known answers,
// RFC 6762, 7.1); those in its authority section are the sender's own that it
// is about to claim (8.2).

#include "proto/dns_message.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kClassMask = 0x7fff;  // the top bit flushes caches: RFC 6762, 10.2
constexpr std::uint16_t kInternet = 1;

struct TxtKey {
  std::string_view service;  // the service that defines it; empty: many do, alike
  std::string_view key;      // in lower case
  Claim claim;
};

constexpr TxtKey kTxtKeys[] = {
    {"", "ty", "device.description"_claim},
    {"", "product", "device.description"_claim},
    {"", "usb_mfg", "device.manufacturer"_claim},
    {"", "manufacturer", "device.manufacturer"_claim},
    {"", "mfg", "device.manufacturer"_claim},
    {"", "vendor", "device.manufacturer"_claim},
    {"", "usb_mdl", "device.model"_claim},
    {"", "model", "device.model"_claim},
    {"", "mdl", "device.model"_claim},
    {"_hap._tcp", "md", "device.model"_claim},
    {"_hap._udp", "md", "device.model"_claim},
    {"_googlecast._tcp", "md", "device.model"_claim},
    {"_raop._tcp", "am", "device.model"_claim},
    {"", "serialnumber", "device.serial"_claim},
    {"", "serial", "device.serial"_claim},
    {"", "sn", "device.serial"_claim},
    {"", "firmware", "device.firmware"_claim},
    {"_raop._tcp", "fv", "device.firmware"_claim},
    {"_airplay._tcp", "fv", "device.firmware"_claim},
    {"", "note", "device.location"_claim},
    {"", "uuid", "device.uid"_claim},
    {"_googlecast._tcp", "fn", "device.description"_claim},
    {"", "macaddress", "address.other_mac"_claim},
    {"_airplay._tcp", "deviceid", "address.other_mac"_claim},
};

// "_ipp._tcp" of "_ipp._tcp.local" and of "_universal._sub._ipp._tcp.local"
// (RFC 6763, 7.1); nothing of what is no service.
std::string_view service_in(std::string_view name) {
  constexpr std::string_view kSubtype = "._sub.";
  const std::size_t domain = name.rfind('.');
  if (domain == std::string_view::npos) return {};
  name = name.substr(0, domain);
  const std::size_t subtype = name.find(kSubtype);
  if (subtype != std::string_view::npos) name = name.substr(subtype + kSubtype.size());
  if (!name.starts_with('_')) return {};
  const bool ends_well = name.size() > 5 && (same_letters(name.substr(name.size() - 5), "._tcp") ||
                                             same_letters(name.substr(name.size() - 5), "._udp"));
  return ends_well ? name : std::string_view();
}

// Under which every device lists its services: RFC 6763, section 9.
constexpr std::string_view kServiceList = "_services._dns-sd._udp.local";

// The host in "host.local"; names elsewhere stay whole.
std::string_view host_in(const DnsName& name) {
  return same_letters(name.parent(), "local") ? name.first() : name.view();
}

void say_mac(Side from, std::string_view text, FactSink& out) {
  const auto mac = mac_from_text(text);
  if (mac && !mac->empty() && !mac->group())
    out.say(from, "address.other_mac"_claim, to_text(*mac));
}

// An instance's name is text for people; some services put a MAC into it:
// "host [52:54:00:12:34:56]", "525400123456@Name", "52:54:00:12:34:56@fe80::1".
void say_instance(Side from, std::string_view service, std::string_view instance, FactSink& out) {
  if (same_letters(service, "_workstation._tcp") && instance.ends_with(']')) {
    const std::size_t open = instance.rfind(" [");
    if (open != std::string_view::npos) {
      say_mac(from, instance.substr(open + 2, instance.size() - open - 3), out);
      return out.say(from, "name.host"_claim, instance.substr(0, open));
    }
  }
  const std::size_t at = instance.find('@');
  if (at != std::string_view::npos) {
    const bool mobile = same_letters(service, "_apple-mobdev2._tcp");
    if (mobile || same_letters(service, "_raop._tcp")) say_mac(from, instance.substr(0, at), out);
    if (mobile) return;
    if (same_letters(service, "_raop._tcp")) instance.remove_prefix(at + 1);
  }
  out.say(from, "device.description"_claim, instance);
}

void say_service(Side from, const DnsName& instance, FactSink& out) {
  const std::string_view service = service_in(instance.parent());
  if (service.empty()) return;
  out.say(from, "mdns.service"_claim, service);
  say_instance(from, service, instance.first(), out);
}

void say_pointer(Side from, const DnsMessage& message, const DnsRecord& record, FactSink& out) {
  const auto target = message.name_in(record);
  if (!target) return;
  if (const auto ip = address_in_reverse_name(record.name.view()))
    return out.say({Mac{}, *ip}, "name.host"_claim, host_in(*target));
  if (same_letters(record.name.view(), kServiceList))
    return out.say(from, "mdns.service"_claim, service_in(target->view()));
  if (!service_in(record.name.view()).empty()) say_service(from, *target, out);
}

// Bonjour Printing 1.2.1, 9.2.4: the product stands in parentheses.
std::string_view without_parentheses(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')') || text.size() < 2) return text;
  return text.substr(1, text.size() - 2);
}

void say_text(Side from, std::string_view service, std::string_view entry, FactSink& out) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view key = entry.substr(0, equals);
  const std::string_view value = entry.substr(equals + 1);
  for (const TxtKey& row : kTxtKeys) {
    if (!same_letters(row.key, key)) continue;
    if (!row.service.empty() && !same_letters(row.service, service)) continue;
    if (row.claim == "address.other_mac"_claim) return say_mac(from, value, out);
    return out.say(from, row.claim, without_parentheses(value));
  }
}

void say_texts(Side from, const DnsRecord& record, FactSink& out) {
  const std::string_view service = service_in(record.name.parent());
  for (Cursor in(record.data); !in.done();) say_text(from, service, as_text(in.take(in.u8())), out);
}

// RFC 1035, 3.3.2: processor and operating system.
void say_host_information(Side from, const DnsRecord& record, FactSink& out) {
  Cursor in(record.data);
  in.skip(in.u8());
  out.say(from, "device.os"_claim, as_text(in.take(in.u8())));
}

void say_record(Side from, const DnsMessage& message, const DnsRecord& record, FactSink& out) {
  if (const auto ip = record.address()) {
    // Some responders give the address of an instance instead of its host's.
    if (service_in(record.name.parent()).empty())
      out.say({Mac{}, *ip}, "name.host"_claim, host_in(record.name));
    return;
  }
  switch (record.type) {
    case dns_type::kPtr: return say_pointer(from, message, record, out);
    case dns_type::kSrv: return say_service(from, record.name, out);
    case dns_type::kTxt: return say_texts(from, record, out);
    case dns_type::kHinfo: return say_host_information(from, record, out);
    default: return;
  }
}

class MdnsParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    DnsMessage message(in.rest());
    while (const auto record = message.next_record()) {
      if (!message.response() && record->section != DnsSection::authority) continue;
      const bool goodbye = record->ttl == 0;
      if (goodbye || (record->record_class & kClassMask) != kInternet) continue;
      say_record(from, message, *record, out);
    }
    return message.ok();
  }
};

constexpr std::uint16_t kPorts[] = {5353};

}  // namespace

extern constinit const Protocol kMdns{
    .name = "mdns",
    .transport = Transport::udp,
    .ports = kPorts,
    // What tells it from DNS is the port.
    .recognise =
        [](const Opening& opening) {
          return opening.expected_port ? plausible_dns(opening.bytes) : Recognition::no;
        },
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MdnsParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
