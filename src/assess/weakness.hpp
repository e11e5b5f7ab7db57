// Names of the weakness classes that checks speak of (MITRE's CWE).

#pragma once

#include <string_view>

namespace asepsis {

// "CWE-319": what it is called; empty if no built-in check speaks of it.
std::string_view cwe_title(std::string_view cwe);

}  // namespace asepsis
