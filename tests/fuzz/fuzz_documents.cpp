// Registers and exports: whatever the bytes, reading ends, what is told stays
// within its limits, and the same bytes tell the same. The first byte says what
// the rest is asked to be.

#include <cassert>
#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "document/document_file.hpp"
#include "document/flatten.hpp"

namespace asepsis {
namespace {

const Vocabulary& words() {
  static const auto kWords = Vocabulary::built_in();
  return kWords.value();
}

void check(const Document& document, std::uint64_t lines) {
  std::size_t facts = 0;
  for (const DocumentRow& row : document.rows) {
    assert(row.line >= 1 && row.line <= lines);
    for (const DocumentFact& fact : row.facts) {
      assert(!fact.claim.empty() && !fact.value.empty());
      assert(fact.line >= 1 && fact.line <= lines);
      assert(to_utf8(fact.value) == fact.value && to_utf8(fact.claim) == fact.claim);
    }
    facts += row.facts.size();
  }
  if (document.kind == DocumentKind::configuration) assert(facts <= kMostLeaves + 16);
  for (const DocumentProblem& problem : document.problems)
    assert(problem.line >= 1 && problem.line <= lines && !problem.reason.empty());
}

std::string read(Bytes bytes) {
  constexpr std::string_view kKinds[] = {"", "register", "export"};
  DocumentOptions options;
  options.key = "a key";
  options.as = kKinds[bytes[0] % std::size(kKinds)];
  if (bytes[0] % 2 == 1) options.asset_register.dates = DateOrder::month_first;
  const auto read = read_document(bytes.subspan(1), options, words());
  if (!read) return read.error().message;
  check(read->document, bytes.size() + 1);
  std::string told = read->document.format + read->document.encoding;
  for (const DocumentRow& row : read->document.rows)
    for (const DocumentFact& fact : row.facts) told += fact.claim + '=' + fact.value + '\n';
  return told;
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const asepsis::Bytes bytes{data, size};
  const bool same = asepsis::read(bytes) == asepsis::read(bytes);
  assert(same);
  return 0;
}
