#include "app/read_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <iostream>
#include <thread>

#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "app/progress_file.hpp"
#include "app/reading.hpp"
#include "app/terminal.hpp"
#include "assess/cohort_store.hpp"
#include "base/text.hpp"
#include "capture/capture_paths.hpp"
#include "export/eve.hpp"
#include "export/zeek_logs.hpp"
#include "inventory/fact_store.hpp"
#include "inventory/knowledge.hpp"
#include "inventory/update.hpp"

namespace asepsis {
namespace {

std::atomic<bool> stop_asked = false;

// The first Ctrl-C stops reading and keeps what was read; a second one ends
// the program as usual.
void on_interrupt(int signal) {
  stop_asked = true;
  std::signal(signal, SIG_DFL);
  alarm(1);
}

// A read may have begun just after the flag was looked at, and would wait for
// a silent pipe for ever: interrupted again and again, it ends.
void on_alarm(int) { alarm(1); }

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;  // without SA_RESTART: a waiting read returns
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, nullptr);
}

// Rate and remaining time on standard error, if somebody watches it.
class ProgressBar {
 public:
  explicit ProgressBar(std::string name) : name_(std::move(name)) {}
  ~ProgressBar() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t bytes, std::uint64_t total, std::uint64_t packets) {
    const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_);
    const double seconds = std::max(elapsed.count(), 0.001);
    const double rate = static_cast<double>(packets) / seconds;
    shown_ = true;
    if (total == 0) {
      std::fprintf(stderr, "\r\033[K%s  %llu packets, %.0f a second", name_.c_str(),
                   static_cast<unsigned long long>(packets), rate);
      return;
    }
    constexpr int kCells = 24;
    const double part = std::min(static_cast<double>(bytes) / static_cast<double>(total), 1.0);
    const auto filled = static_cast<std::size_t>(part * kCells);
    const double left = part > 0 ? seconds * (1 - part) / part : 0;
    std::fprintf(stderr, "\r\033[K%s [%s%s] %3.0f %%  %.0f packets a second, %.0f s left",
                 name_.c_str(), std::string(filled, '#').c_str(),
                 std::string(kCells - filled, '.').c_str(), part * 100, rate, left);
  }

 private:
  std::string name_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  bool shown_ = false;
};

SourceInfo source_of(const Reading& reading, const ReadCommand& command, const std::string& name) {
  return {.site = command.site,
          .identity = reading.identity,
          .filter = command.filter,
          .name = name,
          .packets = reading.counts.packets,
          .bytes = reading.counts.bytes,
          .first = reading.counts.first,
          .last = reading.counts.last,
          .complete = !reading.stopped,
          .ended_early = reading.losses.ended_early.value_or(""),
          .losses = reading.counters};
}

// What the whole run came to.
struct Summary {
  std::uint64_t packets = 0, lines = 0;
  std::size_t captures = 0, logs = 0, known = 0;
  std::vector<std::string> problems;
  std::map<std::string, std::uint64_t> counters;
  std::chrono::duration<double> reading{}, storing{}, deriving{};
};

// Knowledge is not needed until all is read, and to load it takes as long as many packets
// do: a processor that has nothing else to do loads it.
class KnowledgeLoading {
 public:
  explicit KnowledgeLoading(std::string folder) : folder_(std::move(folder)) {}

  // Once there is a processor for it. Whoever asks before waits for it.
  void begin() {
    if (!loading_.valid())
      loading_ = std::async(std::launch::async, [this] { return load_knowledge(folder_); }).share();
  }
  const Result<Knowledge>& get() {
    begin();
    return loading_.get();
  }

 private:
  std::string folder_;
  std::shared_future<Result<Knowledge>> loading_;
};

