// The tables and views of findings; schema_sql() ends with them.

#pragma once

#include <string_view>

namespace asepsis {

std::string_view finding_schema_sql();

}  // namespace asepsis
