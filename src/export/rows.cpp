#include "export/rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <simdjson.h>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kGap = 2;        // between columns
constexpr std::size_t kNarrowest = 6;  // a column never shrinks below this
constexpr std::string_view kEllipsis = "\u2026";

// Characters of well-formed UTF-8: close enough to columns of a terminal.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && ++used == width) break;
    out += c;
  }
  return out.append(kEllipsis);
}

std::string plain(const Column& column, const std::optional<std::string>& cell) {
  if (!cell) return {};
  if (column.kind != Column::Kind::json) return escaped(*cell);
  std::string out;
  for (const std::string& item : json_items(*cell)) {
    if (!out.empty()) out += ", ";
    out += escaped(item);
  }
  return out;
}

// The same for a table: "10.86.84.105 +1", "2026-11-22 03:48:32Z".
std::string brief(const Column& column, const std::optional<std::string>& cell) {
  if (!cell) return {};
  if (column.kind == Column::Kind::json) {
    const auto items = json_items(*cell);
    if (items.empty()) return {};
    const std::string first = escaped(items.front());
    return items.size() == 1 ? first : first + " +" + std::to_string(items.size() - 1);
  }
  constexpr std::size_t kDate = 10;     // "2026-11-22"
  constexpr std::size_t kSeconds = 19;  // "2026-11-22T03:48:32"
  if (column.kind != Column::Kind::time || cell->size() <= kSeconds) return escaped(*cell);
  return escaped(cell->substr(0, kDate) + ' ' + cell->substr(kDate + 1, kSeconds - kDate - 1)) +
         'Z';
}

bool nothing(const Column& column, const std::optional<std::string>& cell) {
  return !cell || (column.kind == Column::Kind::json && (*cell == "[]" || *cell == "{}"));
}

// A table before it is written: the columns it shows and their texts.
struct Sheet {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> lines;  // the heading first
  std::vector<std::size_t> widths;

  std::size_t least(std::size_t i) const {
    const bool number = columns[i].kind == Column::Kind::number;
    return number ? widths[i] : std::min(widths[i], columns[i].least);
  }

  void remove(std::size_t i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    columns.erase(columns.begin() + at);
    widths.erase(widths.begin() + at);
    for (auto& line : lines) line.erase(line.begin() + at);
  }
};

Sheet sheet_of(const Rows& rows) {
  Sheet sheet{
      .columns = rows.columns, .lines = std::vector<std::vector<std::string>>(1), .widths = {}};
  for (const Column& column : rows.columns) sheet.lines[0].push_back(escaped(column.name));
  for (const auto& cells : rows.cells) {
    auto& line = sheet.lines.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) line.push_back(brief(rows.columns[i], cells[i]));
  }
  sheet.widths.resize(sheet.columns.size());
  for (const auto& line : sheet.lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      sheet.widths[i] = std::max(sheet.widths[i], width_of(line[i]));
  return sheet;
}

// Leaves columns out until the others can be read; returns their names.
std::string leave_out(Sheet& sheet, std::size_t total) {
  std::string names;
  const auto needed = [&] {
    std::size_t sum = (sheet.columns.size() - 1) * kGap;
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) sum += sheet.least(i);
    return sum;
  };
  while (needed() > total) {
    const auto sparest = std::ranges::max_element(sheet.columns, {}, &Column::spare);
    if (sparest->spare <= 0) break;
    names.insert(0, names.empty() ? sparest->name : sparest->name + ", ");
    sheet.remove(static_cast<std::size_t>(sparest - sheet.columns.begin()));
  }
  return names;
}

