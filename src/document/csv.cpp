#include "document/csv.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLooked = 50;  // rows, to know the delimiter by

// Takes cell after cell. What is wrong with a row is said once, with its line.
class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  bool at_end() const { return at_ >= text_.size(); }

  // The next row; `reason` is why it cannot be taken, else empty.
  CsvRow next(std::string& reason) {
    CsvRow row{.line = line_, .cells = {}};
    reason.clear();
    for (bool more = true; more;) {
      std::string cell = at('"') ? quoted(reason) : bare();
      if (cell.size() > kMostCellBytes && reason.empty()) reason = "a cell is too long";
      cell.resize(std::min(cell.size(), kMostCellBytes));
      if (row.cells.size() < kMostCsvColumns) {
        row.cells.push_back(std::move(cell));
      } else if (reason.empty()) {
        reason = "has more than " + std::to_string(kMostCsvColumns) + " columns";
      }
      more = at(delimiter_);
      if (more) ++at_;
    }
    end_line();
    return row;
  }

 private:
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }

  std::string bare() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' &&
           text_[at_] != '\r')
      ++at_;
    return std::string(trimmed(text_.substr(begin, at_ - begin)));
  }

  std::string quoted(std::string& reason) {
    std::string cell;
    ++at_;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return unclosed(reason);
      take(text_.substr(at_, quote - at_), cell);
      at_ = quote + 1;
      if (!at('"')) break;
      cell += '"';
      ++at_;
    }
    const std::string after = bare();
    if (!after.empty() && reason.empty()) reason = "text stands after a closing quotation mark";
    return std::string(trimmed(cell));
  }

  // A mark that is never closed would swallow the rest of the file: it costs
  // the line only.
  std::string unclosed(std::string& reason) {
    reason = "a quotation mark is never closed";
    at_ = std::min(text_.size(), text_.find('\n', at_));
    return {};
  }

  void take(std::string_view part, std::string& cell) {
    line_ += static_cast<std::uint64_t>(std::ranges::count(part, '\n'));
    if (cell.size() <= kMostCellBytes) cell += part;
  }

  void end_line() {
    if (at('\r')) ++at_;
    if (at('\n')) ++at_;
    ++line_;
  }

  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

// How many of the first rows have the commonest number of cells above one,
// and what that number is.
std::pair<std::size_t, std::size_t> agreement(std::string_view text, char delimiter) {
  CsvReader reader(text, delimiter);
  std::map<std::size_t, std::size_t> counts;
  std::string reason;
  for (std::size_t i = 0; i < kLooked && !reader.at_end(); ++i) {
    const CsvRow row = reader.next(reason);
    if (row.cells.size() > 1 && reason.empty()) ++counts[row.cells.size()];
  }
  std::pair<std::size_t, std::size_t> best{0, 0};
  for (const auto& [cells, rows] : counts) best = std::max(best, {rows, cells});
  return best;
}

}  // namespace

bool CsvRow::blank() const {
  return std::ranges::all_of(cells, [](const std::string& cell) { return cell.empty(); });
}

char csv_delimiter(std::string_view text) {
  // What a spreadsheet writes for itself: "sep=;" as the first line.
  if (text.size() > 4 && same_letters(text.substr(0, 4), "sep=")) return text[4];
  char delimiter = ',';
  std::pair<std::size_t, std::size_t> best{0, 0};
  for (const char candidate : {',', ';', '\t', '|'})
    if (const auto score = agreement(text, candidate); score > best) {
      best = score;
      delimiter = candidate;
    }
  return delimiter;
}

CsvTable read_csv(std::string_view text, char delimiter) {
  CsvTable table{.delimiter = delimiter, .rows = {}, .problems = {}};
  CsvReader reader(text, delimiter);
  std::string reason;
  while (!reader.at_end()) {
    CsvRow row = reader.next(reason);
    if (row.line == 1 && row.cells.front().starts_with("sep=")) continue;
    if (!reason.empty()) {
      table.problems.push_back({.line = row.line, .column = {}, .reason = reason});
    } else if (table.rows.size() == kMostCsvRows) {
      table.problems.push_back(
          {.line = row.line,
           .column = {},
           .reason = "more than " + std::to_string(kMostCsvRows) + " rows: the rest is left out"});
      break;
    } else if (!row.blank()) {
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

}  // namespace asepsis
