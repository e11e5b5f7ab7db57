// The virtual table is read from its first row to its last and nothing else:
// https://www.sqlite.org/vtab.html, 2, and 2.1.2 for one that needs no CREATE.

#include "store/appender.hpp"

#include <sqlite3.h>

#include <atomic>
#include <cassert>

namespace asepsis {
namespace {

struct Table : sqlite3_vtab {
  const Appender* rows = nullptr;
};
struct Cursor : sqlite3_vtab_cursor {
  std::size_t row = 0;
};

Cursor& of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }
const Appender& rows_of(sqlite3_vtab_cursor* cursor) {
  return *static_cast<Table*>(cursor->pVtab)->rows;
}

std::string column_names(int count) {
  std::string names;
  for (int i = 0; i < count; ++i) names += (i == 0 ? "c" : ", c") + std::to_string(i);
  return names;
}

int connect(sqlite3* sql, void* rows, int, const char* const*, sqlite3_vtab** out, char**) {
  const std::string declared = "CREATE TABLE x (" + column_names(Appender::kMostColumns) + ')';
  const int status = sqlite3_declare_vtab(sql, declared.c_str());
  if (status != SQLITE_OK) return status;
  auto* const table = new Table;
  table->rows = static_cast<const Appender*>(rows);
  *out = table;
  return SQLITE_OK;
}
int disconnect(sqlite3_vtab* table) {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}
int best_index(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }
int open(sqlite3_vtab*, sqlite3_vtab_cursor** out) {
  *out = new Cursor;
  return SQLITE_OK;
}
int close(sqlite3_vtab_cursor* cursor) {
  delete static_cast<Cursor*>(cursor);
  return SQLITE_OK;
}
int rewind(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  of(cursor).row = 0;
  return SQLITE_OK;
}
int next(sqlite3_vtab_cursor* cursor) {
  ++of(cursor).row;
  return SQLITE_OK;
}
int at_end(sqlite3_vtab_cursor* cursor) { return of(cursor).row >= rows_of(cursor).rows() ? 1 : 0; }
int column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int number) {
  const Appender& rows = rows_of(cursor);
  const Appender::Cell& cell = rows.cell(of(cursor).row, static_cast<std::size_t>(number));
  switch (cell.kind) {
    case Appender::Cell::Kind::null: sqlite3_result_null(out); break;
    case Appender::Cell::Kind::integer: sqlite3_result_int64(out, cell.number); break;
    case Appender::Cell::Kind::real: sqlite3_result_double(out, cell.real); break;
    case Appender::Cell::Kind::text:
      // It stays where it is until the statement has ended.
      sqlite3_result_text(out, rows.texts().data() + cell.number, static_cast<int>(cell.size),
                          SQLITE_STATIC);
      break;
  }
  return SQLITE_OK;
}
int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(of(cursor).row);
  return SQLITE_OK;
}

const sqlite3_module kModule = [] {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = rewind;
  module.xNext = next;
  module.xEof = at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}();

std::string fresh_name() {
  static std::atomic<std::uint64_t> count = 0;
  return "rows_to_append_" + std::to_string(++count);
}

}  // namespace

Appender::Appender(SQLite::Database& sql, const std::string& insert, int columns)
    : sql_(sql), columns_(static_cast<std::size_t>(columns)), module_(fresh_name()) {
  assert(columns > 0 && columns <= kMostColumns);
  sqlite3_create_module_v2(sql.getHandle(), module_.c_str(), &kModule, this, nullptr);
  insert_.emplace(sql, insert + " SELECT " + column_names(columns) + " FROM " + module_);
}

Appender::~Appender() {
  insert_.reset();
  sqlite3_create_module_v2(sql_.getHandle(), module_.c_str(), nullptr, nullptr, nullptr);
}

void Appender::flush() {
  assert(cells_.size() % columns_ == 0);
  if (!cells_.empty()) {
    insert_->exec();
    insert_->reset();
  }
  cells_.clear();
  texts_.clear();
}

}  // namespace asepsis
