// What the program says about a file, as the page says it: sentences as they come
// from the program's standard error and output.

#include <gtest/gtest.h>

#include "web/import_words.hpp"

namespace asepsis {
namespace {

struct Said {
  const char* by_program;
  const char* on_page;
};

TEST(ImportWords, LoseTheProgramsNameTheFolderAndTheOption) {
  constexpr Said kTable[] = {
      {"asepsis: ./cut.pcap: ends in the middle of its header",
       "cut.pcap: ends in the middle of its header"},
      {"asepsis: whose.ini does not say whose it is: --device names it",
       "whose.ini does not say whose it is"},
      {"./a.csv line 3: no serial number", "a.csv line 3: no serial number"},
      {"a sentence with -- dashes: and a colon", "a sentence with -- dashes: and a colon"},
      {"asepsis: ", ""},
      {"", ""},
      // Only at the beginning: the rest is what the file says.
      {"the asepsis: ./name of a file", "the asepsis: ./name of a file"},
  };
  for (const Said& one : kTable)
    EXPECT_EQ(words_for_page(one.by_program), one.on_page) << one.by_program;
}

TEST(ImportWords, AdviseWhatThePageCanDo) {
  constexpr Said kTable[] = {
      {"two columns say serial: --show-mapping shows them", "First show how columns are read"},
      {"it does not say whose it is: --device names it", "under 'Device'"},
      {"there are several sites: --site names one", "under 'Site'"},
      {"a newer one was brought in: --as-of dates it", "a newer version"},
      {"ends in the middle of its header", "cut off"},
      {"is not a capture", "pcap or pcapng"},
      {"holds no setting", "Export the configuration again"},
      {"the database is full", "Nothing is wrong with the file"},
      // An option beats what else is said.
      {"ends in the middle of a row: --device names it", "under 'Device'"},
  };
  for (const Said& one : kTable)
    for (const bool document : {false, true}) {
      const std::string advice = advice_for_page(one.by_program, document);
      EXPECT_NE(advice.find(one.on_page), std::string::npos) << one.by_program << ": " << advice;
      EXPECT_EQ(advice.find("--"), std::string::npos) << advice;
    }
}

TEST(ImportWords, AdviseSomethingWhateverIsSaid) {
  for (const char* said : {"", "something new", "--site without a colon before it"}) {
    EXPECT_NE(advice_for_page(said, true).find("text editor"), std::string::npos) << said;
    EXPECT_NE(advice_for_page(said, false).find("program that recorded it"), std::string::npos)
        << said;
  }
}

TEST(ImportWords, SeparateThousandsOfCountsAlone) {
  constexpr Said kTable[] = {
      {"150000 packets of 1 capture; 88 devices in asepsis.db.",
       "150,000 packets of 1 capture; 88 devices in asepsis.db."},
      {"1234567 lines", "1,234,567 lines"},
      {"a file called 20260301.pcap of 2026-11-22", "a file called 20260301.pcap of 2026-11-22"},
      {"99999999999999999999 is no count", "99999999999999999999 is no count"},
      {"two  spaces at the end  ", "two  spaces at the end  "},
      {"1000", "1,000"},
      {"", ""},
  };
  for (const Said& one : kTable)
    EXPECT_EQ(result_for_page(one.by_program), one.on_page) << one.by_program;
}

}  // namespace
}  // namespace asepsis
