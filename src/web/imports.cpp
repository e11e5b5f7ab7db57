#include "web/imports.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iomanip>

#include "base/text.hpp"
#include "export/json_object.hpp"
#include "web/import_words.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostWaiting = 16;
constexpr std::size_t kMostKept = 100;
constexpr std::size_t kMostLines = 2'000;  // of what a child says
constexpr auto kMostTime = std::chrono::hours(2);
constexpr auto kLookEvery = std::chrono::milliseconds(50);
constexpr rlim_t kMostFile = rlim_t{64} << 30;
constexpr std::string_view kOut = ".out";
constexpr std::string_view kError = ".err";
constexpr std::string_view kProgress = ".progress";
constexpr std::array<std::string_view, 4> kPhases{"reading", "storing", "deriving", "checking"};

constexpr std::array<std::string_view, 5> kStates{"waiting", "running", "done", "failed",
                                                  "cancelled"};

Time clock_now() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  // The last says what came of it: it stays.
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    if (lines.size() == kMostLines) lines.pop_back();
    lines.push_back(to_utf8(line));
  }
  return lines;
}

// In the child, between fork and exec: nothing but system calls.
[[noreturn]] void become(const char* folder, const char* const* arguments, const char* out,
                         const char* error) {
  const rlimit most{.rlim_cur = kMostFile, .rlim_max = kMostFile};
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setpgid(0, 0);
  ::setrlimit(RLIMIT_FSIZE, &most);
  ::setrlimit(RLIMIT_CORE, &none);
  static_cast<void>(::nice(10));
  const int null = ::open("/dev/null", O_RDONLY);
  if (::chdir(folder) != 0 || null < 0 || ::dup2(null, 0) < 0) ::_exit(2);
  for (const auto& [path, descriptor] : {std::pair{out, 1}, std::pair{error, 2}}) {
    const int file = ::open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(2);
  }
  ::close_range(3, ~0U, 0);
  const std::array<const char*, 2> environment{"LC_ALL=C.UTF-8", nullptr};
  ::execve("/proc/self/exe", const_cast<char* const*>(arguments),
           const_cast<char* const*>(environment.data()));
  ::_exit(2);
}

// What the process says of itself is believed as little as the file that it reads.
ImportProgress progress_in(const std::filesystem::path& folder) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
  ImportProgress progress;
  std::ifstream in(folder / kProgress);
  in >> std::setw(16) >> progress.phase >> progress.bytes >> progress.total >> progress.packets;
  if (!in || std::ranges::find(kPhases, progress.phase) == kPhases.end()) return {};
  for (std::uint64_t* one : {&progress.bytes, &progress.total, &progress.packets})
    *one = std::min(*one, kMost);
  return progress;
}

std::vector<std::string> words_of(const Import& import, const std::filesystem::path& database) {
  const std::string file = "./" + import.file;
  std::vector<std::string> words{import.document ? "import" : "read", file};
  if (!import.mapping_only) words.insert(words.end(), {"--db", database.string()});
  words.insert(words.end(), {"--progress", std::string(kProgress)});
  if (import.document) words.emplace_back("--json");
  if (import.mapping_only) words.emplace_back("--show-mapping");
  words.insert(words.end(), import.arguments.begin(), import.arguments.end());
  return words;
}

}  // namespace

std::string Import::json() const {
  JsonObject object;
  object.text("id", id).text("file", file).text("kind", document ? "document" : "capture");
  object.text("state", kStates.at(static_cast<std::size_t>(state)));
  object.number("bytes", bytes).number("size", bytes).text("user", user);
  object.raw("mapping_only", mapping_only ? "true" : "false");
  object.text("started", to_rfc3339(started));
  if (ended) object.text("ended", to_rfc3339(*ended));
  if (state == ImportState::done) object.number("progress", 100);
  if (state == ImportState::running) {
    object.text("phase", progress.phase);
    if (progress.total > 0)
      object.number("progress", 100 * std::min(progress.bytes, progress.total) / progress.total);
  }
  object.number_if("packets", progress.packets);
  const auto as_is = [](const std::string& line) { return line; };
  if (!result.empty()) object.raw(mapping_only ? "mapping" : "result", json_array(result, as_is));
  if (!not_understood.empty()) object.raw("not_understood", json_array(not_understood));
  return object.text("error", error).text("advice", advice).json();
}

