// Work done in order by a second thread, a few pieces ahead of the one that
// uses them.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace asepsis {

template <class Piece>
class Ahead {
 public:
  // `make` is asked for 0, 1 ... count - 1 in that order, in the other thread, and
  // must not throw; what it borrows must outlive this.
  Ahead(std::size_t count, std::function<Piece(std::size_t)> make)
      : left_(count), thread_([this, count, make = std::move(make)](const std::stop_token& stop) {
          for (std::size_t i = 0; i < count && !stop.stop_requested(); ++i) put(make(i), stop);
        }) {}

  // Whether there are pieces that were not taken yet.
  bool more() const { return left_ > 0; }

  // The next; meanwhile does `otherwise`, in small steps, for as long as that
  // returns true. REQUIRES: more().
  Piece next(const std::function<bool()>& otherwise) {
    while (!has_one() && otherwise()) {
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !made_.empty(); });
    Piece piece = std::move(made_.front());
    made_.pop_front();
    --left_;
    changed_.notify_all();
    return piece;
  }

 private:
  static constexpr std::size_t kMostAhead = 16;

  bool has_one() {
    const std::lock_guard lock(mutex_);
    return !made_.empty();
  }

  void put(Piece piece, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return made_.size() < kMostAhead; });
    made_.push_back(std::move(piece));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Piece> made_;
  std::size_t left_;
  std::jthread thread_;  // the last: it uses the others
};

}  // namespace asepsis
