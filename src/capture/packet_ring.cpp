#include "capture/packet_ring.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "base/text.hpp"
#include "capture/pcapng_writer.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSegments = 16;
constexpr std::size_t kWriteAtOnce = std::size_t{256} << 10;
constexpr std::string_view kName = "packets-", kEnd = ".pcapng";
constexpr std::size_t kDigits = 10;

// 0: no file of ours.
std::uint64_t number_of(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(kName) || !name.ends_with(kEnd)) return 0;
  std::uint64_t number = 0;
  const char* const end = name.data() + name.size() - kEnd.size();
  const auto read = std::from_chars(name.data() + kName.size(), end, number);
  return read.ptr == end && read.ec == std::errc() ? number : 0;
}

std::string name_of(std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, kDigits - std::min(digits.size(), kDigits), '0');
  return std::string(kName).append(digits).append(kEnd);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(file, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace

std::vector<fs::path> packet_ring_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (number_of(at->path()) != 0 && at->is_regular_file(error)) files.push_back(at->path());
  std::ranges::sort(files, {}, number_of);
  return files;
}

Result<std::shared_ptr<PacketRing>> PacketRing::open(const fs::path& folder, std::uint64_t bytes) {
  const auto refused = [&](const std::error_code& error) {
    return fail("packets cannot be kept in " + escaped(folder.string()) + ": " + error.message());
  };
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return refused(error);
  std::deque<Segment> segments;
  std::uint64_t next = 1;
  for (const fs::path& path : packet_ring_files(folder)) {
    const std::uint64_t size = fs::file_size(path, error);
    segments.push_back({path, error ? 0 : size});
    next = number_of(path) + 1;
  }
  std::shared_ptr<PacketRing> ring(new PacketRing(folder, bytes, std::move(segments), next));
  if (!ring->begin_segment()) return refused(std::error_code(errno, std::generic_category()));
  return ring;
}

PacketRing::PacketRing(fs::path folder, std::uint64_t bytes, std::deque<Segment> segments,
                       std::uint64_t next)
    : folder_(std::move(folder)),
      most_(bytes),
      most_of_segment_(bytes / kSegments),
      segments_(std::move(segments)),
      next_(next) {
  for (const Segment& segment : segments_) all_ += segment.bytes;
}

void PacketRing::make_room() {
  std::error_code error;
  while (!segments_.empty() && all_ + most_of_segment_ > most_) {
    fs::remove(segments_.front().path, error);
    all_ -= segments_.front().bytes;
    segments_.pop_front();
  }
}

bool PacketRing::begin_segment() {
  make_room();
  const fs::path path = folder_ / name_of(next_++);
  file_ = OpenFile(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file_.descriptor() < 0) return false;
  segments_.push_back({path, 0});
  link_types_.clear();
  append_section(waiting_);
  return true;
}

std::uint32_t PacketRing::interface_of(std::uint16_t link_type) {
  const auto found = std::ranges::find(link_types_, link_type);
  if (found == link_types_.end()) {
    append_interface(waiting_, link_type);
    link_types_.push_back(link_type);
    return static_cast<std::uint32_t>(link_types_.size() - 1);
  }
  return static_cast<std::uint32_t>(found - link_types_.begin());
}

void PacketRing::add(const Packet& packet, Bytes kept) {
  constexpr std::size_t kHead = 64;  // of a record, and of its interface
  const std::scoped_lock lock(lock_);
  const bool full =
      !segments_.empty() &&
      segments_.back().bytes + waiting_.size() + kept.size() + kHead > most_of_segment_;
  if (file_.descriptor() < 0 || full) {
    write();
    if (!begin_segment()) {
      ++failed_;
      return;
    }
  }
  append_packet(waiting_, interface_of(packet.link_type), packet, kept);
  ++waiting_packets_;
  if (waiting_.size() >= kWriteAtOnce) write();
}

// A record that was written in part is taken back: the next ones must be read.
void PacketRing::write() {
  if (waiting_.empty() || file_.descriptor() < 0) return;
  Segment& segment = segments_.back();
  if (write_all(file_.descriptor(), waiting_)) {
    segment.bytes += waiting_.size();
    all_ += waiting_.size();
  } else {
    failed_ += waiting_packets_;
    static_cast<void>(::ftruncate(file_.descriptor(), static_cast<off_t>(segment.bytes)));
    file_ = OpenFile(-1);  // what is known of interfaces may be lost with it
  }
  waiting_.clear();
  waiting_packets_ = 0;
}

void PacketRing::flush() {
  const std::scoped_lock lock(lock_);
  write();
}

std::uint64_t PacketRing::take_failed() {
  const std::scoped_lock lock(lock_);
  return std::exchange(failed_, 0);
}

}  // namespace asepsis
