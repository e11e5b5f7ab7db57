// The captures a command line means: files, folders, standard input.

#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

struct CapturePaths {
  std::vector<std::filesystem::path> files;  // each once; "-" is standard input
  std::vector<std::string> problems;         // a sentence for what gave nothing, or not all
};

// Files and "-" are taken as they are named. Folders are searched through and
// through, for names that end as captures' do and for files that begin with a
// capture's magic number, or that `also` wants. Sorted by name, numbers in names by value, so that
// the parts of a long capture come one after the other.
CapturePaths capture_paths(std::span<const std::string_view> arguments,
                           const std::function<bool(const std::filesystem::path&)>& also = {});

}  // namespace asepsis
