// Captures made byte by byte, for the tests of capture/.

#pragma once

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "capture/capture_file.hpp"

namespace asepsis {

// Appends numbers in either byte order.
class CaptureBytes {
 public:
  explicit CaptureBytes(bool big_endian = false) : big_endian_(big_endian) {}

  CaptureBytes& u16(std::uint64_t value) { return number(value, 2); }
  CaptureBytes& u32(std::uint64_t value) { return number(value, 4); }
  CaptureBytes& u64(std::uint64_t value) { return number(value, 8); }
  CaptureBytes& text(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  CaptureBytes& zeros(std::size_t count) {
    out_.append(count, '\0');
    return *this;
  }
  const std::string& bytes() const { return out_; }

  // pcap
  CaptureBytes& file_header(std::uint32_t magic = 0xa1b2c3d4, std::uint32_t network = 1,
                            std::uint16_t minor = 4) {
    return u32(magic).u16(2).u16(minor).u64(0).u32(262144).u32(network);
  }
  CaptureBytes& record(std::uint32_t seconds, std::uint32_t fraction, std::string_view bytes,
                       std::uint32_t more = 0) {
    return u32(seconds).u32(fraction).u32(bytes.size()).u32(bytes.size() + more).text(bytes);
  }

  // pcapng
  CaptureBytes& block(std::uint32_t type, const std::string& body) {
    const std::size_t padding = (4 - body.size() % 4) % 4;
    const std::size_t size = 12 + body.size() + padding;
    return u32(type).u32(size).text(body).zeros(padding).u32(size);
  }
  CaptureBytes& section(std::uint16_t major = 1) {
    return block(0x0a0d0d0a, inner().u32(0x1a2b3c4d).u16(major).u16(0).u64(~0ULL).bytes());
  }
  CaptureBytes& interface(std::uint16_t link_type, std::uint32_t snaplen = 0,
                          const std::string& options = {}) {
    return block(1, inner().u16(link_type).u16(0).u32(snaplen).text(options).bytes());
  }
  CaptureBytes& enhanced(std::uint32_t interface, std::uint64_t ticks, std::string_view bytes,
                         std::uint32_t more = 0) {
    CaptureBytes body = inner();
    body.u32(interface).u32(ticks >> 32).u32(ticks & 0xffffffff).u32(bytes.size());
    return block(6, body.u32(bytes.size() + more).text(bytes).bytes());
  }
  CaptureBytes inner() const { return CaptureBytes(big_endian_); }

 private:
  CaptureBytes& number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      const int shift = 8 * (big_endian_ ? size - 1 - i : i);
      out_ += static_cast<char>(value >> shift & 0xff);
    }
    return *this;
  }

  bool big_endian_;
  std::string out_;
};

// A packet with its bytes kept.
struct Seen {
  std::int64_t time = 0;
  std::string bytes;
  std::uint32_t length = 0;
  std::uint16_t link_type = 1;
  std::uint64_t number = 0;

  bool operator==(const Seen&) const = default;
};

inline void PrintTo(const Seen& seen, std::ostream* out) {
  *out << seen.number << ": " << seen.time << " ns, " << escaped(seen.bytes) << ", " << seen.length
       << " bytes, link type " << seen.link_type;
}

struct ReadCapture {
  std::vector<Seen> packets;
  CaptureLosses losses;
  std::string ended_early;  // "" if all was read
  std::string error;        // if it could not be opened
};

inline ReadCapture read_all(Result<CaptureFile> capture, std::size_t limit = 4096) {
  ReadCapture out;
  if (!capture) {
    out.error = capture.error().message;
    return out;
  }
  std::vector<PacketBatch> batches;  // kept to the end: views stay good
  for (PacketBatch batch; capture->next(batch, limit); batch = {}) {
    EXPECT_FALSE(batch.packets.empty());
    EXPECT_LE(batch.packets.size(), limit);
    batches.push_back(std::move(batch));
  }
  PacketBatch after;
  EXPECT_FALSE(capture->next(after));
  EXPECT_TRUE(after.packets.empty());
  out.losses = capture->losses();
  out.ended_early = out.losses.ended_early.value_or("");
  for (const PacketBatch& batch : batches)
    for (const Packet& packet : batch.packets)
      out.packets.push_back({nanoseconds_since_1970(packet.time),
                             std::string(as_text(packet.bytes)), packet.length, packet.link_type,
                             packet.number});
  return out;
}

inline ReadCapture read_bytes(std::string_view bytes, std::size_t limit = 4096) {
  return read_all(CaptureFile::from_bytes(as_bytes(bytes), "it"), limit);
}

inline std::string gzip(std::string_view bytes) {
  z_stream zlib{};
  deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&zlib, bytes.size()), '\0');
  std::string in(bytes);
  zlib.next_in = reinterpret_cast<Bytef*>(in.data());
  zlib.avail_in = static_cast<uInt>(in.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

inline std::string zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

// A folder for the files of one test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "asepsis-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::filesystem::path file(const std::string& name, std::string_view bytes) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace asepsis
