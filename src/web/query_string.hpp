// Query strings and cookies as browsers send them, taken apart strictly: what
// is not well formed is refused, not guessed at.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asepsis {

// %41 and +; nothing if an escape is broken or the text is not UTF-8.
std::optional<std::string> decoded(std::string_view text, bool plus_is_space);

using Pairs = std::vector<std::pair<std::string, std::string>>;

// "a=1&b=x%20y"; nothing if it is malformed or holds more than can be meant.
std::optional<Pairs> pairs_of(std::string_view query);

// The value of a cookie; empty if it is not there or is there twice.
std::string_view cookie_named(std::string_view cookies, std::string_view name);

// A text in a query string.
std::string percent_encoded(std::string_view text);

}  // namespace asepsis
