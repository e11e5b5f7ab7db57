#include "inventory/oui.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace asepsis {
namespace {

std::optional<std::string_view> owner(std::string_view mac) {
  return oui_owner(mac_from_text(mac).value());
}

TEST(Oui, FindsTheOwnerOfABlock) {
  EXPECT_EQ(owner("00:00:0c:12:34:56"), "Cisco Systems, Inc");
  EXPECT_EQ(owner("00:09:fb:00:00:00"), "Philips Patient Monitoring");
  EXPECT_EQ(owner("00:09:fb:ff:ff:ff"), "Philips Patient Monitoring");
  EXPECT_EQ(owner("f0:e5:c3:12:34:56"), "Dr\xc3\xa4gerwerk AG & Co. KG aA");
}

// 20-85-93 and B0-C5-CA are cut into blocks of 28 bits, 70-B3-D5 of 36.
TEST(Oui, TheLongestPrefixWins) {
  EXPECT_EQ(owner("20:85:93:b1:23:45"), "IOG Products LLC");
  EXPECT_EQ(owner("70:b3:d5:00:11:23"), "SOREDI touch systems GmbH");
  EXPECT_EQ(owner("70:b3:d5:ff:d1:23"), "i2Systems");
}

TEST(Oui, SaysNothingOfBlocksThatAreCutUpOrPrivate) {
  EXPECT_EQ(owner("74:1a:e0:91:23:45"), std::nullopt);
  EXPECT_EQ(owner("fc:ff:ff:12:34:56"), std::nullopt);
}

TEST(Oui, SaysNothingOfAddressesThatNoMakerGave) {
  EXPECT_EQ(owner("02:00:0c:12:34:56"), std::nullopt);  // locally administered
  EXPECT_EQ(owner("01:00:0c:cc:cc:cc"), std::nullopt);  // group
  EXPECT_EQ(owner("ff:ff:ff:ff:ff:ff"), std::nullopt);
  EXPECT_EQ(owner("00:00:00:00:00:00"), std::nullopt);  // none
}

}  // namespace
}  // namespace asepsis
