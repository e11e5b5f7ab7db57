// One version of the data, and whoever answers from it: the estate in memory,
// and connections that all stand at that version, so that what is read while
// somebody writes is whole. A thread of the keeper's looks for a newer one.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"
#include "web/estate.hpp"
#include "web/message.hpp"

namespace asepsis {

class Data {
 public:
  // Fails if it cannot be read, or while the inventory is being made anew. When it is
  // to end, whatever is asked on its connections fails.
  static Result<std::shared_ptr<Data>> load(const std::filesystem::path& path,
                                            const std::string& version, std::stop_token ending);

  const std::string& version() const { return version_; }
  const Estate& estate() const { return estate_; }

  // A connection to this version, back when it ends; waits for one.
  class Lent {
   public:
    Lent(Data& data, std::size_t which) : data_(data), which_(which) {}
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { data_.give_back(which_); }
    Database& operator*() const { return *data_.connections_[which_]; }

   private:
    Data& data_;
    std::size_t which_;
  };
  Lent lend();
  void interrupt();  // what is asked now fails

  // Answers that are the same for everybody; some megabytes of them.
  std::optional<Response> remembered(const std::string& question);
  void remember(const std::string& question, const Response& answer);
  // Remembered for as long as this version is, whatever else is asked.
  void keep(const std::string& question, const Response& answer);
  // What is remembered, or is made now: by one, while others that ask the same wait.
  Response answer(const std::string& question, const std::function<Response()>& make);

 private:
  void give_back(std::size_t which);
  std::optional<Response> known(const std::string& question) const;

  void heed_ending(Database& connection);

  std::string version_;
  std::stop_token ending_;
  Estate estate_;
  std::vector<std::unique_ptr<Database>> connections_;
  std::vector<std::size_t> free_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::map<std::string, Response> kept_, answers_;
  std::set<std::string> making_;
  std::condition_variable made_;
  std::size_t answer_bytes_ = 0;
};

// Of this thread: whoever waits for an answer comes before it.
void give_way();

class DataKeeper {
 public:
  // Called, from a thread of the keeper's, when there is a new version.
  using Told = std::function<void()>;
  // Called before a version is answered from: what takes long is asked then.
  using Prepare = std::function<void(Data&)>;

  DataKeeper(std::filesystem::path path, Prepare prepare, Told told);
  DataKeeper(const DataKeeper&) = delete;
  DataKeeper& operator=(const DataKeeper&) = delete;
  ~DataKeeper();

  Result<void> start();  // loads the first version
  std::shared_ptr<Data> now() const;
  bool loading() const { return loading_; }
  void look();  // somebody changed something: look at once
  // For whoever needs much memory for a while, as loading does: one at a time.
  std::mutex& memory() { return memory_; }
  // Nobody is told any more: what it was made with may go when this returns. What is
  // asked of the data fails from then on.
  void stop();
  bool ending() const { return ending_.stop_requested(); }

 private:
  void keep();
  bool changed();
  Result<void> load();

  std::filesystem::path path_;
  Prepare prepare_;
  Told told_;
  std::string boot_;
  std::uint64_t count_ = 0;
  std::optional<Database> watched_;
  int seen_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::mutex memory_;
  bool asked_ = false;
  std::stop_source ending_;
  std::atomic<bool> loading_ = false;
  std::shared_ptr<Data> now_;
  std::jthread thread_;
};

}  // namespace asepsis
