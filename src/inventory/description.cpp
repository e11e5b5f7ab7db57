#include "inventory/description.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/text.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMaxProductWords = 5;
constexpr std::size_t kMaxVersionWords = 4;
constexpr std::size_t kMaxVersionSize = 40;

// Parts of a company's name, and what stands between it and the product.
constexpr auto kCompanyWords = std::to_array<std::string_view>(
    {"ag", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "industries",
     "international", "kg", "kgaa", "limited", "llc", "ltd", "se", "the"});

// Where a product's name is over.
constexpr auto kStopWords = std::to_array<std::string_view>(
    {"console", "device", "embedded",  "firmware", "ftp",   "fw",       "hardware",
     "http",    "hw",     "interface", "ip",       "login", "model",    "operating",
     "page",    "ready",  "rel",       "release",  "rev",   "revision", "s/n",
     "serial",  "server", "sn",        "software", "sw",    "telnet",   "ver",
     "version", "web",    "webserver", "welcome"});

template <std::size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& list, std::string_view word) {
  return std::ranges::any_of(list, [&](std::string_view one) { return same_letters(one, word); });
}

constexpr bool ends_clause(char c) {
  constexpr std::string_view kEnds(";,|^()[]{}<>=\"\\\r\n\t\0", 19);
  return kEnds.find(c) != std::string_view::npos;
}

// The next run of non-spaces, taken from the text; stops at the clause's end.
std::optional<std::string_view> next_token(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos || ends_clause(text[begin])) return std::nullopt;
  std::size_t end = begin;
  while (end < text.size() && text[end] != ' ' && !ends_clause(text[end])) ++end;
  const std::string_view token = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return token;
}

// The word a label begins with: "SN:D0751" is "SN".
std::string_view label_of(std::string_view token) {
  token = token.substr(0, token.find_first_of(":#"));
  while (!token.empty() && token.back() == '.') token.remove_suffix(1);
  return token;
}

// "9.03.01", "V12.1", "06-04", "EPIQ7_7.0.4": digits with a point or dash between.
bool looks_like_version(std::string_view token) {
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    if ((token[i] == '.' || token[i] == '-') && is_digit(token[i - 1]) && is_digit(token[i + 1])) {
      return true;
    }
  }
  return token.size() >= 2 && lower(token[0]) == 'v' && is_digit(token[1]);
}

bool begins_with_version(std::string_view token) {
  return looks_like_version(token) &&
         (is_digit(token[0]) || (token.size() > 1 && is_digit(token[1])));
}

std::string_view without_company_words(std::string_view text) {
  for (;;) {
    std::string_view rest = text;
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == ',' || rest[0] == '.')) {
      rest.remove_prefix(1);
    }
    std::string_view after = rest;
    const auto token = next_token(after);
    if (!token || !is_one_of(kCompanyWords, label_of(*token))) return rest;
    text = after;
  }
}

}  // namespace

std::string_view product_words(std::string_view after_maker) {
  std::string_view rest = without_company_words(after_maker);
  while (!rest.empty() && (ends_clause(rest[0]) || rest[0] == ':' || rest[0] == '-')) {
    rest.remove_prefix(1);
  }
  const std::string_view start = trimmed(rest);
  std::string_view text = start;
  std::size_t size = 0;
  for (std::size_t count = 0; count < kMaxProductWords; ++count) {
    const auto token = next_token(text);
    if (!token || is_one_of(kStopWords, label_of(*token)) || begins_with_version(*token)) break;
    if (compact(*token).empty()) break;
    size = static_cast<std::size_t>(token->data() + token->size() - start.data());
  }
  return start.substr(0, size);
}

std::string_view version_words(std::string_view after_product) {
  std::string_view rest = after_product;
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == '/')) rest.remove_prefix(1);
  const std::string_view start = rest;
  std::size_t size = 0;
  bool version = false;
  for (std::size_t count = 0; count < kMaxVersionWords && !version; ++count) {
    const auto token = next_token(rest);
    if (!token || is_one_of(kStopWords, label_of(*token))) break;
    version = looks_like_version(*token);
    size = static_cast<std::size_t>(token->data() + token->size() - start.data());
  }
  return version && size <= kMaxVersionSize ? start.substr(0, size) : std::string_view();
}

bool placeholder(std::string_view text) {
  constexpr auto kPlaceholders = std::to_array<std::string_view>(
      {"0", "default", "defaultstring", "na", "none", "notapplicable", "notavailable",
       "notspecified", "null", "systemmanufacturer", "systemproductname", "systemserialnumber",
       "tobefilledbyoem", "unknown", "unspecified"});
  const std::string name = compact(text);
  return name.empty() || is_one_of(kPlaceholders, std::string_view(name));
}

}  // namespace asepsis