Imports::Imports(const std::filesystem::path& database, Events& events,
                 std::function<void()> changed)
    : database_(std::filesystem::absolute(database)),
      events_(events),
      changed_(std::move(changed)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Imports::~Imports() { stop(); }

void Imports::stop() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Result<Import> Imports::add(Import wanted, const std::filesystem::path& upload) {
  std::error_code error;
  const std::scoped_lock lock(mutex_);
  const auto waiting = std::ranges::count(imports_, ImportState::waiting, &Import::state);
  if (static_cast<std::size_t>(waiting) >= kMostWaiting)
    return fail("too many files wait to be read: bring this one in later");
  wanted.id = 'i' + std::to_string(++next_);
  wanted.folder = upload.parent_path() / wanted.id;
  wanted.started = clock_now();
  std::filesystem::create_directory(wanted.folder, error);
  if (!error) std::filesystem::rename(upload, wanted.folder / wanted.file, error);
  if (error) return fail("the file could not be kept: " + error.message());
  imports_.push_front(wanted);
  if (imports_.size() > kMostKept) imports_.pop_back();
  wake_.notify_all();
  return wanted;
}

std::vector<Import> Imports::all() const {
  const std::scoped_lock lock(mutex_);
  return {imports_.begin(), imports_.end()};
}

std::optional<Import> Imports::find(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(imports_, id, &Import::id);
  return found == imports_.end() ? std::nullopt : std::optional(*found);
}

bool Imports::cancel(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(imports_, id, &Import::id);
  if (found == imports_.end() || found->ended) return false;
  if (found->state == ImportState::running) {
    cancelled_ = id;
    return true;
  }
  std::error_code ignored;
  std::filesystem::remove_all(found->folder, ignored);
  found->state = ImportState::cancelled;
  found->ended = clock_now();
  return true;
}

void Imports::keep(const Import& import) {
  std::string json;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(imports_, import.id, &Import::id);
    if (found == imports_.end()) return;
    const ImportProgress progress = found->progress;
    *found = import;
    found->progress = progress;
    json = found->json();
  }
  events_.tell("import", json);
}

void Imports::advance(const std::string& id, const ImportProgress& progress) {
  std::string json;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find(imports_, id, &Import::id);
    if (found == imports_.end() || progress.phase.empty()) return;
    ImportProgress now = progress;
    now.packets = std::max(now.packets, found->progress.packets);  // what was read stays read
    if (found->progress == now) return;
    found->progress = now;
    json = found->json();
  }
  events_.tell("import", json);
}

void Imports::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::optional<Import> next;
    {
      std::unique_lock lock(mutex_);
      const auto longest = [&] {
        return std::ranges::find(imports_.rbegin(), imports_.rend(), ImportState::waiting,
                                 &Import::state);
      };
      if (!wake_.wait(lock, stop, [&] { return longest() != imports_.rend(); })) return;
      const auto found = longest();
      found->state = ImportState::running;
      next = *found;
    }
    events_.tell("import", next->json());
    bring_in(*next, stop);
    keep(*next);
    changed_();
  }
}

void Imports::bring_in(Import& import, const std::stop_token& stop) {
  const int status = run_child(import, words_of(import, database_), stop);
  const auto said = lines_of(import.folder / kOut);
  for (const std::string& line : said)
    import.result.push_back(
        import.document ? line : JsonObject().text("text", result_for_page(line)).json());
  const auto complaints = lines_of(import.folder / kError);
  for (const std::string& line : complaints) import.not_understood.push_back(words_for_page(line));
  // Of a document problems alone are no result.
  const bool taken = std::ranges::any_of(import.result, [&](const std::string& line) {
    return !import.document || line.find("\"outcome\":") != std::string::npos;
  });
  if (status == 0 && !import.mapping_only) {
    // What was found has to follow what is known.
    std::filesystem::remove(import.folder / kOut);
    std::filesystem::remove(import.folder / kProgress);
    advance(import.id, {.phase = "checking"});
    run_child(import, {"check", "--db", database_.string()}, stop);
  }
  {
    const std::scoped_lock lock(mutex_);
    import.state = cancelled_ == import.id                 ? ImportState::cancelled
                   : status == 0 || (status == 2 && taken) ? ImportState::done
                                                           : ImportState::failed;
    cancelled_.clear();
  }
  if (import.state == ImportState::failed) {
    import.error = !complaints.empty() ? words_for_page(complaints.back()) : status < 0 ? "the file stopped the process that read it: it was not taken"
        : "the file could not be read";
    import.advice = advice_for_page(complaints.empty() ? "" : complaints.back(), import.document);
    if (!import.not_understood.empty()) import.not_understood.pop_back();  // it is the error
  }
  import.ended = clock_now();
  std::error_code ignored;
  std::filesystem::remove_all(import.folder, ignored);
}

int Imports::run_child(const Import& import, const std::vector<std::string>& arguments,
                       const std::stop_token& stop) {
  std::vector<const char*> words{"asepsis"};
  for (const std::string& word : arguments) words.push_back(word.c_str());
  words.push_back(nullptr);
  const std::string folder = import.folder.string();
  const std::string out = (import.folder / kOut).string();
  const std::string error = (import.folder / kError).string();
  const auto until = std::chrono::steady_clock::now() + kMostTime;
  const pid_t child = ::fork();
  if (child == 0) become(folder.c_str(), words.data(), out.c_str(), error.c_str());
  if (child < 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLookEvery, [&] { return cancelled_ == import.id; });
    lock.unlock();
    advance(import.id, progress_in(import.folder));
    lock.lock();
    if (cancelled_ == import.id || stop.stop_requested() ||
        std::chrono::steady_clock::now() > until)
      ::kill(-child, SIGKILL);
  }
  advance(import.id, progress_in(import.folder));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace asepsis
