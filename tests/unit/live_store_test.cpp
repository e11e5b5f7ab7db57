// Stored bit by bit, with writes that fail, restarts and other writers between,
// a source comes to the rows that it has when it is stored as a whole.

#include "inventory/live_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

namespace asepsis {
namespace {

constexpr std::array kClaimsUsed{"name.host"_claim, "device.model"_claim, "ssh.banner"_claim};
constexpr std::array kTexts{"a", "b", "caf\xe9", "d"};  // one is no UTF-8

std::filesystem::path file(std::string_view name) {
  return std::filesystem::temp_directory_path() /
         ("asepsis-live-store-" + std::to_string(getpid()) + "-" + std::string(name));
}

class Store {
 public:
  explicit Store(std::string_view name)
      : path_(file(name)), database_(Database::open(path_, Database::Mode::write).value()) {
    database_.sql().setBusyTimeout(0);
  }
  ~Store() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + end);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Database& database() { return database_; }
  int failures = 0;  // of writes
  Database another() const { return Database::open(path_, Database::Mode::write).value(); }

  // Everything but ids and what of the first flows a restart forgets.
  std::vector<std::string> rows() {
    std::vector<std::string> rows;
    for (const char* sql :
         {"SELECT e.mac, e.ip, claim, value, port, refused, protocol, equipment, fact.first_seen, "
          "fact.last_seen, count, packet FROM fact JOIN endpoint e ON e.id = endpoint "
          "JOIN source s ON s.id = source AND s.identity = 'x'",
          "SELECT c.ip, s.ip, t.port, t.state, t.application, client_bytes, server_bytes, "
          "client_packets, server_packets, client_hops, first_seen, last_seen, count, packet "
          "FROM talk t JOIN endpoint c ON c.id = t.client JOIN endpoint s ON s.id = t.server",
          "SELECT packets, complete FROM source WHERE identity = 'x'"}) {
      SQLite::Statement select(database_.sql(), sql);
      while (select.executeStep()) {
        std::string& row = rows.emplace_back();
        for (int i = 0; i < select.getColumnCount(); ++i)
          row += select.getColumn(i).getString() + " ";
      }
    }
    std::ranges::sort(rows);
    return rows;
  }

 private:
  std::filesystem::path path_;
  Database database_;
};

class Traffic {
 public:
  explicit Traffic(unsigned seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  // Something is heard, of ended conversations and of facts.
  void hear(FactTable& table) {
    ++packets_;
    const Time now{std::chrono::seconds(packets_)};
    table.add(endpoint(), {Side::client, kClaimsUsed[below(3)], kTexts[below(4)]}, 22, "test", now,
              packets_);
    if (below(2) == 0) table.add(conversation());
  }
  ConversationRow conversation() {
    ConversationRow row;
    row.client = endpoint();
    row.server = endpoint();
    row.protocol = 6;
    row.port = static_cast<std::uint16_t>(below(2));
    row.state = below(2) == 0 ? ConversationState::open : ConversationState::unanswered;
    row.application = below(2) == 0 ? "hl7" : "";
    row.client_packets = 1 + below(9);
    row.client_bytes = below(99);
    row.client_hops = static_cast<std::uint8_t>(below(3));
    const Time now{std::chrono::seconds(packets_)};
    row.flows = {{now, 1}};
    row.seen = {.first = now, .last = now, .count = 1, .packet = packets_};
    return row;
  }
  std::uint64_t packets() const { return packets_; }

 private:
  Endpoint endpoint() {
    Endpoint endpoint{.mac = {{2, 0, 0, 0, 0, 1}}};
    endpoint.ip = ip_from_text("10.0.0." + std::to_string(below(4))).value();
    return endpoint;
  }
  std::mt19937 random_;
  std::uint64_t packets_ = 0;
};

SourceInfo source(std::uint64_t packets, bool complete) {
  SourceInfo info;
  info.site = "here";
  info.identity = "x";
  info.name = "eth1";
  info.packets = packets;
  info.complete = complete;
  return info;
}

LiveStore opened(Store& store, LiveStore::Again again) {
  return LiveStore::open(store.database(), source(0, false), again).value();
}

// Some conversations that are on their way.
std::deque<ConversationRow> some(Traffic& traffic) {
  std::deque<ConversationRow> rows(traffic.below(4));
  for (ConversationRow& row : rows) row = traffic.conversation();
  return rows;
}

void store_in_pieces(Store& pieces, Traffic& traffic, FactTable& whole) {
  auto live = opened(pieces, LiveStore::Again::adds);
  Database other = pieces.another();
  other.sql().exec("INSERT INTO site (id, name) VALUES (77, 'elsewhere')");
  other.sql().exec("INSERT INTO source VALUES (77, 77, 'y', '', 'w.pcap', 9, 9, 0, 9, 1, '')");
  other.sql().exec("INSERT INTO endpoint VALUES (7777, 77, 0, '', '10.9.9.9')");
  std::uint64_t since_restart = 0;
  for (int turn = 0; turn < 60; ++turn) {
    FactTable heard;
    for (auto n = traffic.below(6); n > 0; --n) traffic.hear(heard);
    live.add(heard);
    whole.merge(std::move(heard));
    const auto running = some(traffic);
    const auto now = source(traffic.packets() - since_restart, false);
    if (traffic.below(3) == 0) {
      // It fails when facts have been written, and somebody else is quicker with their ids.
      pieces.database().sql().exec(
          "CREATE TEMP TRIGGER full BEFORE INSERT ON talk "
          "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END");
      if (!live.write(now, &running)) ++pieces.failures;
      pieces.database().sql().exec("DROP TRIGGER full");
      other.sql().exec(
          "INSERT INTO fact (source, endpoint, claim, value, port, refused, protocol, equipment, "
          "first_seen, last_seen, count, packet) "
          "VALUES (77, 7777, 'name.host', 'other', 0, 0, 't', '', 1, 1, 1, 1)");
      continue;
    }
    ASSERT_TRUE(live.write(now, traffic.below(3) == 0 ? nullptr : &running));
    if (traffic.below(8) != 0) continue;
    const std::deque<ConversationRow> none;  // all have ended, and everything is stored
    ASSERT_TRUE(live.write(now, &none));
    live = opened(pieces, LiveStore::Again::adds);
    since_restart = traffic.packets();
  }
  const std::deque<ConversationRow> none;
  ASSERT_TRUE(live.write(source(traffic.packets() - since_restart, true), &none));
}

TEST(LiveStore, InPiecesAndAsAWhole) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Store pieces("pieces");
    Store at_once("whole");
    Traffic traffic(seed);
    FactTable whole;
    store_in_pieces(pieces, traffic, whole);
    EXPECT_GT(pieces.failures, 5);
    ASSERT_TRUE(store_source(at_once.database(), source(traffic.packets(), true), whole));
    EXPECT_EQ(pieces.rows(), at_once.rows()) << "seed " << seed;
  }
}

