// System logs: which host writes them and which of its programs. The text of a
// message is nobody's business here, unless it is an audit message of
// healthcare; where the header cannot be told from the text, nothing is read.
// RFC 5424, section 6; RFC 3164, section 4.1, with the times that senders really
// write; over TCP, RFC 6587, section 3.4.

#include <array>
#include <charconv>
#include <utility>

#include "proto/audit_message.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostName = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

// '9' stands for a digit, 'A' for a letter; the rest for themselves.
bool looks_like(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  return std::ranges::equal(text.substr(0, shape.size()), shape, [](char c, char kind) {
    if (kind == '9') return is_digit(c);
    return kind == 'A' ? is_letter(c) : c == kind;
  });
}

// "<0>" to "<191>", facility and severity, at the front. None is left of what
// does not begin so.
bool take_priority(std::string_view& text) {
  constexpr int kMost = 191;
  int priority = 0;
  std::size_t at = 1;
  if (!text.starts_with('<')) return false;
  for (; at < std::min<std::size_t>(text.size(), 4) && is_digit(text[at]); ++at)
    priority = priority * 10 + (text[at] - '0');
  if (at == 1 || at >= text.size() || text[at] != '>' || priority > kMost) return false;
  text.remove_prefix(at + 1);
  return true;
}

// "Oct  9 22:14:15 ", a year after the day, a colon at the end; or, as newer
// senders write it, the time of RFC 3339.
bool take_time(std::string_view& text) {
  if (looks_like(text, "9999-99-99T99:99:99")) return !take_word(text).empty();
  std::string_view rest = text;
  if (!looks_like(take_word(rest), "AAA")) return false;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (!looks_like(take_word(rest), "9")) return false;
  if (looks_like(rest, "9999 ")) rest.remove_prefix(5);
  if (!looks_like(take_word(rest), "99:99:99")) return false;
  text = rest;
  return true;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostName && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  });
}

void say_host(Side from, std::string_view host, FactSink& out) {
  if (host == "-" || host.starts_with("localhost") || !is_name(host) ||
      host.find('/') != std::string_view::npos)
    return;
  if (!ip_from_text(host)) out.say(from, "name.host"_claim, host);
}

// RFC 5424, 6.2: the version is behind us; "-" stands for nothing.
bool read_new(Side from, std::string_view text, FactSink& out) {
  const std::string_view time = take_word(text);
  if (time != "-" && !looks_like(time, "9999-99-99T99:99:99")) return false;
  const std::string_view host = take_word(text);
  const std::string_view program = take_word(text);
  if (text.empty()) return false;  // more must follow
  say_host(from, host, out);
  if (program != "-" && is_name(program)) out.say(from, "syslog.program"_claim, program);
  return true;
}

// The name of a program ends at "[", where its process id stands, or at ":".
std::string_view tag_of(std::string_view text) {
  const std::size_t end = text.find_first_of("[: ");
  if (end == std::string_view::npos || text[end] == ' ') return {};
  const std::string_view tag = text.substr(0, end);
  return is_name(tag) ? tag : std::string_view{};
}

// RFC 3164, 4.1.2: without the tag behind it a word is not known to be a host.
// Some senders leave the host out.
bool read_old(Side from, std::string_view text, FactSink& out) {
  if (!take_time(text)) return true;
  std::string_view tag = tag_of(text);
  if (tag.empty()) {
    const std::string_view host = take_word(text);
    tag = tag_of(text);
    if (!tag.empty()) say_host(from, host, out);
  }
  out.say(from, "syslog.program"_claim, tag);
  return true;
}

bool read_message(Side from, std::string_view text, FactSink& out) {
  if (!take_priority(text)) return false;
  read_audit_message(from, text, out);
  if (!looks_like(text, "9 ")) return read_old(from, text, out);
  text.remove_prefix(2);
  return read_new(from, text, out);
}

class SyslogParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    return read_message(from, as_text(in.rest()), out);
  }
};

// "123 <34>1 ...": how many bytes the count takes, and how many it counts.
struct Count {
  std::size_t size = 0;  // 0: there is none
  std::size_t counted = 0;
};
Count octet_count(std::string_view text) {
  constexpr std::size_t kMostDigits = 6;
  Count count;
  const std::size_t space = text.substr(0, kMostDigits + 1).find(' ');
  if (space == std::string_view::npos || space == 0 || text[0] == '0') return {};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + space, count.counted);
  if (fault != std::errc() || end != text.data() + space) return {};
  count.size = space + 1;
  return count;
}

// RFC 6587, 3.4: messages counted in octets, or ended by a line feed. Of a
// longer one its beginning is read.
class SyslogStreamParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    std::size_t& rest = rest_[static_cast<std::size_t>(from)];
    if (rest > 0) return Frame::skip(std::exchange(rest, 0));
    const std::string_view text = as_text(bytes);
    if (is_digit(text[0])) {
      const Count count = octet_count(text);
      if (count.size == 0) return text.size() < 7 ? Frame::unknown() : Frame::foreign();
      const std::size_t held = std::min(count.counted, kMostHeld - count.size);
      rest = count.counted - held;
      return Frame::message(count.size + held);
    }
    const std::size_t end = text.substr(0, kMostHeld).find('\n');
    if (end != std::string_view::npos)
      return text[0] == '<' ? Frame::message(end + 1) : Frame::skip(end + 1);
    return text.size() < kMostHeld ? Frame::unknown() : Frame::skip(kMostHeld);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    std::string_view text = as_text(in.rest());
    text.remove_prefix(octet_count(text).size);
    // The lines of a text that goes over several begin anyhow.
    return read_message(from, text, out) || !text.starts_with('<');
  }

  std::optional<std::size_t> resume(Side from, Bytes bytes) override {
    rest_[static_cast<std::size_t>(from)] = 0;
    const std::size_t line = as_text(bytes).find('\n');
    if (line == std::string_view::npos) return std::nullopt;
    return line + 1;
  }

 private:
  static constexpr std::size_t kMostHeld = 16'384;
  std::array<std::size_t, 2> rest_{};  // of a message whose beginning was read
};

Recognition recognise(const Opening& opening) {
  std::string_view text = as_text(opening.bytes);
  if (opening.from == Side::server || !take_priority(text)) return Recognition::no;
  const bool dated = take_time(text) || looks_like(text, "1 9999-99-99T");
  return opening.expected_port || dated ? Recognition::yes : Recognition::no;
}

// A stream must show a whole priority and a date.
Recognition recognise_stream(const Opening& opening) {
  constexpr std::size_t kEnough = 48;
  std::string_view text = as_text(opening.bytes);
  if (opening.from == Side::server) return Recognition::no;
  if (is_digit(text[0])) {
    const Count count = octet_count(text);
    if (count.size == 0) return text.size() < 7 ? Recognition::more : Recognition::no;
    text.remove_prefix(count.size);
  }
  if (text.empty()) return Recognition::more;
  if (text[0] != '<') return Recognition::no;
  const bool short_yet = text.size() < kEnough && text.find('\n') == std::string_view::npos;
  if (take_priority(text) && (take_time(text) || looks_like(text, "1 9999-99-99T")))
    return Recognition::yes;
  return short_yet ? Recognition::more : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {514};
constexpr std::uint16_t kStreamPorts[] = {514, 601, 1468, 6514};

}  // namespace

extern constinit const Protocol kSyslog{
    .name = "syslog",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SyslogParser>(); },
    .begins = FirstBytes::of({'<'}),
};

extern constinit const Protocol kSyslogStream{
    .name = "syslog",
    .transport = Transport::tcp,
    .ports = kStreamPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SyslogStreamParser>(); },
};

}  // namespace asepsis
