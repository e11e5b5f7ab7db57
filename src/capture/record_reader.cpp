#include "capture/record_reader.hpp"

namespace asepsis {

std::optional<std::string> cut_short(const ByteSource& source, std::size_t wanted,
                                     const std::string& what) {
  const std::size_t there = source.window().size();
  if (!source.failure().empty())
    return "cannot be read past byte " + std::to_string(source.offset() + there) + ", in " + what +
           ": " + source.failure();
  if (there == 0) return std::nullopt;
  return "ends in the middle of " + what + ", at byte " + std::to_string(source.offset()) + ": " +
         std::to_string(there) + " of " + std::to_string(wanted) + " bytes are there";
}

}  // namespace asepsis
