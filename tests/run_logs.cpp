// Logs of other sensors, one folder each: what must be said of them.
//
//   run_logs FOLDER [--accept NAME]
//
// FOLDER/NAME holds input.log (of Zeek) or input.json, a companion.log if it is
// a log of certificates, and expect.txt. Every log is also cut short at many
// places: it then says no more than the whole one, but for the line that was cut.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "inventory/fact_store.hpp"
#include "sensor/log_reader.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string text_of(const Endpoint& endpoint) {
  std::string out;
  if (!endpoint.mac.empty()) out += to_text(endpoint.mac);
  if (!endpoint.ip.empty()) out += (out.empty() ? "" : "/") + to_text(endpoint.ip);
  if (endpoint.vlan != 0) out += "@" + std::to_string(endpoint.vlan);
  return out.empty() ? "nobody" : out;
}

std::string text_of(const FactRow& row, const Seen& seen) {
  std::string out =
      text_of(row.about) + ' ' + std::string(row.claim.name()) + " \"" + escaped(row.value) + '"';
  if (row.port != 0) out += " port " + std::to_string(row.port);
  if (row.refused) out += " refused";
  if (!row.protocol.empty()) out.append(" by ").append(row.protocol);
  return out + " line " + std::to_string(seen.packet) + " x" + std::to_string(seen.count) + " at " +
         to_rfc3339(seen.first);
}

std::string text_of(const ConversationRow& row) {
  const auto sum = [](std::uint64_t packets, std::uint64_t bytes) {
    return std::to_string(packets) + " packets " + std::to_string(bytes) + " bytes";
  };
  return text_of(row.client) + " -> " + text_of(row.server) + " " + std::to_string(row.protocol) +
         "/" + std::to_string(row.port) + " " + std::string(to_text(row.state)) + " " +
         (row.application.empty() ? "unrecognised" : std::string(row.application)) + " " +
         std::string(to_text(row.security)) + ", " + sum(row.client_packets, row.client_bytes) +
         ", " + sum(row.server_packets, row.server_bytes) + ", line " +
         std::to_string(row.seen.packet) + " x" + std::to_string(row.seen.count) + " from " +
         to_rfc3339(row.seen.first) + " to " + to_rfc3339(row.seen.last);
}

struct Told {
  std::set<std::string> facts;
  std::string text;
};

Told tell(const std::string& log, const std::optional<std::string>& companion) {
  auto input = input_of(as_bytes(log), "input");
  if (!input) return {{}, input.error().message + "\n"};
  std::optional<Input> beside;
  if (companion) beside = *input_of(as_bytes(*companion), "companion");
  const auto read = read_log(*std::move(input), {}, std::move(beside));
  if (!read) return {{}, read.error().message + "\n"};
  Told out;
  for (std::size_t i = 0; i < read->facts.facts().size(); ++i)
    out.facts.insert(text_of(read->facts.facts()[i], read->facts.sightings()[i]));
  std::set<std::string> talks;
  for (const auto& row : read->facts.conversations()) talks.insert(text_of(row));
  for (const std::string& line : out.facts) out.text += line + '\n';
  for (const std::string& line : talks) out.text += line + '\n';
  for (const auto& [name, count] : read->counters)
    if (count > 0) out.text += std::to_string(count) + ' ' + name + '\n';
  return out;
}

// What stands before the line's number: counts and times may be less.
std::set<std::string> claims_of(const std::set<std::string>& facts) {
  std::set<std::string> out;
  for (const std::string& fact : facts) out.insert(fact.substr(0, fact.rfind(" line ")));
  return out;
}

// Cut after each line, and at some places inside: says nothing else.
bool survives_cuts(const std::string& log, const std::optional<std::string>& companion,
                   const Told& whole) {
  const std::set<std::string> all = claims_of(whole.facts);
  for (std::size_t size = 1; size < log.size(); size += log[size - 1] == '\n' ? 1 : 7) {
    const bool at_end_of_line = log[size - 1] == '\n';
    const Told cut = tell(log.substr(0, size), companion);
    if (at_end_of_line && !std::ranges::includes(all, claims_of(cut.facts))) return false;
  }
  return true;
}

bool run(const fs::path& folder, bool accept) {
  auto log = content(folder / "input.log");
  if (!log) log = content(folder / "input.json");
  if (!log) return std::cout << folder.filename() << " holds no log\n", false;
  const auto companion = content(folder / "companion.log");
  const Told told = tell(*log, companion);
  if (accept) std::ofstream(folder / "expect.txt") << told.text;
  const auto expected = content(folder / "expect.txt");
  const bool same = expected && *expected == told.text;
  if (!same)
    std::cout << folder.filename() << " says\n"
              << told.text << "and not\n"
              << expected.value_or("(no expect.txt)\n");
  const bool cuts = survives_cuts(*log, companion, told);
  if (!cuts) std::cout << folder.filename() << ": cut short it says something else\n";
  return same && cuts;
}

}  // namespace
}  // namespace asepsis

int main(int argc, char** argv) {
  const std::string accepted = argc == 4 ? argv[3] : "";
  std::set<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    folders.insert(entry.path());
  int passed = 0;
  int failed = 0;
  for (const auto& folder : folders) {
    const bool accept = argc == 4 && folder.filename().string().starts_with(accepted);
    ++(asepsis::run(folder, accept) ? passed : failed);
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
