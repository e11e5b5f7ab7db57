#include "sensor/line_reader.hpp"

#include "base/text.hpp"

namespace asepsis {

std::size_t LineReader::find_end() {
  std::size_t searched = 0;
  while (true) {
    const std::string_view window = as_text(source_.window());
    const std::size_t end = window.find('\n', searched);
    if (end != std::string_view::npos) return end + 1;
    searched = window.size();
    if (searched > kLongest) return 0;
    if (!source_.fill(searched + 1)) return source_.window().size();
  }
}

void LineReader::pass_over() {
  while (true) {
    const std::size_t end = as_text(source_.window()).find('\n');
    if (end != std::string_view::npos) return source_.consume(end + 1);
    source_.consume(source_.window().size());
    if (!source_.fill(1)) return;
  }
}

std::optional<Line> LineReader::next() {
  source_.consume(taken_);
  taken_ = 0;
  while (source_.fill(1)) {
    ++number_;
    const std::size_t size = find_end();
    if (size == 0 || size > kLongest) {
      ++too_long_;
      pass_over();
      continue;
    }
    taken_ = size;
    std::string_view text = as_text(source_.window().first(size));
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return Line{text, number_};
  }
  return std::nullopt;
}

}  // namespace asepsis
