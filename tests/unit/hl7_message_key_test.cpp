// Two messages of one key say the same: each field of messages that speak of
// everything is changed, and what is said by a memory of keys is compared with
// what is said without one.

#include "proto/hl7_message_key.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../remembering.hpp"

namespace asepsis::test {
namespace {

class Stream : public Hl7Stream {
 public:
  using Hl7Stream::Hl7Stream;
  Facts hear(const std::string& message, Side from) {
    return Hl7Stream::hear(as_bytes(message), from);
  }
};

using Segments = std::vector<std::vector<std::string>>;

Segments taken_apart(const std::string& message) {
  Segments segments(1, {""});
  for (const char c : message) {
    if (c == '\r') {
      segments.push_back({""});
    } else if (c == '|') {
      segments.back().emplace_back();
    } else {
      segments.back().back() += c;
    }
  }
  segments.pop_back();  // the message ends with a segment's end
  return segments;
}

std::string put_together(const Segments& segments) {
  std::string message = "\x0b";
  for (const auto& fields : segments) {
    for (std::size_t i = 0; i < fields.size(); ++i) message += (i == 0 ? "" : "|") + fields[i];
    message += '\r';
  }
  return message + "\x1c\r";
}

// Of a pump, its alarm, an analyser, an admission; 32 fields and more in one segment.
const std::string kMessages[] = {
    "MSH|^~\\&|PUMPS^0001020000030405^EUI-64|NORTH|ENGINE|NORTH|2026||ORU^R01^ORU_R01|1|P|2.6|||AL|"
    "NE||||||\r"
    "PID|||X1^^^N^MR||TEST^PATIENT||1970\rPV1|1|I|WARD 4^R2^B7\r"
    "OBR|1|1|2|69837^MDC_DEV_METER_PHYSIO_MULTI_PARAM^MDC|||2026\r"
    "OBX|1||69985^MDC_DEV_PUMP_INFUS_MDS^MDC|1.0.0.0|||||||X|||2026||||PUMP-9^^0009FBFFFE010203^"
    "EUI-64\r"
    "OBX|2|ST|531969^MDC_ID_MODEL_NUMBER^MDC|1.1|Model Z||||||F\r"
    "OBX|3|ST|531970^MDC_ID_MODEL_MANUFACTURER^MDC|1.2|Example||||||F\r"
    "OBX|4|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.3|100|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R\r"
    "OBX|5|CWE|68480^MDC_ATTR_ALERT_SOURCE^MDC|1.4|69986^MDC_DEV_PUMP_INFUS_VMD^MDC||||||F\r"
    "PRT|A1|AD||EQUIP^E^HL70912||||||PUMP-9^^0009FBFFFE010203^EUI-64||||||"
    "(01)00844588003288(21)S1||||S77||Pump|\r",
    "MSH|^~\\&|MON|NORTH|ENGINE|NORTH|2026||ORU^R40^ORU_R40|7|P|2.6\r"
    "PID|||X1\rOBR|1|1|2|196616^MDC_EVT_ALARM^MDC\r"
    "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.0|196940^MDC_EVT_OCCL^MDC|||ST~PM|||F|||||||"
    "M-1^^001122FFFE334455^EUI-64\r",
    "MSH|^~\\&|LIS|NORTH|ENGINE|NORTH|2026||OUL^R22|9|P|2.5.1|||||||||IHE_PCD_001\r"
    "SFT|Example Instruments|4.2|Result Link|R4||20260101\r"
    "EQU|XN-1000^SYSMEX^UID^L|2026\rMSA|AA|17\r"
    "PRT|A1|AD||EQUIP||||||PUMP-9||||||MODEL77||||S77||Pump|\r"
    "OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|3-9|N|||F|||2026||||EX500^EXAMPLE~S9"
    "|19|20|21|22|23|24|25|26|27|28|29|30|31|32|33|34\r",
};

// What a field might hold in its place.
const std::string kTexts[] = {
    "",
    "Q",
    "ZZ^Y",
    "ZZ&1~Q^2",
    " ",
    "531972^MDC_ID_PROD_SPEC_SERIAL^MDC",
    "196616^MDC_EVT_ALARM^MDC",
    "69985^MDC_DEV_PUMP_INFUS_MDS^MDC",
    "BED^^0A0B0CFFFE0D0E0F^EUI-64",
    "SP~PH",
};

TEST(Hl7MessageKey, NoFieldThatIsReadIsLeftOut) {
  int compared = 0;
  int remembered = 0;
  for (const std::string& message : kMessages) {
    const Segments whole = taken_apart(message);
    for (std::size_t s = 0; s < whole.size(); ++s) {
      for (std::size_t f = 0; f < whole[s].size(); ++f) {
        if (s == 0 && f < 2) continue;  // delimiters
        for (const std::string& text : kTexts) {
          Segments changed = whole;
          changed[s][f] = text;
          Stream remembering(true);
          Stream forgetful(false);
          for (const Segments& segments : {whole, changed, whole, changed}) {
            const std::string bytes = put_together(segments);
            ASSERT_EQ(remembering.hear(bytes, Side::client), forgetful.hear(bytes, Side::client))
                << bytes;
            ++compared;
          }
          remembered += remembering.remembered();
        }
      }
    }
  }
  // Half of them come again, and most fields are not read.
  EXPECT_GT(remembered, compared / 2);
  EXPECT_LT(remembered, compared * 3 / 4);
}

TEST(Hl7MessageKey, WhichFieldHoldsATextMatters) {
  for (const std::string& message : kMessages) {
    const Segments whole = taken_apart(message);
    for (std::size_t s = 1; s < whole.size(); ++s) {
      Stream remembering(true);
      Stream forgetful(false);
      for (std::size_t f = 1; f < whole[s].size(); ++f) {
        Segments moved = whole;
        moved[s].assign(whole[s].size(), "");
        moved[s][0] = whole[s][0];
        moved[s][f] = "BED9^X^0A0B0CFFFE0D0E0F^EUI-64";
        const std::string bytes = put_together(moved);
        ASSERT_EQ(remembering.hear(bytes, Side::client), forgetful.hear(bytes, Side::client))
            << bytes;
      }
    }
  }
}

TEST(Hl7MessageKey, SegmentsThatComeAndGoAreHeard) {
  for (const std::string& message : kMessages) {
    const Segments whole = taken_apart(message);
    Stream remembering(true);
    Stream forgetful(false);
    for (std::size_t s = 1; s < whole.size(); ++s) {
      Segments fewer = whole;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(s));
      Segments turned = whole;
      std::swap(turned[s], turned[1]);
      for (const Segments& segments : {whole, fewer, turned}) {
        const std::string bytes = put_together(segments);
        EXPECT_EQ(remembering.hear(bytes, Side::client), forgetful.hear(bytes, Side::client))
            << bytes;
        EXPECT_EQ(remembering.hear(bytes, Side::server), forgetful.hear(bytes, Side::server))
            << bytes;
      }
    }
  }
}

TEST(Hl7MessageKey, OfTwoHeadersInOneBlockBothAreRead) {
  const std::string two = kMessages[1] + kMessages[2];
  EXPECT_EQ(hl7_message_key(as_bytes(two + "\x1c"), {}), std::nullopt);
  Stream remembering(true);
  Stream forgetful(false);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(remembering.hear("\x0b" + two + "\x1c\r", Side::client),
              forgetful.hear("\x0b" + two + "\x1c\r", Side::client));
}

TEST(Hl7MessageKey, AMessageThatComesInTwoPiecesSaysTheSame) {
  for (const std::string& message : kMessages) {
    const std::string bytes = "\x0b" + message + "\x1c\r";
    Stream whole(false);
    const Facts said = whole.hear(bytes, Side::client);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      Stream pieces(true);
      for (int i = 0; i < 2; ++i) {
        Facts both = pieces.hear(bytes.substr(0, cut), Side::client);
        for (std::string& fact : pieces.hear(bytes.substr(cut), Side::client))
          both.push_back(std::move(fact));
        ASSERT_EQ(both, said) << "cut at " << cut;
      }
    }
  }
}

TEST(Hl7MessageKey, OnlyAMessageThatIsAllThereHasASize) {
  const std::string whole = kMessages[1] + "\x1c";
  EXPECT_EQ(hl7_message_size(as_bytes(whole + "\r\x0bMSH|")), whole.size());
  EXPECT_EQ(hl7_message_size(as_bytes(kMessages[1])), 0);
  EXPECT_EQ(hl7_message_size(as_bytes("PID|1\r\x1c")), 0);
  EXPECT_EQ(hl7_message_size(as_bytes("MSHxABCD\r\x1c")), 0);
  const std::string document(9'000, 'x');
  EXPECT_EQ(hl7_message_size(as_bytes("MSH|^~\\&|A\rOBX|" + document + "\r\x1c")), 0);
}

}  // namespace
}  // namespace asepsis::test