// Adds the time until it goes out of scope.
class Timer {
 public:
  explicit Timer(std::chrono::duration<double>& sum) : sum_(sum) {}
  ~Timer() { sum_ += std::chrono::steady_clock::now() - began_; }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  std::chrono::duration<double>& sum_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

Result<void> read_one(const std::filesystem::path& path, const ReadCommand& command,
                      Database& database, KnowledgeLoading& knowledge, Summary& summary) {
  const std::string name = path == "-" ? "standard input" : path.string();
  ProgressBar bar(escaped(path.filename().string()));
  ReadingOptions options{.filter = command.filter, .workers = command.workers};
  options.stop = &stop_asked;
  // Of several threads another one might get the signal that should end a wait
  // for a silent pipe; and one keeps up with any pipe.
  if (!std::filesystem::is_regular_file(path)) options.workers = 1;
  const ProgressFile file(command.progress);
  file.say("reading");
  if (const bool watched = stderr_is_terminal(); watched || !command.progress.empty())
    options.progress = [&, watched](auto bytes, auto total, auto packets) {
      if (watched) bar.show(bytes, total, packets);
      file.say("reading", bytes, total, packets);
    };
  const auto reading = [&] {
    const Timer timer(summary.reading);
    return read_source(path, options);
  }();
  knowledge.begin();
  if (!reading) return std::unexpected(reading.error());
  if (reading->losses.ended_early && !reading->stopped)
    summary.problems.push_back(*reading->losses.ended_early + "; the rest was read and stored");
  for (const auto& [link, count] : reading->counts.unknown_links)
    summary.problems.push_back(name + " has " + std::to_string(count) + " packets of link type " +
                               std::to_string(link) +
                               ", which asepsis does not read (tcpdump.org/linktypes.html)");
  file.say("storing", 0, 0, reading->counts.packets);
  const auto stored = [&] {
    const Timer timer(summary.storing);
    return store_source(database, source_of(*reading, command, name), reading->facts);
  }();
  if (!stored) return std::unexpected(stored.error());
  ++(reading->log ? summary.logs : summary.captures);
  if (!*stored) ++summary.known;
  (reading->log ? summary.lines : summary.packets) += reading->counts.packets;
  for (const auto& [counter, count] : reading->counters) summary.counters[counter] += count;
  if (reading->stopped)
    return fail("stopped after " + std::to_string(reading->counts.packets) +
                (reading->log ? " lines of " : " packets of ") + escaped(name) +
                ": what was read is stored; read it again for the rest");
  return {};
}

void print_stats(const Summary& summary) {
  Rows rows{{{"count", Column::Kind::number}, {"what", Column::Kind::text}}, {}};
  if (summary.captures > 0) rows.cells.push_back({std::to_string(summary.packets), "packets read"});
  if (summary.logs > 0) rows.cells.push_back({std::to_string(summary.lines), "log lines read"});
  for (const auto& [name, count] : summary.counters)
    if (count > 0) rows.cells.push_back({std::to_string(count), name});
  const auto milliseconds = [](std::chrono::duration<double> time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
  };
  rows.cells.push_back({milliseconds(summary.reading), "ms reading"});
  rows.cells.push_back({milliseconds(summary.storing), "ms storing"});
  rows.cells.push_back({milliseconds(summary.deriving), "ms deriving the inventory"});
  write_table(std::cerr, rows, {.width = 0, .colour = false});
}

// Beside the inventory, what was asked for in the forms of other sensors.
Result<void> write_for_others(const ReadCommand& command, Database& database) {
  if (!command.zeek_out.empty())
    if (const auto written = write_zeek_logs(command.zeek_out, database); !written) return written;
  if (command.eve.empty()) return {};
  if (command.eve == "-") return write_eve(std::cout, database);
  std::ofstream out(command.eve, std::ios::binary);
  if (out)
    if (const auto written = write_eve(out, database); !written) return written;
  out.close();
  if (!out) return fail(escaped(command.eve) + " cannot be written");
  return {};
}

Result<void> conclude(const ReadCommand& command, Database& database, const Summary& summary) {
  if (command.stats) print_stats(summary);
  if (const auto written = write_for_others(command, database); !written) return written;
  if (command.eve == "-") return {};
  if (command.json) return show_devices({command.database, Form::json});
  const auto devices = run_query(database, "SELECT count(*) FROM device");
  if (!devices) return std::unexpected(devices.error());
  if (summary.captures > 0)
    std::cout << summary.packets << " packets of " << summary.captures
              << (summary.captures == 1 ? " capture" : " captures");
  if (summary.captures > 0 && summary.logs > 0) std::cout << ", ";
  if (summary.logs > 0)
    std::cout << summary.lines << " lines of " << summary.logs
              << (summary.logs == 1 ? " log" : " logs");
  if (summary.known > 0) std::cout << " (" << summary.known << " known already)";
  std::cout << "; " << devices->cells[0][0].value_or("0") << " devices in "
            << escaped(command.database.string()) << ".\n";
  return {};
}

Result<void> derive(Database& database, const Knowledge& knowledge) {
  const auto updated = update_inventory(database, knowledge);
  if (!updated) return std::unexpected(updated.error());
  if (const auto found = refresh_findings(database, knowledge, *updated); !found) return found;
  return renew_cohorts(database, updated->whole ? SIZE_MAX : kMostCompared);
}

}  // namespace

Result<void> run(const ReadCommand& asked) {
  ReadCommand command = asked;
  if (command.json && command.eve == "-")
    return fail("--json and --eve - both write to standard output: choose one");
  if (command.workers == 0) command.workers = std::max(1U, std::thread::hardware_concurrency());
  catch_interrupts();
  KnowledgeLoading loading(command.knowledge);
  if (command.workers < std::thread::hardware_concurrency()) loading.begin();
  // What a site adds may be wrong, and that is to be said before an hour of reading.
  if (!command.knowledge.empty() && !loading.get()) return std::unexpected(loading.get().error());
  auto database = Database::open(command.database, Database::Mode::write);
  if (!database) return std::unexpected(database.error());

  const std::vector<std::string_view> arguments(command.paths.begin(), command.paths.end());
  const CapturePaths paths = capture_paths(arguments, is_log);
  Summary summary;
  std::vector<std::string> failures = paths.problems;
  for (const auto& path : paths.files) {
    if (const auto read = read_one(path, command, *database, loading, summary); !read)
      failures.push_back(read.error().message);
    if (stop_asked) break;
  }
  const Result<Knowledge>& knowledge = loading.get();
  if (!knowledge) return std::unexpected(knowledge.error());
  ProgressFile(command.progress).say("deriving", 0, 0, summary.packets + summary.lines);
  const auto derived = [&] {
    const Timer timer(summary.deriving);
    return derive(*database, *knowledge);
  }();
  if (!derived) return derived;
  if (summary.captures + summary.logs > 0)
    if (const auto done = conclude(command, *database, summary); !done) return done;
  failures.insert(failures.end(), summary.problems.begin(), summary.problems.end());
  if (failures.empty()) return {};
  for (std::size_t i = 0; i + 1 < failures.size(); ++i)
    std::cerr << "asepsis: " << escaped(failures[i]) << '\n';
  return fail(failures.back());
}

}  // namespace asepsis
