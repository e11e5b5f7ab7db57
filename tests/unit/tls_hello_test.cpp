// Fingerprints against the examples that their authors publish.

#include <gtest/gtest.h>

#include <vector>

#include "proto/tls_hello.hpp"

namespace asepsis::tls {
namespace {

void add16(std::vector<std::uint8_t>& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

std::vector<std::uint8_t> list_of(const std::vector<std::uint16_t>& values) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint16_t value : values) add16(bytes, value);
  return bytes;
}

// Extensions of these types, all empty.
std::vector<std::uint8_t> extensions_of(const std::vector<std::uint16_t>& types) {
  std::vector<std::uint8_t> bytes;
  for (const std::uint16_t type : types) {
    add16(bytes, type);
    add16(bytes, 0);
  }
  return bytes;
}

// The example of the JA4 technical details, with GREASE put in.
TEST(Ja4, PublishedExample) {
  const auto ciphers = list_of({0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                                0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035});
  const auto extensions =
      extensions_of({0x5a5a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005,
                     0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0x2a2a});
  const auto signatures = list_of({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601});
  const auto versions = list_of({0xcaca, 0x0304, 0x0303});
  ClientHello hello;
  hello.legacy_version = 0x0303;
  hello.ciphers = ciphers;
  hello.extensions = extensions;
  hello.signatures = signatures;
  hello.versions = versions;
  hello.protocols = as_bytes(std::string_view("\x02h2\x08http/1.1"));
  hello.names_server = true;
  EXPECT_EQ(ja4(hello, 't').view(), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  EXPECT_EQ(ja4(hello, 'q').view().front(), 'q');
}

TEST(Ja4, ProtocolThatIsNoText) {
  const auto ciphers = list_of({0x1301});
  const std::vector<std::uint8_t> protocols{2, 0xab, 0xcd};
  ClientHello hello;
  hello.legacy_version = 0x0303;
  hello.ciphers = ciphers;
  hello.protocols = protocols;
  EXPECT_EQ(ja4(hello, 't').view().substr(0, 10), "t12i0100ad");
}

TEST(Ja4, MoreThanAnyRealHello) {
  const std::vector<std::uint8_t> ciphers(2000, 1);
  ClientHello hello;
  hello.ciphers = ciphers;
  EXPECT_TRUE(ja4(hello, 't').empty());
}

// 769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0
TEST(Ja3, PublishedExample) {
  const auto ciphers = list_of({47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4});
  const auto extensions = extensions_of({0, 10, 11});
  const auto groups = list_of({23, 24, 25});
  const std::vector<std::uint8_t> formats{0};
  ClientHello hello;
  hello.legacy_version = 769;
  hello.ciphers = ciphers;
  hello.extensions = extensions;
  hello.groups = groups;
  hello.point_formats = formats;
  EXPECT_EQ(hex_of(ja3(hello)).view(), "ada70206e40642a3e4461f35503241d5");
}

TEST(Md5Text, LongerThanItsBuffer) {
  std::string whole;
  Md5Text pieces;
  for (int i = 0; i < 1000; ++i) {
    whole += "12345-";
    pieces.add("12345").add('-');
  }
  whole += std::string(600, 'x');
  pieces.add(std::string(600, 'x'));
  const Md5 in_pieces = pieces.finish();
  EXPECT_EQ(in_pieces, md5_of(as_bytes(whole)));
}

}  // namespace
}  // namespace asepsis::tls
