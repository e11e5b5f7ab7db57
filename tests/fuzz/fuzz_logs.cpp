// Logs of other sensors: whatever the bytes, reading ends, what is told stays
// within its limits, and the same bytes tell the same.

#include <cassert>
#include <cstdint>
#include <string>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "sensor/log_reader.hpp"

namespace asepsis {
namespace {

struct Told {
  std::string identity;
  std::size_t facts = 0, conversations = 0;
  std::uint64_t lines = 0;

  bool operator==(const Told&) const = default;
};

constexpr std::size_t kMost = 500;

Told read(Bytes bytes) {
  begins_as_log(bytes);
  auto input = input_of(bytes, "input");
  if (!input || input->compressed) return {};
  auto companion = input_of(bytes, "companion");
  LogOptions options;
  options.limits.facts = options.limits.conversations = kMost;
  const auto read = read_log(*std::move(input), options, *std::move(companion));
  if (!read) {
    assert(read.error().message.starts_with("input line "));
    return {};
  }
  for (const FactRow& row : read->facts.facts()) {
    assert(!row.value.empty() && row.value.size() <= options.limits.value_bytes);
    assert(!row.about.mac.empty() || !row.about.ip.unspecified());
  }
  for (std::size_t i = 0; i < read->facts.facts().size(); ++i) {
    const Seen& seen = read->facts.sightings()[i];
    assert(seen.count > 0 && seen.packet > 0 && seen.first <= seen.last);
    assert(seen.first >= kEarliest && seen.last <= kLatest);
  }
  for (const ConversationRow& row : read->facts.conversations())
    assert(row.seen.count > 0 && row.seen.first <= row.seen.last && row.seen.last <= kLatest);
  return {read->identity, read->facts.facts().size(), read->facts.conversations().size(),
          read->lines};
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const asepsis::Bytes bytes{data, size};
  const bool same = asepsis::read(bytes) == asepsis::read(bytes);
  assert(same);
  return 0;
}
