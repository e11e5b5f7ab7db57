#include "app/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace asepsis {

TableStyle table_style() {
  TableStyle style{.width = 0, .colour = false};
  if (isatty(STDOUT_FILENO) == 0) return style;
  winsize size{};
  style.width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  style.colour = (no_colour == nullptr || *no_colour == '\0') && !dumb;
  return style;
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }

}  // namespace asepsis
