#include "app/import_output.hpp"

#include <iostream>

#include "app/database_access.hpp"
#include "base/text.hpp"
#include "export/rows.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostShown = 100;  // problems of a file, to people

std::optional<std::string> or_nothing(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Column number(const char* name) { return {.name = name, .kind = Column::Kind::number}; }

std::string plural(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

// How columns are read; of an export what is taken for its device's own.
Rows mapping_rows(const ReadDocument& read) {
  Rows rows{{{.name = "column"}, {.name = "field"}, {.name = "why"}, {.name = "example"}}, {}};
  if (read.mapping) {
    for (const MappedColumn& column : read.mapping->columns)
      rows.cells.push_back(
          {to_utf8(column.name),
           column.field == nullptr ? std::nullopt : std::optional(std::string(column.field->name)),
           column.why, or_nothing(to_utf8(column.example))});
    return rows;
  }
  for (const DocumentRow& row : read.document.rows)
    for (const DocumentFact& fact : row.facts)
      if (!fact.claim.starts_with(kExportPrefix))
        rows.cells.push_back({"line " + std::to_string(fact.line), fact.claim, "the device's own",
                              or_nothing(fact.value)});
  return rows;
}

std::size_t settings_in(const Document& document) {
  std::size_t settings = 0;
  for (const DocumentRow& row : document.rows)
    for (const DocumentFact& fact : row.facts)
      settings += fact.claim.starts_with(kExportPrefix) ? 1 : 0;
  return settings;
}

void print_outcome_json(const DocumentInfo& info, const Document& document,
                        const StoredDocument& stored) {
  const auto text = [](std::size_t count) { return std::to_string(count); };
  const char* outcome = stored.as == StoredDocument::As::known   ? "known"
                        : stored.as == StoredDocument::As::fresh ? "new"
                                                                 : "updated";
  print({{{.name = "file"},
          {.name = "kind"},
          {.name = "document"},
          {.name = "site"},
          {.name = "outcome"},
          number("rows"),
          number("new"),
          number("changed"),
          number("same"),
          number("gone"),
          number("settings"),
          number("left_out"),
          number("secrets"),
          number("persons")},
         {{info.file, std::string(to_text(document.kind)), info.name, info.site, outcome,
           text(document.rows.size()), text(stored.fresh), text(stored.changed), text(stored.same),
           text(stored.gone), text(settings_in(document)), text(document.problems.size()),
           text(document.secrets), text(document.persons)}}},
        Form::json);
}

void print_register_outcome(const DocumentInfo& info, const Document& document,
                            const StoredDocument& stored) {
  std::cout << "register '" << escaped(info.name) << "' of " << escaped(info.site) << ", "
            << plural(document.rows.size(), "row") << ": " << stored.fresh << " new, "
            << stored.changed << " changed, " << stored.same << " as before, " << stored.gone
            << " no longer in it\n";
  if (document.persons > 0)
    std::cout << "  " << plural(document.persons, "column")
              << " that may name a person or a patient: not read\n";
  if (!stored.like_it.empty())
    std::cout << "  most of its rows are in '" << escaped(stored.like_it)
              << "' too: if it is a newer version of it, import it with --name '"
              << escaped(stored.like_it) << "'\n";
}

void print_export_outcome(const Document& document, const StoredDocument& stored) {
  std::cout << "configuration, " << plural(settings_in(document), "setting")
            << (stored.changed > 0 ? ", changed since" : "");
  if (document.secrets > 0)
    std::cout << "; of " << plural(document.secrets, "secret") << " only a keyed hash is kept";
  if (document.persons > 0)
    std::cout << "; " << plural(document.persons, "value") << " about people left out";
  std::cout << '\n';
}

}  // namespace

void print_mapping(const std::string& file, const ReadDocument& read, bool json) {
  Rows rows = mapping_rows(read);
  if (json) {
    rows.columns.insert(rows.columns.begin(), Column{.name = "file"});
    for (auto& cells : rows.cells) cells.insert(cells.begin(), file);
    return print(rows, Form::json);
  }
  std::cout << escaped(file) << " is "
            << (read.mapping ? "a register" : "the configuration of one device") << " ("
            << read.document.format << ", " << read.document.encoding;
  if (read.mapping)
    std::cout << ", cells apart by "
              << (read.delimiter == '\t' ? "a tab" : std::string(1, read.delimiter));
  std::cout << "). Nothing is imported.\n\n";
  print(rows, Form::table);
  for (const std::string& note : read.document.notes) std::cout << '\n' << escaped(note) << '\n';
  if (read.mapping)
    std::cout << "\nTo correct it: --map 'COLUMN=field', or --map 'COLUMN=-' to leave one out.\n";
}

void print_problems(const std::string& file, const Document& document, bool json) {
  if (json) {
    Rows rows{{{.name = "file"}, number("line"), {.name = "column"}, {.name = "reason"}}, {}};
    for (const DocumentProblem& problem : document.problems)
      rows.cells.push_back({file, std::to_string(problem.line), or_nothing(to_utf8(problem.column)),
                            problem.reason});
    return print(rows, Form::json);
  }
  std::size_t shown = 0;
  for (const DocumentProblem& problem : document.problems) {
    if (shown++ == kMostShown) {
      std::cerr << "asepsis: " << escaped(file) << ": " << document.problems.size() - kMostShown
                << " more: --json lists them all\n";
      return;
    }
    std::cerr << "asepsis: " << escaped(file) << ": line " << problem.line;
    if (!problem.column.empty()) std::cerr << ", '" << escaped(problem.column) << "'";
    std::cerr << ": " << escaped(problem.reason) << '\n';
  }
}

void print_outcome(const DocumentInfo& info, const Document& document, const StoredDocument& stored,
                   bool json) {
  if (json) return print_outcome_json(info, document, stored);
  std::cout << escaped(info.file) << ": ";
  if (stored.as == StoredDocument::As::known) {
    std::cout << "known already, nothing changes\n";
    return;
  }
  if (document.kind == DocumentKind::asset_register) {
    print_register_outcome(info, document, stored);
  } else {
    print_export_outcome(document, stored);
  }
  for (const std::string& note : document.notes) std::cout << "  " << escaped(note) << '\n';
  if (!document.problems.empty())
    std::cout << "  " << plural(document.problems.size(), "place")
              << " left out or doubtful, as said above\n";
}

Result<void> print_joins(Database& database, bool json) {
  if (json) return {};
  const auto rows = run_query(
      database,
      "SELECT count(*), count(rd.device), (SELECT count(*) FROM document_conflict) FROM row_device "
      "rd");
  if (!rows) return std::unexpected(rows.error());
  const auto cell = [&](std::size_t i) { return rows->cells[0][i].value_or("0"); };
  std::cout << cell(1) << " of " << cell(0)
            << " rows and exports are about devices that were heard; " << cell(2)
            << " differences from what was heard. asepsis register lists them.\n";
  return {};
}

}  // namespace asepsis
