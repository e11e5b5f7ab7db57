// Magic numbers: pcap (draft-ietf-opsawg-pcap, section 4, and the older
// variant with more fields a record), pcapng (draft-ietf-opsawg-pcapng,
// section 4.1), gzip (RFC 1952, 2.3.1), Zstandard (RFC 8878, 3.1), and those of
// files that people take for captures.

#include "capture/magic.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {
namespace {

using std::string_view_literals::operator""sv;

struct Kind {
  std::string_view magic;
  std::string_view name;
};

// Longer magics before their beginnings.
constexpr Kind kOtherKinds[] = {
    {"snoop\0\0\0"sv, "a snoop capture"},
    {"RTSS"sv, "a Network Monitor capture"},
    {"GMBU"sv, "a Network Monitor capture"},
    {"XCP\0"sv, "a NetXRay capture"},
    {"TRSNIFF data    "sv, "a Sniffer capture"},
    {"\x1c\x00\x01\xac"sv, "an IXIA capture"},
    {"\x1c\x00\x01\xab"sv, "an IXIA capture"},
    {"\xac\x01\x00\x1c"sv, "an IXIA capture"},
    {"\xab\x01\x00\x1c"sv, "an IXIA capture"},
    {"PK\x03\x04"sv, "a zip archive"},
    {"\xfd"
     "7zXZ\0"sv,
     "an xz archive"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    {"BZh"sv, "a bzip2 archive"},
    {"\x04\x22\x4d\x18"sv, "an lz4 archive"},
    {"\x1f\x8b"sv, "gzip data"},
    {"\x28\xb5\x2f\xfd"sv, "zstd data"},
    {"%PDF-"sv, "a PDF document"},
    {"\x7f"
     "ELF"sv,
     "a program"},
    {"MZ"sv, "a program"},
    {"SQLite format 3\0"sv, "an SQLite database"},
};

constexpr std::string_view kPcapMagics[] = {
    "\xa1\xb2\xc3\xd4"sv, "\xd4\xc3\xb2\xa1"sv, "\xa1\xb2\x3c\x4d"sv,
    "\x4d\x3c\xb2\xa1"sv, "\xa1\xb2\xcd\x34"sv, "\x34\xcd\xb2\xa1"sv,
};

bool printable(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

}  // namespace

bool begins_as_gzip(Bytes bytes) { return as_text(bytes).starts_with("\x1f\x8b"sv); }

// Parallel compressors begin with a skippable frame (RFC 8878, 3.1.2).
bool begins_as_zstd(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\x28\xb5\x2f\xfd"sv)) return true;
  return text.size() >= 4 && (bytes[0] & 0xf0) == 0x50 && text.substr(1, 3) == "\x2a\x4d\x18"sv;
}

bool begins_as_pcap(Bytes bytes) {
  return std::ranges::any_of(
      kPcapMagics, [&](std::string_view magic) { return as_text(bytes).starts_with(magic); });
}

bool begins_as_pcapng(Bytes bytes) { return as_text(bytes).starts_with("\n\r\r\n"sv); }

std::string beginning(Bytes bytes) {
  bytes = bytes.first(std::min(bytes.size(), kMagicSize));
  const std::string_view text = as_text(bytes);
  for (const Kind& kind : kOtherKinds)
    if (text.starts_with(kind.magic)) return std::string(kind.name);
  if (printable(bytes)) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    return "the text \"" + escaped(line) + "\"";
  }
  ShortText<> out;
  out.add("the bytes");
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8)))
    out.add(' ').hex({&byte, 1});
  return std::string(out.view());
}

}  // namespace asepsis
