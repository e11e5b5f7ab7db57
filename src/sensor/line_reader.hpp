// A log's lines, one by one: views of what was read, never copies.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "capture/byte_source.hpp"

namespace asepsis {

struct Line {
  std::string_view text;     // without its end; until the next line is asked for
  std::uint64_t number = 0;  // from 1, within the log
};

class LineReader {
 public:
  // Longer lines are passed over: nothing that we read makes them.
  static constexpr std::size_t kLongest = 1U << 20;

  explicit LineReader(ByteSource& source) : source_(source) {}

  // Nothing at the end. The last line may lack its end.
  std::optional<Line> next();

  std::uint64_t too_long() const { return too_long_; }

 private:
  // How many bytes the next line has with its end; 0 if there is none that fits.
  std::size_t find_end();
  void pass_over();

  ByteSource& source_;
  std::size_t taken_ = 0;  // of the window, by the line that was given
  std::uint64_t number_ = 0;
  std::uint64_t too_long_ = 0;
};

}  // namespace asepsis
