// FTP (RFC 959): the greeting, the system, that a password crossed. After
// AUTH TLS (RFC 4217) the flow is TLS. Names of files are not read, nor what
// the connections that are agreed on here (RFC 959, 4.1.2; RFC 2428) carry.

#include <array>
#include <utility>

#include "proto/credentials.hpp"
#include "proto/http_head.hpp"
#include "proto/lines.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

// The port in "10,0,0,7,195,80" of PORT and 227: the last two numbers; in
// "|||50000|" of EPRT and 229: the last one. 0 if there is none.
std::uint16_t data_port(std::string_view text) {
  const bool extended = text.find('|') != std::string_view::npos;
  std::uint32_t last = 0;
  std::uint32_t before = 0;
  int numbers = 0;
  for (bool inside = false; const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) {
      ++numbers;
      before = std::exchange(last, 0);
    }
    inside = digit;
    if (digit)
      last = std::min<std::uint32_t>(last * 10 + static_cast<std::uint32_t>(c - '0'), 65'536);
  }
  const std::uint32_t port = extended ? last : before * 256 + last;
  const bool fits = extended ? numbers > 0 : numbers == 6 && before < 256 && last < 256;
  return fits && port <= 65'535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
}

class FtpParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (tls_) return Frame::again();
    return framing_[static_cast<std::size_t>(from)].frame(bytes);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const std::string_view line = trimmed(as_text(in.rest()));
    if (from == Side::client) return read_command(line, out);
    return read_reply(line, out);
  }

  std::optional<std::size_t> resume(Side, Bytes bytes) override {
    return LineFraming::resume(bytes);
  }

 private:
  bool read_command(std::string_view line, FactSink& out) {
    const std::string_view verb = next_word(line);
    const std::string_view argument = trimmed(line);
    asked_tls_ = same_letters(verb, "AUTH") &&
                 (same_letters(argument.substr(0, 3), "TLS") || same_letters(argument, "SSL"));
    asked_system_ = same_letters(verb, "SYST");
    if (same_letters(verb, "USER")) {
      user_.clear();
      user_.add(argument);
    } else if (same_letters(verb, "PASS")) {
      read_password(argument, out);
    } else if (same_letters(verb, "PORT") || same_letters(verb, "EPRT")) {
      relate(Side::client, argument, out);
    }
    return true;
  }

  // RFC 1635: anonymous users give an address for a password.
  void read_password(std::string_view password, FactSink& out) {
    const bool anonymous = same_letters(user_, "anonymous") || same_letters(user_, "ftp");
    default_ = anonymous ? "ftp anonymous" : default_credential(user_, password);
    if (!anonymous) out.say(Side::server, "clear.credentials"_claim, "ftp");
    user_.clear();
  }

  static void relate(Side listener, std::string_view where, FactSink& out) {
    if (const std::uint16_t port = data_port(where); port != 0)
      out.on_related_flow("ftp-data", listener, port);
  }

  bool read_reply(std::string_view line, FactSink& out) {
    const bool code = line.size() >= 3 && std::ranges::all_of(line.substr(0, 3), [](char c) {
                        return c >= '0' && c <= '9';
                      });
    // Lines between the first and the last of a reply may be of any form.
    if (!code) return read_greeting_line(line, out);
    const std::string_view digits = line.substr(0, 3);
    const std::string_view text = line.size() > 4 ? trimmed(line.substr(4)) : "";
    const bool last = !line.substr(3).starts_with('-');
    if (digits == "220" && !greeted_) {
      // The last line of many is the server's own.
      if (last) greeting_lines_ = 0;
      read_greeting_line(text, out);
      greeted_ = last;
      return true;
    }
    greeted_ = true;  // it was before the capture began
    if (digits == "215" && asked_system_) out.say(Side::server, "ftp.system"_claim, text);
    if (digits == "234" && asked_tls_) tls_ = true;
    if (digits == "227" || digits == "229")
      relate(Side::server, text.substr(std::min(text.find_first_of("0123456789(|"), text.size())),
             out);
    if (digits == "230" || digits == "530") {
      say_default_credential(default_, digits == "530", out);
      default_ = {};
    }
    return true;
  }

  bool read_greeting_line(std::string_view text, FactSink& out) {
    constexpr int kMostLines = 8;
    if (!greeted_ && !changes(text) && greeting_lines_++ < kMostLines)
      out.say(Side::server, "ftp.banner"_claim, text.substr(0, 200));
    return true;
  }

  // The time of day, a number of users: another each time.
  static bool changes(std::string_view text) {
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), word.size() + 1));
      if (has_time(word)) return true;
    }
    return mentions(text, "you are user number");
  }

  // 9:05, 14:11:49; not the end of an IPv6 address.
  static bool has_time(std::string_view word) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (word.find("::") != std::string_view::npos) return false;
    for (std::size_t at = word.find(':'); at != std::string_view::npos; at = word.find(':', at + 1))
      if (at > 0 && digit(word[at - 1]) && at + 2 < word.size() && digit(word[at + 1]) &&
          digit(word[at + 2]))
        return true;
    return false;
  }

  std::array<LineFraming, 2> framing_;
  ShortText<32> user_;
  std::string_view default_;
  int greeting_lines_ = 0;
  bool greeted_ = false;
  bool asked_system_ = false;
  bool asked_tls_ = false;
  bool tls_ = false;
};

Recognition recognise(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  if (!readable(opening.bytes)) return Recognition::no;
  if (opening.from == Side::client) {
    constexpr std::string_view kCommands[] = {"USER ",  "AUTH ", "FEAT\r",
                                              "SYST\r", "OPTS ", "PASS "};
    const auto begins = [&](std::string_view verb) {
      return same_letters(text.substr(0, verb.size()), verb.substr(0, text.size()));
    };
    if (!opening.expected_port || !std::ranges::any_of(kCommands, begins)) return Recognition::no;
    return text.size() >= 5 ? Recognition::yes : Recognition::more;
  }
  constexpr std::string_view kCode = "220";
  if (text.substr(0, 3) != kCode.substr(0, text.size())) return Recognition::no;
  if (text.size() < 4) return Recognition::more;
  if (text[3] != ' ' && text[3] != '-') return Recognition::no;
  if (opening.expected_port) return Recognition::yes;
  if (mentions(text, "FTP")) return Recognition::yes;
  return text.find('\n') == std::string_view::npos ? Recognition::more : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {21, 2121};

}  // namespace

extern constinit const Protocol kFtp{
    .name = "ftp",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<FtpParser>(); },
};

}  // namespace asepsis
