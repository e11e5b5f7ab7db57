// Memory that files are read into: a few blocks that are used again and again, so that
// they stay in a processor's cache and the kernel has no new memory to clear.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace asepsis {

// REQUIRES: a shared_ptr owns it, as blocks that are out do.
class ByteBlocks : public std::enable_shared_from_this<ByteBlocks> {
 public:
  // What readers ask for; a larger block is made for its asker and goes with it.
  static constexpr std::size_t kUsual = 640U << 10;

  // Ends with its last owner. It holds whatever was in it before.
  struct Block {
    std::span<std::uint8_t> room;
    std::shared_ptr<const void> owner;
  };

  // At least of that size. Any thread may ask.
  Block take(std::size_t size);

 private:
  using Bytes = std::unique_ptr<std::uint8_t[]>;
  Bytes free_block();
  void give_back(Bytes bytes);

  std::mutex lock_;
  std::vector<Bytes> free_;
};

}  // namespace asepsis
