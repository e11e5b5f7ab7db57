// Captures and documents that people bring in. Each is read by a process of
// its own (this program again), so that what a hostile file does to it is done
// to nobody else. One at a time; the latest are remembered.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "web/events.hpp"

namespace asepsis {

enum class ImportState : std::uint8_t { waiting, running, done, failed, cancelled };

// As the process that reads says it (app/progress_file.hpp).
struct ImportProgress {
  std::string phase = {};  // "reading", "storing", "deriving", "checking"
  std::uint64_t bytes = 0, total = 0, packets = 0;

  bool operator==(const ImportProgress&) const = default;
};

struct Import {
  std::string id, file, user;
  bool document = false, mapping_only = false;
  std::vector<std::string> arguments;  // beside the file
  std::filesystem::path folder;        // holds the file alone
  std::uint64_t bytes = 0;
  ImportProgress progress = {};
  ImportState state = ImportState::waiting;
  Time started = {};
  std::optional<Time> ended = {};
  std::vector<std::string> result = {};          // lines of JSON
  std::vector<std::string> not_understood = {};  // for people
  std::string error = {};
  std::string advice = {};  // what to do about the error

  std::string json() const;
};

class Imports {
 public:
  Imports(const std::filesystem::path& database, Events& events, std::function<void()> changed);
  Imports(const Imports&) = delete;
  Imports& operator=(const Imports&) = delete;
  ~Imports();
  void stop();  // what is being brought in is given up

  // Takes the file of `upload`. Fails if too many wait.
  Result<Import> add(Import wanted, const std::filesystem::path& upload);
  std::vector<Import> all() const;  // the latest first
  std::optional<Import> find(const std::string& id) const;
  bool cancel(const std::string& id);

 private:
  void work(const std::stop_token& stop);
  void bring_in(Import& import, const std::stop_token& stop);
  // The exit status of this program with those arguments.
  int run_child(const Import& import, const std::vector<std::string>& arguments,
                const std::stop_token& stop);
  void advance(const std::string& id, const ImportProgress& progress);
  void keep(const Import& import);

  std::filesystem::path database_;
  Events& events_;
  std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Import> imports_;
  std::uint64_t next_ = 0;
  std::string cancelled_;  // of the one that runs
  std::jthread thread_;
};

}  // namespace asepsis
