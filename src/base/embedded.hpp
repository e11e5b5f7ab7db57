// A file that was compiled into the program (cmake/embed.cmake): the program
// is one binary and finds its own data wherever it is copied.

#pragma once

#include <string_view>

namespace asepsis {

struct EmbeddedFile {
  std::string_view name;  // relative to the folder it was taken from
  std::string_view text;
};

}  // namespace asepsis
