#include "bench/capture_writer.hpp"

#include <algorithm>

namespace asepsis::bench {
namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kEthernet = 1;
constexpr std::uint32_t kSnapLength = 65535;
constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::uint64_t kStart = 1'780'300'800 * kMicrosecondsPerSecond;  // 2026-06-01 08:00 UTC
constexpr std::size_t kBufferSize = 1 << 20;

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, std::uint64_t limit)
    : file_(path, std::ios::binary | std::ios::trunc), limit_(limit), microseconds_(kStart) {
  buffer_.le32(kMagicMicroseconds).le16(2).le16(4).le32(0).le32(0);
  buffer_.le32(kSnapLength).le32(kEthernet);
}

void CaptureWriter::write(Bytes packet, std::uint32_t gap) {
  microseconds_ += gap;
  const std::size_t captured = std::min<std::size_t>(packet.size(), kSnapLength);
  buffer_.le32(microseconds_ / kMicrosecondsPerSecond);
  buffer_.le32(microseconds_ % kMicrosecondsPerSecond);
  buffer_.le32(captured).le32(packet.size()).append(packet.first(captured));
  ++packets_;
  packet_bytes_ += captured;
  if (buffer_.size() >= kBufferSize) flush();
}

bool CaptureWriter::close() {
  flush();
  file_.close();
  return file_.good();
}

void CaptureWriter::flush() {
  const Bytes bytes = buffer_.bytes();
  file_.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  written_ += bytes.size();
  buffer_.clear();
}

}  // namespace asepsis::bench
