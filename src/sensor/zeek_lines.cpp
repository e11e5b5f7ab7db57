#include "sensor/zeek_lines.hpp"

#include <algorithm>
#include <charconv>

namespace asepsis {
namespace {

constexpr std::size_t kMostColumns = Record::kMostFields;

// Takes what stands before the next separator, and the separator, off the front.
std::string_view take_part(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

// Bytes that are written \xNN, as they were.
std::string without_escapes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.size(), text.find("\\x"));
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    unsigned code = 0;
    const char* digits = text.data() + std::min<std::size_t>(2, text.size());
    const char* end = text.data() + std::min<std::size_t>(4, text.size());
    const auto read = std::from_chars(digits, end, code, 16);
    const bool whole = read.ec == std::errc() && read.ptr == digits + 2;
    out += whole ? static_cast<char>(code) : text.front();
    text.remove_prefix(whole ? 4 : 1);
  }
  return out;
}

}  // namespace

void ZeekLines::read_heading(std::string_view line) {
  // Written before the separator itself is known.
  constexpr std::string_view kSeparator = "#separator ";
  if (line.starts_with(kSeparator)) {
    const std::string separator = without_escapes(line.substr(kSeparator.size()));
    if (separator.size() == 1) separator_ = separator.front();
    return;
  }
  const std::string_view name = take_part(line, separator_);
  if (name == "#path") log_ = line.substr(0, 64);
  if (name == "#set_separator" && line.size() == 1) list_separator_ = line.front();
  if (name == "#unset_field") unset_ = line;
  if (name == "#empty_field") empty_ = line;
  if (name == "#fields") {
    columns_.clear();
    while (!line.empty() && columns_.size() < kMostColumns)
      columns_.push_back({std::string(take_part(line, separator_)), false});
  }
  if (name == "#types")
    for (Column& column : columns_) {
      const std::string_view type = take_part(line, separator_);
      column.list = type.starts_with("set[") || type.starts_with("vector[");
    }
}

bool ZeekLines::read(std::string_view line, Record& out) const {
  const auto separators = static_cast<std::size_t>(std::ranges::count(line, separator_));
  if (columns_.empty() || separators + 1 != columns_.size()) return false;
  for (const Column& column : columns_) {
    std::string_view text = take_part(line, separator_);
    if (text == unset_ || text == empty_) continue;
    if (!column.list) out.add(column.name, without_escapes(text));
    while (column.list && !text.empty())
      out.add(column.name, without_escapes(take_part(text, list_separator_)));
  }
  return true;
}

}  // namespace asepsis
