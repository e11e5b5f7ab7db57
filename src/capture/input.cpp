#include "capture/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "base/text.hpp"
#include "capture/byte_stream.hpp"
#include "capture/magic.hpp"

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
  return stream_source(begins_as_gzip(head) ? gunzipped(std::move(stream))
                                            : unzstded(std::move(stream)));
}

bool is_compressed(Bytes head) { return begins_as_gzip(head) || begins_as_zstd(head); }

}  // namespace

Result<Input> open_input(const std::filesystem::path& path) {
  auto opened = open_stream(path);
  if (!opened) return std::unexpected(opened.error());
  const Bytes peeked = opened->stream->peek(kMagicSize);
  const std::vector<std::uint8_t> head(peeked.begin(), peeked.end());
  if (const std::string& failure = opened->stream->failure(); !failure.empty())
    return fail(opened->name + " cannot be read: " + failure);
  if (head.empty()) return fail(opened->name + " is empty");

  Input input{.name = std::move(opened->name), .source = nullptr};
  input.total = opened->size - std::min(opened->size, opened->begin);
  input.compressed = is_compressed(head);
  if (!input.compressed && input.total > 0)
    input.source = file_source(opened->stream->descriptor(), opened->begin, input.total);
  if (input.compressed) input.source = decompressed(std::move(opened->stream), head);
  if (!input.source) input.source = stream_source(std::move(opened->stream));
  return input;
}

Result<Input> input_of(Bytes bytes, std::string name) {
  if (bytes.empty()) return fail(name + " is empty");
  Input input{.name = std::move(name), .source = nullptr, .total = bytes.size()};
  input.compressed = is_compressed(bytes);
  std::vector<std::uint8_t> owned(bytes.begin(), bytes.end());
  input.source = input.compressed
                     ? decompressed(std::make_unique<MemoryStream>(std::move(owned)), bytes)
                     : memory_source(std::move(owned));
  return input;
}

}  // namespace asepsis
