#include "proto/http_head.hpp"

#include <charconv>

#include "base/scan.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLongestMethod = 24;
constexpr std::size_t kLongestLine = 8'192;

// Of methods that somebody uses: capitals, with - and _ inside ("M-SEARCH").
bool may_begin_method(std::string_view word) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return !word.empty() && word.size() <= kLongestMethod && capital(word.front()) &&
         std::ranges::all_of(word, [&](char c) { return capital(c) || c == '-' || c == '_'; });
}

bool is_method(std::string_view word) { return word.size() >= 3 && may_begin_method(word); }

bool is_target(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != 0x7f;
  });
}

// A request line that has not ended yet.
Match starts_request(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  const std::string_view method = text.substr(0, text.find(' '));
  if (method.size() == text.size() && text.size() < 3)
    return may_begin_method(method) ? Match::maybe : Match::no;
  if (!is_method(method)) return Match::no;
  const std::string_view target = text.substr(std::min(text.size(), method.size() + 1));
  const bool fits = (target.empty() || is_target(target)) && text.size() < kLongestLine;
  return fits ? Match::maybe : Match::no;
}

}  // namespace

std::optional<std::size_t> head_size(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    if (text.substr(end + 1).starts_with('\n')) return end + 2;
    if (text.substr(end + 1).starts_with("\r\n")) return end + 3;
  }
  return std::nullopt;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.size(), text.find('\n'));
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool read_start_line(std::string_view line, std::string_view protocol, StartLine& out) {
  if (line.starts_with(protocol)) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view digits = line.substr(space + 1, 3);
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), out.status);
    out.request = false;
    return fault == std::errc() && end == digits.data() + 3 && out.status >= 100;
  }
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  out.request = true;
  out.method = line.substr(0, first);
  out.target = trimmed(line.substr(first, last - first));
  return is_method(out.method) && is_target(out.target) &&
         line.substr(last + 1).starts_with(protocol);
}

Match starts_message(std::string_view bytes, std::string_view protocol, bool request) {
  const std::size_t end = bytes.substr(0, kLongestLine).find('\n');
  if (end != std::string_view::npos) {
    StartLine line;
    std::string_view text = bytes;
    const bool fits = read_start_line(take_line(text), protocol, line) && line.request == request;
    return fits ? Match::yes : Match::no;
  }
  if (request) return starts_request(bytes);
  const std::size_t shown = std::min(bytes.size(), protocol.size());
  return bytes.substr(0, shown) == protocol.substr(0, shown) && bytes.size() < kLongestLine
             ? Match::maybe
             : Match::no;
}

std::size_t next_start(bool request, Bytes bytes) {
  constexpr std::string_view kMethods[] = {"GET /",  "POST /", "HEAD /",   "PUT /",
                                           "POST h", "GET h",  "DELETE /", "OPTIONS /"};
  constexpr std::string_view kResponse[] = {"HTTP/1."};
  const std::span<const std::string_view> starts =
      request ? std::span<const std::string_view>(kMethods) : kResponse;
  const std::string_view text = as_text(bytes);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const auto fits = [&](std::string_view start) {
      return rest.substr(0, start.size()) == start.substr(0, rest.size());
    };
    if (std::ranges::any_of(starts, fits)) return i;
  }
  return text.size();
}

bool mentions(std::string_view text, std::string_view word) {
  const char small = lower(word.front());
  const bool letter = small >= 'a' && small <= 'z';
  const auto first = static_cast<std::uint8_t>(small);
  const auto capital = static_cast<std::uint8_t>(letter ? small - ('a' - 'A') : small);
  const auto find = [&](const std::uint8_t* at) {
    return scan::equal(at, first) | scan::equal(at, capital);
  };
  bool found = false;
  scan::blocks(as_bytes(text), find, [&](scan::Mask hits, std::size_t at) {
    for (; hits != 0 && !found; hits &= hits - 1) {
      const std::size_t begin = at + static_cast<std::size_t>(std::countr_zero(hits));
      found = same_letters(text.substr(begin, word.size()), word);
    }
    return !found;
  });
  return found;
}

}  // namespace asepsis
