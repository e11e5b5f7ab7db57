#include "app/watch_command.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>

#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "app/live_findings.hpp"
#include "app/live_worker.hpp"
#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/recorder.hpp"
#include "app/sandbox.hpp"
#include "app/service_manager.hpp"
#include "app/signals.hpp"
#include "assess/checking.hpp"
#include "assess/cohort_store.hpp"
#include "base/text.hpp"
#include "capture/byte_stream.hpp"
#include "capture/capture_identity.hpp"
#include "inventory/live_store.hpp"

namespace asepsis {
namespace {

// Of each second, for findings that are not of news.
constexpr std::chrono::milliseconds kFindingsTime{200};

// What people review, as it was last read: the packs look classes up in the knowledge.
struct Reviewed {
  std::shared_ptr<const Knowledge> knowledge;
  PackSet packs;
};

// The newest of them: the main thread reads them anew while the recorder's asks.
class Newest {
 public:
  explicit Newest(std::shared_ptr<const Reviewed> reviewed) : reviewed_(std::move(reviewed)) {}

  std::shared_ptr<const Reviewed> get() const {
    const std::scoped_lock lock(mutex_);
    return reviewed_;
  }
  void set(std::shared_ptr<const Reviewed> reviewed) {
    const std::scoped_lock lock(mutex_);
    reviewed_ = std::move(reviewed);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Reviewed> reviewed_;
};

// Everything that a run needs but its sources.
struct Watch {
  const WatchCommand& command;
  Newest& reviewed;
  const Signals& signals;
  const ServiceManager& manager;
  const MetricsServer& metrics;
  std::shared_ptr<PacketRing> packets = nullptr;  // none: they are not kept
};

std::unique_ptr<PacketKeeper> keeper_for(const Watch& watch) {
  if (!watch.packets) return nullptr;
  return std::make_unique<PacketKeeper>(
      watch.packets, watch.command.keep_patients.empty() ? Keep::no_patients : Keep::everything);
}

std::filesystem::path folder_of_packets(const WatchCommand& command) {
  return command.packets.empty() ? packets_beside(command.database) : command.packets;
}

Result<void> open_packets(Watch& watch) {
  if (watch.command.keep_packets == 0) return {};
  auto ring = PacketRing::open(folder_of_packets(watch.command), watch.command.keep_packets);
  if (!ring) return std::unexpected(ring.error());
  watch.packets = *std::move(ring);
  log_event(watch.command.keep_patients.empty() ? Level::info : Level::warning,
            watch.command.keep_patients.empty() ? "packets are kept, patients left out"
                                                : "packets are kept with what identifies patients",
            {{"folder", folder_of_packets(watch.command).string()}});
  return {};
}

Result<std::shared_ptr<const Reviewed>> read_reviewed(const WatchCommand& command) {
  auto read = load_knowledge(command.knowledge);
  if (!read) return std::unexpected(read.error());
  const auto knowledge = std::make_shared<const Knowledge>(*std::move(read));
  auto packs = usual_packs(*knowledge, command.packs);
  if (!packs) return std::unexpected(packs.error());
  // A query that cannot be asked is found out here, where all can stay as it was.
  auto nothing = Database::open(":memory:", Database::Mode::write);
  if (!nothing) return std::unexpected(nothing.error());
  if (const auto asked = run_checks(*nothing, *packs, kMostOfFew); !asked)
    return std::unexpected(asked.error());
  return std::make_shared<const Reviewed>(
      Reviewed{.knowledge = knowledge, .packs = *std::move(packs)});
}

// SIGHUP: the site's own knowledge and packs may have changed.
void reload(const Watch& watch, Recorder& recorder) {
  watch.manager.tell("RELOADING=1");
  if (const auto reviewed = read_reviewed(watch.command)) {
    watch.reviewed.set(*reviewed);
    recorder.learn((*reviewed)->knowledge);
    log_event(Level::info, "knowledge and packs are read anew");
  } else {
    log_event(Level::error, "knowledge and packs stay as they were: " + reviewed.error().message);
  }
  watch.manager.tell("READY=1");
}

void end(const Watch& watch, LiveRun& run, Recorder& recorder) {
  log_event(Level::info, "ending: what was heard is being stored");
  watch.manager.tell("STOPPING=1");
  run.stop = true;
  recorder.hurry();
  watch.signals.give_back();  // the second time the program ends at once
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

SourceInfo source_of(const WatchCommand& command, std::string identity, std::string name) {
  SourceInfo source;
  source.site = command.site;
  source.identity = std::move(identity);
  source.filter = command.filter;
  source.name = std::move(name);
  return source;
}

// Waits for the recorder to end, and answers meanwhile who asks: signals, and
// those who want to know how it is doing.
void attend(const Watch& watch, LiveRun& run, Recorder& recorder, const LiveFindings& findings,
            int done) {
  std::array<pollfd, 3> asked{pollfd{done, POLLIN, 0},
                              pollfd{watch.signals.descriptor(), POLLIN, 0},
                              pollfd{watch.metrics.descriptor(), POLLIN, 0}};
  while (true) {
    if (::poll(asked.data(), asked.size(), -1) < 0) continue;
    if ((asked[0].revents & POLLIN) != 0) return;
    if ((asked[2].revents & POLLIN) != 0)
      watch.metrics.answer(recorder.status(), findings.behind());
    if ((asked[1].revents & POLLIN) == 0) continue;
    const int signal = watch.signals.next();
    if (signal == SIGHUP) reload(watch, recorder);
    if (signal == SIGINT || signal == SIGTERM) end(watch, run, recorder);
  }
}

LiveFindings::Packs packs_of(const Watch& watch) {
  const std::shared_ptr<const Reviewed> reviewed = watch.reviewed.get();
  return {reviewed, &reviewed->packs};
}

// One source through its workers into the database, to its end.
Result<LiveStatus> record(const Watch& watch, Database& database, const SourceInfo& source,
                          std::vector<std::unique_ptr<LiveSource>> sources, LiveRun& run,
                          LiveStore::Again again, const LiveLimits& limits) {
  database.keep_at_most(limits.cache_bytes);
  auto store = LiveStore::open(database, source, again, limits.store);
  if (!store) return std::unexpected(store.error());
  Recorder recorder(database, *store, watch.reviewed.get()->knowledge, source,
                    again == LiveStore::Again::repeats ? &run : nullptr);
  LiveFindings findings(database);
  recorder.on_derived([&](const Updated& updated) {
    findings.note(updated);
    if (const auto compared = renew_cohorts(database, kMostCompared); !compared)
      log_event(Level::error, compared.error().message);
  });
  recorder.on_round([&] {
    findings.work(packs_of(watch), kFindingsTime);
    watch.manager.tell("WATCHDOG=1");
  });
  LiveWorkers workers;
  for (auto& one : sources)
    workers.push_back(std::make_unique<LiveWorker>(std::move(one), limits, keeper_for(watch)));
  watch.manager.tell("READY=1");
  const OpenFile done(::eventfd(0, EFD_CLOEXEC));
  Result<void> result;
  {
    const std::jthread recording([&] {
      result = recorder.run(workers, limits.memory);
      if (result) findings.finish(packs_of(watch), again == LiveStore::Again::repeats && !run.stop);
      const std::uint64_t one = 1;
      static_cast<void>(::write(done.descriptor(), &one, sizeof one));
    });
    attend(watch, run, recorder, findings, done.descriptor());
  }
  if (!result) return std::unexpected(result.error());
  return recorder.status();
}

void say_what_came(const LiveStatus& status, const std::string& what,
                   const std::filesystem::path& database) {
  std::cout << status.counts.packets << " packets of " << escaped(what) << "; " << status.devices
            << " devices in " << escaped(database.string()) << ".\n";
  std::cout.flush();
}

// The rings of all interfaces, for each worker one of each.
Result<std::vector<std::vector<LiveRing>>> open_rings(const WatchCommand& command,
                                                      std::size_t workers, std::size_t bytes) {
  std::vector<std::vector<LiveRing>> rings(workers);
  for (const std::string& name : command.interfaces) {
    const auto interface = find_interface(name);
    if (!interface) return std::unexpected(interface.error());
    FanoutGroup group;
    for (auto& of_worker : rings) {
      auto ring = LiveRing::open(*interface, bytes, workers > 1 ? &group : nullptr);
      if (!ring) return std::unexpected(ring.error());
      of_worker.push_back(*std::move(ring));
    }
    log_event(interface->up ? Level::info : Level::warning,
              interface->up ? "listening" : "listening to an interface that is down",
              {{"interface", name}});
  }
  return rings;
}

Result<void> seal_off(const std::vector<int>& capture, const WatchCommand& command) {
  const auto sealed =
      seal(capture, {folder_of(command.database), folder_of_packets(command), "/tmp", "/var/tmp"});
  if (!sealed) return std::unexpected(sealed.error());
  log_event(Level::info, "sealed: no capabilities, nothing can be sent",
            {{"files", sealed->files ? "only those of the database can be written"
                                     : "not locked: Landlock is not to be had here"}});
  return {};
}

Result<void> watch_interfaces(Watch& watch) {
  const WatchCommand& command = watch.command;
  const std::size_t workers =
      command.workers > 0 ? command.workers : std::max(1U, std::thread::hardware_concurrency());
  LiveRun run;
  const LiveLimits limits = limits_for(command.memory, workers, command.interfaces.size());
  auto rings = open_rings(command, workers, limits.ring_bytes);
  if (!rings) return std::unexpected(rings.error());
  std::vector<int> capture;
  std::vector<std::unique_ptr<LiveSource>> sources;
  for (auto& of_worker : *rings) {
    for (const LiveRing& ring : of_worker) capture.push_back(ring.descriptor());
    auto source = ring_source(std::move(of_worker), command.filter, run);
    if (!source) return std::unexpected(source.error());
    sources.push_back(*std::move(source));
  }
  if (const auto became = become_owner_of(folder_of(command.database)); !became) return became;
  auto database = Database::open(command.database, Database::Mode::write);
  if (!database) return std::unexpected(database.error());
  if (const auto opened = open_packets(watch); !opened) return opened;
  if (const auto sealed = seal_off(capture, command); !sealed) return sealed;

  const std::string name = joined(command.interfaces);
  const auto status = record(watch, *database, source_of(command, "live " + name, name),
                             std::move(sources), run, LiveStore::Again::adds, limits);
  if (!status) return std::unexpected(status.error());
  say_what_came(*status, name, command.database);
  if (!status->ended_early.empty()) return fail(status->ended_early);
  return {};
}

Result<std::string> identity_of(const std::filesystem::path& path) {
  auto file = CaptureFile::open(path);
  if (!file) return std::unexpected(file.error());
  CaptureIdentity identity;
  PacketBatch batch;
  while (!identity.complete() && file->next(batch, CaptureIdentity::kPackets))
    for (const Packet& packet : batch.packets) identity.add(packet);
  return identity.hex();
}

Result<void> replay_one(const Watch& watch, Database& database, const std::string& path,
                        LiveRun& run) {
  const WatchCommand& command = watch.command;
  const auto identity = identity_of(path);
  if (!identity) return std::unexpected(identity.error());
  auto file = CaptureFile::open(path);
  if (!file) return std::unexpected(file.error());
  const ReadingOptions options{.filter = command.filter};
  std::vector<std::unique_ptr<LiveSource>> sources;
  sources.push_back(replay_source(*std::move(file), options, command.speed, run));
  const auto status =
      record(watch, database, source_of(command, *identity, path), std::move(sources), run,
             LiveStore::Again::repeats, limits_for(command.memory, 1, 1));
  if (!status) return std::unexpected(status.error());
  say_what_came(*status, path, command.database);
  if (run.stop) return fail("stopped in " + escaped(path) + ": what was heard is stored");
  if (!status->ended_early.empty()) return fail(status->ended_early);
  return {};
}

Result<void> replay(Watch& watch) {
  auto database = Database::open(watch.command.database, Database::Mode::write);
  if (!database) return std::unexpected(database.error());
  if (const auto opened = open_packets(watch); !opened) return opened;
  if (const auto sealed = seal_off({}, watch.command); !sealed) return sealed;
  LiveRun run;
  for (const std::string& path : watch.command.replay)
    if (const auto played = replay_one(watch, *database, path, run); !played) return played;
  return {};
}

}  // namespace

std::filesystem::path packets_beside(const std::filesystem::path& database) {
  return database.string() + ".packets";
}

Result<void> run(const WatchCommand& asked) {
  if (asked.interfaces.empty() == asked.replay.empty())
    return fail(asked.replay.empty()
                    ? "name the interfaces to listen to, or captures to play with --replay"
                    : "--replay takes the place of interfaces: name one or the other");
  if (asked.memory < kLeastMemory)
    return fail("--memory is too little: " + std::to_string(kLeastMemory >> 20) +
                "M is the least that listening takes");
  if (asked.keep_packets != 0 && asked.keep_packets < PacketRing::kLeastBytes)
    return fail("--keep-packets is too little: " + std::to_string(PacketRing::kLeastBytes >> 20) +
                "M is the least");
  if (!asked.keep_patients.empty() && asked.keep_patients != kAllowed)
    return fail("--keep-patients is given as '" + std::string(kAllowed) + "' or not at all");
  give_memory_back();
  std::signal(SIGPIPE, SIG_IGN);  // who asked for metrics may have gone
  const Signals signals{SIGINT, SIGTERM, SIGHUP};
  auto reviewed = read_reviewed(asked);
  if (!reviewed) return std::unexpected(reviewed.error());
  Newest newest(*std::move(reviewed));
  const auto metrics = MetricsServer::open(asked.metrics);
  if (!metrics) return std::unexpected(metrics.error());
  const ServiceManager manager;
  Watch watch{.command = asked,
              .reviewed = newest,
              .signals = signals,
              .manager = manager,
              .metrics = *metrics};
  return asked.replay.empty() ? watch_interfaces(watch) : replay(watch);
}

}  // namespace asepsis
