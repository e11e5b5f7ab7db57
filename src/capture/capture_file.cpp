// Opens captures: what the first bytes say decides how the rest is read, never
// the name of the file.

#include "capture/capture_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

#include "base/text.hpp"
#include "capture/byte_source.hpp"
#include "capture/byte_stream.hpp"
#include "capture/magic.hpp"
#include "capture/record_reader.hpp"

namespace asepsis {
namespace {

// An open file or pipe, before it is known what it holds.
struct Opened {
  std::unique_ptr<FileStream> stream;
  std::string name;
  // Of a regular file; standard input may have been read from before.
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

Result<Opened> open_stream(const std::filesystem::path& path) {
  const bool standard_input = path == "-";
  std::string name = standard_input ? "standard input" : escaped(path.native());
  OpenFile file(standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0)
    return fail(name + " cannot be opened: " + std::generic_category().message(errno));
  if (S_ISDIR(status.st_mode)) return fail(name + " is a folder, not a capture");
  const off_t begin = ::lseek(file.descriptor(), 0, SEEK_CUR);
  Opened opened{.stream = std::make_unique<FileStream>(std::move(file)), .name = std::move(name)};
  if (S_ISREG(status.st_mode) && begin >= 0) {
    opened.begin = static_cast<std::uint64_t>(begin);
    opened.size = static_cast<std::uint64_t>(status.st_size);
  }
  return opened;
}

std::unique_ptr<ByteSource> decompressed(std::unique_ptr<ByteStream> stream, Bytes head) {
  return block_source(begins_as_gzip(head) ? gunzipped(std::move(stream))
                                           : unzstded(std::move(stream)));
}

bool is_compressed(Bytes head) { return begins_as_gzip(head) || begins_as_zstd(head); }

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

CaptureFile::CaptureFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;
CaptureFile::~CaptureFile() = default;

Result<CaptureFile> CaptureFile::open(const std::filesystem::path& path) {
  auto opened = open_stream(path);
  if (!opened) return std::unexpected(opened.error());
  const Bytes peeked = opened->stream->peek(kMagicSize);
  const std::vector<std::uint8_t> head(peeked.begin(), peeked.end());
  if (const std::string& failure = opened->stream->failure(); !failure.empty())
    return fail(opened->name + " cannot be read: " + failure);
  if (head.empty()) return fail(opened->name + " is empty");

  auto state = std::make_unique<State>();
  state->name = std::move(opened->name);
  state->total = opened->size - std::min(opened->size, opened->begin);
  const bool compressed = is_compressed(head);
  if (!compressed && state->total > 0)
    state->source = mapped_source(opened->stream->descriptor(), opened->begin, opened->size);
  if (compressed) state->source = decompressed(std::move(opened->stream), head);
  if (!state->source) state->source = block_source(std::move(opened->stream));
  return begin(std::move(state), compressed);
}

Result<CaptureFile> CaptureFile::from_bytes(Bytes bytes, std::string name) {
  if (bytes.empty()) return fail(name + " is empty");
  auto state = std::make_unique<State>();
  state->name = std::move(name);
  state->total = bytes.size();
  const bool compressed = is_compressed(bytes);
  std::vector<std::uint8_t> owned(bytes.begin(), bytes.end());
  state->source = compressed ? decompressed(std::make_unique<MemoryStream>(std::move(owned)), bytes)
                             : memory_source(std::move(owned));
  return begin(std::move(state), compressed);
}

Result<CaptureFile> CaptureFile::begin(std::unique_ptr<State> state, bool compressed) {
  auto reader = reader_of(*state->source, compressed, state->name);
  if (!reader) return std::unexpected(reader.error());
  state->reader = std::move(*reader);
  return CaptureFile(std::move(state));
}

bool CaptureFile::next(PacketBatch& batch, std::size_t limit) {
  assert(limit > 0);
  batch.packets.clear();
  batch.bytes_owner.reset();
  State& state = *state_;
  if (state.ended) return false;
  state.source->check_file();
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
