#include "document/document_file.hpp"

#include "base/text.hpp"
#include "document/export_file.hpp"
#include "document/flatten.hpp"
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

}  // namespace

Result<ReadDocument> read_document(Bytes bytes, const DocumentOptions& options,
                                   const Vocabulary& words) {
  auto text = document_text(bytes);
  if (!text) return std::unexpected(text.error());
  const std::string_view body = trimmed(text->text);
  const bool asked_register = options.as == "register";
  const auto exported = [&](Flat flat, const char* format) {
    ReadDocument read{.document = read_export(std::move(flat), format, options.key, words),
                      .mapping = std::nullopt};
    read.document.encoding = text->encoding;
    return read;
  };
  if (!asked_register &&
      (body.starts_with('{') || body.starts_with("[{") ||
       (body.starts_with('[') && body.ends_with(']') && body.find('=') == std::string_view::npos)))
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
