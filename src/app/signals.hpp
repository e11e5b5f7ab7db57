// Signals that ask something of the program come as reads, one thread's alone.

#pragma once

#include <csignal>
#include <initializer_list>

#include "capture/byte_stream.hpp"

namespace asepsis {

class Signals {
 public:
  // To be made before any thread: from then on these do nothing by themselves.
  explicit Signals(std::initializer_list<int> asked);

  // Readable when there is one.
  int descriptor() const { return file_.descriptor(); }
  // 0: none.
  int next() const;
  // They do again what they do without us.
  void give_back() const;

 private:
  sigset_t asked_{};
  OpenFile file_;
};

}  // namespace asepsis
