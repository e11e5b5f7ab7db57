#include "capture/capture_paths.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "base/text.hpp"
#include "capture/magic.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

using Wanted = std::function<bool(const fs::path&)>;

constexpr std::string_view kEndings[] = {".pcap", ".pcapng", ".cap", ".dmp", ".ntar"};
constexpr std::string_view kCompressedEndings[] = {".gz", ".zst"};

bool named_as_capture(const fs::path& file) {
  std::string name = lowered(file.filename().native());
  for (const std::string_view ending : kCompressedEndings)
    if (name.ends_with(ending)) {
      name.resize(name.size() - ending.size());
      break;
    }
  return std::ranges::any_of(kEndings, [&](std::string_view end) { return name.ends_with(end); });
}

bool begins_as_capture(const fs::path& file) {
  std::array<char, 4> magic{};
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(magic.data(), magic.size())) return false;
  const Bytes bytes = as_bytes({magic.data(), magic.size()});
  return begins_as_pcap(bytes) || begins_as_pcapng(bytes);
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// Takes the number off the front, without the zeros that lead it.
std::string_view take_number(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, digit);
  std::string_view number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

// part2 before part10. What is equal so (part2, part02) is as its bytes say.
bool before(const fs::path& left, const fs::path& right) {
  std::string_view a = left.native();
  std::string_view b = right.native();
  while (!a.empty() && !b.empty()) {
    if (digit(a.front()) && digit(b.front())) {
      const std::string_view m = take_number(a);
      const std::string_view n = take_number(b);
      if (m.size() != n.size()) return m.size() < n.size();
      if (m != n) return m < n;
    } else if (a.front() != b.front()) {
      return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.size() != b.size()) return a.size() < b.size();
  return left.native() < right.native();
}

// Does not follow links to folders: they may lead round in circles.
void search_folder(const fs::path& folder, const Wanted& also, CapturePaths& out) {
  const std::size_t files_before = out.files.size();
  const std::size_t problems_before = out.problems.size();
  std::vector<fs::path> folders{folder};
  while (!folders.empty()) {
    const fs::path current = std::move(folders.back());
    folders.pop_back();
    std::error_code error;
    for (fs::directory_iterator entries(current, error), end; !error && entries != end;
         entries.increment(error)) {
      std::error_code ignored;
      const fs::directory_entry& entry = *entries;
      if (entry.is_directory(ignored)) {
        if (!entry.is_symlink(ignored)) folders.push_back(entry.path());
      } else if (entry.is_regular_file(ignored) &&
                 (named_as_capture(entry.path()) || begins_as_capture(entry.path()) ||
                  (also && also(entry.path())))) {
        out.files.push_back(entry.path());
      }
    }
    if (error)
      out.problems.push_back(escaped(current.native()) + " cannot be searched: " + error.message());
  }
  if (out.files.size() == files_before && out.problems.size() == problems_before)
    out.problems.push_back(escaped(folder.native()) + " holds no capture" +
                           (also ? " and no log" : ""));
}

}  // namespace

CapturePaths capture_paths(std::span<const std::string_view> arguments, const Wanted& also) {
  CapturePaths out;
  for (const std::string_view argument : arguments) {
    const fs::path path(argument);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (argument != "-" && fs::is_directory(status)) {
      search_folder(path, also, out);
    } else if (argument == "-" || fs::exists(status)) {
      out.files.push_back(path);
    } else {
      const bool missing = status.type() == fs::file_type::not_found;
      const std::string why = missing ? "does not exist" : "cannot be opened: " + error.message();
      out.problems.push_back(escaped(argument) + " " + why);
    }
  }
  std::ranges::sort(out.files, before);
  const auto rest = std::ranges::unique(out.files);
  out.files.erase(rest.begin(), rest.end());
  return out;
}

}  // namespace asepsis
