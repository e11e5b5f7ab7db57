// What is sent to printers: LPD (RFC 1179, sections 5 and 6) and the raw port
// that HP made common, with the printer job language (HP, PJL Technical
// Reference Manual, chapters 2 and 7). Of a job only its language is told; names
// of jobs, files and users are not read. A printer that is asked (INFO ID)
// says its model.

#include <array>
#include <utility>

#include "proto/lines.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kUniversalExit = "\x1b%-12345X";
constexpr std::size_t kEnoughOfData = 16;  // to tell the language

struct Language {
  std::string_view start, name;
};

constexpr Language kLanguages[] = {
    {kUniversalExit, "pjl"},
    {"@PJL", "pjl"},
    {"%!PS", "postscript"},
    {"\x1b"
     "E",
     "pcl"},
    {"\x1b&", "pcl"},
    {") HP-PCL XL", "pclxl"},
    {"%PDF-", "pdf"},
    {"!R!", "prescribe"},
    {"^XA", "zpl"},
};

std::string_view language_of(Bytes data) {
  const std::string_view text = as_text(data);
  for (const Language& language : kLanguages)
    if (text.starts_with(language.start)) return language.name;
  return {};
}

// RFC 1179, 5: the commands are lines. After "receive a job" come files: of
// control, which name the user and are skipped, and of data.
class LpdParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (from == Side::server || ended_) return Frame::done();
    if (in_file_) return file_frame(bytes);
    const Frame line = lines_.frame(bytes);
    if (line.kind == Frame::Kind::skip) ended_ = true;
    return line;
  }

  bool message(Side, Cursor in, FactSink& out) override {
    if (in_file_) {
      left_ -= std::min<std::uint64_t>(left_, in.rest().size());
      const std::string_view language = language_of(in.rest());
      if (!language.empty()) out.say(Side::server, "print.language"_claim, language);
      wanted_ = false;
      return true;
    }
    return read_command(in);
  }

 private:
  enum : std::uint8_t { kReceiveJob = 2, kControlFile = 2, kDataFile = 3 };

  Frame file_frame(Bytes bytes) {
    if (wanted_ && left_ >= kEnoughOfData)
      return bytes.size() < kEnoughOfData ? Frame::unknown() : Frame::message(kEnoughOfData);
    in_file_ = wanted_ = false;
    return Frame::skip(left_ + 1);  // and the zero that ends a file
  }

  bool read_command(Cursor in) {
    const std::uint8_t command = in.u8();
    if (!receiving_) {
      receiving_ = command == kReceiveJob;
      ended_ = !receiving_;
      return true;
    }
    if (command != kControlFile && command != kDataFile) return true;  // abort
    std::string_view line = as_text(in.rest());
    const std::string_view count = next_word(line);
    left_ = 0;
    const auto [end, fault] = std::from_chars(count.data(), count.data() + count.size(), left_);
    // Some say 0 for "until I close".
    ended_ = fault != std::errc() || end != count.data() + count.size() || left_ == 0 ||
             left_ > UINT32_MAX;
    in_file_ = !ended_;
    wanted_ = command == kDataFile;
    return fault == std::errc();
  }

  LineFraming lines_;
  std::uint64_t left_ = 0;  // of a file
  bool receiving_ = false, in_file_ = false, wanted_ = false, ended_ = false;
};

Recognition recognise_lpd(const Opening& opening) {
  constexpr std::uint8_t kLastCommand = 5;
  Cursor in(opening.bytes);
  const std::uint8_t command = in.u8();
  if (!opening.expected_port || opening.from == Side::server) return Recognition::no;
  if (command == 0 || command > kLastCommand || !readable(in.rest())) return Recognition::no;
  const auto end = std::ranges::find(in.rest(), '\n');
  return end == in.rest().end() ? Recognition::more : Recognition::yes;
}

// Lines of PJL until the job itself begins.
class RawPrintParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
    if (from == Side::server) return lines_[1].frame(bytes);
    const std::string_view text = as_text(bytes);
    if (text.starts_with(kUniversalExit)) return Frame::message(kUniversalExit.size());
    if (text.starts_with('@')) return lines_[0].frame(bytes);
    if (kUniversalExit.starts_with(text)) return Frame::unknown();
    const bool line = std::ranges::find(bytes, '\n') != bytes.end();
    if (!line && bytes.size() < kEnoughOfData) return Frame::unknown();
    return Frame::message(std::min(bytes.size(), kEnoughOfData));
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const std::string_view line = trimmed(as_text(in.rest()));
    if (from == Side::server) {
      read_answer(line, out);
    } else {
      const std::string_view language = language_of(in.rest());
      out.say(Side::server, "print.language"_claim, language);
      if (language != "pjl") ended_[0] = true;
      read_command(line, out);
    }
    return true;
  }

 private:
  void read_command(std::string_view line, FactSink& out) {
    constexpr std::string_view kEnter = "@PJL ENTER LANGUAGE";
    if (!same_letters(line.substr(0, kEnter.size()), kEnter)) return;
    ended_[0] = true;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view name = trimmed(line.substr(equals + 1));
    constexpr std::string_view kNames[] = {"pcl", "pclxl", "postscript", "pdf", "xps", "urf"};
    for (const std::string_view known : kNames)
      if (same_letters(name, known)) out.say(Side::server, "print.language"_claim, known);
  }

  // Chapter 7: the answer repeats the question; the next line is the model.
  void read_answer(std::string_view line, FactSink& out) {
    if (std::exchange(model_follows_, false)) {
      if (line.starts_with('"')) line.remove_prefix(1);
      if (line.ends_with('"')) line.remove_suffix(1);
      return out.say(Side::server, "device.model"_claim, line.substr(0, 200));
    }
    model_follows_ = same_letters(line.substr(0, 12), "@PJL INFO ID");
  }

  std::array<LineFraming, 2> lines_;
  std::array<bool, 2> ended_{};
  bool model_follows_ = false;
};

// By content: what a printer is sent begins with the name of its language.
Recognition recognise_raw(const Opening& opening) {
  if (opening.from == Side::server) return Recognition::no;
  const std::string_view text = as_text(opening.bytes);
  if (text.starts_with(kUniversalExit)) return Recognition::yes;
  if (!opening.expected_port) return Recognition::no;
  if (!language_of(opening.bytes).empty()) return Recognition::yes;
  const bool begins = std::ranges::any_of(
      kLanguages, [text](const Language& language) { return language.start.starts_with(text); });
  return begins ? Recognition::more : Recognition::no;
}

constexpr std::uint16_t kLpdPorts[] = {515};
constexpr std::uint16_t kRawPorts[] = {9100, 9101, 9102};

}  // namespace

extern constinit const Protocol kLpd{
    .name = "lpd",
    .transport = Transport::tcp,
    .ports = kLpdPorts,
    .recognise = recognise_lpd,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<LpdParser>(); },
    .max_message = 4096,
};

extern constinit const Protocol kJetdirect{
    .name = "jetdirect",
    .transport = Transport::tcp,
    .ports = kRawPorts,
    .recognise = recognise_raw,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RawPrintParser>(); },
    .max_message = 4096,
};

}  // namespace asepsis
