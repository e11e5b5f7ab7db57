#include "base/udi.hpp"

#include <gtest/gtest.h>

#include "base/eui64.hpp"

namespace asepsis {
namespace {

struct Row {
  std::string_view text;
  std::string_view device_identifier;  // empty: not a UDI
  std::string_view serial;
};

constexpr std::string_view kDevice = "00643169001763";

TEST(Udi, IsReadInEveryForm) {
  const Row rows[] = {
      {"(01)00643169001763(17)160712(21)21A11F4855", kDevice, "21A11F4855"},
      {"(01)00643169001763(10)LOT(A)7(21)S(4)5", kDevice, "S(4)5"},
      {"(01)00643169001763", kDevice, ""},
      {"0100643169001763171607122121A11F4855", kDevice, "21A11F4855"},
      {"010064316900176321S1\x1d"
       "10LOT",
       kDevice, "S1"},
      {"]d2010064316900176310LOT\x1d"
       "21S2",
       kDevice, "S2"},
      {"\x1d"
       "010064316900176321S3",
       kDevice, "S3"},
      {" 00643169001763 ", kDevice, ""},
      {"+H123PARTNO1234567890120/$$420020216LOT123456789012345/SXYZ456789012345678/16D20130202C",
       "H123PARTNO1234567890120", "XYZ456789012345678"},
      {"+H123PARTNO12345678901201", "H123PARTNO1234567890120", ""},
      {"+A999PART1/$+SER44Z", "A999PART1", "SER44"},
      {"=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123",
       "A9999XYZ100T0944", "000025"},
  };
  for (const Row& row : rows) {
    const auto udi = udi_from_text(row.text);
    ASSERT_TRUE(udi) << row.text;
    EXPECT_EQ(udi->device_identifier, row.device_identifier) << row.text;
    EXPECT_EQ(udi->serial, row.serial) << row.text;
  }
}

TEST(Udi, IsNotSeenInOtherText) {
  for (const std::string_view text : {"",
                                      "(",
                                      "(01",
                                      "(01)",
                                      "(01)123",
                                      "(21)S",
                                      "+",
                                      "+4420",
                                      "+44 20 7946 0000",
                                      "+H123",
                                      "=",
                                      "=/",
                                      "=/short",
                                      "&",
                                      "00643169001764",
                                      "12345678901234567",
                                      "XN-1000",
                                      "\x1d",
                                      "0100643169001764",
                                      "]d2",
                                      "01",
                                      "(x)(y)",
                                      "(01)0064316900176A"})
    EXPECT_FALSE(udi_from_text(text)) << text;
}

TEST(Udi, TellsTheSoftwareVersion) {
  EXPECT_EQ(udi_from_text("(01)00643169001763(8012)V2.1")->software_version, "V2.1");
}

// What is cut off anywhere is read without a fault, and names no other model.
TEST(Udi, MayBeCutAnywhere) {
  constexpr std::string_view kWhole = "(01)00643169001763(17)160712(21)21A11F4855";
  for (std::size_t size = 0; size <= kWhole.size(); ++size) {
    const auto udi = udi_from_text(kWhole.substr(0, size));
    if (udi) {
      EXPECT_EQ(udi->device_identifier, kDevice);
    }
  }
}

TEST(Eui64, IsReadWithAndWithoutMarks) {
  for (const std::string_view text : {"00095CFFFE741952", " 00095cfffe741952 ",
                                      "00-09-5C-FF-FE-74-19-52", "00:09:5c:ff:fe:74:19:52"}) {
    const auto eui64 = eui64_from_text(text);
    ASSERT_TRUE(eui64) << text;
    EXPECT_EQ(eui64->text().view(), "00095cfffe741952");
    EXPECT_FALSE(eui64->nameless());
  }
  EXPECT_TRUE(eui64_from_text("0012210000000000")->nameless());
  for (const std::string_view text :
       {"", "00095CFFFE74195", "00095CFFFE7419522", "0009 5CFFFE741952", "G0095CFFFE741952"})
    EXPECT_FALSE(eui64_from_text(text)) << text;
}

}  // namespace
}  // namespace asepsis
