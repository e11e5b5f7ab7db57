#include "document/other_document.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/text.hpp"

namespace asepsis {
namespace {

// The sections of MDS2 (ANSI/NEMA HN 1-2019), those of 2013 among them.
constexpr std::array<std::string_view, 24> kSections{
    "DOC",  "MPII", "ALOF", "AUDT", "AUTH", "CSUP", "CNFS", "DTBK", "EMRG", "IGAU", "MLDP", "NAUT",
    "CONN", "PAUT", "PLOK", "RDMP", "SBOM", "SAHD", "SGUD", "STCF", "TXCF", "TXIG", "RMOT", "OTHR"};
constexpr int kTelling = 3;  // sections, whose questions are of no other form

// That of a question; the end if it is none.
auto section_of(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  const std::string_view number = text.substr(std::min(dash + 1, text.size()));
  const bool question =
      !number.empty() && number.find_first_not_of("0123456789.") == std::string_view::npos;
  return question ? std::ranges::find(kSections, text.substr(0, dash)) : kSections.end();
}

}  // namespace

void Mds2Questions::see(std::string_view text) {
  if (const auto section = section_of(text); section != kSections.end())
    sections_ |= 1U << (section - kSections.begin());
}

bool Mds2Questions::is_one(std::string_view text) { return section_of(text) != kSections.end(); }

bool Mds2Questions::told() const { return std::popcount(sections_) >= kTelling; }

std::string_view other_document(std::string_view text) {
  const std::string_view body = trimmed(text);
  if (const auto other = other_text(body); !other.empty()) return other;
  if (body.starts_with('<')) return other_xml(body);
  if (body.starts_with('{') || body.starts_with('[')) return other_json(body);
  return {};
}

}  // namespace asepsis
