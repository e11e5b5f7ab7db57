#include "app/reading.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "app/counters.hpp"
#include "app/packet_source.hpp"
#include "app/shared_reading.hpp"
#include "base/text.hpp"
#include "capture/input.hpp"
#include "capture/magic.hpp"
#include "sensor/log_reader.hpp"

namespace asepsis {
namespace {

void read_alone(PacketSource& source, Worker& worker, Progress& progress) {
  PacketBatch batch;
  while (source.next(batch)) {
    for (const Packet& packet : batch.packets) worker.add(packet);
    progress.maybe(source);
  }
  worker.finish();
}

Result<Reading> read_packets(Input input, const ReadingOptions& options) {
  auto file = CaptureFile::begin(std::move(input));
  if (!file) return std::unexpected(file.error());
  PacketSource source(*std::move(file), options);
  Progress progress(options);
  Workers workers;
  const std::size_t count = std::max<std::size_t>(options.workers, 1);
  for (std::size_t i = 0; i < count; ++i)
    workers.push_back(
        std::make_unique<Worker>(options.limits, WorkerPlace{.self = i, .workers = count}));

  if (workers.size() == 1) {
    read_alone(source, *workers.front(), progress);
  } else {
    read_shared(source, workers, progress);
  }
  if (source.filter_failed()) return std::unexpected(source.failure());

  Reading reading;
  for (const auto& worker : workers) {
    reading.counts.merge(worker->counts());
    count_worker(*worker, reading.counters);
  }
  count_fragments(workers.front()->fragment_counts(), reading.counters);
  reading.facts = std::move(workers.front()->facts());
  for (std::size_t i = 1; i < workers.size(); ++i)
    reading.facts.merge(std::move(workers[i]->facts()));
  reading.identity = source.identity().hex();
  reading.filtered_out = source.filtered_out();
  reading.losses = source.file().losses();
  reading.stopped = options.stop != nullptr && *options.stop;
  reading.counters["packets cut by the capture"] = reading.losses.cut_packets;
  reading.counters["bytes cut by the capture"] = reading.losses.cut_bytes;
  reading.counters["blocks skipped"] = reading.losses.skipped_blocks;
  reading.counters["blocks damaged"] = reading.losses.damaged_blocks;
  reading.counters["packets filtered out"] = reading.filtered_out;
  return reading;
}

// Fetches what there is of the first line, as far as it takes to know it; of a
// pipe no more than that.
Bytes head_of(ByteSource& source) {
  while (source.fill(1) && source.window().size() < kLogHead) {
    const std::string_view window = as_text(source.window());
    const bool text = window.front() == '#' || window.front() == '{';
    if (!text || window.find('\n') != std::string_view::npos) break;
    if (!source.fill(window.size() + 1)) break;
  }
  return source.window().first(std::min(source.window().size(), kLogHead));
}

// Zeek's log of certificates is read with the log of TLS beside it:
// x509.2026-11-22.log.gz with ssl.2026-11-22.log.gz.
std::optional<Input> companion_of(const std::filesystem::path& path) {
  constexpr std::string_view kCertificates = "x509";
  std::string name = path.filename().string();
  if (!name.starts_with(kCertificates)) return std::nullopt;
  const auto other = path.parent_path() / name.replace(0, kCertificates.size(), "ssl");
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(other, ignored)) return std::nullopt;
  auto input = open_input(other);
  if (!input || !begins_as_log(head_of(*input->source))) return std::nullopt;
  return *std::move(input);
}

Result<Reading> read_lines(Input input, std::optional<Input> companion,
                           const ReadingOptions& options) {
  if (!options.filter.empty())
    return fail(input.name + " is a log: --filter is for packets, read it without");
  LogOptions log{.limits = options.limits.fact, .stop = options.stop};
  log.progress = options.progress;
  auto read = read_log(std::move(input), log, std::move(companion));
  if (!read) return std::unexpected(read.error());
  Reading reading;
  reading.identity = std::move(read->identity);
  reading.facts = std::move(read->facts);
  reading.log = true;
  reading.counts.packets = read->lines;
  reading.counts.bytes = read->bytes;
  reading.counts.first = read->first;
  reading.counts.last = read->last;
  reading.losses.ended_early = std::move(read->ended_early);
  reading.stopped = read->stopped;
  reading.counters = std::move(read->counters);
  return reading;
}

}  // namespace

bool is_log(const std::filesystem::path& path) {
  const auto input = open_input(path);
  return input && begins_as_log(head_of(*input->source));
}

Result<Reading> read_source(const std::filesystem::path& path, const ReadingOptions& options) {
  auto input = open_input(path);
  if (!input) return std::unexpected(input.error());
  if (!begins_as_log(head_of(*input->source))) return read_packets(*std::move(input), options);
  return read_lines(*std::move(input), companion_of(path), options);
}

}  // namespace asepsis
