#include "app/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace asepsis {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

}  // namespace

Signals::Signals(std::initializer_list<int> asked)
    : asked_(set_of(asked)), file_(::signalfd(-1, &asked_, SFD_CLOEXEC)) {}

int Signals::next() const {
  signalfd_siginfo signal{};
  return ::read(file_.descriptor(), &signal, sizeof signal) == sizeof signal
             ? static_cast<int>(signal.ssi_signo)
             : 0;
}

void Signals::give_back() const { ::pthread_sigmask(SIG_UNBLOCK, &asked_, nullptr); }

}  // namespace asepsis