// Cuts the widest column that is above its least; when all are at it, the
// widest that holds no numbers.
void shrink(Sheet& sheet, std::size_t total) {
  const auto widest = [&](auto least) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < sheet.widths.size(); ++i)
      if (sheet.widths[i] > least(i) && (!found || sheet.widths[i] > sheet.widths[*found]))
        found = i;
    return found;
  };
  const auto narrowest = [&](std::size_t i) {
    return sheet.columns[i].kind == Column::Kind::number ? sheet.widths[i] : kNarrowest;
  };
  const auto least = [&](std::size_t i) { return sheet.least(i); };
  const std::size_t gaps = (sheet.widths.size() - 1) * kGap;
  while (std::accumulate(sheet.widths.begin(), sheet.widths.end(), gaps) > total) {
    auto column = widest(least);
    if (!column) column = widest(narrowest);
    if (!column) return;
    --sheet.widths[*column];
  }
}

void write_line(std::ostream& out, const std::vector<std::string>& cells,
                const std::vector<std::size_t>& widths, const std::vector<Column>& columns) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string text = cut_to(cells[i], widths[i]);
    const std::string padding(widths[i] - std::min(widths[i], width_of(text)), ' ');
    const bool right = columns[i].kind == Column::Kind::number;
    line += right ? padding + text : text + padding;
    if (i + 1 < cells.size()) line.append(kGap, ' ');
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out << line << '\n';
}

}  // namespace

std::vector<std::string> json_items(std::string_view json) {
  std::vector<std::string> items;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) return items;
  const auto text_of = [](simdjson::dom::element element) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS) return std::string(text);
    return simdjson::minify(element);
  };
  simdjson::dom::array array;
  simdjson::dom::object object;
  if (root.get(array) == simdjson::SUCCESS) {
    for (const auto element : array) items.push_back(text_of(element));
  } else if (root.get(object) == simdjson::SUCCESS) {
    for (const auto [key, value] : object) items.push_back(std::string(key) + ' ' + text_of(value));
  }
  return items;
}

std::string json_members(const Rows& rows, std::size_t row) {
  std::string out;
  const auto& cells = rows.cells[row];
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (nothing(rows.columns[i], cells[i])) continue;
    if (!out.empty()) out += ',';
    out += json_string(rows.columns[i].name) + ':';
    const std::string& cell = *cells[i];
    switch (rows.columns[i].kind) {
      case Column::Kind::text:
      case Column::Kind::time: out += json_string(cell); break;
      case Column::Kind::number: out += cell; break;
      case Column::Kind::json: out += escaped_json(cell); break;
    }
  }
  return out;
}

void write_json_lines(std::ostream& out, const Rows& rows) {
  for (std::size_t row = 0; row < rows.cells.size(); ++row)
    out << '{' << json_members(rows, row) << "}\n";
}

void write_csv(std::ostream& out, const Rows& rows) {
  const auto write_cell = [&](std::string text, bool number) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    if (!number && !text.empty() && kFormula.find(text.front()) != std::string_view::npos)
      text.insert(text.begin(), '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      out << text;
      return;
    }
    out << '"';
    for (const char c : text) out << (c == '"' ? "\"\"" : std::string(1, c));
    out << '"';
  };
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    if (i > 0) out << ',';
    write_cell(rows.columns[i].name, false);
  }
  out << "\r\n";
  for (const auto& cells : rows.cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out << ',';
      write_cell(plain(rows.columns[i], cells[i]), rows.columns[i].kind == Column::Kind::number);
    }
    out << "\r\n";
  }
}

void write_table(std::ostream& out, const Rows& rows, const TableStyle& style) {
  if (rows.columns.empty()) return;
  Sheet sheet = sheet_of(rows);
  const std::string left_out = style.width > 0 ? leave_out(sheet, style.width) : "";
  if (style.width > 0) shrink(sheet, style.width);
  if (style.colour) out << "\033[1m";
  write_line(out, sheet.lines.front(), sheet.widths, sheet.columns);
  if (style.colour) out << "\033[0m";
  for (std::size_t i = 1; i < sheet.lines.size(); ++i)
    write_line(out, sheet.lines[i], sheet.widths, sheet.columns);
  if (!left_out.empty()) out << "(a wider terminal shows more: " << left_out << ")\n";
}

}  // namespace asepsis
