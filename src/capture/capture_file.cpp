// Opens captures: what the first bytes say decides how the rest is read, never
// the name of the file.

#include "capture/capture_file.hpp"

#include <cassert>

#include "capture/byte_source.hpp"
#include "capture/capture_pieces.hpp"
#include "capture/magic.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

// The reader of what `source` begins with. Errors are whole sentences.
Result<std::unique_ptr<RecordReader>> reader_of(ByteSource& source, bool was_compressed,
                                                const std::string& name) {
  // Fetches what there is, up to the size of the longest magic number.
  for (std::size_t size = 1; size <= kMagicSize && source.fill(size);) ++size;
  const Bytes head = source.window();
  if (begins_as_pcap(head) || begins_as_pcapng(head)) {
    auto reader = begins_as_pcap(head) ? read_pcap(source) : read_pcapng(source);
    if (!reader) return fail(name + " " + reader.error().message);
    return reader;
  }
  if (!source.failure().empty()) return fail(name + " cannot be read: " + source.failure());
  const std::string_view what = was_compressed ? "what is compressed in it" : "it";
  if (head.empty()) return fail(name + " is not a capture: " + std::string(what) + " is empty");
  return fail(name + " is not a capture: " + std::string(what) + " begins with " + beginning(head));
}

}  // namespace

struct CaptureFile::State {
  std::string name;
  std::unique_ptr<ByteSource> source;
  std::uint64_t total = 0;
  std::unique_ptr<RecordReader> reader;
  CaptureLosses losses;
  bool ended = false;
};

void CaptureLosses::add(const CaptureLosses& other) {
  cut_packets += other.cut_packets;
  cut_bytes += other.cut_bytes;
  skipped_blocks += other.skipped_blocks;
  damaged_blocks += other.damaged_blocks;
}

CaptureFile::CaptureFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;
CaptureFile::~CaptureFile() = default;

Result<CaptureFile> CaptureFile::open(const std::filesystem::path& path) {
  auto input = open_input(path);
  if (!input) return std::unexpected(input.error());
  return begin(*std::move(input));
}

Result<CaptureFile> CaptureFile::from_bytes(Bytes bytes, std::string name) {
  auto input = input_of(bytes, std::move(name));
  if (!input) return std::unexpected(input.error());
  return begin(*std::move(input));
}

Result<CaptureFile> CaptureFile::begin(Input input) {
  auto reader = reader_of(*input.source, input.compressed, input.name);
  if (!reader) return std::unexpected(reader.error());
  auto state = std::make_unique<State>();
  state->name = std::move(input.name);
  state->source = std::move(input.source);
  state->total = input.total;
  state->reader = *std::move(reader);
  return CaptureFile(std::move(state));
}

std::unique_ptr<CapturePieces> CaptureFile::pieces(std::size_t packets_each) {
  State& state = *state_;
  if (state.source->viewable() == 0) return nullptr;
  return std::make_unique<CapturePieces>(*state.source, *state.reader, state.losses, packets_each);
}

bool CaptureFile::next(PacketBatch& batch, std::size_t limit) {
  assert(limit > 0);
  batch.packets.clear();
  batch.bytes_owner.reset();
  State& state = *state_;
  if (state.ended) return false;
  if (state.reader->read(*state.source, batch.packets, limit, state.losses)) {
    batch.bytes_owner = state.source->owner();
    return true;
  }
  state.ended = true;
  if (state.losses.ended_early)
    state.losses.ended_early = state.name + " " + *state.losses.ended_early;
  return false;
}

const CaptureLosses& CaptureFile::losses() const { return state_->losses; }

std::uint64_t CaptureFile::bytes_read() const { return state_->source->stored_bytes_read(); }

std::uint64_t CaptureFile::bytes_total() const { return state_->total; }

}  // namespace asepsis
