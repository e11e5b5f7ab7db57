#include "capture/byte_stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace asepsis {
OpenFile::~OpenFile() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

Bytes FileStream::peek(std::size_t size) {
  head_.resize(size);
  std::size_t there = 0;
  while (there < size) {
    const std::size_t got = read_file(std::span(head_).subspan(there));
    if (got == 0) break;
    there += got;
  }
  head_.resize(there);
  return head_;
}

std::size_t FileStream::read(std::span<std::uint8_t> into) {
  std::size_t size = 0;
  if (head_.empty()) {
    size = read_file(into);
  } else {
    size = std::min(head_.size(), into.size());
    std::copy_n(head_.begin(), size, into.begin());
    head_.erase(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(size));
  }
  read_ += size;
  return size;
}

// read(2) that is not disturbed by a standard input that somebody else made
// non-blocking. A signal that the program handles ends the stream: it means
// that the person wants no more.
std::size_t FileStream::read_file(std::span<std::uint8_t> into) {
  while (failure_.empty()) {
    const ssize_t size = ::read(file_.descriptor(), into.data(), into.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN) {
      pollfd ready{.fd = file_.descriptor(), .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, -1) < 0) failure_ = std::generic_category().message(errno);
    } else {
      failure_ = std::generic_category().message(errno);
    }
  }
  return 0;
}

std::size_t MemoryStream::read(std::span<std::uint8_t> into) {
  const std::size_t size = std::min(into.size(), bytes_.size() - read_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(read_), size, into.begin());
  read_ += size;
  return size;
}

}  // namespace asepsis
