// Redis: its version, whether it asks for a password, and which library talks
// to it. Redis serialization protocol (RESP), versions 2 and 3; commands AUTH,
// HELLO, CLIENT SETINFO and INFO. Keys and values are never read.

#include <array>
#include <utility>

#include "proto/credentials.hpp"
#include "proto/lines.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostHeld = 1024;  // of a bulk string: version and mode stand at its start
constexpr std::uint64_t kMostBulk = 512U * 1024 * 1024;
constexpr int kMostAnswers = 64;  // of a connection: what comes later says the same

// The number after the type, and where the line ends.
struct Head {
  char type = 0;
  std::int64_t number = 0;
  std::size_t size = 0;  // with its line end; 0 if that is not there
  bool valid = false;
};

Head read_head(Bytes bytes) {
  constexpr std::size_t kLongestNumber = 24;
  Head head;
  head.type = static_cast<char>(bytes.front());
  const std::string_view text = as_text(bytes);
  const std::size_t end = text.find("\r\n");
  if (end == std::string_view::npos) return head.valid = text.size() < kLongestNumber, head;
  head.size = end + 2;
  const auto digits = text.substr(1, end - 1);
  const auto [last, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), head.number);
  head.valid = fault == std::errc() && last == digits.data() + digits.size() && head.number >= -1;
  return head;
}

bool counts(char type) { return type == '*' || type == '%' || type == '~' || type == '>'; }
bool holds(char type) { return type == '$' || type == '=' || type == '!'; }

std::string_view line_of(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  return rest.substr(0, rest.find('\r'));
}

