// NetBIOS datagrams, and in them the announcements of the browser service:
// RFC 1002, section 4.4; [MS-CIFS] 2.2.4.33 (the SMB transaction around a
// mailslot message); [MS-BRWS] 2.2 (the announcements themselves).

#include "proto/netbios.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kDirectUnique = 0x10;
constexpr std::uint8_t kBroadcast = 0x12;
constexpr std::uint8_t kLastType = 0x16;  // answers of a distribution server

// A first-level encoded name with its scope; pointers are not used here.
std::optional<NetBiosName> read_name(Cursor& in) {
  const std::string_view label = as_text(in.take(in.u8()));
  for (std::uint8_t scope = in.u8(); scope != 0; scope = in.u8()) {
    if (scope > 63) return std::nullopt;
    in.skip(scope);
  }
  if (!in.ok()) return std::nullopt;
  return encoded_netbios_name(label);
}

// The message in an SMB transaction on the mailslot of the browser service.
std::optional<Cursor> browser_message(Cursor in) {
  constexpr std::uint8_t kTransaction = 0x25;
  constexpr std::string_view kMailslot = "\\MAILSLOT\\BROWSE";
  Cursor whole = in;
  const bool smb = in.be32() == 0xff534d42 && in.u8() == kTransaction;
  in.skip(27);  // the rest of the header
  Cursor words = in.sub(std::size_t{in.u8()} * 2);
  words.skip(22);
  const std::uint16_t size = words.le16();
  const std::uint16_t offset = words.le16();
  in.skip(2);
  const bool browser = same_letters(as_text(in.take_until(0)), kMailslot);
  if (!smb || !in.ok() || !words.ok() || !browser) return std::nullopt;
  whole.skip(offset);
  return whole.sub(std::min<std::size_t>(size, whole.rest().size()));
}

// [MS-BRWS] 2.2.1, ServerType.
constexpr std::uint32_t kUnix = 0x00000800;
constexpr std::uint32_t kWindowsNt = 0x00009000;  // NT workstation, NT server

struct Role {
  std::uint32_t bits;
  std::string_view name;
};
constexpr Role kRoles[] = {
    {0x00000004, "SQL server"},      {0x00000018, "domain controller"},
    {0x00000020, "time source"},     {0x00000200, "print server"},
    {0x00040000, "master browser"},  {0x00080000, "domain master browser"},
    {0x02000000, "terminal server"},
};

// [MS-BRWS] 2.2.1 and 2.2.10, alike: the sender announces itself.
void say_announcement(Side from, Cursor in, FactSink& out) {
  in.skip(5);  // update count, period
  const std::string_view name = as_text(Cursor(in.take(16)).take_until(0));
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  const std::uint32_t type = in.le32();
  in.skip(4);  // version of the service, signature
  if (!in.ok()) return;
  out.say(from, "name.host"_claim, name);
  // Samba sets the bits of Windows NT too, and a version of its choice.
  if ((type & kUnix) == 0 && (type & kWindowsNt) != 0)
    out.say(from, "device.os"_claim,
            ShortText<>().add("Windows NT ").number(major).add('.').number(minor));
  for (const Role& role : kRoles)
    if ((type & role.bits) != 0) out.say(from, "netbios.role"_claim, role.name);
  out.say(from, "device.description"_claim, as_text(in.take_until(0)));
}

class NetBiosDatagramParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::uint8_t type = in.u8();
    in.skip(9);  // flags, id, source
    if (!in.ok() || type < kDirectUnique || type > kLastType) return false;
    if (type > kBroadcast) return true;
    in.skip(4);  // length, offset
    const auto source = read_name(in);
    const auto destination = read_name(in);
    if (!source || !destination) return false;
    say_netbios_name(from, *source, false, out);
    auto message = browser_message(in);
    if (!message) return true;
    constexpr std::uint8_t kHost = 0x01;
    constexpr std::uint8_t kLocalMaster = 0x0f;
    const std::uint8_t command = message->u8();
    if (command != kHost && command != kLocalMaster) return true;
    // It announces itself to its own workgroup: to the master browser (1d) or
    // to all that could become one (1e).
    if (destination->suffix == 0x1d || destination->suffix == 0x1e)
      out.say(from, "name.domain"_claim, destination->text);
    say_announcement(from, *message, out);
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint8_t type = in.u8();
  in.skip(9);
  if (!in.ok() || type < kDirectUnique || type > kLastType) return Recognition::no;
  if (type > kBroadcast) return opening.expected_port ? Recognition::yes : Recognition::no;
  in.skip(4);
  return read_name(in) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {138};

}  // namespace

extern constinit const Protocol kNetBiosDatagram{
    .name = "netbios-dgm",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<NetBiosDatagramParser>(); },
};

}  // namespace asepsis
