#include "proto/hl7_segment.hpp"

#include <algorithm>

#include "base/scan.hpp"

namespace asepsis {
namespace {

// What is before the delimiter; it and the delimiter are taken off. By hand:
// parts are shorter than a call of memchr is worth.
std::string_view take(std::string_view& text, char delimiter) {
  std::size_t size = 0;
  while (size < text.size() && text[size] != delimiter) ++size;
  const std::string_view first = text.substr(0, size);
  text.remove_prefix(std::min(text.size(), size + 1));
  return first;
}

// The part of that number, from 1; and nothing past the last.
std::string_view part(std::string_view text, char delimiter, std::size_t number) {
  for (; number > 1; --number) {
    if (text.empty()) return {};
    take(text, delimiter);
  }
  return take(text, delimiter);
}

bool punctuation(char c) {
  return c > 0x20 && c < 0x7f && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
         !(c >= 'a' && c <= 'z');
}

}  // namespace

// Fields are asked for out of order and again: found once, in one pass.
Hl7Segment::Hl7Segment(std::string_view text, const Hl7Delimiters& delimiters)
    : text_(text), delimiters_(delimiters), first_(is_hl7_header(id()) ? 1 : 0) {
  std::size_t parts = 1;
  bool whole = true;
  begins_[0] = 0;
  for_each_byte(as_bytes(text), static_cast<std::uint8_t>(delimiters.field), [&](std::size_t at) {
    begins_[parts] = static_cast<std::uint32_t>(at + 1);
    whole = parts < kMostFields;
    parts += whole ? 1 : 0;
    return whole;
  });
  if (whole) begins_[parts] = static_cast<std::uint32_t>(text.size() + 1);
  parts_ = parts;
}

std::string_view Hl7Segment::field(std::size_t number) const {
  const std::size_t at = number - first_;
  if (at >= parts_) return {};
  return text_.substr(begins_[at], begins_[at + 1] - begins_[at] - 1);
}

std::string_view Hl7Segment::fields(std::size_t first, std::size_t last) const {
  const std::size_t from = first - first_;
  const std::size_t to = std::min(last + 1 - first_, parts_);
  if (from >= to) return {};
  return text_.substr(begins_[from], begins_[to] - begins_[from] - 1);
}

std::string_view Hl7Segment::component(std::string_view field, std::size_t number) const {
  return trimmed(part(field, delimiters_.component, number));
}

Hl7Segment::Components Hl7Segment::components(std::string_view field) const {
  Components first;
  for (std::string_view& one : first) {
    if (field.empty()) break;
    one = trimmed(take(field, delimiters_.component));
  }
  return first;
}

std::string_view Hl7Segment::last_repetition(std::string_view field) const {
  const std::size_t found = field.rfind(delimiters_.repetition);
  return found == std::string_view::npos ? field : field.substr(found + 1);
}

std::string_view Hl7Segment::take_repetition(std::string_view& rest) const {
  return take(rest, delimiters_.repetition);
}

ShortText<192> Hl7Segment::plain(std::string_view text) const {
  ShortText<192> plain;
  if (text.find(delimiters_.escape) == std::string_view::npos) {
    plain.add(text);
    return plain;
  }
  while (!text.empty()) {
    const char c = text.front();
    if (c == delimiters_.escape && text.size() >= 3 && text[2] == delimiters_.escape) {
      switch (text[1]) {
        case 'F': plain.add(delimiters_.field); break;
        case 'S': plain.add(delimiters_.component); break;
        case 'T': plain.add(delimiters_.subcomponent); break;
        case 'R': plain.add(delimiters_.repetition); break;
        case 'E': plain.add(delimiters_.escape); break;
        default: break;  // highlighting
      }
      text.remove_prefix(3);
    } else {
      plain.add(c);
      text.remove_prefix(1);
    }
  }
  return plain;
}

std::optional<Hl7Delimiters> hl7_delimiters(std::string_view segment) {
  if (segment.size() < 6 || !is_hl7_header(hl7_id(segment)) || !punctuation(segment[3]))
    return std::nullopt;
  // As nearly everybody writes them.
  if (segment.substr(3, 6) == "|^~\\&|") return Hl7Delimiters();
  const std::string_view encoding = segment.substr(4, segment.substr(4, 6).find(segment[3]));
  if (encoding.empty() || encoding.size() > 5) return std::nullopt;
  for (const char c : encoding)
    if (!punctuation(c)) return std::nullopt;
  Hl7Delimiters read;
  read.field = segment[3];
  char* const places[] = {&read.component, &read.repetition, &read.escape, &read.subcomponent};
  for (std::size_t i = 0; i < encoding.size() && i < std::size(places); ++i)
    *places[i] = encoding[i];
  return read;
}

}  // namespace asepsis
