#include "proto/netbios.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kNameSize = 15;

}  // namespace

NetBiosName netbios_name(Bytes bytes) {
  NetBiosName name;
  name.text.add(trimmed(as_text(bytes.first(kNameSize))));
  name.suffix = bytes[kNameSize];
  return name;
}

std::optional<NetBiosName> encoded_netbios_name(std::string_view label) {
  std::array<std::uint8_t, kNameSize + 1> bytes{};
  if (label.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] < 'A' || label[i] > 'P') return std::nullopt;
    std::uint8_t& byte = bytes[i / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | (label[i] - 'A'));
  }
  return netbios_name(bytes);
}

void say_netbios_name(const Subject& about, const NetBiosName& name, bool group, FactSink& out) {
  const std::string_view text = name.text;
  // "*" asks everybody; "\1\2__MSBROWSE__\2" is common to all master browsers.
  if (text.empty() || text.front() == '*' || text.front() < ' ') return;
  switch (name.suffix) {
    case 0x00: return out.say(about, group ? "name.domain"_claim : "name.host"_claim, text);
    case 0x20:
      if (!group) out.say(about, "name.host"_claim, text);
      return;
    case 0x1e: return out.say(about, "name.domain"_claim, text);
    case 0x1b: out.say(about, "netbios.role"_claim, "domain master browser"); break;
    case 0x1c: out.say(about, "netbios.role"_claim, "domain controller"); break;
    case 0x1d: out.say(about, "netbios.role"_claim, "master browser"); break;
    default: return;
  }
  out.say(about, "name.domain"_claim, text);
}

}  // namespace asepsis
