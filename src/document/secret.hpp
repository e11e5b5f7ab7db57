// Secrets in documents: never kept, but two that are the same can be told to
// be. What stands for one is a keyed hash whose key never leaves the database.

#pragma once

#include <string>
#include <string_view>

#include "document/vocabulary.hpp"

namespace asepsis {

// "secret#3f2a91bc": the beginning of HMAC-SHA256 under the key of the database.
std::string sealed(std::string_view value, std::string_view key);

// Whether the value is one, whatever it is called: by its form, or because it
// is long and random.
bool looks_secret(std::string_view value, const Vocabulary& words);

}  // namespace asepsis
