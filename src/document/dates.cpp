#include "document/dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/text.hpp"

namespace asepsis {
namespace {

// By their first three letters, English and then German, French, Spanish where
// they differ.
struct MonthName {
  std::string_view letters;
  unsigned month;
};
constexpr MonthName kMonths[] = {
    {"jan", 1}, {"feb", 2},        {"mar", 3},  {"apr", 4},       {"may", 5},  {"jun", 6},
    {"jul", 7}, {"aug", 8},        {"sep", 9},  {"oct", 10},      {"nov", 11}, {"dec", 12},
    {"mai", 5}, {"okt", 10},       {"dez", 12}, {"m\xc3\xa4", 3}, {"fev", 2},  {"f\xc3\xa9", 2},
    {"avr", 4}, {"d\xc3\xa9", 12}, {"ene", 1},  {"abr", 4},       {"ago", 8},  {"dic", 12}};

struct Part {
  unsigned number = 0;
  std::size_t digits = 0;  // 0: a name of a month
  char after = 0;          // what stands behind it
};

struct Parts {
  std::array<Part, 3> part{};
  std::size_t count = 0;
};

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::optional<Part> month_named(std::string_view word) {
  for (const MonthName& month : kMonths)
    if (same_letters(word.substr(0, month.letters.size()), month.letters))
      return Part{.number = month.month};
  return std::nullopt;
}

// The number or name of a month that the text begins with, taken from it.
std::optional<Part> next_part(std::string_view& text) {
  constexpr std::size_t kMostDigits = 4;
  const bool figures = digit(text.front());
  std::size_t size = 0;
  while (size < text.size() && (figures ? digit(text[size]) : letter(text[size]))) ++size;
  std::optional<Part> part;
  if (figures && size <= kMostDigits) {
    part = Part{.digits = size};
    std::from_chars(text.data(), text.data() + size, part->number);
  } else if (!figures) {
    part = month_named(text.substr(0, size));
  }
  text.remove_prefix(size);
  if (part) part->after = text.empty() ? '\0' : text.front();
  return part;
}

// The three parts of a date; nothing else may stand before or between them.
std::optional<Parts> parts_of(std::string_view text) {
  constexpr std::string_view kBetween = "/.-, ";
  Parts parts;
  while (!text.empty() && parts.count < parts.part.size()) {
    if (!digit(text.front()) && !letter(text.front())) return std::nullopt;
    const auto part = next_part(text);
    if (!part) return std::nullopt;
    parts.part[parts.count++] = *part;
    if (parts.count < parts.part.size())
      text.remove_prefix(std::min(text.size(), text.find_first_not_of(kBetween)));
  }
  const bool ends =
      parts.part[2].after == '\0' || parts.part[2].after == ' ' || parts.part[2].after == 'T';
  return parts.count == parts.part.size() && ends ? std::optional(parts) : std::nullopt;
}

// Day and month in figures before the year, with a sign that both orders use.
bool numeric(const Parts& parts) {
  return parts.part[0].digits > 0 && parts.part[0].digits <= 2 && parts.part[1].digits > 0 &&
         parts.part[1].digits <= 2;
}

std::optional<std::string> day_text(unsigned year, unsigned month, unsigned day,
                                    std::size_t year_digits) {
  constexpr unsigned kPivot = 70;  // two digits: 1970 to 2069
  if (year_digits == 2) year += year < kPivot ? 2000 : 1900;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || year < 1900 || year > 2200) return std::nullopt;
  const auto two = [](unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  return std::to_string(year) + '-' + two(month) + '-' + two(day);
}

// With a full stop between them, days come first wherever they are written so.
bool always_day_first(const Parts& parts) { return parts.part[0].after == '.'; }

}  // namespace

DateColumn date_order(const std::vector<std::string_view>& cells, DateOrder otherwise) {
  std::size_t day = 0;
  std::size_t month = 0;
  std::size_t either = 0;
  for (const std::string_view cell : cells) {
    const auto parts = parts_of(trimmed(cell));
    if (!parts || !numeric(*parts) || always_day_first(*parts)) continue;
    const unsigned first = parts->part[0].number;
    const unsigned second = parts->part[1].number;
    if (first > 12 && second <= 12) ++day;
    if (first <= 12 && second > 12) ++month;
    // 07/07/2026 is the same day in either.
    if (first <= 12 && second <= 12 && first != second) ++either;
  }
  const bool day_first = day > month || (day == month && otherwise == DateOrder::day_first);
  return {.order = day_first ? DateOrder::day_first : DateOrder::month_first,
          .proofs = day_first ? day : month,
          .ambiguous = either,
          .against = day_first ? month : day};
}

std::optional<std::string> date_from_text(std::string_view text, DateOrder order) {
  const auto found = parts_of(trimmed(text));
  if (!found) return std::nullopt;
  const auto& [first, second, third] = found->part;
  if (first.digits == 4) return day_text(first.number, second.number, third.number, 4);
  if (third.digits != 2 && third.digits != 4) return std::nullopt;
  const auto with = [&](const Part& day, const Part& month) {
    return day_text(third.number, month.number, day.number, third.digits);
  };
  if (first.digits == 0) return with(second, first);
  if (second.digits == 0) return with(first, second);
  const bool day_first = always_day_first(*found) || order == DateOrder::day_first;
  return day_first ? with(first, second) : with(second, first);
}

}  // namespace asepsis
