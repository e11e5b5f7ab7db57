// An exported configuration: what it says of the device it is of, and every
// setting in it, with secrets sealed and people left out.

#pragma once

#include <string>
#include <string_view>

#include "document/flatten.hpp"
#include "document/vocabulary.hpp"
#include "fact/document_fact.hpp"

namespace asepsis {

// `key`: what secrets are sealed with.
Document read_export(Flat flat, std::string format, std::string_view key, const Vocabulary& words);

}  // namespace asepsis
