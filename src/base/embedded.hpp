// A file that was compiled into the program (cmake/embed.cmake): the program
// is one binary and finds its own data wherever it is copied.

#pragma once

#include <span>
#include <string_view>

namespace asepsis {

struct EmbeddedFile {
  std::string_view name;  // relative to the folder it was taken from
  std::string_view text;
};

// What CMakeLists.txt embeds.
std::span<const EmbeddedFile> embedded_knowledge();
std::span<const EmbeddedFile> embedded_oui_table();
std::span<const EmbeddedFile> embedded_packs();
std::span<const EmbeddedFile> embedded_contract();
// ui/dist/, each file as gzip made it.
std::span<const EmbeddedFile> embedded_pages();

}  // namespace asepsis
