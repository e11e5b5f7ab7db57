// Rows that are written many at a time are those that were added.

#include "store/appender.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace asepsis {
namespace {

class Appending : public testing::Test {
 protected:
  Appending() : sql_(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    sql_.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, real REAL) STRICT");
  }
  std::string all(const char* query) {
    SQLite::Statement rows(sql_, query);
    std::string text;
    while (rows.executeStep()) text += rows.getColumn(0).getString() + '\n';
    return text;
  }

  SQLite::Database sql_;
};

TEST_F(Appending, WritesEachKindOfValue) {
  Appender add(sql_, "INSERT INTO t (id, text, real)", 3);
  add.add(1, "a", 0.5);
  add.add(2, std::optional<std::string>(), 1.0);
  add.add(3, TextOrNull{""}, std::optional<double>());
  add.add(4, std::string("zero\0inside", 11), 2);
  add.add(std::optional<int>(), "", 3.0);
  EXPECT_EQ(all("SELECT count(*) FROM t"), "0\n") << "not before it is flushed";
  add.flush();
  EXPECT_EQ(all("SELECT id || ' ' || coalesce(length(CAST(text AS BLOB)), 'null') || ' ' || "
                "coalesce(real, 'null') FROM t ORDER BY id"),
            "1 1 0.5\n2 null 1.0\n3 null null\n4 11 2.0\n5 0 3.0\n");
}

// Beyond what one statement takes, in the order in which they were added.
TEST_F(Appending, WritesAnyNumberOfRows) {
  constexpr int kRows = 100'000;
  Appender add(sql_, "INSERT INTO t (text, real)", 2);
  for (int i = 0; i < kRows; ++i) add.add(std::to_string(i), i / 2.0);
  add.flush();
  EXPECT_EQ(all("SELECT count(*) FROM t"), std::to_string(kRows) + '\n');
  EXPECT_EQ(all("SELECT count(*) FROM t WHERE text <> id - 1 OR real <> (id - 1) / 2.0"), "0\n");
}

TEST_F(Appending, KeepsToTheConflictRule) {
  Appender ignoring(sql_, "INSERT OR IGNORE INTO t (id, text)", 2);
  for (const char* text : {"first", "second"}) ignoring.add(7, text);
  ignoring.flush();
  EXPECT_EQ(all("SELECT text FROM t"), "first\n");
  Appender replacing(sql_, "INSERT OR REPLACE INTO t (id, text)", 2);
  replacing.add(7, "third");
  replacing.flush();
  EXPECT_EQ(all("SELECT text FROM t"), "third\n");
}

TEST_F(Appending, SaysWhatTheTableRefuses) {
  Appender add(sql_, "INSERT INTO t (id, text)", 2);
  add.add("no number", "x");
  EXPECT_THROW(add.flush(), SQLite::Exception);
}

TEST_F(Appending, SeveralTakeTurns) {
  sql_.exec("CREATE TABLE u (id INTEGER PRIMARY KEY, text TEXT) STRICT");
  Appender one(sql_, "INSERT INTO t (id, text)", 2);
  {
    Appender other(sql_, "INSERT INTO u (id, text)", 2);
    for (int i = 0; i < 10'000; ++i) {
      one.add(i, "t");
      other.add(i, "u");
    }
    other.flush();
  }
  one.flush();
  EXPECT_EQ(all("SELECT count(*) FROM t JOIN u USING (id) WHERE t.text = 't' AND u.text = 'u'"),
            "10000\n");
}

}  // namespace
}  // namespace asepsis
