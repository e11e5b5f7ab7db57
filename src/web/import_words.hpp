// What the program says about a file, for people who brought it in by a page: there
// is no command line there, so what an option would do is said as the page does it.

#pragma once

#include <string>
#include <string_view>

namespace asepsis {

// Without the program's name, the folder, and the option it ends with.
std::string words_for_page(std::string_view said);

// A line of what came of it, its counts as people read them.
std::string result_for_page(std::string_view said);

// What to do about the file that failed with that sentence.
std::string advice_for_page(std::string_view said, bool document);

}  // namespace asepsis
