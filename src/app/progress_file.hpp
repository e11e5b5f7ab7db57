// How far a command is, in a file, for the program that started it: one line
// "PHASE BYTES TOTAL PACKETS", always whole. Who cannot write it goes on without:
// what is read matters more than how far it is.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace asepsis {

class ProgressFile {
 public:
  // Nobody asks if the path is empty.
  explicit ProgressFile(std::filesystem::path path) : path_(std::move(path)) {}

  // A total of 0: not known. Packets are lines if it is a log that is read.
  void say(std::string_view phase, std::uint64_t bytes = 0, std::uint64_t total = 0,
           std::uint64_t packets = 0) const;

 private:
  std::filesystem::path path_;
};

}  // namespace asepsis
