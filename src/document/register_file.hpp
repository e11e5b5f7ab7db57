// An asset register: which column holds what, and its rows in our words.
// Columns that name a patient or a person are never read, whatever is asked.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/csv.hpp"
#include "document/dates.hpp"
#include "document/vocabulary.hpp"
#include "fact/document_fact.hpp"

namespace asepsis {

// "Ser.-Nr.=serial"; the field "-" leaves a column out.
struct ColumnChoice {
  std::string column, field;
};

struct MappedColumn {
  std::string name;
  const Field* field = nullptr;  // none: left out
  std::string why;               // "by its name", "asked for", "names a person" ...
  std::string example;           // the first cell that is not empty, where it is read
};

struct RegisterMapping {
  std::size_t header = 0;  // which row names the columns
  std::vector<MappedColumn> columns;

  std::size_t identities() const;
};

struct RegisterOptions {
  std::vector<ColumnChoice> columns;
  DateOrder dates = DateOrder::day_first;  // where a column does not decide it
};

// Whether it looks like one: a row names two fields, and one by which
// equipment is known.
bool is_register(const CsvTable& table, const Vocabulary& words);

// Fails if a choice names no column or no field, or one that is never read.
Result<RegisterMapping> map_columns(const CsvTable& table, const RegisterOptions& options,
                                    const Vocabulary& words);

Document read_register(const CsvTable& table, const RegisterMapping& mapping,
                       const RegisterOptions& options, const Vocabulary& words);

}  // namespace asepsis
