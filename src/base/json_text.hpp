// Text as JSON, of any bytes.

#pragma once

#include <string>
#include <string_view>

namespace asepsis {

// A JSON string, quoted, of any bytes. What a terminal would obey is escaped.
std::string json_string(std::string_view text);

// JSON as it was, but that everything a terminal obeys is written \uXXXX.
std::string escaped_json(std::string_view json);

}  // namespace asepsis
