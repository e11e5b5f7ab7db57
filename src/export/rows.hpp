// Rows of an answer, and the forms they go out in: a table for people, JSON
// lines and CSV for programs. Text from the network is made safe here, once,
// for each form.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

struct Column {
  enum class Kind : std::uint8_t {
    text,
    number,
    json,  // an array or object, as SQLite's JSON functions write it
    time,  // RFC 3339 in UTC
  };

  std::string name;
  Kind kind = Kind::text;
  // Where a table is wider than it may be: columns are left out, those that
  // can best be spared (above 0) first, before any is cut below its least.
  int spare = 0;
  std::size_t least = 10;  // characters; SIZE_MAX: as wide as its widest cell
};

struct Rows {
  std::vector<Column> columns;
  std::vector<std::vector<std::optional<std::string>>> cells;  // nothing: not known
};

struct TableStyle {
  std::size_t width = 100;  // of the terminal, in characters; 0: as wide as it takes
  bool colour = false;
};

// The members of the object that a row is in JSON: "a":1,"b":"x".
std::string json_members(const Rows& rows, std::size_t row);

// One object a line; what is not known, and empty arrays and objects, are absent.
void write_json_lines(std::ostream& out, const Rows& rows);

// RFC 4180. Cells that a spreadsheet would take for a formula begin with an
// apostrophe.
void write_csv(std::ostream& out, const Rows& rows);

// For people: the first item of an array and how many more there are, times to
// the second. Columns shrink to fit the width, the widest first; numbers never.
void write_table(std::ostream& out, const Rows& rows, const TableStyle& style);

// The items of a JSON array, or the "key value" of an object, for people.
std::vector<std::string> json_items(std::string_view json);

}  // namespace asepsis
