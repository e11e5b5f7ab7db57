// No fact ever holds what identifies a patient. The clinical cases carry
// planted patients, relatives, doctors, rooms and notes; they are played
// whole, in pieces, and with bytes missing at every place, where a parser
// might take up the thread in the middle of a name.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "../case.hpp"
#include "base/text.hpp"

namespace asepsis::test {
namespace {

// Compared in lower case.
constexpr std::string_view kPlanted[] = {"planted", "mrn777",  "4857773456", "19580214", "harrow^",
                                         "alice",   "anytown", "donation1",  "a9997131"};

// What can carry a patient in clear. Each has a case that does.
constexpr std::string_view kCarriers[] = {
    "astm",      "coap", "dicom", "dns",    "ftp",    "hl7",    "http",        "imap",
    "jetdirect", "ldap", "lpd",   "mqtt",   "pop3",   "poct1a", "postgresql",  "sip",
    "sip-tcp",   "smb",  "smtp",  "syslog", "telnet", "tftp",   "ws-discovery"};

bool holds_planted(std::string_view text) {
  const std::string small = lowered(text);
  return std::ranges::any_of(
      kPlanted, [&](std::string_view word) { return small.find(word) != std::string::npos; });
}

// In wide letters too: with NULs between them.
bool carries_planted(const Case& test) {
  return std::ranges::any_of(test.steps, [](const Step& step) {
    std::string narrow(as_text(step.bytes));
    std::erase(narrow, '\0');
    return holds_planted(narrow);
  });
}

// The case with `lost` bytes of one step gone.
Case with_loss(const Case& test, std::size_t step, std::size_t at, std::size_t lost) {
  Case damaged{test.protocol, {}};
  for (std::size_t i = 0; i < test.steps.size(); ++i) {
    Step whole = test.steps[i];
    if (i == step) {
      const auto begin = whole.bytes.begin() + static_cast<std::ptrdiff_t>(at);
      const auto end = begin + static_cast<std::ptrdiff_t>(lost);
      damaged.steps.push_back({whole.from, {whole.bytes.begin(), begin}, lost});
      whole.bytes.erase(whole.bytes.begin(), end);
    }
    damaged.steps.push_back(std::move(whole));
  }
  return damaged;
}

void expect_private(const Case& test, const std::string& name) {
  EXPECT_FALSE(holds_planted(play(test).facts)) << name;
  EXPECT_FALSE(holds_planted(play(test, 7).facts)) << name << " in pieces";
  if (test.protocol->transport != Transport::tcp) return;
  for (std::size_t step = 0; step < test.steps.size(); ++step) {
    const std::size_t size = test.steps[step].bytes.size();
    const std::size_t stride = 1 + size / 150;
    for (std::size_t at = 0; at < size; at += stride)
      for (const std::size_t lost : {std::size_t{1}, std::size_t{40}})
        EXPECT_FALSE(
            holds_planted(play(with_loss(test, step, at, std::min(lost, size - at))).facts))
            << name << " without " << lost << " bytes at " << at << " of step " << step;
  }
}

TEST(PatientPrivacy, NoFactHoldsAPatient) {
  std::set<std::string_view> carrying;
  for (const auto& entry : std::filesystem::directory_iterator(ASEPSIS_CASES)) {
    const auto test = read_case(entry.path());
    ASSERT_TRUE(test) << entry.path();
    if (!carries_planted(*test)) continue;
    carrying.insert(test->protocol->name);
    expect_private(*test, entry.path().filename().string());
  }
  for (const std::string_view carrier : kCarriers)
    EXPECT_TRUE(carrying.contains(carrier)) << carrier;
}

}  // namespace
}  // namespace asepsis::test
