#include "export/question.hpp"

#include <sqlite3.h>

#include <ostream>

#include "base/json_text.hpp"
#include "export/query.hpp"
#include "store/size_limit.hpp"
#include "store/time_limit.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostBytes = std::size_t{8} << 20;

std::string json_cell(const Column& column, const std::optional<std::string>& cell) {
  if (!cell) return "null";
  return column.kind == Column::Kind::number ? *cell : json_string(*cell);
}

// The next row, if there is room for it.
bool take_row(SQLite::Statement& statement, Rows& rows, std::size_t& bytes) {
  auto& cells = rows.cells.emplace_back();
  for (int i = 0; i < statement.getColumnCount() && bytes <= kMostBytes; ++i) {
    const SQLite::Column value = statement.getColumn(i);
    if (value.isNull()) {
      cells.emplace_back();
      continue;
    }
    if (!is_number(value)) rows.columns[static_cast<std::size_t>(i)].kind = Column::Kind::text;
    bytes += cells.emplace_back(value.getString())->size();
  }
  if (bytes > kMostBytes) rows.cells.pop_back();
  return bytes <= kMostBytes;
}

// So many rows, and no more bytes than anybody reads.
Result<Answered> limited(Database& database, const std::string& sql, std::size_t limit) {
  return guarded(database.path(), [&]() -> Result<Answered> {
    SQLite::Statement statement(database.sql(), sql);
    if (statement.getColumnCount() == 0) return fail("a question begins with SELECT or WITH");
    if (statement.getBindParameterCount() > 0) return fail("a question has no parameters");
    Answered answered;
    Rows& rows = answered.rows;
    for (int i = 0; i < statement.getColumnCount(); ++i)
      rows.columns.push_back({.name = statement.getColumnName(i), .kind = Column::Kind::number});
    std::size_t bytes = 0;
    while (!answered.truncated && statement.executeStep())
      answered.truncated = rows.cells.size() == limit || !take_row(statement, rows, bytes);
    if (bytes > kMostBytes && rows.cells.empty())
      return fail("one row of this is larger than 8 MiB: ask for fewer columns");
    return answered;
  });
}

// The process that asks may take so much memory and disk, and no more.
bool is_too_much(Database& database) {
  const int code = sqlite3_errcode(database.sql().getHandle());
  return code == SQLITE_NOMEM || code == SQLITE_FULL || code == SQLITE_IOERR;
}

// Where the file lies is nothing to those who ask it.
std::string without_path(const std::string& message, const std::filesystem::path& path) {
  const std::string before = path.string() + ": ";
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

}  // namespace

Result<Answered> answer_question(Database& database, const std::string& sql, std::size_t limit) {
  const TimeLimit time(database, kMostQuestionTime);
  const SizeLimit size(database);
  auto answered = limited(database, sql, limit);
  if (answered) return answered;
  if (time.passed()) return fail(std::string(kQuestionTooLong));
  if (is_too_much(database))
    return fail("this takes more memory or disk than one question may: ask for less at once");
  return fail(without_path(answered.error().message, database.path()));
}

void write_members(std::ostream& out, const Answered& answered) {
  const Rows& rows = answered.rows;
  std::string_view between;
  out << "\"columns\":[";
  for (const Column& column : rows.columns) {
    out << between << R"({"name":)" << json_string(column.name) << R"(,"kind":")"
        << (column.kind == Column::Kind::number ? "number" : "text") << "\"}";
    between = ",";
  }
  out << "],\"rows\":[";
  between = "";
  for (const auto& row : rows.cells) {
    out << between << '[';
    for (std::size_t i = 0; i < row.size(); ++i)
      out << (i > 0 ? "," : "") << json_cell(rows.columns[i], row[i]);
    out << ']';
    between = ",";
  }
  out << "],\"truncated\":" << (answered.truncated ? "true" : "false");
}

}  // namespace asepsis
