// gzip (RFC 1952) with zlib, Zstandard (RFC 8878) with libzstd. Memory is
// bounded by the input buffer here and the windows of the formats: 32 KiB of
// gzip; zstd frames that want more than libzstd allows (128 MiB) are refused.

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <utility>

#include "capture/byte_stream.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kInputSize = 256U << 10;

// The stored bytes a decompressor has not used yet.
class Input {
 public:
  explicit Input(std::unique_ptr<ByteStream> stored) : stored_(std::move(stored)) {}

  Bytes rest() const { return rest_; }
  void use(std::size_t size) { rest_ = rest_.subspan(size); }

  // Whether there is any; reads more when all was used.
  bool more() {
    if (rest_.empty()) rest_ = Bytes(buffer_).first(stored_->read(buffer_));
    return !rest_.empty();
  }

  const ByteStream& stored() const { return *stored_; }

  // How to say that the stored bytes ended where they should not.
  std::string cut(std::string_view kind) const {
    if (!stored_->failure().empty()) return stored_->failure();
    return "its " + std::string(kind) + " data ends in the middle";
  }

 private:
  std::unique_ptr<ByteStream> stored_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kInputSize);
  Bytes rest_;
};

class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(std::unique_ptr<ByteStream> stored) : input_(std::move(stored)) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&zlib_, kGzipOnly) != Z_OK) failure_ = "zlib is out of memory";
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { inflateEnd(&zlib_); }

  std::size_t read(std::span<std::uint8_t> into) override {
    std::size_t size = 0;
    while (size == 0 && failure_.empty() && ready()) size = inflate_some(into);
    return size;
  }

  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return input_.stored().stored_bytes_read(); }

 private:
  // Whether there is something to go on with. A full `into` may have left
  // output inside zlib. Between members zeros are padding (of tapes and block
  // devices), as for the gzip program.
  bool ready() {
    if (flushing_) return true;
    while (input_.more()) {
      if (!between_members_) return true;
      const Bytes rest = input_.rest();
      const auto start = std::ranges::find_if(rest, [](std::uint8_t byte) { return byte != 0; });
      input_.use(static_cast<std::size_t>(start - rest.begin()));
      if (!input_.rest().empty()) return true;
    }
    if (!between_members_ || !input_.stored().failure().empty()) failure_ = input_.cut("gzip");
    return false;
  }

  std::size_t inflate_some(std::span<std::uint8_t> into) {
    const bool new_member = std::exchange(between_members_, false);
    if (new_member) inflateReset(&zlib_);
    // zlib promises not to write through next_in, which is not const for C's sake.
    zlib_.next_in = const_cast<Bytef*>(input_.rest().data());
    zlib_.avail_in = static_cast<uInt>(input_.rest().size());
    zlib_.next_out = into.data();
    zlib_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1U << 30));
    const uInt room = zlib_.avail_out;
    const int result = inflate(&zlib_, Z_NO_FLUSH);
    input_.use(input_.rest().size() - zlib_.avail_in);
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      const char* reason = zlib_.msg != nullptr ? zlib_.msg : zError(result);
      failure_ = "its gzip data is damaged (" + std::string(reason) + ")";
    }
    flushing_ = zlib_.avail_out == 0 && !between_members_;
    return room - zlib_.avail_out;
  }

  Input input_;
  z_stream zlib_{};
  bool between_members_ = false;
  bool flushing_ = false;
  std::string failure_;
};

class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(std::unique_ptr<ByteStream> stored) : input_(std::move(stored)) {
    if (!zstd_) failure_ = "libzstd is out of memory";
  }

  std::size_t read(std::span<std::uint8_t> into) override {
    std::size_t size = 0;
    while (size == 0 && failure_.empty()) {
      // A full `into` may have left output inside libzstd.
      if (!flushing_ && !input_.more()) {
        if (in_frame_ || !input_.stored().failure().empty()) failure_ = input_.cut("zstd");
        break;
      }
      size = decompress_some(into);
    }
    return size;
  }

  const std::string& failure() const override { return failure_; }
  std::uint64_t stored_bytes_read() const override { return input_.stored().stored_bytes_read(); }

 private:
  std::size_t decompress_some(std::span<std::uint8_t> into) {
    ZSTD_inBuffer in{input_.rest().data(), input_.rest().size(), 0};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const std::size_t result = ZSTD_decompressStream(zstd_.get(), &out, &in);
    input_.use(in.pos);
    if (ZSTD_isError(result) != 0)
      failure_ = "its zstd data is damaged (" + std::string(ZSTD_getErrorName(result)) + ")";
    in_frame_ = result != 0;
    flushing_ = in_frame_ && out.pos == out.size;
    return out.pos;
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  Input input_;
  std::unique_ptr<ZSTD_DStream, Free> zstd_{ZSTD_createDStream()};
  bool in_frame_ = false;
  bool flushing_ = false;
  std::string failure_;
};

}  // namespace

std::unique_ptr<ByteStream> gunzipped(std::unique_ptr<ByteStream> stored) {
  return std::make_unique<GzipStream>(std::move(stored));
}

std::unique_ptr<ByteStream> unzstded(std::unique_ptr<ByteStream> stored) {
  return std::make_unique<ZstdStream>(std::move(stored));
}

}  // namespace asepsis
