// The remote shells of old, whose every byte crosses in clear, and finger. That
// they are used is all there is to say: who logs in, what is typed and whom
// finger asks about is not read further than to recognise it. RFC 1282 (rlogin,
// section 2), rshd(8) and rexecd(8) of BSD, RFC 1288 (finger, 2.3).

#include "proto/credentials.hpp"
#include "proto/lines.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostStart = 512;

bool printable(std::string_view text) { return readable(as_bytes(text)); }

// Texts that end with a zero.
struct Texts {
  std::array<std::string_view, 3> texts;
  std::size_t size = 0;
  bool whole = false;  // all of them are there

  explicit Texts(Cursor& in) {
    for (std::string_view& text : texts) {
      const std::size_t before = in.rest().size();
      const Bytes bytes = in.take_until(0);
      whole = before > bytes.size();
      text = as_text(bytes);
      if (!whole) return;
      size += bytes.size() + 1;
    }
  }
  bool credible() const {
    return std::ranges::all_of(texts, [](std::string_view text) { return printable(text); });
  }
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

// RFC 1282: a zero, two names, and the terminal with its speed.
Recognition recognise_rlogin(const Opening& opening) {
  Cursor in(opening.bytes);
  if (!opening.expected_port || opening.from == Side::server || in.u8() != 0)
    return Recognition::no;
  if (in.done()) return Recognition::more;  // the zero alone in a segment
  const Texts start(in);
  if (!start.credible()) return Recognition::no;
  if (!start.whole) return opening.bytes.size() < kMostStart ? Recognition::more : Recognition::no;
  const std::string_view terminal = start.texts[2];
  const std::size_t slash = terminal.find('/');
  const bool speed = slash != std::string_view::npos && slash + 1 < terminal.size();
  return speed && in.done() ? Recognition::yes : Recognition::no;
}

// A port for the errors (may be none), then two texts; the command follows.
Recognition recognise_shell(const Opening& opening) {
  Cursor in(opening.bytes);
  if (!opening.expected_port || opening.from == Side::server) return Recognition::no;
  const Texts start(in);
  const std::string_view port = start.texts[0];
  if (!start.credible() || (!port.empty() && !is_number(port))) return Recognition::no;
  if (start.whole) return start.texts[1].empty() ? Recognition::no : Recognition::yes;
  return opening.bytes.size() < kMostStart ? Recognition::more : Recognition::no;
}

// One line: nothing, or names, and "/W" for more. The answer is of persons.
Recognition recognise_finger(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  if (!opening.expected_port || opening.from == Side::server || !readable(opening.bytes))
    return Recognition::no;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return Recognition::more;
  return end + 1 == text.size() ? Recognition::yes : Recognition::no;
}

// Says which shell it is once its start is whole, and reads no further.
class ShellParser final : public Parser {
 public:
  explicit ShellParser(std::string_view name, std::size_t zeros) : name_(name), zeros_(zeros) {}

  Frame frame(Side from, Bytes bytes) override {
    if (from == Side::server) return default_.empty() ? Frame::done() : Frame::message(1);
    if (started_) return Frame::done();
    Cursor in(bytes);
    in.skip(std::min(zeros_, bytes.size()));
    const Texts start(in);
    if (start.whole) return Frame::message(zeros_ + start.size);
    return bytes.size() < kMostStart ? Frame::unknown() : Frame::foreign();
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    if (from == Side::server) {  // a zero, or a text that says why not
      say_default_credential(default_, in.u8() != 0, out);
      default_ = {};
      return true;
    }
    started_ = true;
    out.say(Side::server, "clear.shell"_claim, name_);
    if (name_ != "rexec") return true;
    const Texts start(in);
    out.say(Side::server, "clear.credentials"_claim, name_);
    default_ = default_credential(start.texts[1], start.texts[2]);
    return true;
  }

 private:
  std::string_view name_;
  std::size_t zeros_;  // before the texts
  bool started_ = false;
  std::string_view default_;  // its answer is still to come
};

class FingerParser final : public Parser {
 public:
  bool message(Side, Cursor, FactSink&) override { return true; }
};

constexpr std::uint16_t kRexecPorts[] = {512};
constexpr std::uint16_t kRloginPorts[] = {513};
constexpr std::uint16_t kRshPorts[] = {514};
constexpr std::uint16_t kFingerPorts[] = {79};

}  // namespace

extern constinit const Protocol kRexec{
    .name = "rexec",
    .transport = Transport::tcp,
    .ports = kRexecPorts,
    .recognise = recognise_shell,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ShellParser>("rexec", 0); },
    .max_message = 1024,
};

extern constinit const Protocol kRlogin{
    .name = "rlogin",
    .transport = Transport::tcp,
    .ports = kRloginPorts,
    .recognise = recognise_rlogin,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ShellParser>("rlogin", 1); },
    .max_message = 1024,
};

extern constinit const Protocol kRsh{
    .name = "rsh",
    .transport = Transport::tcp,
    .ports = kRshPorts,
    .recognise = recognise_shell,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<ShellParser>("rsh", 0); },
    .max_message = 1024,
};

extern constinit const Protocol kFinger{
    .name = "finger",
    .transport = Transport::tcp,
    .ports = kFingerPorts,
    .recognise = recognise_finger,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<FingerParser>(); },
    .max_message = 1024,
};

}  // namespace asepsis
