// The text of a document as UTF-8, whatever it was written in: UTF-8 and
// UTF-16 with or without a byte order mark, else Windows-1252, which is what
// spreadsheets of western Europe write.

#pragma once

#include <string>

#include "base/cursor.hpp"
#include "base/result.hpp"

namespace asepsis {

inline constexpr std::size_t kMostDocumentBytes = std::size_t{64} << 20;

struct DocumentText {
  std::string text;      // UTF-8, without a byte order mark
  std::string encoding;  // as it was written
};

// Fails if it is too large, empty, or no text.
Result<DocumentText> document_text(Bytes bytes);

}  // namespace asepsis
