// What is read from: a file, a pipe or standard input, plain or compressed,
// before it is known whether it is a capture or a log.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/cursor.hpp"
#include "base/result.hpp"
#include "capture/byte_source.hpp"

namespace asepsis {

struct Input {
  std::string name;                    // for sentences; safe to print
  std::unique_ptr<ByteSource> source;  // what is in it, decompressed
  std::uint64_t total = 0;             // bytes of the file; 0 if it cannot be known
  bool compressed = false;
};

// `path` "-" is standard input. Fails with a sentence if it cannot be opened
// or is empty.
Result<Input> open_input(const std::filesystem::path& path);

// The same of what is in memory.
Result<Input> input_of(Bytes bytes, std::string name);

}  // namespace asepsis
