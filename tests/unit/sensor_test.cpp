// What tests/logs cannot show: forms of times, beginnings, limits, whole
// sentences, and that what is written for other sensors reads back the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/time.hpp"
#include "export/eve.hpp"
#include "export/zeek_logs.hpp"
#include "inventory/derive.hpp"
#include "inventory/fact_store.hpp"
#include "inventory/knowledge.hpp"
#include "sensor/log_reader.hpp"
#include "sensor/zeek_lines.hpp"

namespace asepsis {
namespace {

Result<LogReading> read(const std::string& text) {
  return read_log(*input_of(as_bytes(text), "input"), {});
}

std::string flow(const std::string& more) {
  return R"({"timestamp":"2026-03-01T10:00:09+0100","event_type":"http","src_ip":"10.0.0.1",)"
         R"("src_port":1,"dest_ip":"10.0.0.2","dest_port":80,"proto":"TCP")" +
         more + "}\n";
}

TEST(Time, IsReadInEveryFormThatSensorsWrite) {
  const struct {
    const char* text;
    const char* time;
  } cases[] = {
      {"1772355600", "2026-03-01T09:00:00.000000Z"},
      {"1772355600.000250", "2026-03-01T09:00:00.000250Z"},
      {"1772355600.000250999999", "2026-03-01T09:00:00.000250Z"},
      {"0.5", "1970-01-01T00:00:00.500000Z"},
      {"2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000000Z"},
      {"2026-03-01T09:00:00.25", "2026-03-01T09:00:00.250000Z"},
      {"2026-03-01 10:00:00+0100", "2026-03-01T09:00:00.000000Z"},
      {"2026-03-01T03:30:00.000001-05:30", "2026-03-01T09:00:00.000001Z"},
  };
  for (const auto& [text, time] : cases) {
    const auto got = time_from_text(text);
    ASSERT_TRUE(got) << text;
    EXPECT_EQ(to_rfc3339(*got), time) << text;
  }
  for (const char* text :
       {"", "-", "never", "1e9", "-5", "99999999999", "9999999999", "1772355600.5x",
        "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T09:00:00Q", "2026-03-01", "2026-03-01T09:00:00+25:00", "9999-01-01T00:00:00Z"})
    EXPECT_FALSE(time_from_text(text)) << text;
}

TEST(Logs, AreKnownByTheirBeginning) {
  for (const char* text :
       {"#separator \\x09\n", "#fields\tts\tuid\n", "#path\tconn\n", R"({"ts":1.0,"host":"x"})",
        R"({"timestamp":"x","event_type":"dns"})", "{\"a\":1, \"event_type\": \"dns\"}\n{"})
    EXPECT_TRUE(begins_as_log(as_bytes(text))) << text;
  for (const char* text : {"", "#", "# notes\n", "{}", R"({"hosts":[]})", "[1]", "hello",
                           "{\n \"event_type\": 1}", "\x0a\x0d\x0d\x0a"})
    EXPECT_FALSE(begins_as_log(as_bytes(text))) << text;
}

TEST(Logs, SayWhichLineIsWrong) {
  const auto none = read("#separator \\x09\n#path\tconn\n#fields\tts\tuid\nonly one\n");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            "input line 4 is no event of a log: neither Zeek's nor Suricata's, or it is damaged");
  const auto some = read(flow("") + "rubbish\n" + flow(""));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->lines, 2U);
  EXPECT_EQ(some->counters.at("log lines malformed"), 1U);
}