TEST(LiveStore, WhatAnotherStoredStays) {
  Store pieces("pieces");
  Traffic traffic(1);
  FactTable whole;
  store_in_pieces(pieces, traffic, whole);
  const auto others = [&](const char* what) {
    return pieces.database().sql().execAndGet(what).getInt();
  };
  EXPECT_GT(others("SELECT count(*) FROM fact WHERE source = 77"), 5);
  EXPECT_EQ(others("SELECT count(*) FROM fact WHERE value = 'other' AND source != 77"), 0);
}

TEST(LiveStore, ACaptureThatIsPlayedAgainAddsNothing) {
  Store store("again");
  for (const std::uint64_t turns : {40U, 100U, 70U, 100U}) {  // it may be ended early
    Traffic traffic(7);
    auto live = opened(store, LiveStore::Again::repeats);
    FactTable heard;
    while (traffic.packets() < turns) traffic.hear(heard);
    live.add(heard);
    const std::deque<ConversationRow> none;
    const auto now = source(turns, turns == 100);
    ASSERT_TRUE(live.write(now, &none));
    ASSERT_TRUE(!now.complete || live.complete(now));
  }
  Store at_once("whole");
  Traffic traffic(7);
  FactTable whole;
  while (traffic.packets() < 100) traffic.hear(whole);
  ASSERT_TRUE(store_source(at_once.database(), source(100, true), whole));
  EXPECT_EQ(store.rows(), at_once.rows());
}

TEST(LiveStore, LimitsHoldAcrossPiecesAndRestarts) {
  Store store("limits");
  const FactLimits limits{.facts = 10, .values_of_claim = 4, .conversations = 3};
  std::uint64_t dropped = 0;
  for (int turn = 0; turn < 3; ++turn) {
    auto live =
        LiveStore::open(store.database(), source(0, false), LiveStore::Again::adds, limits).value();
    for (int value = 0; value < 20; ++value) {
      FactTable heard;
      heard.add({.mac = {{2, 0, 0, 0, 0, 1}}},
                {Side::client, "name.host"_claim, "name " + std::to_string(turn * 20 + value)}, 0,
                "test", Time(), 1);
      live.add(heard);
    }
    const std::deque<ConversationRow> none;
    ASSERT_TRUE(live.write(source(1, false), &none));
    dropped += live.dropped_facts();
  }
  EXPECT_EQ(store.database().sql().execAndGet("SELECT count(*) FROM fact").getInt(), 4);
  EXPECT_EQ(dropped, 56);
}

}  // namespace
}  // namespace asepsis
