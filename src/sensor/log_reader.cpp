#include "sensor/log_reader.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>

#include <absl/container/flat_hash_map.h>

#include "base/text.hpp"
#include "sensor/certificate_book.hpp"
#include "sensor/json_lines.hpp"
#include "sensor/line_reader.hpp"
#include "sensor/log_conversations.hpp"
#include "sensor/log_table.hpp"
#include "sensor/zeek_lines.hpp"

namespace asepsis {
namespace {

// Flows that so far are known from alerts alone.
constexpr std::size_t kMostPending = 65'536;
constexpr auto kProgressEvery = std::chrono::milliseconds(100);
constexpr std::uint64_t kLinesBetweenLooks = 1024;  // at the clock

// The same of a log as CaptureIdentity of a capture: its first events, so that
// a log that has grown is the same log.
class LogIdentity {
 public:
  void add(std::string_view line) {
    constexpr std::size_t kLines = 64;
    constexpr std::size_t kBytes = 256;
    if (lines_ == kLines) return;
    ++lines_;
    seen_ += line.substr(0, kBytes);
    seen_ += '\n';
  }

  std::string hex() const {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    EVP_Digest(seen_.data(), seen_.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return std::string(ShortText<>().hex(Bytes(digest).first(16)).view());
  }

 private:
  std::string seen_ = "log\n";
  std::size_t lines_ = 0;
};

// What one line is of, and when.
struct Event {
  Sensor sensor = Sensor::zeek;
  std::string_view log;  // empty: to be told by its columns
  Time time;
};

class LogFacts {
 public:
  explicit LogFacts(const FactLimits& limits) : facts_(limits) {}

  // False if nothing of this kind of log is kept.
  bool read(const Event& event, const Record& record, std::uint64_t line);
  // Takes from ssl.log only whose certificates are whose.
  void read_companion(const Event& event, const Record& record, std::uint64_t line);
  void finish();

  FactTable& facts() { return facts_; }
  std::uint64_t dropped() const { return dropped_ + certificates_.dropped(); }

 private:
  static const Log* log_of(const Event& event, const Record& record) {
    if (!event.log.empty()) return find_log(event.sensor, event.log);
    return find_zeek_log_by_marks(record);
  }
  LogTeller teller_of(const LogKind& kind, const Record& record, Time time, std::uint64_t line);
  void read_alert(const Record& record, Time time, std::uint64_t line);

  FactTable facts_;
  CertificateBook certificates_;
  // By flow_id: an alert may come before the flow that it is in, or alone.
  absl::flat_hash_map<std::uint64_t, ConversationRow> pending_;
  std::uint64_t dropped_ = 0;
};

LogTeller LogFacts::teller_of(const LogKind& kind, const Record& record, Time time,
                              std::uint64_t line) {
  LogTeller teller(facts_, kind.protocol, time, line);
  teller.set_end(About::client, kind.client, record);
  teller.set_end(About::server, kind.server, record);
  teller.set_end(About::other, kind.other, record);
  const std::uint16_t port = kind.server_port;
  if (port != 0 && teller.port(About::client) == port && teller.port(About::server) != port)
    teller.swap_sides();
  const std::string_view from_client = record["is_orig"];
  teller.set_sender(from_client.empty() || is_true(from_client) ? About::client : About::server);
  return teller;
}

// Alerts are somebody's opinion; that the flow was there is not.
void LogFacts::read_alert(const Record& record, Time time, std::uint64_t line) {
  const LogKind& kind = *find_log(Sensor::suricata, "flow")->kind;
  const auto id = number_in(record, "flow_id");
  if (!id || !record.has("flow.pkts_toserver")) return;
  // Its record tells the client by the flow, not by the packet, if it can.
  LogTeller teller = teller_of(kind, record, time, line);
  if (record["direction"] == "to_client") teller.swap_sides();
  auto row = suricata_conversation(record, teller);
  if (!row) return;
  if (pending_.size() >= kMostPending && !pending_.contains(*id)) {
    ++dropped_;
    return;
  }
  pending_.insert_or_assign(*id, *std::move(row));
}

bool LogFacts::read(const Event& event, const Record& record, std::uint64_t line) {
  if (event.sensor == Sensor::suricata && event.log == "alert") {
    read_alert(record, event.time, line);
    return true;
  }
  const Log* const log = log_of(event, record);
  if (log == nullptr) return false;
  const LogKind& kind = *log->kind;
  LogTeller teller = teller_of(kind, record, event.time, line);
  for (const LogColumn* column : log->columns)
    record.each(column->name, [&](std::string_view text) {
      teller.say(column->about, column->claim, column->value(record, text));
    });
  if (kind.more != nullptr) kind.more(record, teller);
  const std::string_view name = kind.protocol.empty() ? kind.log : kind.protocol;
  const bool conversation = kind.log == "conn" || kind.log == "flow";
  const auto present = [&](About about) {
    const Endpoint& end = teller.end(about);
    if (end.ip.names_a_host() || (!end.mac.empty() && !end.mac.group()))
      teller.say(about, "address.logged"_claim, name);
  };
  if (!conversation) present(About::client);
  if (!kind.answered.empty() && record.has(kind.answered)) present(About::server);
  if (kind.log == "ssl")
    certificates_.add_handshake(record, teller.end(About::server), teller.port(About::server));
  if (kind.log == "x509") certificates_.add_certificate(record, event.time, line);
  if (kind.log == "flow")
    if (const auto id = number_in(record, "flow_id")) pending_.erase(*id);
  return true;
}

void LogFacts::read_companion(const Event& event, const Record& record, std::uint64_t line) {
  const Log* const log = log_of(event, record);
  if (log == nullptr || log->kind->log != "ssl") return;
  const LogTeller teller = teller_of(*log->kind, record, event.time, line);
  certificates_.add_handshake(record, teller.end(About::server), teller.port(About::server));
}

void LogFacts::finish() {
  for (auto& [id, row] : pending_) facts_.add(std::move(row));
  pending_.clear();
  certificates_.tell(facts_);
}

// The lines of one log as records, whatever form they have.
class LogLines {
 public:
  explicit LogLines(ByteSource& source) : lines_(source) {}

