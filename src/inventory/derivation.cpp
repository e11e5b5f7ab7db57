#include "inventory/derivation.hpp"

#include "store/database.hpp"
#include "store/statement.hpp"

namespace asepsis {

namespace {

std::string with_form(const std::string& fingerprint) {
  return std::to_string(kSchemaVersion) + ' ' + fingerprint;
}

}  // namespace

std::string fingerprint_of(const Knowledge& knowledge) {
  return with_form(knowledge.fingerprint());
}

std::string fingerprint_of_built_in() { return with_form(Knowledge::built_in_fingerprint()); }

std::optional<DerivationMark> derivation_mark(SQLite::Database& sql) {
  SQLite::Statement row(sql, "SELECT fact, talk, knowledge FROM derivation");
  if (!row.executeStep()) return std::nullopt;
  return DerivationMark{.fact = row.getColumn(0).getInt64(),
                        .talk = row.getColumn(1).getInt64(),
                        .knowledge = row.getColumn(2).getString()};
}

void mark_derived(SQLite::Database& sql, const Knowledge& knowledge) {
  const std::int64_t fact = last_fact(sql);
  const std::int64_t talk = last_talk(sql);
  forget_derivation(sql);
  SQLite::Statement add(sql, "INSERT INTO derivation VALUES (1, ?, ?, ?, 0)");
  run(add, fact, talk, fingerprint_of(knowledge));
}

void mark_derived_so_far(SQLite::Database& sql) {
  SQLite::Statement news(sql, "UPDATE derivation SET fact = ?, talk = ?, behind = 0");
  run(news, last_fact(sql), last_talk(sql));
}

void mark_behind(SQLite::Database& sql) { sql.exec("UPDATE derivation SET behind = 1"); }

void forget_derivation(SQLite::Database& sql) {
  for (const char* table : {"derivation", "changed_endpoint", "gone_talk"})
    sql.exec(std::string("DELETE FROM ") + table);
}

std::int64_t last_fact(SQLite::Database& sql) {
  return sql
      .execAndGet(
          "SELECT max(coalesce((SELECT max(id) FROM fact), 0), "
          "coalesce((SELECT max(fact) FROM derivation), 0))")
      .getInt64();
}

std::int64_t last_talk(SQLite::Database& sql) {
  return sql
      .execAndGet(
          "SELECT max(coalesce((SELECT max(id) FROM talk), 0), "
          "coalesce((SELECT max(talk) FROM derivation), 0))")
      .getInt64();
}

}  // namespace asepsis
