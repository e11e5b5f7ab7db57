// Passwords and random tokens: made, hashed, compared. Nothing here is ever
// logged or stored in clear.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace asepsis {

inline constexpr std::size_t kLeastPassword = 12;  // characters
inline constexpr std::size_t kMostPassword = 256;

// Argon2id (RFC 9106) with its salt and parameters, as text.
Result<std::string> hash_password(std::string_view password);
// Takes as long whether or not there is such a user: give it an empty hash then.
bool is_password(std::string_view password, const std::string& hash);

// 256 random bits, in letters that may stand in a URL.
Result<std::string> random_token();
// What is stored of a token: it is long and random, so a plain hash will do.
std::string token_hash(std::string_view token);

// Compares in a time that does not tell where they differ.
bool same_secret(std::string_view a, std::string_view b);

// Base 64 as RFC 7515 has it: for URLs, without padding.
std::string base64url(std::string_view bytes);
std::string sha256_base64url(std::string_view text);
std::string sha256_hex(std::string_view text);

}  // namespace asepsis
