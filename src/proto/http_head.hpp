// The head of an HTTP/1 message, and of those that borrowed its form (RTSP,
// SIP): a start line and header fields. RFC 9112 sections 2 to 5.

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {

// Where the head that the bytes begin with ends (after the empty line), if it
// ends within them. Lines may end in a bare LF.
std::optional<std::size_t> head_size(Bytes bytes);

// The first line, stepping over it.
std::string_view take_line(std::string_view& text);

struct StartLine {
  bool request = false;
  std::string_view method, target;  // of a request
  unsigned status = 0;              // of a response
};

// False if the line is neither a request nor a response of the protocol
// ("HTTP/1.", "RTSP/1.", "SIP/2.").
bool read_start_line(std::string_view line, std::string_view protocol, StartLine& out);

enum class Match : std::uint8_t { no, maybe, yes };

// Whether the bytes begin such a message, by their first line as far as it is
// there. Maybe: they could, if more came.
Match starts_message(std::string_view bytes, std::string_view protocol, bool request);

// Where a message could begin, or as many bytes as there are.
std::size_t next_start(bool request, Bytes bytes);

// visit(name, value) for each header field; folded lines are not joined.
template <class Visit>
void each_header(std::string_view fields, Visit visit) {
  while (!fields.empty()) {
    const std::string_view line = take_line(fields);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || line.front() == ' ') continue;
    visit(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
}

// The media type without its parameters.
inline std::string_view media_type(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

// Whether `text` holds `word`, in any case.
bool mentions(std::string_view text, std::string_view word);

}  // namespace asepsis
