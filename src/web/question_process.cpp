#include "web/question_process.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "export/question.hpp"

namespace asepsis {
namespace {

using Clock = std::chrono::steady_clock;

// The process sees to its end by itself, most times: with better words.
constexpr auto kGrace = std::chrono::milliseconds(500);
constexpr int kLookEvery = 50;  // milliseconds, between two whether the server ends

// A file in memory: what is asked, or what is answered.
class Sheet {
 public:
  Sheet() : file_(::memfd_create("question", MFD_CLOEXEC)) {}
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;
  ~Sheet() {
    if (file_ >= 0) ::close(file_);
  }
  int file() const { return file_; }
  bool write(const std::string& text) const {
    return ::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  }
  std::string read() const {
    std::string text;
    std::array<char, 65'536> part{};
    ssize_t got = 0;
    while ((got = ::pread(file_, part.data(), part.size(), static_cast<off_t>(text.size()))) > 0)
      text.append(part.data(), static_cast<std::size_t>(got));
    return text;
  }

 private:
  int file_;
};

std::optional<pid_t> begin(const std::filesystem::path& database, const Question& question,
                           const Sheet& in, const Sheet& out) {
  const std::string limit = std::to_string(question.limit);
  const std::string file = "--db=" + database.string();
  std::array<const char*, 6> words{"asepsis", "answer",      file.c_str(),
                                   "--limit", limit.c_str(), nullptr};
  std::array<const char*, 7> csv{"asepsis",     "answer", file.c_str(), "--limit",
                                 limit.c_str(), "--csv",  nullptr};
  const std::array<const char*, 2> environment{"LC_ALL=C.UTF-8", nullptr};
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return std::nullopt;
  ::posix_spawn_file_actions_adddup2(&actions, in.file(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.file(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.file(), STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr,
                    const_cast<char* const*>(question.csv ? csv.data() : words.data()),
                    const_cast<char* const*>(environment.data()));
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? std::optional(child) : std::nullopt;
}

// Its exit status; nothing if it was ended.
std::optional<int> end_of(pid_t child, const std::function<bool()>& ending) {
  const auto until = Clock::now() + kMostQuestionTime + kGrace;
  // Called by its number: the C library's header of it is not for C++.
  const auto seen = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  pollfd ended{.fd = seen, .events = POLLIN, .revents = 0};
  while (ended.fd >= 0 && ::poll(&ended, 1, kLookEvery) <= 0 && !ending() && Clock::now() < until) {
  }
  if ((ended.revents & POLLIN) == 0) ::kill(child, SIGKILL);
  if (ended.fd >= 0) ::close(ended.fd);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

}  // namespace

Result<std::string> ask_apart(const std::filesystem::path& database, const Question& question,
                              const std::function<bool()>& ending) {
  constexpr std::string_view kBefore = "asepsis: ";  // as the program begins a complaint
  const Sheet in;
  const Sheet out;
  if (in.file() < 0 || out.file() < 0 || !in.write(question.sql))
    return fail("there is no memory to ask this: try again in a moment");
  const auto child = begin(database, question, in, out);
  if (!child) return fail("the process that asks could not be started: try again in a moment");
  const auto status = end_of(*child, ending);
  if (!status) return fail(std::string(kQuestionTooLong));
  std::string said = out.read();
  if (*status == 0) return said;
  const std::string_view words = trimmed(said);
  return fail(std::string(words.substr(words.starts_with(kBefore) ? kBefore.size() : 0)));
}

}  // namespace asepsis
