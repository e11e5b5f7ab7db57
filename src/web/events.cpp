#include "web/events.hpp"

namespace asepsis {

std::uint64_t Events::listen(Listener listener) {
  const std::scoped_lock lock(mutex_);
  listeners_.emplace(++next_, std::move(listener));
  return next_;
}

void Events::stop(std::uint64_t key) {
  const std::scoped_lock lock(mutex_);
  listeners_.erase(key);
}

void Events::close() {
  const std::scoped_lock lock(mutex_);
  listeners_.clear();
}

void Events::tell(const std::string& name, const std::string& json) {
  const std::string message = "event: " + name + "\ndata: " + json + "\n\n";
  const std::scoped_lock lock(mutex_);
  for (const auto& [key, listener] : listeners_) listener(message);
}

std::size_t Events::listeners() const {
  const std::scoped_lock lock(mutex_);
  return listeners_.size();
}

}  // namespace asepsis
