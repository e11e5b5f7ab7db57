#include "app/progress_file.hpp"

#include <fstream>
#include <system_error>

namespace asepsis {

void ProgressFile::say(std::string_view phase, std::uint64_t bytes, std::uint64_t total,
                       std::uint64_t packets) const {
  if (path_.empty()) return;
  // Renamed into place, so that nobody reads half a line.
  std::filesystem::path next = path_;
  next += ".next";
  {
    std::ofstream out(next, std::ios::trunc);
    out << phase << ' ' << bytes << ' ' << total << ' ' << packets << '\n';
    if (!out) return;
  }
  std::error_code ignored;
  std::filesystem::rename(next, path_, ignored);
}

}  // namespace asepsis
