#include "base/udi.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr char kFnc1 = '\x1d';

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::ranges::all_of(text, digit); }

void take_element(Udi& udi, std::string_view identifier, std::string_view value) {
  value = trimmed(value);
  if (identifier == "01" && value.size() == 14 && all_digits(value)) udi.device_identifier = value;
  if (identifier == "21") udi.serial = value;
  if (identifier == "8012") udi.software_version = value;
}

std::optional<Udi> if_named(const Udi& udi) {
  return udi.device_identifier.empty() ? std::nullopt : std::optional(udi);
}

// "(01)...(21)...": a bracket ends a value only where an identifier follows.
std::optional<Udi> read_bracketed(std::string_view text) {
  const auto identifier_at = [&](std::size_t start) -> std::string_view {
    if (start >= text.size() || text[start] != '(') return {};
    const std::string_view rest = text.substr(start + 1, 5);
    const std::size_t size = rest.find(')');
    if (size == std::string_view::npos || size < 2 || !all_digits(rest.substr(0, size))) return {};
    return rest.substr(0, size);
  };
  Udi udi;
  std::size_t at = 0;
  for (std::string_view identifier = identifier_at(0); !identifier.empty();
       identifier = identifier_at(at)) {
    const std::size_t start = at + identifier.size() + 2;
    at = start;
    while (at < text.size() && identifier_at(at).empty()) ++at;
    take_element(udi, identifier, text.substr(start, at - start));
  }
  return if_named(udi);
}

struct Element {
  std::string_view identifier;
  std::size_t size;  // of the value; the most, if it may end with FNC1
  bool fixed;
};

constexpr Element kElements[] = {
    {"8012", 20, false}, {"240", 30, false}, {"241", 30, false}, {"235", 28, false},
    {"01", 14, true},    {"02", 14, true},   {"11", 6, true},    {"13", 6, true},
    {"15", 6, true},     {"16", 6, true},    {"17", 6, true},    {"20", 2, true},
    {"10", 20, false},   {"21", 20, false},  {"22", 20, false},  {"30", 8, false},
    {"37", 8, false},
};

// "01<14>17<6>21...<FNC1>10...": identifiers stand bare.
std::optional<Udi> read_bare(std::string_view text) {
  Udi udi;
  while (!text.empty()) {
    if (text.front() == kFnc1) {
      text.remove_prefix(1);
      continue;
    }
    const auto* const element = std::ranges::find_if(
        kElements, [&](const Element& row) { return text.starts_with(row.identifier); });
    if (element == std::end(kElements)) break;
    text.remove_prefix(element->identifier.size());
    const std::size_t end = element->fixed ? element->size : text.find(kFnc1);
    const std::string_view value = text.substr(0, end);
    if (value.size() > element->size || (element->fixed && value.size() < element->size)) break;
    take_element(udi, element->identifier, value);
    text.remove_prefix(value.size());
  }
  return if_named(udi);
}

// "+LIC product unit [check]/$$..lot/S serial/16D date check".
std::optional<Udi> read_hibcc(std::string_view text) {
  text.remove_prefix(1);
  const std::size_t slash = text.find('/');
  const bool alone = slash == std::string_view::npos;
  if (alone && text.size() < 7) return std::nullopt;
  Udi udi;
  // The last character of all is the check character.
  udi.device_identifier = alone ? text.substr(0, text.size() - 1) : text.substr(0, slash);
  const std::string_view maker = udi.device_identifier.substr(0, 4);
  if (udi.device_identifier.size() < 6 || maker[0] < 'A' || maker[0] > 'Z') return std::nullopt;
  if (alone) return udi;

  std::string_view rest = text.substr(slash + 1);
  rest.remove_suffix(rest.empty() ? 0 : 1);
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.starts_with('S') && part.size() > 1) udi.serial = part.substr(1);
    if (part.starts_with("$+")) udi.serial = part.substr(2);
  }
  return udi;
}

// "=/" sixteen of processor and product, "=," six of serial.
std::optional<Udi> read_iccbba(std::string_view text) {
  Udi udi;
  const std::size_t product = text.find("=/");
  if (product == std::string_view::npos || text.size() < product + 2 + 16) return std::nullopt;
  udi.device_identifier = text.substr(product + 2, 16);
  const std::size_t serial = text.find("=,", product + 18);
  if (serial != std::string_view::npos && text.size() >= serial + 2 + 6)
    udi.serial = text.substr(serial + 2, 6);
  return udi;
}

}  // namespace

bool gtin14(std::string_view text) {
  if (text.size() != 14 || !all_digits(text)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) sum += (text[i] - '0') * (i % 2 == 0 ? 3 : 1);
  return sum % 10 == 0;
}

std::optional<Udi> udi_from_text(std::string_view text) {
  text = trimmed(text);
  for (const std::string_view symbology : {"]d2", "]C1", "]Q3", "]e0"})
    if (text.starts_with(symbology)) text.remove_prefix(symbology.size());
  while (text.starts_with(kFnc1)) text.remove_prefix(1);
  if (text.starts_with('(')) return read_bracketed(text);
  if (text.starts_with('+')) return read_hibcc(text);
  if (text.starts_with('=') || text.starts_with('&')) return read_iccbba(text);
  if (gtin14(text)) return Udi{.device_identifier = text, .serial = {}, .software_version = {}};
  if (text.starts_with("01") && text.size() >= 16 && gtin14(text.substr(2, 14)))
    return read_bare(text);
  return std::nullopt;
}

}  // namespace asepsis
