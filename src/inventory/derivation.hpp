// How far what is derived follows what was heard.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/knowledge.hpp"

namespace asepsis {

// Facts and talks up to these ids were there when it was last derived.
struct DerivationMark {
  std::int64_t fact = 0, talk = 0;
  std::string knowledge;
};

// All may throw SQLite::Exception, and belong into the transaction that they tell of.

// Nothing: never, or what was derived was thrown away.
std::optional<DerivationMark> derivation_mark(SQLite::Database& sql);
// Everything that is stored is derived now.
void mark_derived(SQLite::Database& sql, const Knowledge& knowledge);
// Everything that is new is.
void mark_derived_so_far(SQLite::Database& sql);
// What is stored now waits to be derived, by whoever asks first.
void mark_behind(SQLite::Database& sql);
void forget_derivation(SQLite::Database& sql);

// What a fingerprint of it is kept as: with the form of the tables.
std::string fingerprint_of(const Knowledge& knowledge);
// What is kept for what is built in alone.
std::string fingerprint_of_built_in();

// The last id that a row of the table has, or had when it was derived: an id
// is never given twice, or what is derived from it would pass to another.
std::int64_t last_fact(SQLite::Database& sql);
std::int64_t last_talk(SQLite::Database& sql);

}  // namespace asepsis
