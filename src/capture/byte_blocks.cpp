#include "capture/byte_blocks.hpp"

#include <algorithm>

namespace asepsis {

ByteBlocks::Block ByteBlocks::take(std::size_t size) {
  const bool usual = size <= kUsual;
  const std::size_t capacity = std::max(size, kUsual);
  Bytes bytes = usual ? free_block() : nullptr;
  if (!bytes) bytes = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
  std::uint8_t* const begin = bytes.release();
  const auto end_of_it = [usual, blocks = shared_from_this()](std::uint8_t* block) {
    Bytes owned(block);
    if (usual) blocks->give_back(std::move(owned));
  };
  return {.room = {begin, capacity}, .owner = std::shared_ptr<std::uint8_t>(begin, end_of_it)};
}

ByteBlocks::Bytes ByteBlocks::free_block() {
  const std::scoped_lock lock(lock_);
  if (free_.empty()) return nullptr;
  Bytes last = std::move(free_.back());
  free_.pop_back();
  return last;
}

void ByteBlocks::give_back(Bytes bytes) {
  const std::scoped_lock lock(lock_);
  free_.push_back(std::move(bytes));
}

}  // namespace asepsis
