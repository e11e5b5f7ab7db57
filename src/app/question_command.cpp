#include "app/question_command.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <iostream>
#include <iterator>
#include <string>

#include "export/query.hpp"
#include "export/question.hpp"

namespace asepsis {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// What a sanitizer reserves counts too, and is terabytes.
constexpr rlim_t kMostMemory = RLIM_INFINITY;
#else
constexpr rlim_t kMostMemory = rlim_t{512} << 20;
#endif
constexpr rlim_t kMostFile = rlim_t{1} << 30;  // of what is sorted beside memory
constexpr rlim_t kMostSeconds = kMostQuestionTime.count() + 1;

// Before a word of the question is read. Who asked may end: then nobody waits.
void bound_this_process() {
  const auto most = [](auto resource, rlim_t value) {
    const rlimit limit{.rlim_cur = value, .rlim_max = value};
    ::setrlimit(resource, &limit);
  };
  most(RLIMIT_DATA, kMostMemory);
  most(RLIMIT_FSIZE, kMostFile);
  most(RLIMIT_CPU, kMostSeconds);
  most(RLIMIT_CORE, 0);
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

}  // namespace

Result<void> run(const QuestionCommand& command) {
  bound_this_process();
  const std::string sql{std::istreambuf_iterator<char>(std::cin), {}};
  auto database = Database::open(command.database, Database::Mode::read_only);
  if (!database) return std::unexpected(database.error());
  prepare_for_answers(*database);
  const auto answered = answer_question(*database, sql, command.limit);
  if (!answered) return std::unexpected(answered.error());
  if (command.csv)
    write_csv(std::cout, answered->rows);
  else
    write_members(std::cout, *answered);
  return {};
}

}  // namespace asepsis
