#include "app/screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "app/terminal.hpp"

namespace asepsis {
namespace {

// The other screen; no cursor; lines that are too long are cut.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(STDOUT_FILENO, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

std::string to(std::size_t line, std::size_t column) {
  return "\x1b[" + std::to_string(line + 1) + ';' + std::to_string(column + 1) + 'H';
}

// The key at the beginning of what was typed, and its bytes; 0 if more of it is
// to come.
std::pair<Key, std::size_t> first_key(std::string_view typed) {
  constexpr char kEscape = '\x1b';
  switch (typed.front()) {
    case 'q':
    case 'Q': return {Key::quit, 1};
    case ' ': return {Key::space, 1};
    case '\t': return {Key::right, 1};
    case kEscape: break;
    default: return {Key::other, 1};
  }
  if (typed.size() < 2) return {Key::other, 0};
  if (typed[1] != '[' && typed[1] != 'O') return {Key::other, 1};
  // Parameters, then the byte that says which key it is.
  const std::size_t end = typed.find_first_not_of("0123456789;", 2);
  if (end == std::string_view::npos) return {Key::other, 0};
  switch (typed[end]) {
    case 'A': return {Key::up, end + 1};
    case 'B': return {Key::down, end + 1};
    case 'C': return {Key::right, end + 1};
    case 'D': return {Key::left, end + 1};
    default: return {Key::other, end + 1};
  }
}

}  // namespace

bool Screen::possible() {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 && !dumb;
}

Screen::Screen() : colour_(table_style().colour) { enter(); }

Screen::~Screen() { leave(); }

void Screen::enter() {
  if (entered_ || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
  termios now = before_;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
  entered_ = true;
  forget();
  write_all(kEnter);
}

void Screen::leave() {
  if (!entered_) return;
  entered_ = false;
  write_all(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

PageSize Screen::size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {.width = size.ws_col, .height = size.ws_row};
}

std::string Screen::styled(const Piece& piece) const {
  const auto with = [&](const char* code) { return code + piece.text + "\x1b[0m"; };
  switch (piece.style) {
    case Piece::Style::plain: return piece.text;
    case Piece::Style::bold: return with("\x1b[1m");
    case Piece::Style::faint: return with("\x1b[2m");
    case Piece::Style::warning: return with(colour_ ? "\x1b[33m" : "\x1b[1m");
    case Piece::Style::bad: return with(colour_ ? "\x1b[1;31m" : "\x1b[1m");
    case Piece::Style::chosen: return with("\x1b[7m");
  }
  return piece.text;
}

bool Screen::show(const std::vector<PageLine>& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i < shown_.size() && shown_[i] == lines[i]) continue;
    out += to(i, 0) + "\x1b[2K";
    for (const Piece& piece : lines[i]) out += to(i, piece.column) + styled(piece);
  }
  shown_ = lines;
  return write_all(out);
}

bool Screen::read_keys(std::vector<Key>& keys) {
  std::array<char, 256> bytes{};
  const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (size < 0) return errno == EINTR;
  if (size == 0) return false;
  typed_.append(bytes.data(), static_cast<std::size_t>(size));
  while (!typed_.empty()) {
    const auto [key, taken] = first_key(typed_);
    if (taken == 0 && typed_.size() < 16) return true;
    keys.push_back(key);
    typed_.erase(0, std::max<std::size_t>(taken, 1));
  }
  return true;
}

}  // namespace asepsis
