// Mail servers: SMTP (RFC 5321), POP3 (RFC 1939), IMAP (RFC 9051). Of each
// only the greeting, the upgrade to TLS (RFC 3207, 2595) and that a login
// crossed in clear. Parsing ends there: no address and no mail is read.

#include <array>

#include "proto/http_head.hpp"
#include "proto/lines.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

// What the three have in common: lines, a greeting, a step to TLS.
class MailParser : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (tls_) return Frame::again();
    if (finished_ || (mail_ && greeted_)) return Frame::done();
    return framing_[static_cast<std::size_t>(from)].frame(bytes);
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const std::string_view line = trimmed(as_text(in.rest()));
    if (from == Side::client) {
      asked_tls_ = false;
      command(line, out);
    } else {
      const bool first = !greeted_;
      greeted_ = true;
      reply(line, first, out);
    }
    return true;
  }

  // What comes after a gap is no greeting: it may hold a letter.
  std::optional<std::size_t> resume(Side, Bytes bytes) override {
    greeted_ = true;
    return LineFraming::resume(bytes);
  }

 protected:
  virtual void command(std::string_view line, FactSink& out) = 0;
  virtual void reply(std::string_view line, bool first, FactSink& out) = 0;

  static void say_greeting(std::string_view text, FactSink& out) {
    out.say(Side::server, "device.description"_claim, trimmed(text).substr(0, 200));
  }
  void say_login(std::string_view kind, FactSink& out) {
    out.say(Side::server, "clear.credentials"_claim, kind);
    finished_ = true;
  }

  bool asked_tls_ = false;
  bool tls_ = false;
  bool finished_ = false;
  bool mail_ = false;  // follows; a greeting may come after it to a client that does not wait
  bool greeted_ = false;

 private:
  std::array<LineFraming, 2> framing_;
};

class SmtpParser final : public MailParser {
 private:
  void command(std::string_view line, FactSink& out) override {
    if (mail_) return;
    const std::string_view verb = next_word(line);
    const std::string_view argument = next_word(line);
    asked_tls_ = same_letters(verb, "STARTTLS");
    if (same_letters(verb, "EHLO") || same_letters(verb, "HELO")) {
      if (!argument.starts_with('['))
        out.say(Side::client, "name.host"_claim, argument.substr(0, 128));
    } else if (same_letters(verb, "AUTH")) {
      if (same_letters(argument, "PLAIN") || same_letters(argument, "LOGIN"))
        say_login("smtp", out);
    } else if (same_letters(verb, "MAIL")) {
      mail_ = true;
    }
  }
  void reply(std::string_view line, bool first, FactSink& out) override {
    if (!line.starts_with("220")) return;
    if (asked_tls_) tls_ = true;
    // Sendmail puts the date after a semicolon.
    if (first && line.size() > 4) say_greeting(line.substr(4, line.find(';') - 4), out);
  }
};

class Pop3Parser final : public MailParser {
 private:
  void command(std::string_view line, FactSink& out) override {
    greeted_ = true;  // what a server says on being asked may be a letter
    const std::string_view verb = next_word(line);
    const std::string_view argument = next_word(line);
    asked_tls_ = same_letters(verb, "STLS");
    const bool plain = same_letters(verb, "AUTH") &&
                       (same_letters(argument, "PLAIN") || same_letters(argument, "LOGIN"));
    if (same_letters(verb, "PASS") || plain) say_login("pop3", out);
    if (same_letters(verb, "APOP")) finished_ = true;
  }
  void reply(std::string_view line, bool first, FactSink& out) override {
    if (!line.starts_with("+OK")) return;
    if (asked_tls_) tls_ = true;
    // Without the timestamp of APOP, which is another each time.
    if (first) say_greeting(line.substr(3, line.find('<', 3) - 3), out);
  }
};

class ImapParser final : public MailParser {
 private:
  void command(std::string_view line, FactSink& out) override {
    next_word(line);  // the tag
    const std::string_view verb = next_word(line);
    const std::string_view argument = next_word(line);
    asked_tls_ = same_letters(verb, "STARTTLS");
    const bool plain = same_letters(verb, "AUTHENTICATE") &&
                       (same_letters(argument, "PLAIN") || same_letters(argument, "LOGIN"));
    if (same_letters(verb, "LOGIN") || plain) say_login("imap", out);
    if (same_letters(verb, "SELECT")) finished_ = true;
  }
  void reply(std::string_view line, bool first, FactSink& out) override {
    const std::string_view tag = next_word(line);
    const bool ok = same_letters(next_word(line), "OK");
    if (asked_tls_ && tag != "*" && ok) tls_ = true;
    if (!first || tag != "*" || !ok) return;
    line = trimmed(line);
    if (line.starts_with('[')) line.remove_prefix(std::min(line.size(), line.find(']')));
    if (line.starts_with(']')) line.remove_prefix(1);
    say_greeting(line, out);
  }
};

// The opening is a greeting that begins so and is one by its words or its port.
Recognition greets(const Opening& opening, std::string_view start, std::string_view word) {
  const std::string_view text = as_text(opening.bytes);
  const std::size_t shown = std::min(text.size(), start.size());
  if (text.substr(0, shown) != start.substr(0, shown) || !readable(opening.bytes))
    return Recognition::no;
  if (shown < start.size()) return Recognition::more;
  if (opening.expected_port || mentions(text, word)) return Recognition::yes;
  return text.find('\n') == std::string_view::npos ? Recognition::more : Recognition::no;
}

Recognition commands(const Opening& opening, std::string_view verb) {
  const std::string_view text = as_text(opening.bytes);
  const std::size_t shown = std::min(text.size(), verb.size());
  if (!same_letters(text.substr(0, shown), verb.substr(0, shown))) return Recognition::no;
  return shown == verb.size() ? Recognition::yes : Recognition::more;
}

Recognition recognise_smtp(const Opening& opening) {
  if (opening.from == Side::client) {
    const Recognition extended = commands(opening, "EHLO ");
    return extended == Recognition::no ? commands(opening, "HELO ") : extended;
  }
  const Recognition space = greets(opening, "220 ", "SMTP");
  return space == Recognition::no ? greets(opening, "220-", "SMTP") : space;
}

Recognition recognise_pop3(const Opening& opening) {
  if (opening.from == Side::client)
    return opening.expected_port ? commands(opening, "CAPA\r") : Recognition::no;
  return greets(opening, "+OK", "POP");
}

Recognition recognise_imap(const Opening& opening) {
  if (opening.from == Side::client) return Recognition::no;
  return greets(opening, "* OK", "IMAP");
}

constexpr std::uint16_t kSmtpPorts[] = {25, 587, 2525};
constexpr std::uint16_t kPop3Ports[] = {110};
constexpr std::uint16_t kImapPorts[] = {143};

}  // namespace

extern constinit const Protocol kSmtp{
    .name = "smtp",
    .transport = Transport::tcp,
    .ports = kSmtpPorts,
    .recognise = recognise_smtp,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SmtpParser>(); },
};

extern constinit const Protocol kPop3{
    .name = "pop3",
    .transport = Transport::tcp,
    .ports = kPop3Ports,
    .recognise = recognise_pop3,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Pop3Parser>(); },
};

extern constinit const Protocol kImap{
    .name = "imap",
    .transport = Transport::tcp,
    .ports = kImapPorts,
    .recognise = recognise_imap,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ImapParser>(); },
};

}  // namespace asepsis
