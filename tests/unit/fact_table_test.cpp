// Tables merge to the same rows in any order; what first flows tell of a pace.

#include "fact/fact_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

namespace asepsis {
namespace {

Time second(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

ConversationRow unknown(std::int64_t start, std::uint16_t size, std::string mark = "01",
                        std::string shape = "client: text") {
  ConversationRow row;
  row.protocol = 6;
  row.port = 9876;
  row.shape = std::move(shape);
  row.mark = std::move(mark);
  row.client_turn = ConversationRow::Range(size);
  row.flows = {{second(start), 40'000}};
  row.seen = {.first = second(start), .last = second(start), .count = 1, .packet = 1};
  return row;
}

Pace pace_of_starts(const std::vector<std::int64_t>& starts) {
  FactTable table;
  for (const std::int64_t start : starts) table.add(unknown(start, 1));
  return pace_of(table.conversations().front());
}

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Pace, IsTheMedianOfTheFirstFlows) {
  EXPECT_EQ(pace_of_starts({5}).interval, 0);
  EXPECT_EQ(pace_of_starts({5, 35}).interval, 30 * kSecond);
  EXPECT_FALSE(pace_of_starts({5, 35, 65}).regular);
  EXPECT_TRUE(pace_of_starts({5, 35, 65, 95}).regular);
  EXPECT_EQ(pace_of_starts({95, 65, 5, 35}).interval, 30 * kSecond);
  // One of four may be late.
  EXPECT_TRUE(pace_of_starts({0, 30, 60, 90, 190}).regular);
  EXPECT_EQ(pace_of_starts({0, 30, 60, 90, 190}).interval, 30 * kSecond);
  EXPECT_FALSE(pace_of_starts({0, 1, 30, 45, 190}).regular);
  EXPECT_FALSE(pace_of_starts({7, 7, 7, 7, 7}).regular);
}

std::string rows_of(const FactTable& table) {
  std::vector<std::string> rows;
  for (const ConversationRow& row : table.conversations()) {
    std::ostringstream out;
    out << row.shape << ' ' << (row.marks_differ ? "" : row.mark) << ' ' << row.client_turn.least
        << ' ' << row.client_turn.most << ' ' << pace_of(row).interval << ' '
        << pace_of(row).regular << ' ' << row.seen.count << '\n';
    rows.push_back(out.str());
  }
  std::ranges::sort(rows);
  std::string all;
  for (const std::string& row : rows) all += row;
  return all;
}

TEST(FactTable, MergesUnknownConversationsInAnyOrder) {
  std::vector<ConversationRow> rows;
  for (std::uint16_t i = 0; i < 12; ++i) {
    rows.push_back(unknown(i * 30, 20 + i));
    rows.push_back(unknown(i * 7, 5, i == 6 ? "02" : "01", "client: binary"));
  }
  std::mt19937 random(3);
  std::string expected;
  for (int round = 0; round < 50; ++round) {
    std::ranges::shuffle(rows, random);
    std::array<FactTable, 3> workers;
    for (const ConversationRow& row : rows) workers[random() % workers.size()].add(row);
    FactTable all;
    for (FactTable& worker : workers) all.merge(std::move(worker));
    if (expected.empty()) expected = rows_of(all);
    EXPECT_EQ(rows_of(all), expected);
  }
  EXPECT_EQ(expected,
            "client: binary  5 5 7000000000 1 12\n"
            "client: text 01 20 31 30000000000 1 12\n");
}

}  // namespace
}  // namespace asepsis
