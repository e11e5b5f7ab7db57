// Work done by other threads, a few pieces ahead of the one that uses them in their
// order.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace asepsis {

template <class Piece>
class Ahead {
 public:
  using Make = std::function<Piece(std::size_t)>;

  // `make` is asked for 0, 1 ... count - 1 in that order, in the other thread, and
  // must not throw; what it borrows must outlive this.
  Ahead(std::size_t count, Make make) : Ahead(count, std::vector<Make>{std::move(make)}) {}

  // A thread for each of `makers`, which takes the next piece that nobody has taken. REQUIRES: one.
  Ahead(std::size_t count, std::vector<Make> makers) : count_(count), makers_(std::move(makers)) {
    for (const Make& make : makers_)
      threads_.emplace_back([this, &make](const std::stop_token& stop) {
        while (const auto piece = take(stop)) put(*piece, make(*piece));
      });
  }

  // Whether there are pieces that were not taken yet.
  bool more() const { return used_ < count_; }

  // The next; meanwhile does `otherwise`, in small steps, for as long as that
  // returns true. REQUIRES: more().
  Piece next(const std::function<bool()>& otherwise = {}) {
    while (otherwise && !has_next() && otherwise()) {
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return made_.contains(used_); });
    Piece piece = std::move(made_.extract(used_++).mapped());
    changed_.notify_all();
    return piece;
  }

 private:
  static constexpr std::size_t kMostAhead = 16;

  bool has_next() {
    const std::lock_guard lock(mutex_);
    return made_.contains(used_);
  }

  std::optional<std::size_t> take(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto room = [this] { return begun_ == count_ || begun_ < used_ + kMostAhead; };
    if (!changed_.wait(lock, stop, room) || begun_ == count_ || stop.stop_requested())
      return std::nullopt;
    return begun_++;
  }

  void put(std::size_t number, Piece piece) {
    const std::lock_guard lock(mutex_);
    made_.emplace(number, std::move(piece));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::size_t, Piece> made_;
  std::size_t count_;
  std::size_t begun_ = 0;
  std::size_t used_ = 0;
  std::vector<Make> makers_;
  std::vector<std::jthread> threads_;  // the last: they use the others
};

}  // namespace asepsis
