// Zeek's logs as tab-separated values: a heading of lines that begin with '#'
// says the name of the log, its columns and how what is not set is written.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sensor/record.hpp"

namespace asepsis {

class ZeekLines {
 public:
  static bool heading(std::string_view line) { return line.starts_with('#'); }

  // A line of the heading; it may come again, with other columns.
  void read_heading(std::string_view line);

  // False if the line has not the columns that the heading told.
  bool read(std::string_view line, Record& out) const;

  const std::string& log() const { return log_; }  // "conn"
  bool has_columns() const { return !columns_.empty(); }

 private:
  struct Column {
    std::string name;
    bool list = false;
  };

  std::string log_;
  std::vector<Column> columns_;
  char separator_ = '\t';
  char list_separator_ = ',';
  std::string unset_ = "-";
  std::string empty_ = "(empty)";
};

}  // namespace asepsis
