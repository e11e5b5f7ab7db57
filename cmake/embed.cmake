# asepsis_embed(target function folder file...)
#
# Compiles the files, named relative to the folder, into the target and
# defines `std::span<const asepsis::EmbeddedFile> asepsis::function()`. The
# assembler copies the bytes (.incbin), so a megabyte costs no compile time.

function(asepsis_embed target function folder)
  set(blobs "")
  set(rows "")
  set(paths "")
  set(number 0)
  foreach(file IN LISTS ARGN)
    set(symbol asepsis_${function}_${number})
    string(APPEND blobs "asm(R\"(.pushsection .rodata
.global ${symbol}
${symbol}:
.incbin \"${folder}/${file}\"
.global ${symbol}_end
${symbol}_end: .byte 0
.popsection)\");
extern \"C\" const char ${symbol}[];
extern \"C\" const char ${symbol}_end[];\n")
    string(APPEND rows "      {\"${file}\", {${symbol}, ${symbol}_end}},\n")
    list(APPEND paths ${folder}/${file})
    math(EXPR number "${number} + 1")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${function}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include <span>
#include "base/embedded.hpp"
@blobs@
namespace asepsis {
std::span<const EmbeddedFile> @function@();
std::span<const EmbeddedFile> @function@() {
  static const EmbeddedFile kFiles[] = {
@rows@  };
  return kFiles;
}
}  // namespace asepsis
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE ${source})
endfunction()

# asepsis_embed_compressed(target function folder)
#
# The same of all files below a folder, each compressed: "index.html.gz".

function(asepsis_embed_compressed target function folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  set(compressed "")
  foreach(file IN LISTS files)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/compressed/${function}/${file}.gz)
    get_filename_component(above ${output} DIRECTORY)
    file(MAKE_DIRECTORY ${above})
    add_custom_command(OUTPUT ${output}
      COMMAND gzip -9nc ${folder}/${file} > ${output}
      DEPENDS ${folder}/${file}
      VERBATIM)
    list(APPEND compressed ${file}.gz)
  endforeach()
  asepsis_embed(${target} ${function} ${CMAKE_CURRENT_BINARY_DIR}/compressed/${function}
    ${compressed})
endfunction()
