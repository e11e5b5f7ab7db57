// What happens, told to all who listen: the data changed, an import went on.
// The connections hold their own bounded queues (web/connection.cpp).

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace asepsis {

class Events {
 public:
  using Listener = std::function<void(const std::string& message)>;

  // The key to stop by.
  std::uint64_t listen(Listener listener);
  void stop(std::uint64_t key);
  // Nobody is told anything any more; when this returns nobody is being told. Safe to
  // call from any thread, as are the others.
  void close();
  // `json`: one object on one line.
  void tell(const std::string& name, const std::string& json);
  std::size_t listeners() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Listener> listeners_;
};

}  // namespace asepsis
