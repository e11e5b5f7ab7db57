// HART-IP, by which measuring instruments say what they are. FieldComm HCF_SPEC-085
// (network management: the header, 10.2.1), HCF_SPEC-081 (token-passing PDU: delimiter,
// address, command), HCF_SPEC-127 (universal commands 0, 11, 20, 21). Measured values
// are never read.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kMostMessage = 1024;
constexpr std::uint8_t kPassThrough = 3;
constexpr std::uint8_t kRequest = 0;

struct WriteRow {
  std::uint8_t number;
  std::string_view name;
};

// HCF_SPEC-127 and -151.
constexpr WriteRow kWrites[] = {
    {6, "polling-address"},
    {17, "message"},
    {18, "tag"},
    {19, "final-assembly"},
    {22, "long-tag"},
    {34, "damping"},
    {35, "range"},
    {36, "upper-range"},
    {37, "lower-range"},
    {38, "reset-configuration-changed"},
    {40, "fixed-current"},
    {42, "device-reset"},
    {43, "zero"},
    {44, "units"},
    {45, "trim-zero"},
    {46, "trim-gain"},
    {47, "transfer-function"},
    {49, "transducer-serial"},
    {71, "lock"},
    {79, "device-variable"},
    {89, "clock"},
    {107, "burst-variables"},
    {108, "burst-command"},
    {109, "burst-mode"},
};

struct Header {
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t id = 0;
  std::uint8_t status = 0;
  std::size_t size = 0;
};
Header take_header(Cursor& in) {
  Header header;
  header.version = in.u8();
  header.type = in.u8();
  header.id = in.u8();
  header.status = in.u8();
  in.skip(2);
  header.size = in.be16();
  return header;
}

// 10.2.1: one of four kinds about one of six things.
bool plausible(const Header& header) {
  const bool type = header.type <= 2 || header.type == 15;
  return (header.version == 1 || header.version == 2) && type && header.id <= 5 &&
         header.size >= kHeader && header.size <= kMostMessage &&
         (header.type != kRequest || header.status == 0);
}

// The equipment by what no two share: type and number, 38 bits.
ShortText<24> equipment_name(std::uint16_t type, Bytes id) {
  ShortText<24> name;
  name.add("hart:").number(type & 0x3fff, 16).add('.').hex(id);
  return name;
}

// HCF_SPEC-127, 6.1: of revision 7 on the maker's number stands apart.
bool read_identity(Side from, Cursor in, FactSink& out) {
  constexpr std::uint8_t kLongForm = 254;
  constexpr std::uint8_t kApart = 7;
  if (in.u8() != kLongForm) return in.ok();
  const std::uint16_t type = in.be16();
  in.skip(1);
  const std::uint8_t revision = in.u8();
  in.skip(1);
  const unsigned software = in.u8();
  const unsigned hardware = in.u8() >> 3U;
  in.skip(1);
  const Bytes id = in.take(3);
  if (!in.ok()) return false;
  std::uint16_t maker = type >> 8;
  in.skip(5);
  if (revision >= kApart) maker = in.be16();
  const auto equipment = equipment_name(type, id);
  const auto say = [&](Claim claim, std::string_view value) {
    out.say_of(equipment, from, claim, value);
  };
  if (in.ok() || revision < kApart) say("hart.manufacturer"_claim, ShortText<>().number(maker));
  say("hart.device_type"_claim, ShortText<>().number(type, 16));
  say("device.firmware"_claim, ShortText<>().number(software));
  say("device.hardware"_claim, ShortText<>().number(hardware));
  say("device.serial"_claim, ShortText<>().hex(id));
  return true;
}

// HCF_SPEC-081, 5: the delimiter tells the length of the address and who speaks.
bool read_command(Side from, Cursor in, FactSink& out) {
  enum : std::uint8_t { from_master = 2, from_device = 6 };
  const std::uint8_t delimiter = in.u8();
  const bool long_address = (delimiter & 0x80) != 0;
  const Bytes address = in.take(long_address ? 5 : 1);
  in.skip(delimiter >> 5 & 3);
  const std::uint8_t command = in.u8();
  Cursor data = in.sub(in.u8());
  if (!data.ok()) return false;
  if ((delimiter & 7) == from_master && from == Side::client) {
    const auto write = std::ranges::find(kWrites, command, &WriteRow::number);
    if (write != std::end(kWrites)) out.say(from, "hart.writes"_claim, write->name);
    return true;
  }
  if ((delimiter & 7) != from_device || from != Side::server) return true;
  const bool error = data.u8() != 0;
  data.skip(1);
  if (!data.ok() || error) return data.ok();
  if (command == 0 || command == 11 || command == 21) return read_identity(from, data, out);
  if (command != 20) return true;
  Cursor unique(address);
  const std::uint16_t type = unique.be16();
  const auto equipment = long_address ? equipment_name(type, unique.take(3)) : ShortText<24>();
  out.say_of(equipment, from, "hart.tag"_claim, as_text(data.take(32)));
  return data.ok();
}

class HartIpParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const Header header = take_header(in);
    if (!in.ok()) return Frame::unknown();
    return plausible(header) ? Frame::message(header.size) : Frame::foreign();
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const Header header = take_header(in);
    if (!in.ok() || !plausible(header)) return false;
    const Cursor body = in.sub(header.size - kHeader);
    if (!body.ok()) return false;
    return header.id != kPassThrough || header.status != 0 || read_command(from, body, out);
  }

  std::optional<std::size_t> resume(Side, Bytes bytes) override {
    Cursor in(bytes);
    const Header header = take_header(in);
    if (in.ok() && plausible(header) && header.size == bytes.size()) return 0;
    return std::nullopt;
  }
};

Recognition recognise_datagram(const Opening& opening) {
  Cursor in(opening.bytes);
  const Header header = take_header(in);
  const bool ours = in.ok() && plausible(header) && header.size == opening.bytes.size();
  return ours && opening.expected_port ? Recognition::yes : Recognition::no;
}

// Nothing in the header is a mark, so it is known by its port only.
Recognition recognise_stream(const Opening& opening) {
  if (!opening.expected_port) return Recognition::no;
  Cursor in(opening.bytes);
  const Header header = take_header(in);
  if (!in.ok()) return Recognition::more;
  return plausible(header) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {5094};

}  // namespace

extern constinit const Protocol kHartIp{
    .name = "hart-ip",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<HartIpParser>(); },
    .max_message = 2048,
};

extern constinit const Protocol kHartIpDatagrams{
    .name = "hart-ip",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<HartIpParser>(); },
    .only_on_ports = true,
};

}  // namespace asepsis
