// The person's terminal as a screen to draw on and keys to read, by the escape
// sequences of ECMA-48 and xterm that every terminal of today knows. What was
// on it before comes back when this ends.

#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "app/top_page.hpp"

namespace asepsis {

enum class Key : std::uint8_t { quit, space, up, down, left, right, other };

class Screen {
 public:
  // Whether standard input and output are a terminal that can be drawn on.
  static bool possible();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // To give the terminal back for a while, and to take it again.
  void enter();
  void leave();

  static PageSize size();
  // Draws what has changed since the last time. False if nobody looks any more.
  bool show(const std::vector<PageLine>& lines);
  // Everything is drawn again next time.
  void forget() { shown_.clear(); }

  // What was typed; to be called when standard input is readable. False at its end.
  bool read_keys(std::vector<Key>& keys);

 private:
  std::string styled(const Piece& piece) const;

  bool colour_;
  bool entered_ = false;
  termios before_{};
  std::vector<PageLine> shown_;
  std::string typed_;  // the beginning of a sequence
};

}  // namespace asepsis
