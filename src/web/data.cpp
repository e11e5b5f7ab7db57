#include "web/data.hpp"

#include <malloc.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "account/secrets.hpp"
#include "export/query.hpp"
#include "inventory/derive.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kConnections = 6;  // two lanes of two, models, one to spare
constexpr std::size_t kMostAnswers = std::size_t{16} << 20;  // bytes of what is remembered
constexpr std::size_t kMostAnswer = std::size_t{2} << 20;
constexpr std::size_t kBootLetters = 8;
// How often to look, and how much of the time may go into loading.
constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr auto kTryEvery = std::chrono::milliseconds(100);
constexpr int kRestShare = 9;

// A connection in a transaction that reads: it sees the data as it is now, for
// as long as it lives.
Result<std::unique_ptr<Database>> standing(const std::filesystem::path& path) {
  auto database = Database::open(path, Database::Mode::read_only);
  if (!database) return std::unexpected(database.error());
  auto held = std::make_unique<Database>(*std::move(database));
  const auto begun = guarded(path, [&]() -> Result<void> {
    held->sql().exec("PRAGMA cache_size = -4096");
    held->sql().exec("BEGIN");
    held->sql().execAndGet("SELECT count(*) FROM site");
    return {};
  });
  if (!begun) return std::unexpected(begun.error());
  const auto stale = inventory_is_stale(*held);
  if (!stale) return std::unexpected(stale.error());
  if (*stale) return fail("the inventory is being made anew");
  return held;
}

}  // namespace

Result<std::shared_ptr<Data>> Data::load(const std::filesystem::path& path,
                                         const std::string& version, std::stop_token ending) {
  auto data = std::make_shared<Data>();
  data->version_ = version;
  data->ending_ = std::move(ending);
  for (std::size_t i = 0; i < kConnections; ++i) {
    auto connection = standing(path);
    if (!connection) return std::unexpected(connection.error());
    data->connections_.push_back(*std::move(connection));
    data->free_.push_back(i);
  }
  data->heed_ending(*data->connections_.front());
  auto estate = Estate::load(*data->connections_.front());
  if (!estate) return std::unexpected(estate.error());
  data->estate_ = *std::move(estate);
  for (auto& connection : data->connections_) prepare_for_answers(*connection);
  return data;
}

Data::Lent Data::lend() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !free_.empty(); });
  const std::size_t which = free_.back();
  free_.pop_back();
  heed_ending(*connections_[which]);  // whoever had it may have set a limit instead
  return {*this, which};
}

void Data::heed_ending(Database& connection) {
  constexpr int kStepsBetween = 10'000;  // of SQLite's machine, between two looks
  const auto ended = [](void* token) {
    return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0;
  };
  sqlite3_progress_handler(connection.sql().getHandle(), kStepsBetween, ended, &ending_);
}

void Data::interrupt() {
  for (const auto& connection : connections_) connection->interrupt();
}

void Data::give_back(std::size_t which) {
  {
    const std::scoped_lock lock(mutex_);
    free_.push_back(which);
  }
  returned_.notify_one();
}

std::optional<Response> Data::remembered(const std::string& question) {
  const std::scoped_lock lock(mutex_);
  return known(question);
}

// REQUIRES: the lock.
std::optional<Response> Data::known(const std::string& question) const {
  for (const auto* answers : {&kept_, &answers_})
    if (const auto found = answers->find(question); found != answers->end()) return found->second;
  return std::nullopt;
}

void Data::keep(const std::string& question, const Response& answer) {
  const std::scoped_lock lock(mutex_);
  if (answer.status == 200) kept_.insert_or_assign(question, answer);
}

Response Data::answer(const std::string& question, const std::function<Response()>& make) {
  {
    std::unique_lock lock(mutex_);
    made_.wait(lock, [&] { return !making_.contains(question); });
    if (auto answer = known(question)) return *std::move(answer);
    making_.insert(question);
  }
  Response answer = make();
  remember(question, answer);
  {
    const std::scoped_lock lock(mutex_);
    making_.erase(question);
  }
  made_.notify_all();
  return answer;
}

void Data::remember(const std::string& question, const Response& answer) {
  if (answer.status != 200 || answer.body.size() > kMostAnswer) return;
  const std::scoped_lock lock(mutex_);
  if (answer_bytes_ + answer.body.size() > kMostAnswers) {
    answers_.clear();
    answer_bytes_ = 0;
  }
  if (answers_.try_emplace(question, answer).second) answer_bytes_ += answer.body.size();
}

void give_way() {
  constexpr int kNice = 10;
  // Of this thread alone, as Linux has it; without it things are slower, not wrong.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice));
}

DataKeeper::DataKeeper(std::filesystem::path path, Prepare prepare, Told told)
    : path_(std::move(path)), prepare_(std::move(prepare)), told_(std::move(told)) {}

DataKeeper::~DataKeeper() { stop(); }

void DataKeeper::stop() {
  ending_.request_stop();
  if (const auto data = now()) data->interrupt();
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<void> DataKeeper::start() {
  const auto boot = random_token();
  if (!boot) return std::unexpected(boot.error());
  boot_ = boot->substr(0, kBootLetters);
  auto opened = Database::open(path_, Database::Mode::read_only);
  if (!opened) return std::unexpected(opened.error());
  watched_.emplace(*std::move(opened));
  static_cast<void>(changed());
  if (const auto loaded = load(); !loaded) return loaded;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    give_way();
    while (!stop.stop_requested()) {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kLookEvery, [&] { return asked_; });
      asked_ = false;
      lock.unlock();
      if (!stop.stop_requested()) keep();
    }
  });
  return {};
}

std::shared_ptr<Data> DataKeeper::now() const {
  const std::scoped_lock lock(mutex_);
  return now_;
}

void DataKeeper::look() {
  {
    const std::scoped_lock lock(mutex_);
    asked_ = true;
  }
  wake_.notify_all();
}

bool DataKeeper::changed() {
  const auto version = guarded(path_, [&]() -> Result<int> {
    return watched_->sql().execAndGet("PRAGMA data_version").getInt();
  });
  if (!version || *version == seen_) return false;
  seen_ = *version;
  return true;
}

void DataKeeper::keep() {
  if (!changed() && !loading_) return;
  loading_ = true;
  const auto began = std::chrono::steady_clock::now();
  if (!load()) return;  // tried again with the next look
  loading_ = false;
  told_();
  const auto took = std::chrono::steady_clock::now() - began;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, thread_.get_stop_token(), took * kRestShare, [&] { return asked_; });
}

Result<void> DataKeeper::load() {
  std::unique_lock one_at_a_time(memory_, std::defer_lock);
  while (!one_at_a_time.try_lock()) {
    if (ending()) return fail("the server is being ended");
    std::this_thread::sleep_for(kTryEvery);
  }
  auto data = Data::load(path_, boot_ + '-' + std::to_string(count_ + 1), ending_.get_token());
  if (!data) return std::unexpected(data.error());
  prepare_(**data);
  ++count_;
  {
    const std::scoped_lock lock(mutex_);
    now_.swap(*data);
  }
  data->reset();  // unless somebody still answers from it
  ::malloc_trim(0);
  return {};
}

}  // namespace asepsis