// One token of RESP is one message: a line, or a line and what it holds.
class RedisParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    std::uint64_t& rest = rest_[static_cast<std::size_t>(from)];
    if (answers_ > kMostAnswers) return Frame::done();
    if (rest > 0) return Frame::skip(std::exchange(rest, 0));
    const char type = static_cast<char>(bytes.front());
    if (!counts(type) && !holds(type)) return lines_[static_cast<std::size_t>(from)].frame(bytes);
    const Head head = read_head(bytes);
    if (!head.valid) return Frame::foreign();
    if (head.size == 0) return Frame::unknown();
    if (counts(type) || head.number < 0) return Frame::message(head.size);
    const auto held = static_cast<std::uint64_t>(head.number);
    if (held > kMostBulk) return Frame::foreign();
    return Frame::message(head.size + std::min<std::uint64_t>(held + 2, kMostHeld));
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const char type = static_cast<char>(in.rest().front());
    Head head;
    if (counts(type) || holds(type)) head = read_head(in.rest());
    in.skip(head.size);
    if (holds(type) && head.number >= 0)
      rest_[static_cast<std::size_t>(from)] =
          static_cast<std::uint64_t>(head.number) + 2 - in.rest().size();
    std::string_view text = as_text(in.rest());
    if (holds(type))
      text = text.substr(
          0, std::min<std::size_t>(
                 text.size(), static_cast<std::size_t>(std::max<std::int64_t>(head.number, 0))));
    if (from == Side::client) {
      read_request(counts(type), text);
      if (holds(type)) say_request(out);
    } else {
      read_answer(type, holds(type) ? text : trimmed(text), out);
    }
    return true;
  }

 private:
  void read_request(bool starts, std::string_view text) {
    if (starts) {
      words_read_ = 0;
    } else if (words_read_ < words_.size()) {
      words_[words_read_].clear();
      words_[words_read_++].add(text);
    }
  }

  bool word(std::size_t at, std::string_view name) const {
    return words_read_ > at && same_letters(words_[at].view(), name);
  }

  // Said when the last word that matters has come.
  void say_request(FactSink& out) {
    const bool auth = word(0, "auth") && words_read_ >= 2;
    const bool hello = word(0, "hello") && word(2, "auth") && words_read_ == 5;
    if (auth || hello) {
      authenticates_ = true;
      out.say(Side::server, "clear.credentials"_claim, "redis");
      const std::size_t last = words_read_ - 1;
      const bool named = last >= 2;
      default_ = default_credential(named ? words_[last - 1].view() : "", words_[last].view());
      words_ = {};
    }
    if (!word(0, "client") || !word(1, "setinfo") || words_read_ != 4) return;
    if (word(2, "lib-name")) driver_ = words_[3];
    if (word(2, "lib-ver") && !driver_.empty())
      out.say(Side::client, "database.driver"_claim,
              ShortText<>().add(driver_.view()).add(' ').add(words_[3].view()));
  }

  void read_answer(char type, std::string_view text, FactSink& out) {
    ++answers_;
    constexpr Claim kClaim = "database.authentication"_claim;
    if (type == '-') {
      const bool asks = text.starts_with("-NOAUTH");
      const bool refuses = text.starts_with("-WRONGPASS") || text.starts_with("-ERR invalid pass");
      if (asks) out.say(Side::server, kClaim, "password");
      if (refuses) out.on_fact({Side::server, kClaim, "password", {}, true});
      if (refuses) say_default_credential(default_, true, out);
    } else if (std::exchange(authenticates_, false)) {
      out.say(Side::server, kClaim, "password");
      say_default_credential(default_, false, out);
      trusted_ = true;
    } else if (!trusted_) {
      out.say(Side::server, kClaim, "none");
      trusted_ = true;
    }
    if (holds(type)) read_version(text, out);
  }

  // In INFO a line of many; in HELLO the value after its name.
  void read_version(std::string_view text, FactSink& out) {
    std::string_view version = line_of(text, "redis_version:");
    if (std::exchange(version_follows_, false)) version = text;
    version_follows_ = text == "version";
    if (version.empty() || version.size() > 32) return;
    out.say(Side::server, "database.version"_claim, ShortText<>().add("Redis ").add(version));
    out.say(Side::server, "device.os"_claim, line_of(text, "\nos:").substr(0, 100));
  }

  std::array<LineFraming, 2> lines_;
  std::array<std::uint64_t, 2> rest_{};  // of a string whose beginning was read
  std::array<ShortText<64>, 5> words_;   // of a command
  std::size_t words_read_ = 0;
  ShortText<64> driver_;
  std::string_view default_;
  int answers_ = 0;
  bool authenticates_ = false;    // the answer to a password is still to come
  bool trusted_ = false;          // it has come, or none is needed
  bool version_follows_ = false;  // the next string is the version
};

// A command is a list of strings, of which the first is a word.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kMostStart = 40;
  constexpr std::int64_t kLongestCommand = 20;
  if (opening.from == Side::server || opening.bytes.front() != '*') return Recognition::no;
  const auto more = opening.bytes.size() < kMostStart ? Recognition::more : Recognition::no;
  const Head list = read_head(opening.bytes);
  if (!list.valid || (list.size != 0 && list.number < 1)) return Recognition::no;
  if (list.size == 0) return more;
  const Bytes rest = opening.bytes.subspan(list.size);
  if (rest.empty()) return more;
  const Head word = read_head(rest);
  if (!word.valid || word.type != '$') return Recognition::no;
  if (word.size == 0) return more;
  if (word.number < 1 || word.number > kLongestCommand) return Recognition::no;
  const auto size = static_cast<std::size_t>(word.number);
  if (rest.size() < word.size + size) return more;
  const bool letters = std::ranges::all_of(rest.subspan(word.size, size), [](std::uint8_t c) {
    return (lower(static_cast<char>(c)) >= 'a' && lower(static_cast<char>(c)) <= 'z') || c == '.' ||
           c == '_' || c == '-';
  });
  return letters ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {6379};

}  // namespace

extern constinit const Protocol kRedis{
    .name = "redis",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RedisParser>(); },
    .max_message = 4096,
};

}  // namespace asepsis
