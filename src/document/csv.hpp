// Comma-separated values (RFC 4180), and what spreadsheets make of them: other
// delimiters, line ends of any system, cells over several lines.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fact/document_fact.hpp"

namespace asepsis {

inline constexpr std::size_t kMostCsvRows = 1'000'000;
inline constexpr std::size_t kMostCsvColumns = 1'000;
inline constexpr std::size_t kMostCellBytes = 4'096;

struct CsvRow {
  std::uint64_t line = 0;  // where it begins, from 1
  std::vector<std::string> cells;

  bool blank() const;
};

struct CsvTable {
  char delimiter = ',';
  std::vector<CsvRow> rows;  // those that are wrong or blank are left out
  std::vector<DocumentProblem> problems;
};

// The delimiter is that of `, ; tab |` by which most rows have as many cells.
char csv_delimiter(std::string_view text);
CsvTable read_csv(std::string_view text, char delimiter);

}  // namespace asepsis
