#include "sensor/json_lines.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <string>

namespace asepsis {
namespace {

namespace dom = simdjson::dom;

// Objects within objects, and lists within lists, deeper than any sensor writes.
constexpr int kMostDepth = 8;

using Digits = std::array<char, 32>;

template <std::integral Number>
char* write_digits(Digits& digits, Number value) {
  return std::to_chars(digits.begin(), digits.end(), value).ptr;
}

// The shortest text that reads back as the same. Times and counts are read without
// an exponent: a time of a whole second would get one.
char* write_digits(Digits& digits, double value) {
  constexpr double kLeast = 1e-6;
  constexpr double kMost = 1e15;
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= kLeast && size < kMost);
  const auto form = plain ? std::chars_format::fixed : std::chars_format::general;
  return std::to_chars(digits.begin(), digits.end(), value, form).ptr;
}

template <class Number>
void add_number(const std::string& name, Number value, Record& out) {
  Digits digits{};
  const char* const end = write_digits(digits, value);
  out.add(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void add(const std::string& name, dom::element value, int depth, Record& out) {
  switch (value.type()) {
    case dom::element_type::OBJECT: {
      if (depth == kMostDepth) return;
      const dom::object members = value.get_object().value_unsafe();
      for (const auto member : members) {
        std::string its_name = name;
        if (!name.empty()) its_name += '.';
        add(its_name.append(member.key), member.value, depth + 1, out);
      }
      return;
    }
    case dom::element_type::ARRAY: {
      if (depth == kMostDepth) return;
      const dom::array elements = value.get_array().value_unsafe();
      for (const auto element : elements) add(name, element, depth + 1, out);
      return;
    }
    case dom::element_type::STRING: return out.add(name, value.get_string().value_unsafe());
    case dom::element_type::INT64: return add_number(name, value.get_int64().value_unsafe(), out);
    case dom::element_type::UINT64: return add_number(name, value.get_uint64().value_unsafe(), out);
    case dom::element_type::DOUBLE: return add_number(name, value.get_double().value_unsafe(), out);
    case dom::element_type::BOOL:
      return out.add(name, value.get_bool().value_unsafe() ? "true" : "false");
    case dom::element_type::NULL_VALUE: return;
  }
}

}  // namespace

struct JsonLines::Parser {
  dom::parser dom;
};

JsonLines::JsonLines() : parser_(std::make_unique<Parser>()) {}
JsonLines::JsonLines(JsonLines&&) noexcept = default;
JsonLines::~JsonLines() = default;

bool JsonLines::read(std::string_view line, Record& out) {
  dom::element root;
  if (parser_->dom.parse(line.data(), line.size()).get(root) != simdjson::SUCCESS) return false;
  if (!root.is_object()) return false;
  add({}, root, 0, out);
  return true;
}

}  // namespace asepsis
