#include "base/time.hpp"

#include <array>
#include <charconv>

namespace asepsis {
namespace {

void append_number(std::string& out, std::int64_t value, std::size_t width) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) out.append(width - size, '0');
  out.append(digits.data(), size);
}

// Takes a number of at most `most` digits off the front.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t most) {
  std::size_t size = 0;
  std::int64_t value = 0;
  while (size < most && size < text.size() && text[size] >= '0' && text[size] <= '9')
    value = value * 10 + (text[size++] - '0');
  if (size == 0) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

bool take(std::string_view& text, char mark) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(1);
  return true;
}

// ".305988" in nanoseconds; digits behind the ninth do not count.
std::int64_t take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t value = 0;
  for (int digit = 0; digit < 9; ++digit) value = value * 10 + take_digits(text, 1).value_or(0);
  while (take_digits(text, 1)) {
  }
  return value;
}

// "Z", "+0100", "+01:00" or nothing, in seconds east of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  take(text, ':');
  const auto minutes = take_digits(text, 2);
  if (!hours || *hours > 23 || minutes.value_or(0) > 59) return std::nullopt;
  return sign * (*hours * 3600 + minutes.value_or(0) * 60);
}

std::optional<std::int64_t> take_date_and_time(std::string_view& text) {
  using namespace std::chrono;
  const auto the_year = take_digits(text, 4);
  const bool dashed = take(text, '-');
  const auto the_month = take_digits(text, 2);
  const bool dashed_again = take(text, '-');
  const auto the_day = take_digits(text, 2);
  if (!the_year || !the_month || !the_day || !dashed || !dashed_again) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*the_year)),
                            month(static_cast<unsigned>(*the_month)),
                            day(static_cast<unsigned>(*the_day)));
  if (!date.ok() || (!take(text, 'T') && !take(text, ' '))) return std::nullopt;
  const auto hour = take_digits(text, 2);
  take(text, ':');
  const auto minute = take_digits(text, 2);
  take(text, ':');
  const auto second = take_digits(text, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  const auto midnight = sys_days(date).time_since_epoch();
  return duration_cast<seconds>(midnight).count() + *hour * 3600 + *minute * 60 + *second;
}

}  // namespace

std::optional<Time> time_from_text(std::string_view text) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  constexpr std::size_t kMostDigits = 10;  // of seconds: until 2286
  const bool date = text.size() > 4 && text[4] == '-';
  auto seconds = date ? take_date_and_time(text) : take_digits(text, kMostDigits);
  if (!seconds) return std::nullopt;
  const std::int64_t fraction = take_fraction(text);
  const auto offset = date ? take_offset(text) : std::optional<std::int64_t>(0);
  if (!offset || !text.empty()) return std::nullopt;
  *seconds -= *offset;
  const std::int64_t most = nanoseconds_since_1970(kLatest) / kNanoseconds;
  if (*seconds <= -most || *seconds >= most) return std::nullopt;
  return time_from_nanoseconds(*seconds * kNanoseconds + fraction);
}

std::string to_rfc3339(Time time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<microseconds>(time - day));
  std::string out;
  out.reserve(27);
  append_number(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_number(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_number(out, clock.hours().count(), 2);
  out += ':';
  append_number(out, clock.minutes().count(), 2);
  out += ':';
  append_number(out, clock.seconds().count(), 2);
  out += '.';
  append_number(out, clock.subseconds().count(), 6);
  out += 'Z';
  return out;
}

}  // namespace asepsis
