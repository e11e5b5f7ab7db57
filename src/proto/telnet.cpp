// Telnet (RFC 854, 855): the greeting up to the login prompt, and that a
// login crossed in clear. What is typed is compared with the well-known
// defaults and forgotten; nothing after the first prompt of the session is read.

#include <algorithm>

#include "proto/credentials.hpp"
#include "proto/http_head.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostPiece = 4'096;
constexpr std::size_t kLongestBanner = 200;
constexpr std::size_t kLongestLine = 256;
constexpr std::size_t kMostBytes = 65'536;  // of a side, without a login being seen

// Takes the commands out of a stream, a byte at a time.
class Negotiation {
 public:
  // Whether the byte is text.
  bool text(std::uint8_t byte) {
    constexpr std::uint8_t kSubnegotiationEnd = 240;
    constexpr std::uint8_t kSubnegotiation = 250;
    constexpr std::uint8_t kWill = 251;
    constexpr std::uint8_t kIac = 255;
    switch (state_) {
      case State::text:
        if (byte != kIac) return true;
        state_ = State::command;
        return false;
      case State::command:
        state_ = byte == kSubnegotiation        ? State::subnegotiation
                 : byte >= kWill && byte < kIac ? State::option
                                                : State::text;
        return false;
      case State::option: state_ = State::text; return false;
      case State::subnegotiation:
        if (byte == kIac) state_ = State::subnegotiation_command;
        return false;
      case State::subnegotiation_command:
        state_ = byte == kSubnegotiationEnd ? State::text : State::subnegotiation;
        return false;
    }
    return false;
  }

 private:
  enum class State : std::uint8_t {
    text,
    command,
    option,
    subnegotiation,
    subnegotiation_command,
  };
  State state_ = State::text;
};

bool ends_with(std::string_view line, std::string_view word) {
  return line.size() >= word.size() && same_letters(line.substr(line.size() - word.size()), word);
}

class TelnetParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    if (step_ == Step::finished) return Frame::done();
    return Frame::message(std::min(bytes.size(), kMostPiece));
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const auto side = static_cast<std::size_t>(from);
    seen_[side] += in.rest().size();
    for (const std::uint8_t byte : in.rest()) {
      if (!negotiations_[side].text(byte)) continue;
      if (from == Side::server) {
        read_shown(static_cast<char>(byte), out);
      } else {
        read_typed(static_cast<char>(byte), out);
      }
    }
    if (seen_[side] > kMostBytes) step_ = Step::finished;
    return true;
  }

  // Commands and text may begin anywhere.
  std::optional<std::size_t> resume(Side from, Bytes) override {
    negotiations_[static_cast<std::size_t>(from)] = Negotiation();
    return 0;
  }

 private:
  enum class Step : std::uint8_t { greeting, user, password, verdict, welcome, finished };

  void read_shown(char c, FactSink& out) {
    if (c == '\r' || c == '\n') return end_line(out);
    if (c == '\b' && !line_.empty()) return;
    if (c < ' ' || c == 0x7f) return;
    if (line_.view().size() == kLongestLine) line_.clear();
    line_.add(c);
    if (c == ':') read_prompt(out);
  }

  void end_line(FactSink& out) {
    const std::string_view line = trimmed(line_.view());
    if (!line.empty()) {
      if (step_ == Step::verdict) decide(line, out);
      if (step_ == Step::greeting || step_ == Step::welcome) add_to_banner(line);
    }
    line_.clear();
  }

  void add_to_banner(std::string_view line) {
    if (mentions(line, "last login")) return;
    if (!banner_.empty()) banner_.add(" | ");
    banner_.add(line);
  }

  void read_prompt(FactSink& out) {
    const std::string_view line = trimmed(line_.view());
    const bool login = (ends_with(line, "login:") || ends_with(line, "username:") ||
                        ends_with(line, "user name:") || ends_with(line, "user:")) &&
                       !mentions(line, "last login");
    const bool password = ends_with(line, "password:") || ends_with(line, "passcode:");
    if (!login && !password) return;
    // Asked again: the last answer was refused.
    if (step_ == Step::verdict) say_default(true, out);
    say_banner(line, out);
    step_ = login ? Step::user : Step::password;
    typed_.clear();
    line_.clear();
  }

  // "pump07 login:" is how getty shows the host's name.
  void say_banner(std::string_view prompt, FactSink& out) {
    if (said_banner_) return;
    said_banner_ = true;
    out.say(Side::server, "telnet.banner"_claim,
            banner_.empty() ? prompt.substr(0, kLongestBanner) : banner_.view());
    constexpr std::string_view kLogin = " login:";
    if (!prompt.ends_with(kLogin)) return;
    const std::string_view host = prompt.substr(0, prompt.size() - kLogin.size());
    const bool word = std::ranges::all_of(host, [](char c) {
      return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '.' || c == '_';
    });
    constexpr std::size_t kLongestHost = 63;  // RFC 1035, 2.3.4
    if (word && host.size() <= kLongestHost) out.say(Side::server, "name.host"_claim, host);
  }

  void read_typed(char c, FactSink& out) {
    if (step_ == Step::greeting && c >= ' ') say_banner("", out);
    if (step_ == Step::verdict && !line_.empty()) decide(trimmed(line_.view()), out);
    if (step_ == Step::welcome) end_welcome(out);
    if (step_ != Step::user && step_ != Step::password) return;
    if (c == '\b' || c == 0x7f) return typed_.remove();
    if (c >= ' ') return typed_.add(c);
    if (c != '\r' && c != '\n') return;
    if (step_ == Step::user) {
      if (!typed_.empty()) user_ = typed_;
      typed_.clear();
      return;
    }
    out.say(Side::server, "clear.credentials"_claim, "telnet");
    default_ = default_credential(user_.view(), typed_.view());
    typed_.clear();
    user_.clear();
    step_ = Step::verdict;
    line_.clear();
  }

  // What a device shows between the login and the first command is a greeting
  // too, without the prompt that it ends with.
  void end_welcome(FactSink& out) {
    out.say(Side::server, "telnet.banner"_claim, banner_);
    step_ = Step::finished;
  }

  void decide(std::string_view line, FactSink& out) {
    constexpr std::string_view kRefusals[] = {"incorrect", "invalid", "fail",  "denied",
                                              "wrong",     "bad ",    "error", "refused"};
    const bool refused =
        !mentions(line, "last ") &&
        std::ranges::any_of(kRefusals, [&](std::string_view word) { return mentions(line, word); });
    say_default(refused, out);
    step_ = refused ? Step::user : Step::welcome;
    banner_.clear();
  }

  void say_default(bool refused, FactSink& out) {
    say_default_credential(default_, refused, out);
    default_ = {};
  }

  // What is being typed; overwritten once it was compared.
  class Typed {
   public:
    void add(char c) {
      if (size_ < text_.size()) text_[size_++] = c;
    }
    void remove() { size_ -= size_ > 0 ? 1 : 0; }
    void clear() { text_.fill(0), size_ = 0; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {text_.data(), size_}; }

   private:
    std::array<char, 32> text_{};
    std::size_t size_ = 0;
  };

  Step step_ = Step::greeting;
  std::array<Negotiation, 2> negotiations_;
  std::array<std::size_t, 2> seen_{};
  ShortText<kLongestBanner> banner_;
  ShortText<kLongestLine> line_;
  Typed typed_, user_;
  std::string_view default_;
  bool said_banner_ = false;
};

Recognition recognise(const Opening& opening) {
  constexpr std::uint8_t kIac = 255;
  const Bytes bytes = opening.bytes;
  if (bytes[0] == kIac) {
    if (bytes.size() < 3) return Recognition::more;
    const bool option = bytes[1] >= 250 && bytes[1] < kIac && bytes[2] < 60;
    return option ? Recognition::yes : Recognition::no;
  }
  const bool text = std::ranges::all_of(bytes, [](std::uint8_t c) {
    return (c >= ' ' && c < 0x7f) || c == '\r' || c == '\n' || c == '\t' || c == 0x1b ||
           c == kIac || c == 7;
  });
  if (!opening.expected_port || !text || opening.from == Side::client) return Recognition::no;
  return bytes.size() >= 4 ? Recognition::yes : Recognition::more;
}

constexpr std::uint16_t kPorts[] = {23, 2323};

}  // namespace

extern constinit const Protocol kTelnet{
    .name = "telnet",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<TelnetParser>(); },
};

}  // namespace asepsis