  enum class Kind : std::uint8_t { event, heading, malformed };
  struct Read {
    Kind kind = Kind::heading;
    Line line;
    Event event;
  };

  std::optional<Read> next(Record& record) {
    const auto line = lines_.next();
    if (!line) return std::nullopt;
    record.clear();
    Read read{.line = *line, .event = {}};
    if (line->text.empty()) return read;
    if (ZeekLines::heading(line->text)) {
      zeek_.read_heading(line->text);
      return read;
    }
    const bool whole = line->text.starts_with('{') ? json_.read(line->text, record)
                                                   : zeek_.read(line->text, record);
    const auto event = whole ? event_of(*line, record) : std::nullopt;
    read.kind = event ? Kind::event : Kind::malformed;
    if (event) read.event = *event;
    return read;
  }

  std::uint64_t too_long() const { return lines_.too_long(); }

 private:
  std::optional<Event> event_of(const Line& line, const Record& record) const {
    Event event;
    if (!line.text.starts_with('{')) {
      event.log = zeek_.log();
    } else if (record.has("event_type")) {
      event.sensor = Sensor::suricata;
      event.log = record["event_type"];
    } else {
      event.log = record["_path"];
    }
    const auto time = time_from_text(record[event.sensor == Sensor::suricata ? "timestamp" : "ts"]);
    if (!time) return std::nullopt;
    event.time = *time;
    return event;
  }

  LineReader lines_;
  ZeekLines zeek_;
  JsonLines json_;
};

class Reader {
 public:
  Reader(Input input, const LogOptions& options)
      : input_(std::move(input)),
        options_(options),
        lines_(*input_.source),
        facts_(options.limits) {}

  void read_companion(Input input) {
    LogLines lines(*input.source);
    Record record;
    LogIdentity identity;
    while (const auto read = lines.next(record)) {
      if (read->kind != LogLines::Kind::event) continue;
      identity.add(read->line.text);
      facts_.read_companion(read->event, record, read->line.number);
    }
    // Without it the same log says less: that is another source.
    identity_.add(identity.hex());
  }

  Result<LogReading> read() {
    Record record;
    while (!stopped()) {
      const auto read = lines_.next(record);
      if (!read) break;
      take(*read, record);
      if (read->line.number % kLinesBetweenLooks == 0) show_progress();
    }
    if (events_ == 0 && malformed_ > 0) return fail(refusal());
    return result();
  }

 private:
  bool stopped() const { return options_.stop != nullptr && *options_.stop; }

  void take(const LogLines::Read& read, const Record& record) {
    if (read.kind == LogLines::Kind::heading) return;
    identity_.add(read.line.text);
    if (read.kind == LogLines::Kind::malformed) {
      if (malformed_++ == 0) first_malformed_ = read.line.number;
      return;
    }
    first_ = events_ == 0 ? read.event.time : std::min(first_, read.event.time);
    last_ = events_ == 0 ? read.event.time : std::max(last_, read.event.time);
    ++events_;
    if (!facts_.read(read.event, record, read.line.number)) ++unused_;
  }

  void show_progress() {
    if (!options_.progress) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < kProgressEvery) return;
    shown_ = now;
    options_.progress(input_.source->stored_bytes_read(), input_.total, events_);
  }

  std::string refusal() const {
    return input_.name + " line " + std::to_string(first_malformed_) +
           " is no event of a log: neither Zeek's nor Suricata's, or it is damaged";
  }

  LogReading result() {
    facts_.finish();
    LogReading out;
    out.identity = identity_.hex();
    out.facts = std::move(facts_.facts());
    out.lines = events_;
    out.bytes = input_.source->offset();
    out.first = first_;
    out.last = last_;
    out.stopped = stopped();
    if (const std::string& failure = input_.source->failure(); !failure.empty())
      out.ended_early = input_.name + " ends early: " + failure;
    out.counters["log lines malformed"] = malformed_;
    out.counters["log lines too long"] = lines_.too_long();
    out.counters["log lines of kinds not read"] = unused_;
    out.counters["certificates and flows of logs dropped"] = facts_.dropped();
    out.counters["facts dropped"] = out.facts.dropped_facts();
    out.counters["conversations dropped"] = out.facts.dropped_conversations();
    return out;
  }

  Input input_;
  const LogOptions& options_;
  LogLines lines_;
  LogFacts facts_;
  LogIdentity identity_;
  std::uint64_t events_ = 0, malformed_ = 0, first_malformed_ = 0, unused_ = 0;
  Time first_, last_;
  std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

}  // namespace

bool begins_as_log(Bytes head) {
  const std::string_view text = as_text(head);
  for (const std::string_view mark : {"#separator ", "#fields\t", "#path\t"})
    if (text.starts_with(mark)) return true;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (!line.starts_with('{')) return false;
  const auto has = [&](std::string_view key) { return line.find(key) != std::string_view::npos; };
  return has("\"event_type\":") || has("\"event_type\" :") || has("\"ts\":") || has("\"ts\" :");
}

Result<LogReading> read_log(Input input, const LogOptions& options,
                            std::optional<Input> companion) {
  Reader reader(std::move(input), options);
  if (companion) reader.read_companion(*std::move(companion));
  return reader.read();
}

}  // namespace asepsis
