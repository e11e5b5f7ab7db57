// Text as JSON, of any bytes.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

// A JSON string, quoted, of any bytes. What a terminal would obey is escaped.
std::string json_string(std::string_view text);

// The shortest that reads back as the same; `number` is finite.
std::string json_number(double number);

// An array of what `json` makes of each item.
template <class Items, class ToJson>
std::string json_array(const Items& items, ToJson json) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ',';
    out += json(item);
  }
  return '[' + out + ']';
}

// An array of texts.
inline std::string json_array(const std::vector<std::string>& texts) {
  return json_array(texts, [](const std::string& text) { return json_string(text); });
}

// JSON as it was, but that everything a terminal obeys is written \uXXXX.
std::string escaped_json(std::string_view json);

}  // namespace asepsis
