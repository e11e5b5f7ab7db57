// Framing of protocols whose messages are lines (FTP, SMTP, POP3, IMAP): a
// line that is too long to be of interest is dropped without being held.

#pragma once

#include <algorithm>

#include "base/text.hpp"
#include "proto/parser.hpp"

namespace asepsis {

class LineFraming {
 public:
  // With its line end, which may be a bare LF.
  Frame frame(Bytes bytes) {
    constexpr std::size_t kLongest = 2048;
    const auto end = std::ranges::find(bytes, '\n');
    const auto size = static_cast<std::size_t>(end - bytes.begin());
    if (end == bytes.end() && size < kLongest && !overlong_) return Frame::unknown();
    if (end != bytes.end() && size < kLongest && !overlong_) return Frame::message(size + 1);
    overlong_ = end == bytes.end();
    return Frame::skip(overlong_ ? bytes.size() : size + 1);
  }

  // After a loss: the start of the next line.
  static std::optional<std::size_t> resume(Bytes bytes) {
    const auto end = std::ranges::find(bytes, '\n');
    if (end == bytes.end()) return std::nullopt;
    return static_cast<std::size_t>(end - bytes.begin()) + 1;
  }

 private:
  bool overlong_ = false;
};

// The next word of a line, stepping over it.
inline std::string_view next_word(std::string_view& line) {
  line = line.substr(std::min(line.size(), line.find_first_not_of(" \t")));
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r\n"));
  line.remove_prefix(word.size());
  return word;
}

// Printable ASCII and line ends only.
inline bool readable(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t c) {
    return (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n' || c == '\t';
  });
}

}  // namespace asepsis
