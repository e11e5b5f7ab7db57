#include "export/rows.hpp"

#include <algorithm>
#include <numeric>

#include <simdjson.h>

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

bool nothing(const Column& column, const std::optional<std::string>& cell) {
  return !cell || (column.kind == Column::Kind::json && (*cell == "[]" || *cell == "{}"));
}

std::vector<std::size_t> fit(std::vector<std::size_t> widths, std::size_t total) {
  const auto used = [&] {
    return std::accumulate(widths.begin(), widths.end(), (widths.size() - 1) * kGap);
  };
  while (total > 0 && used() > total) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  return widths;
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

std::string json_string(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : to_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  return out + '"';
}

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

void write_json_lines(std::ostream& out, const Rows& rows) {
  for (const auto& cells : rows.cells) {
    out << '{';
    const char* comma = "";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (nothing(rows.columns[i], cells[i])) continue;
      out << comma << json_string(rows.columns[i].name) << ':';
      const bool text = rows.columns[i].kind == Column::Kind::text;
      out << (text ? json_string(*cells[i]) : *cells[i]);
      comma = ",";
    }
    out << "}\n";
  }
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
  std::vector<std::string> header;
  for (const Column& column : rows.columns) header.push_back(column.name);
  std::vector<std::vector<std::string>> lines;
  std::vector<std::size_t> widths;
  for (const std::string& name : header) widths.push_back(width_of(name));
  for (const auto& cells : rows.cells) {
    lines.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      lines.back().push_back(plain(rows.columns[i], cells[i]));
      widths[i] = std::max(widths[i], width_of(lines.back().back()));
    }
  }
  widths = fit(std::move(widths), style.width);
  if (style.colour) out << "\033[1m";
  write_line(out, header, widths, rows.columns);
  if (style.colour) out << "\033[0m";
  for (const auto& line : lines) write_line(out, line, widths, rows.columns);
}

}  // namespace asepsis
