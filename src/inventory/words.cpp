#include "inventory/words.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace asepsis {

std::vector<Word> words(std::string_view text) {
  std::vector<Word> found;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_letter_or_digit(text[i])) {
      ++i;
      continue;
    }
    const bool digits = is_digit(text[i]);
    const std::size_t begin = i;
    while (i < text.size() && is_letter_or_digit(text[i]) && is_digit(text[i]) == digits) ++i;
    found.push_back({begin, i});
  }
  return found;
}

std::string compact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_letter_or_digit(c)) out += lower(c);
  }
  return out;
}

bool contains_words(std::string_view whole, std::string_view part) {
  const std::string wanted = compact(part);
  if (wanted.empty()) return false;
  const std::vector<Word> parts = words(whole);
  for (std::size_t first = 0; first < parts.size(); ++first) {
    std::size_t matched = 0;
    for (std::size_t i = first; i < parts.size() && matched < wanted.size(); ++i) {
      const std::string_view word = whole.substr(parts[i].begin, parts[i].end - parts[i].begin);
      if (!same_letters(word, std::string_view(wanted).substr(matched, word.size()))) break;
      matched += word.size();
    }
    if (matched == wanted.size()) return true;
  }
  return false;
}

bool at_boundary(std::string_view text, std::size_t place) {
  return place == 0 || place >= text.size() || !is_letter_or_digit(text[place - 1]) ||
         !is_letter_or_digit(text[place]);
}

}  // namespace asepsis
