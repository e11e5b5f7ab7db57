// Findings in the forms of others: what SARIF and OSCAL ask for is there, and
// hostile text obeys nobody in any of them.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "export/finding_files.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

const std::string kHostile = "</td><script>alert(1)</script>\x1b[2J\" onload='x'\xff\n";

ToldFinding hostile() {
  return {.id = "f-0123456789abcdef",
          .check = "clinical.telnet",
          .title = "Telnet " + kHostile,
          .device = "d-0123456789",
          .device_class = "infusion-pump",
          .model = kHostile,
          .instance = kHostile,
          .detail = kHostile,
          .harm = "Harm " + kHostile,
          .reasoning = "Severity " + kHostile,
          .state = "open",
          .accepted_until = "",
          .owner_role = "ebme-device-lead",
          .first_seen = "2026-03-01T09:00:00.000000Z",
          .last_seen = "2026-03-02T09:00:00.000000Z",
          .rating = 4,
          .cwe = {"CWE-319"},
          .clauses = {{"mds2", "SAHD-9"}},
          .advice = {{"ward", "Advice " + kHostile}, {"it_network", "Ask."}},
          .evidence = {{.source = "ward <7>\x1b.pcap",
                        .time = "2026-03-01T09:00:00.000000Z",
                        .text = kHostile,
                        .packet = 7}}};
}

Time made() { return time_from_text("2026-03-03T00:00:00Z").value(); }

std::string in_state(const std::string& state, const std::string& until) {
  ToldFinding finding = hostile();
  finding.state = state;
  finding.accepted_until = until;
  std::ostringstream sarif;
  std::ostringstream oscal;
  write_sarif(sarif, {finding});
  write_oscal(oscal, {finding}, made());
  return sarif.str() + oscal.str();
}

simdjson::dom::element parsed(simdjson::dom::parser& parser, const std::string& json) {
  EXPECT_EQ(json.find('\x1b'), std::string::npos);
  simdjson::dom::element root;
  EXPECT_EQ(parser.parse(json).get(root), simdjson::SUCCESS);
  return root;
}

std::string text_at(simdjson::dom::element root, std::string_view pointer) {
  std::string_view text;
  EXPECT_EQ(root.at_pointer(pointer).get(text), simdjson::SUCCESS) << pointer;
  return std::string(text);
}

TEST(Sarif, HasRuleResultPlaceAndFingerprint) {
  std::ostringstream out;
  write_sarif(out, {hostile(), hostile()});
  simdjson::dom::parser parser;
  const auto root = parsed(parser, out.str());
  EXPECT_EQ(text_at(root, "/version"), "2.1.0");
  EXPECT_EQ(text_at(root, "/runs/0/tool/driver/rules/0/id"), "clinical.telnet");
  EXPECT_NE(root.at_pointer("/runs/0/tool/driver/rules/1").error(), simdjson::SUCCESS);
  EXPECT_EQ(text_at(root, "/runs/0/results/1/ruleId"), "clinical.telnet");
  EXPECT_EQ(text_at(root, "/runs/0/results/0/level"), "error");
  EXPECT_EQ(text_at(root, "/runs/0/results/0/partialFingerprints/asepsis~1v1"),
            "f-0123456789abcdef");
  EXPECT_EQ(text_at(root,
                    "/runs/0/results/0/relatedLocations/0/physicalLocation/"
                    "artifactLocation/uri"),
            "ward%20%3C7%3E%1B.pcap");
}

TEST(Sarif, TellsWhatIsGoneAndWhatIsAccepted) {
  EXPECT_NE(in_state("gone", "").find(R"("baselineState":"absent")"), std::string::npos);
  EXPECT_NE(in_state("accepted-until", "2026-06-30").find(R"("suppressions":[)"),
            std::string::npos);
}

TEST(Oscal, HasWhatTheModelAsksForAndRefersOnlyToWhatIsThere) {
  std::ostringstream out;
  write_oscal(out, {hostile()}, made());
  simdjson::dom::parser parser;
  const auto root = parsed(parser, out.str());
  const std::string whole = "/assessment-results";
  const std::string result = whole + "/results/0";
  EXPECT_EQ(text_at(root, whole + "/metadata/oscal-version"), "1.1.2");
  EXPECT_EQ(text_at(root, whole + "/import-ap/href"),
            '#' + text_at(root, whole + "/back-matter/resources/0/uuid"));
  EXPECT_EQ(text_at(root, result + "/observations/0/subjects/0/subject-uuid"),
            text_at(root, result + "/local-definitions/inventory-items/0/uuid"));
  EXPECT_EQ(text_at(root, result + "/findings/0/related-observations/0/observation-uuid"),
            text_at(root, result + "/observations/0/uuid"));
  EXPECT_EQ(text_at(root, result + "/findings/0/related-risks/0/risk-uuid"),
            text_at(root, result + "/risks/0/uuid"));
  EXPECT_EQ(text_at(root, result + "/findings/0/target/status/state"), "not-satisfied");
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  EXPECT_TRUE(std::regex_match(text_at(root, result + "/findings/0/uuid"), uuid));
  // A property's value is one line without space at its ends.
  const std::regex broken(R"("value":"([^"\\]|\\(?!u000a).)*\\u000a)");
  EXPECT_FALSE(std::regex_search(out.str(), broken));
}

TEST(Oscal, LeavesEmptyListsOutAndDoesNotCallGoneSatisfied) {
  std::ostringstream out;
  write_oscal(out, {}, made());
  EXPECT_EQ(out.str().find("[]"), std::string::npos) << out.str();
  EXPECT_EQ(in_state("gone", "").find("satisfied"), std::string::npos);
  EXPECT_NE(in_state("accepted-until", "2026-06-30").find("deviation-approved"), std::string::npos);
}

class Report : public testing::Test {
 protected:
  Report() : folder_(fs::temp_directory_path() / ("asepsis-report-" + std::to_string(getpid()))) {}
  ~Report() override { fs::remove_all(folder_); }

  std::string page(const std::string& name) {
    const std::ifstream file(folder_ / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(Report, HasAPageForEachAudienceWithItsOwnAdvice) {
  ASSERT_TRUE(write_html(folder_, {hostile()}, made()));
  for (const char* name : {"index.html", "ward.html", "biomedical-engineering.html",
                           "it-network.html", "procurement.html", "manufacturer.html"}) {
    const std::string text = page(name);
    for (const char* wanted : {"<!DOCTYPE html>", "<html lang=\"en\">", "<title>", "<h1>", "<main"})
      EXPECT_NE(text.find(wanted), std::string::npos) << name << ' ' << wanted;
  }
  EXPECT_NE(page("ward.html").find("Advice "), std::string::npos);
  EXPECT_EQ(page("it-network.html").find("Advice "), std::string::npos);
  EXPECT_NE(page("it-network.html").find("Ask."), std::string::npos);
}

TEST_F(Report, ShowsHostileTextAndObeysNone) {
  ASSERT_TRUE(write_html(folder_, {hostile()}, made()));
  const std::string text = page("ward.html");
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("onload='"), std::string::npos);
  EXPECT_NE(text.find("&lt;script&gt;"), std::string::npos);
}

TEST_F(Report, ShowsOnlyWhatIsOpen) {
  ToldFinding gone = hostile();
  gone.state = "gone";
  ASSERT_TRUE(write_html(folder_, {gone}, made()));
  EXPECT_NE(page("ward.html").find("Nothing is open."), std::string::npos);
}

TEST_F(Report, SaysThatItCannotBeWritten) { EXPECT_FALSE(write_html("/proc/nowhere", {}, made())); }

}  // namespace
}  // namespace asepsis
