// JSON (RFC 8259) read in place: a value is a view of the document, nothing
// is built or allocated. A document that was cut reads as far as it goes; a
// scalar that the cut may have shortened does not count. Lenient: what is
// malformed ends the reading, what stood before it is given.

#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {

class Json {
 public:
  constexpr Json() = default;
  static constexpr Json document(std::string_view text) { return Json(after_space(text)); }

  constexpr bool is_object() const { return raw_.starts_with('{'); }
  constexpr bool is_array() const { return raw_.starts_with('['); }
  constexpr bool is_string() const { return raw_.starts_with('"'); }
  constexpr bool exists() const { return !raw_.empty() && raw_ != "null"; }

  // Whether an object or array is there to its end.
  constexpr bool complete() const {
    return (is_object() || is_array()) && (raw_.ends_with('}') || raw_.ends_with(']')) &&
           closed_size(raw_) > 0;
  }

  // The characters of a string as written (see unescaped()), the digits of a
  // number, a literal; empty for objects, arrays and strings cut short.
  constexpr std::string_view text() const {
    if (is_object() || is_array() || raw_ == "null") return {};
    if (!is_string()) return raw_;
    if (raw_.size() < 2 || raw_.back() != '"') return {};
    return raw_.substr(1, raw_.size() - 2);
  }

  // The member of that name, if this is an object and has one.
  constexpr Json operator[](std::string_view name) const {
    Json found;
    each_member([&](std::string_view key, Json value) {
      if (key != name) return true;
      found = value;
      return false;
    });
    return found;
  }

  // visit(key, value) for every member until it returns false.
  template <class Visit>
  constexpr void each_member(Visit visit) const {
    if (!is_object()) return;
    std::string_view rest = after_space(raw_.substr(1));
    while (rest.starts_with('"')) {
      const std::size_t key_size = value_size(rest);
      const std::string_view key = Json(rest.substr(0, key_size)).text();
      rest = after_space(rest.substr(key_size));
      if (!rest.starts_with(':')) return;
      const Json value = next(rest = after_space(rest.substr(1)));
      rest = after_space(rest.substr(value.raw_.size()));
      if (!value.whole(rest) || !visit(key, value) || !rest.starts_with(',')) return;
      rest = after_space(rest.substr(1));
    }
  }

  // visit(value) for every element; an object or scalar is its own only element.
  template <class Visit>
  constexpr void each_element(Visit visit) const {
    if (!is_array()) {
      if (exists()) visit(*this);
      return;
    }
    std::string_view rest = after_space(raw_.substr(1));
    while (!rest.empty() && rest.front() != ']') {
      const Json value = next(rest);
      rest = after_space(rest.substr(value.raw_.size()));
      if (!value.whole(rest)) return;
      visit(value);
      if (!rest.starts_with(',')) return;
      rest = after_space(rest.substr(1));
    }
  }

 private:
  constexpr explicit Json(std::string_view raw) : raw_(raw) {}

  static constexpr std::string_view after_space(std::string_view text) {
    return text.substr(std::min(text.size(), text.find_first_not_of(" \t\r\n")));
  }

  static constexpr Json next(std::string_view rest) {
    return Json(rest.substr(0, value_size(rest)));
  }

  // Nothing, or a scalar that ends where the document does, is not whole.
  constexpr bool whole(std::string_view rest) const {
    return !raw_.empty() && (!rest.empty() || is_object() || is_array());
  }

  static constexpr std::size_t string_size(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        return i + 1;
      }
    }
    return text.size();
  }

  // How much of the text the value at its beginning takes up.
  static constexpr std::size_t value_size(std::string_view text) {
    if (text.starts_with('"')) return string_size(text);
    if (!text.starts_with('{') && !text.starts_with('['))
      return std::min(text.size(), text.find_first_of(",]}: \t\r\n\"{["));
    const std::size_t closed = closed_size(text);
    return closed > 0 ? closed : text.size();
  }

  // The size of the object or array that the text begins with; 0 if it is cut.
  static constexpr std::size_t closed_size(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size();) {
      const char c = text[i];
      if (c == '"') {
        i += string_size(text.substr(i));
        continue;
      }
      ++i;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return i;
    }
    return 0;
  }

  std::string_view raw_;
};

// The characters that a string of JSON stands for, cut off at 256 bytes.
ShortText<256> unescaped(std::string_view text);

}  // namespace asepsis
