// Values put into a prepared statement, and the statement run.

#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

namespace asepsis {

// A text is not copied: it must live until the statement is reset.
inline void bind(SQLite::Statement& statement, int at, const std::string& text) {
  statement.bindNoCopy(at, text);
}
inline void bind(SQLite::Statement& statement, int at, const char* text) {
  statement.bindNoCopy(at, text);
}
inline void bind(SQLite::Statement& statement, int at, std::string_view text) {
  statement.bind(at, std::string(text));
}
inline void bind(SQLite::Statement& statement, int at, double number) {
  statement.bind(at, number);
}
template <std::integral Number>
void bind(SQLite::Statement& statement, int at, Number number) {
  statement.bind(at, static_cast<std::int64_t>(number));
}
template <class Value>
void bind(SQLite::Statement& statement, int at, const std::optional<Value>& value) {
  if (value) {
    bind(statement, at, *value);
  } else {
    statement.bind(at);
  }
}

// From the first parameter on.
template <class... Values>
void bind_all(SQLite::Statement& statement, const Values&... values) {
  const auto bind_each = [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
    (bind(statement, static_cast<int>(kAt) + 1, values), ...);
  };
  bind_each(std::index_sequence_for<Values...>());
}

// Runs a statement that gives no rows, and makes it ready for the next values.
// How many rows it changed.
template <class... Values>
int run(SQLite::Statement& statement, const Values&... values) {
  bind_all(statement, values...);
  const int changed = statement.exec();
  statement.reset();
  return changed;
}

}  // namespace asepsis
