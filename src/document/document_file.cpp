#include "document/document_file.hpp"

#include "base/text.hpp"
#include "document/export_file.hpp"
#include "document/flatten.hpp"
#include "document/other_document.hpp"
#include "document/text_file.hpp"

namespace asepsis {
namespace {

Result<ReadDocument> as_register(const CsvTable& table, const DocumentOptions& options,
                                 const Vocabulary& words) {
  auto mapping = map_columns(table, options.asset_register, words);
  if (!mapping) return std::unexpected(mapping.error());
  ReadDocument read{.document = read_register(table, *mapping, options.asset_register, words),
                    .mapping = *std::move(mapping)};
  read.delimiter = table.delimiter;
  return read;
}

// Most lines of a table have more than one cell, and no `=` comes before the
// first delimiter.
bool is_table(const CsvTable& table) {
  std::size_t cells = 0;
  for (const CsvRow& row : table.rows)
    cells += row.cells.size() > 1 && row.cells.front().find('=') == std::string::npos &&
                     !row.cells.front().starts_with('[')
                 ? 1
                 : 0;
  return cells * 2 > table.rows.size();
}

// "[1]" begins a section of INI, "[ {" a list of JSON.
bool begins_as_json(std::string_view body) {
  if (!body.starts_with('[')) return body.starts_with('{');
  return trimmed(body.substr(1)).starts_with('{') ||
         (body.ends_with(']') && body.find('=') == std::string_view::npos);
}

Failure refused(std::string_view other) {
  return fail("is " + std::string(other) +
              ", which asepsis import does not read yet: nothing of it was stored");
}

}  // namespace

Result<ReadDocument> read_document(Bytes bytes, const DocumentOptions& options,
                                   const Vocabulary& words) {
  if (const auto other = other_binary(bytes); !other.empty()) return refused(other);
  auto text = document_text(bytes);
  if (!text) return std::unexpected(text.error());
  const std::string_view body = trimmed(text->text);
  if (const auto other = other_document(body); !other.empty()) return refused(other);
  const bool asked_register = options.as == "register";
  const auto exported = [&](Flat flat, const char* format) {
    ReadDocument read{.document = read_export(std::move(flat), format, options.key, words),
                      .mapping = std::nullopt};
    read.document.encoding = text->encoding;
    return read;
  };
  if (!asked_register && begins_as_json(body))
    return exported(flatten_json(text->text, words), "json");
  if (!asked_register && body.starts_with('<'))
    return exported(flatten_xml(text->text, words), "xml");
  const CsvTable table = read_csv(text->text, csv_delimiter(text->text));
  if (asked_register || (options.as.empty() && is_register(table, words)) ||
      (options.as.empty() && !options.asset_register.columns.empty())) {
    auto read = as_register(table, options, words);
    if (read) read->document.encoding = text->encoding;
    return read;
  }
  if (is_table(table)) return exported(flatten_csv(table), "csv");
  return exported(flatten_ini(text->text), "ini");
}

}  // namespace asepsis