TEST(Logs, PassOverLinesThatAreTooLong) {
  const std::string huge = flow(R"(,"x":")" + std::string(3 << 20, 'a') + '"');
  const auto got = read(flow("") + huge + flow(R"(,"http":{"http_user_agent":"last/1"})"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->lines, 2U);
  EXPECT_EQ(got->counters.at("log lines too long"), 1U);
  const auto& facts = got->facts.facts();
  EXPECT_TRUE(std::ranges::any_of(facts, [](const FactRow& row) { return row.value == "last/1"; }));
}

TEST(Logs, HaveOneIdentityHoweverFarTheyHaveGrown) {
  std::string log;
  for (int i = 0; i < 64; ++i) log += flow(",\"tx_id\":" + std::to_string(i));
  EXPECT_EQ(read(log)->identity, read(log + flow(""))->identity);
  EXPECT_NE(read(log)->identity, read(flow(",\"tx_id\":99") + log)->identity);
}

TEST(ZeekLines, UndoEscapesAndLeaveOutWhatIsNotSet) {
  ZeekLines lines;
  for (const char* line :
       {"#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-",
        "#path\tx", "#fields\ta\tb\tc\td", "#types\tstring\tset[string]\tstring\tstring"})
    lines.read_heading(line);
  Record record;
  ASSERT_TRUE(lines.read("tab\\x09 \\x5c \\xzz \\x\tone,t\\x2cwo\t-\t(empty)", record));
  EXPECT_EQ(record["a"], "tab\t \\ \\xzz \\x");
  std::string all;
  record.each("b", [&](std::string_view text) { all.append(text).append(";"); });
  EXPECT_EQ(all, "one;t,wo;");
  EXPECT_FALSE(record.has("c"));
  EXPECT_FALSE(record.has("d"));
  EXPECT_FALSE(lines.read("too\tfew", record));
  EXPECT_FALSE(lines.read("one\ttoo\tmany\tof\tthem", record));
}

// A database with one hostile conversation and one hostile fact.
class Written : public testing::Test {
 protected:
  Written() : folder_(testing::TempDir() + "asepsis-sensor-test") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~Written() override { std::filesystem::remove_all(folder_); }

  void store(const std::string& log) {
    const auto reading = read(log);
    ASSERT_TRUE(reading) << reading.error().message;
    auto database = Database::open(folder_ / "a.db", Database::Mode::write);
    ASSERT_TRUE(database);
    SourceInfo source;
    source.site = "site";
    source.identity = reading->identity;
    source.name = "a\tb\n\"c";
    ASSERT_TRUE(store_source(*database, source, reading->facts));
    ASSERT_TRUE(derive_inventory(*database, *Knowledge::built_in()));
    std::ostringstream eve;
    ASSERT_TRUE(write_eve(eve, *database));
    eve_ = eve.str();
    ASSERT_TRUE(write_zeek_logs(folder_ / "zeek", *database));
  }

  std::string log(const char* name) const {
    std::ifstream file(folder_ / "zeek" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
  std::string eve_;
};

const std::string kHostile =
    R"({"timestamp":"2026-03-01T09:00:01Z","event_type":"flow","flow_id":1,"src_ip":"10.0.0.1",)"
    R"("src_port":1234,"dest_ip":"10.0.0.2","dest_port":80,"proto":"TCP","app_proto":"http",)"
    R"("flow":{"pkts_toserver":2,"pkts_toclient":3,"bytes_toserver":200,"bytes_toclient":300,)"
    R"("start":"2026-03-01T09:00:00Z","end":"2026-03-01T09:00:01Z"}})"
    "\n"
    R"({"timestamp":"2026-03-01T09:00:01Z","event_type":"http","src_ip":"10.0.0.1","src_port":1234,)"
    R"("dest_ip":"10.0.0.2","dest_port":80,"proto":"TCP","http":{"status":200,)"
    R"("server":"x\t\u001b[31m\"\\\u202e-","http_user_agent":"-"}})"
    "\n";

TEST_F(Written, NothingHostileGetsThrough) {
  store(kHostile);
  for (const std::string& text : {eve_, log("conn.log"), log("software.log")})
    for (const char c : text)
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
  EXPECT_NE(log("software.log").find("\tHTTP::SERVER\tx\\x09\\x1b[31m\"\\x5c\\xe2\\x80\\xae-\t"),
            std::string::npos);
  EXPECT_NE(log("software.log").find("\tHTTP::BROWSER\t\\x2d\t"), std::string::npos);
  EXPECT_EQ(eve_.find('\t'), std::string::npos);
  EXPECT_NE(eve_.find(R"("event_type":"asepsis_fact")"), std::string::npos);
}

TEST_F(Written, ReadsBackTheSame) {
  store(kHostile);
  for (const std::string& text : {eve_, log("conn.log")}) {
    const auto again = read(text);
    ASSERT_TRUE(again);
    ASSERT_EQ(again->facts.conversations().size(), 1U);
    const ConversationRow& row = again->facts.conversations().front();
    const auto first = read(kHostile);
    const ConversationRow& was = first->facts.conversations().front();
    EXPECT_EQ(row.client, was.client);
    EXPECT_EQ(row.server, was.server);
    EXPECT_EQ(row.application, was.application);
    EXPECT_EQ(row.client_bytes, was.client_bytes);
    EXPECT_EQ(row.server_bytes, was.server_bytes);
    EXPECT_EQ(row.server_packets, was.server_packets);
    EXPECT_EQ(row.flows, was.flows);
    EXPECT_EQ(row.seen.last, was.seen.last);
  }
  const auto software = read(log("software.log"));
  ASSERT_TRUE(software);
  EXPECT_TRUE(std::ranges::any_of(software->facts.facts(), [](const FactRow& row) {
    return row.claim == "http.server"_claim && row.value.starts_with("x\t\x1b[31m\"\\");
  }));
}

}  // namespace
}  // namespace asepsis
