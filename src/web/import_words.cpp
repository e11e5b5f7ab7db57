#include "web/import_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/number_text.hpp"

namespace asepsis {
namespace {

struct Option {
  std::string_view name, advice;
};

constexpr std::array<Option, 4> kOptions{{
    {"--show-mapping",
     "Choose the file again with 'First show how columns are read' and correct its columns there."},
    {"--device",
     "Write the device's id (on its page, beginning with d-) under 'Device', then choose the file "
     "again."},
    {"--site", "Write the site's name under 'Site', then choose the file again."},
    {"--as-of", "Look whether a newer version of the document was brought in already."},
}};

struct Symptom {
  std::string_view words, advice;
};

constexpr std::array<Symptom, 5> kSymptoms{{
    {"in the middle",
     "The file is cut off: copy it again from where it was recorded, compare the sizes, and choose "
     "it again."},
    {"is not a capture",
     "Captures are pcap or pcapng, also compressed with gzip or zstd. If it is a "
     "register or a configuration, choose 'Documents' and then the file again."},
    {"does not read yet",
     "Nothing is wrong with the file. Bring in the register, or the configuration that the device "
     "itself exports."},
    {"holds no setting",
     "Export the configuration again as JSON, XML, INI or CSV, and choose that."},
    {"database", "Nothing is wrong with the file: tell who looks after asepsis."},
}};

// Where the sentence turns to an option.
std::size_t option_at(std::string_view said) {
  const std::size_t at = said.find(": --");
  return at == std::string_view::npos ? said.size() : at;
}

}  // namespace

std::string words_for_page(std::string_view said) {
  constexpr std::string_view kName = "asepsis: ";
  constexpr std::string_view kHere = "./";
  if (said.starts_with(kName)) said.remove_prefix(kName.size());
  if (said.starts_with(kHere)) said.remove_prefix(kHere.size());
  return std::string(said.substr(0, option_at(said)));
}

std::string result_for_page(std::string_view said) {
  std::string text;
  while (!said.empty()) {
    const std::size_t end = std::min(said.find(' '), said.size());
    const std::string_view word = said.substr(0, end);
    std::uint64_t count = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), count);
    const bool whole = read.ec == std::errc() && read.ptr == word.data() + word.size();
    text += whole ? with_thousands(count) : std::string(word);
    text.append(end < said.size() ? 1 : 0, ' ');
    said.remove_prefix(std::min(end + 1, said.size()));
  }
  return text;
}

std::string advice_for_page(std::string_view said, bool document) {
  const std::string_view option = said.substr(option_at(said));
  for (const Option& one : kOptions)
    if (option.find(one.name) != std::string_view::npos) return std::string(one.advice);
  for (const Symptom& one : kSymptoms)
    if (said.find(one.words) != std::string_view::npos) return std::string(one.advice);
  return document
             ? "Open the file in a text editor: is it the register or configuration you meant? "
               "Save it as CSV, JSON, XML or INI and choose it again."
             : "Open the file with the program that recorded it; if that works, record or save "
               "it once more and choose it again.";
}

}  // namespace asepsis
