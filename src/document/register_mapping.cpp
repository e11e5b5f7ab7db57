// Which column of a register holds which field.

#include <algorithm>
#include <set>

#include "base/address.hpp"
#include "base/text.hpp"
#include "document/register_file.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLookedForHeader = 20;  // rows: a title may stand above it
constexpr std::size_t kLookedForValues = 200;

std::string cell_of(const CsvRow& row, std::size_t column) {
  return column < row.cells.size() ? row.cells[column] : std::string();
}

// A column that nobody's name tells, but all cells are MAC addresses.
bool holds_macs(const CsvTable& table, std::size_t header, std::size_t column) {
  std::size_t cells = 0;
  for (std::size_t i = header + 1; i < table.rows.size() && i <= header + kLookedForValues; ++i) {
    const std::string cell = cell_of(table.rows[i], column);
    if (cell.empty()) continue;
    if (cell.find_first_of(":-") == std::string::npos || !mac_from_text(cell)) return false;
    ++cells;
  }
  return cells > 0;
}

std::string first_cell(const CsvTable& table, std::size_t header, std::size_t column) {
  for (std::size_t i = header + 1; i < table.rows.size(); ++i)
    if (std::string cell = cell_of(table.rows[i], column); !cell.empty()) return cell;
  return {};
}

// Why a column of that name is never read; empty if it may be.
std::string forbidden(const std::string& name, const Vocabulary& words) {
  const std::string said = spoken(name);
  if (words.names_patient(said)) return "names a patient: never kept";
  if (words.names_person(said)) return "may name a person: never kept";
  return {};
}

MappedColumn by_name(const std::string& name, const Vocabulary& words) {
  MappedColumn column{.name = name, .field = nullptr, .why = forbidden(name, words), .example = {}};
  if (!column.why.empty()) return column;
  if (const auto match = words.field_of(name)) {
    column.field = match->field;
    column.why = match->guessed ? "guessed by its name" : "by its name";
  } else {
    column.why = "no field of ours";
  }
  return column;
}

// Of columns that hold the same, the one that was not guessed, else the first.
void settle_doubles(RegisterMapping& mapping) {
  for (const bool guessed : {false, true}) {
    for (std::size_t i = 0; i < mapping.columns.size(); ++i) {
      MappedColumn& column = mapping.columns[i];
      if (column.field == nullptr || column.field->several) continue;
      if (column.why.starts_with("guessed") != guessed) continue;
      const auto earlier = [&](const MappedColumn& other) {
        const bool settled = !other.why.starts_with("guessed") || &other < &column;
        return &other != &column && other.field == column.field && settled &&
               (guessed || other.why == "asked for" || &other < &column);
      };
      const auto taken = std::ranges::find_if(mapping.columns, earlier);
      if (taken == mapping.columns.end() || column.why == "asked for") continue;
      column.why = "'" + taken->name + "' holds the " + std::string(column.field->name);
      column.field = nullptr;
    }
  }
}

struct HeaderScore {
  std::size_t fields = 0, identities = 0;
};

HeaderScore score(const CsvRow& row, const Vocabulary& words) {
  std::set<const Field*> fields;
  for (const std::string& cell : row.cells)
    if (const auto match = words.field_of(cell); match && !match->guessed)
      fields.insert(match->field);
  const auto identity = [](const Field* field) { return field->identity; };
  return {.fields = fields.size(),
          .identities = static_cast<std::size_t>(std::ranges::count_if(fields, identity))};
}

std::size_t header_row(const CsvTable& table, const Vocabulary& words) {
  std::size_t best = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < std::min(table.rows.size(), kLookedForHeader); ++i)
    if (const std::size_t fields = score(table.rows[i], words).fields; fields > most) {
      most = fields;
      best = i;
    }
  if (most > 0) return best;
  // Names that nobody knows: titles above them have fewer cells.
  const auto filled = [&](std::size_t i) {
    return std::ranges::count_if(table.rows[i].cells,
                                 [](const auto& cell) { return !cell.empty(); });
  };
  for (std::size_t i = 1; i < std::min(table.rows.size(), kLookedForHeader); ++i)
    if (filled(i) > filled(best)) best = i;
  return best;
}

Result<void> choose(const ColumnChoice& choice, RegisterMapping& mapping, const Vocabulary& words) {
  const auto column = std::ranges::find_if(mapping.columns, [&](const MappedColumn& one) {
    return spoken(one.name) == spoken(choice.column);
  });
  if (column == mapping.columns.end())
    return fail("has no column '" + choice.column + "': --show-mapping lists them");
  if (choice.field == "-") {
    column->field = nullptr;
    column->why = "asked to leave out";
    return {};
  }
  const Field* field = find_field(choice.field);
  if (field == nullptr) {
    std::string all;
    for (const Field& one : document_fields())
      all += (all.empty() ? "" : ", ") + std::string(one.name);
    return fail("'" + choice.field + "' is no field: " + all + ", or - to leave it out");
  }
  // An owner may be a department; a patient is nothing else.
  if (words.names_patient(spoken(column->name)))
    return fail("'" + column->name + "' names a patient: it is never read");
  column->field = field;
  column->why = "asked for";
  return {};
}

}  // namespace

std::size_t RegisterMapping::identities() const {
  return static_cast<std::size_t>(std::ranges::count_if(columns, [](const MappedColumn& column) {
    return column.field != nullptr && column.field->identity;
  }));
}

bool is_register(const CsvTable& table, const Vocabulary& words) {
  return std::ranges::any_of(table.rows.begin(),
                             table.rows.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                      table.rows.size(), kLookedForHeader)),
                             [&](const CsvRow& row) {
                               const HeaderScore found = score(row, words);
                               return found.fields >= 2 && found.identities > 0;
                             });
}

Result<RegisterMapping> map_columns(const CsvTable& table, const RegisterOptions& options,
                                    const Vocabulary& words) {
  RegisterMapping mapping;
  if (table.rows.empty()) return fail("has no rows");
  mapping.header = header_row(table, words);
  for (const std::string& name : table.rows[mapping.header].cells)
    mapping.columns.push_back(by_name(name, words));
  for (const ColumnChoice& choice : options.columns)
    if (const auto chosen = choose(choice, mapping, words); !chosen)
      return std::unexpected(chosen.error());
  for (std::size_t i = 0; i < mapping.columns.size(); ++i) {
    MappedColumn& column = mapping.columns[i];
    if (column.why != "no field of ours" || !holds_macs(table, mapping.header, i)) continue;
    column.field = find_field("mac");
    column.why = "by what is in it";
  }
  settle_doubles(mapping);
  for (std::size_t i = 0; i < mapping.columns.size(); ++i)
    if (mapping.columns[i].field != nullptr)
      mapping.columns[i].example = first_cell(table, mapping.header, i);
  return mapping;
}

}  // namespace asepsis
