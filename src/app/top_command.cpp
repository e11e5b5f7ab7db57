#include "app/top_command.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <optional>

#include "app/screen.hpp"
#include "app/signals.hpp"
#include "app/terminal.hpp"
#include "app/top_page.hpp"
#include "app/top_view.hpp"
#include "base/text.hpp"
#include "store/database.hpp"

namespace asepsis {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;
using std::chrono::milliseconds;

constexpr std::size_t kPlainRows = 10;
constexpr std::size_t kPlainWidth = 100;
// Asking takes no more than this part of the time, however large the database.
constexpr int kAskingShare = 10;

Result<Database> open_to_read(const std::filesystem::path& path) {
  auto database = Database::open(path, Database::Mode::read_only);
  if (database) allow_only_reads(*database);
  return database;
}

class Dashboard {
 public:
  Dashboard(const TopCommand& asked, Database database, TopView view)
      : asked_(asked), database_(std::move(database)), view_(std::move(view)) {}

  void run() {
    draw();
    std::array<pollfd, 2> waits{pollfd{STDIN_FILENO, POLLIN, 0},
                                pollfd{signals_.descriptor(), POLLIN, 0}};
    while (!over_) {
      const auto left = std::chrono::ceil<milliseconds>(next_ - Clock::now());
      ::poll(waits.data(), waits.size(), static_cast<int>(std::max(left, milliseconds(0)).count()));
      if ((waits[1].revents & POLLIN) != 0) obey(signals_.next());
      if (waits[0].revents != 0) read_keys();
      if (Clock::now() >= next_) refresh();
      draw();
    }
  }

 private:
  void draw() {
    const Time now = std::chrono::system_clock::now();
    if (!screen_.show(page(view_, state_, Screen::size(), state_.paused ? paused_ : now)))
      over_ = true;
  }

  void refresh() {
    const auto began = Clock::now();
    if (!state_.paused) {
      auto view = top_view(database_);
      state_.trouble = view ? "" : escaped(view.error().message);
      if (view) view_ = *std::move(view);
    }
    const auto now = Clock::now();
    const auto every = std::chrono::duration_cast<Clock::duration>(duration<double>(asked_.every));
    next_ = now + std::max(every, (now - began) * kAskingShare);
  }

  void obey(int signal) {
    switch (signal) {
      case SIGWINCH: screen_.forget(); break;
      case SIGTSTP:
        screen_.leave();
        std::raise(SIGSTOP);
        break;
      case SIGCONT: screen_.enter(); break;
      case 0: break;
      default: over_ = true;
    }
  }

  void read_keys() {
    std::vector<Key> keys;
    if (!screen_.read_keys(keys)) over_ = true;
    for (const Key key : keys) press(key);
  }

  void press(Key key) {
    const auto chosen = static_cast<std::size_t>(state_.chosen);
    std::size_t& scrolled = state_.scrolled_of(state_.chosen);
    const std::size_t rows = rows_of(view_, state_.chosen).size();
    switch (key) {
      case Key::quit: over_ = true; break;
      case Key::space:
        state_.paused = !state_.paused;
        paused_ = std::chrono::system_clock::now();
        next_ = Clock::now();
        break;
      case Key::left: state_.chosen = static_cast<Panel>((chosen + kPanels - 1) % kPanels); break;
      case Key::right: state_.chosen = static_cast<Panel>((chosen + 1) % kPanels); break;
      case Key::up: scrolled -= scrolled > 0 ? 1 : 0; break;
      case Key::down: scrolled += scrolled + 1 < rows ? 1 : 0; break;
      case Key::other: break;
    }
  }

  const TopCommand& asked_;
  Database database_;
  TopView view_;
  PageState state_;
  Time paused_;
  Clock::time_point next_ = Clock::now();
  bool over_ = false;
  Signals signals_{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
  Screen screen_;
};

}  // namespace

Result<void> run(const TopCommand& asked) {
  auto database = open_to_read(asked.database);
  if (!database) return std::unexpected(database.error());
  auto view = top_view(*database);
  if (!view) return std::unexpected(view.error());
  if (asked.once || !Screen::possible()) {
    const std::size_t width = table_style().width;
    std::cout << plain_page(*view, width == 0 ? kPlainWidth : width, kPlainRows,
                            std::chrono::system_clock::now());
    return {};
  }
  std::signal(SIGPIPE, SIG_IGN);
  Dashboard(asked, *std::move(database), *std::move(view)).run();
  return {};
}

}  // namespace asepsis
