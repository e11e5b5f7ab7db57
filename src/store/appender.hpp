// Rows added to a table many at a time. A statement a row costs as much to
// begin and to end as its row does to write: here SQLite fetches some hundred
// rows from us in one statement, through a virtual table.

#pragma once

#include <cassert>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace asepsis {

// A text that is NULL where it is empty.
struct TextOrNull {
  std::string_view text;
};

// May throw SQLite::Exception: use it within guarded() and a transaction. What
// was added is in the table after flush(); what is not flushed is lost.
class Appender {
 public:
  // `insert`: "INSERT INTO fact (source, endpoint)"; the values of a row are as many
  // as it names columns, kMostColumns at most. The database must outlive this.
  Appender(SQLite::Database& sql, const std::string& insert, int columns);
  ~Appender();
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  static constexpr int kMostColumns = 32;

  // As many as the row has columns. Texts are copied. An optional without a value is NULL.
  template <class... Values>
  void add(const Values&... values) {
    assert(sizeof...(values) == columns_);
    (put(values), ...);
    if (cells_.size() >= kCellsAtOnce) flush();
  }
  void flush();

  // For the virtual table.
  struct Cell {
    enum class Kind : std::uint8_t { null, integer, real, text };
    Kind kind = Kind::null;
    std::uint32_t size = 0;   // of a text
    std::int64_t number = 0;  // of a text: where it begins in texts()
    double real = 0;
  };
  std::size_t rows() const { return cells_.size() / columns_; }
  const Cell& cell(std::size_t row, std::size_t column) const {
    return cells_[row * columns_ + column];
  }
  const std::string& texts() const { return texts_; }

 private:
  static constexpr std::size_t kCellsAtOnce = 8192;

  void put(std::string_view text) {
    cells_.push_back({.kind = Cell::Kind::text,
                      .size = static_cast<std::uint32_t>(text.size()),
                      .number = static_cast<std::int64_t>(texts_.size())});
    texts_ += text;
  }
  void put(TextOrNull value) {
    if (value.text.empty()) {
      cells_.push_back({});
    } else {
      put(value.text);
    }
  }
  void put(double number) { cells_.push_back({.kind = Cell::Kind::real, .real = number}); }
  template <std::integral Number>
  void put(Number number) {
    cells_.push_back({.kind = Cell::Kind::integer, .number = static_cast<std::int64_t>(number)});
  }
  template <class Value>
  void put(const std::optional<Value>& value) {
    if (value) {
      put(*value);
    } else {
      cells_.push_back({});
    }
  }

  SQLite::Database& sql_;
  std::size_t columns_;
  std::string module_;  // the virtual table's name
  std::vector<Cell> cells_;
  std::string texts_;
  std::optional<SQLite::Statement> insert_;
};

}  // namespace asepsis
