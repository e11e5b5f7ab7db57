#include "app/packets_command.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <set>
#include <system_error>

#include "app/answers.hpp"
#include "app/watch_command.hpp"
#include "base/address.hpp"
#include "base/text.hpp"
#include "capture/packet_ring.hpp"
#include "capture/pcapng_writer.hpp"
#include "net/decoded.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kWriteAtOnce = std::size_t{1} << 20;

// Whose packets, and of what time.
struct Wanted {
  std::set<Ip> ips;
  std::set<Mac> macs;                        // of those that have no IP
  std::vector<std::pair<Time, Time>> spans;  // none: of any time

  bool in_time(Time time) const {
    return spans.empty() || std::ranges::any_of(spans, [&](const auto& span) {
             return span.first <= time && time <= span.second;
           });
  }
};

// Whether one of the layers of a packet is from or to one of these.
class Match final : public DecodeSink {
 public:
  explicit Match(const Wanted& wanted) : wanted_(wanted) {}
  void on_decoded(const Decoded& packet) override {
    matches_ |= packet.kind != Decoded::Kind::frame &&
                (wanted_.ips.contains(packet.src) || wanted_.ips.contains(packet.dst));
    matches_ |= wanted_.macs.contains(packet.src_mac) || wanted_.macs.contains(packet.dst_mac);
  }
  bool matches() const { return matches_; }

 private:
  const Wanted& wanted_;
  bool matches_ = false;
};

void add_addresses(const Rows& rows, Wanted& wanted) {
  for (const auto& cells : rows.cells) {
    const auto mac = mac_from_text(cells[0].value_or(""));
    const auto ip = ip_from_text(cells[1].value_or(""));
    if (ip) {
      wanted.ips.insert(*ip);
    } else if (mac) {
      wanted.macs.insert(*mac);
    }
  }
}

void add_times(const Rows& rows, double seconds, Wanted& wanted) {
  const auto around =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  for (const auto& cells : rows.cells)
    for (const auto& cell : cells) {
      const Time time =
          time_from_nanoseconds(std::strtoll(cell.value_or("0").c_str(), nullptr, 10));
      wanted.spans.emplace_back(time - around, time + around);
    }
}

// The questions that say whose packets and of what time, about one id.
struct Questions {
  std::string id, addresses, times;
};

const std::string kOfDevice = "SELECT mac, ip FROM addresses WHERE device = ";

Result<Questions> questions_about(Database& database, const std::string& around) {
  if (around.starts_with("f-"))
    return Questions{around, kOfDevice + "(SELECT device FROM findings WHERE id = ?)",
                     "SELECT time FROM finding_evidence WHERE finding = ?"};
  if (!around.empty() && around.find_first_not_of("0123456789") == std::string::npos)
    return Questions{around, "SELECT mac, ip FROM facts WHERE id = CAST(? AS INTEGER)",
                     "SELECT first_seen, last_seen FROM fact WHERE id = CAST(? AS INTEGER)"};
  const auto device = resolve(database, around);
  if (!device) return std::unexpected(device.error());
  return Questions{*device, kOfDevice + "?", ""};
}

Result<Wanted> wanted_of(const PacketsCommand& asked) {
  auto database = open_for_answers(asked.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto questions = questions_about(*database, asked.around);
  if (!questions) return std::unexpected(questions.error());
  Wanted wanted;
  const auto addresses = run_query(*database, questions->addresses, questions->id);
  if (!addresses) return std::unexpected(addresses.error());
  add_addresses(*addresses, wanted);
  if (wanted.ips.empty() && wanted.macs.empty())
    return fail("there is no finding, device or fact " + escaped(asked.around) +
                ": asepsis findings, devices and query 'SELECT * FROM facts' list them");
  if (questions->times.empty()) return wanted;
  const auto times = run_query(*database, questions->times, questions->id);
  if (!times) return std::unexpected(times.error());
  add_times(*times, asked.seconds, wanted);
  return wanted;
}

// A capture that is written, for its owner alone.
class OutFile {
 public:
  explicit OutFile(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    failed_ = file_.descriptor() < 0;
    append_section(waiting_);
  }

  void add(const Packet& packet) {
    const auto found = std::ranges::find(links_, packet.link_type);
    const auto interface = static_cast<std::uint32_t>(found - links_.begin());
    if (found == links_.end()) {
      append_interface(waiting_, packet.link_type);
      links_.push_back(packet.link_type);
    }
    append_packet(waiting_, interface, packet, packet.bytes);
    if (waiting_.size() >= kWriteAtOnce) write();
  }
  // False if not all of it could be written; errno tells why.
  bool finish() {
    write();
    return !failed_;
  }

 private:
  void write() {
    std::string_view left = waiting_;
    while (!left.empty() && !failed_) {
      const ssize_t done = ::write(file_.descriptor(), left.data(), left.size());
      failed_ = done <= 0 && errno != EINTR;
      if (done > 0) left.remove_prefix(static_cast<std::size_t>(done));
    }
    waiting_.clear();
  }

  OpenFile file_;
  std::string waiting_;
  std::vector<std::uint16_t> links_;  // by interface
  bool failed_ = false;
};

struct Taken {
  std::uint64_t packets = 0, cut = 0;
};

// What cannot be read has gone meanwhile, or was being written.
void take_out(const std::filesystem::path& segment, const Wanted& wanted, OutFile& out,
              Taken& taken) {
  auto file = CaptureFile::open(segment);
  if (!file) return;
  PacketBatch batch;
  while (file->next(batch))
    for (const Packet& packet : batch.packets) {
      if (!wanted.in_time(packet.time)) continue;
      Match match(wanted);
      decode(packet.link_type, packet.bytes, packet.length, match);
      if (!match.matches()) continue;
      out.add(packet);
      ++taken.packets;
      taken.cut += packet.bytes.size() < packet.length ? 1 : 0;
    }
}

}  // namespace

Result<void> run(const PacketsCommand& asked) {
  const auto folder = asked.folder.empty() ? packets_beside(asked.database) : asked.folder;
  const auto wanted = wanted_of(asked);
  if (!wanted) return std::unexpected(wanted.error());
  const auto segments = packet_ring_files(folder);
  if (segments.empty())
    return fail("no packets are kept in " + escaped(folder.string()) +
                ": asepsis watch --keep-packets keeps them");
  OutFile out(asked.out);
  Taken taken;
  for (const auto& segment : segments) take_out(segment, *wanted, out, taken);
  if (!out.finish())
    return fail(escaped(asked.out.string()) +
                " cannot be written: " + std::generic_category().message(errno));
  std::cout << taken.packets << " packets around " << escaped(asked.around) << " in "
            << escaped(asked.out.string()) << ", " << taken.cut
            << " of them without all that they say.\n";
  return {};
}

}  // namespace asepsis
