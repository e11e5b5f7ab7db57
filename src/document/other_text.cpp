// Documents that are neither JSON nor XML, by how their lines begin.

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "document/other_document.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kLinesLooked = 200;

struct Beginning {
  std::string_view of_text, name;
};

constexpr Beginning kBeginnings[] = {
    {"%PDF-", "a PDF document"},
    {"{\\rtf", "a text of a word processor (RTF)"},
    {"-----BEGIN ", "a certificate, key or signature (PEM)"},
    {"#separator ", "a log of Zeek (`asepsis read` takes it)"},
    {"#model_version:", "scores of vulnerabilities (EPSS)"},
    {"cve,epss", "scores of vulnerabilities (EPSS)"},
    {"@prefix ", "an RDF document (Turtle)"},
    {"@base ", "an RDF document (Turtle)"},
};

// Of a line, whatever stands above it.
constexpr Beginning kLines[] = {
    {"SPDXVersion: SPDX-", "a bill of materials (SPDX)"},
    {"spdxVersion: SPDX-", "a bill of materials (SPDX)"},
    {"spdxVersion: \"SPDX-", "a bill of materials (SPDX)"},
    {"spdxVersion: 'SPDX-", "a bill of materials (SPDX)"},
    {"bomFormat: CycloneDX", "a bill of materials (CycloneDX)"},
    {"bomFormat: \"CycloneDX", "a bill of materials (CycloneDX)"},
    {"openapi: 3", "a description of an interface (OpenAPI)"},
    {"swagger: \"2", "a description of an interface (OpenAPI)"},
};

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool letter_or_digit(char c) { return digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

// Visits the first lines that are neither blank nor a comment until one is
// refused; whether none was.
template <class Visit>
bool first_lines(std::string_view text, Visit visit) {
  std::size_t seen = 0;
  while (!text.empty() && seen < kLinesLooked) {
    const std::size_t end = std::min(text.size(), text.find_first_of("\r\n"));
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.empty() || line.starts_with('#')) continue;
    ++seen;
    if (!visit(line)) return false;
  }
  return seen > 0;
}

// "|^~\&|", behind the name of a header: it says its delimiters, and two of the first
// of them enclose the others.
bool says_delimiters(std::string_view text) {
  constexpr std::size_t kFewest = 2;
  constexpr std::size_t kMost = 6;
  if (text.empty()) return false;
  const std::size_t end = std::min(text.size(), text.find(text.front(), 1));
  return end >= kFewest && end <= kMost && std::ranges::none_of(text.substr(0, end), [](char c) {
           return letter_or_digit(c) || c == ' ' || c == '\t' || c == '=';
         });
}

bool hl7_header(std::string_view line) {
  if (line.starts_with('\v')) line.remove_prefix(1);  // of MLLP
  constexpr std::size_t kSegment = 3;
  return (line.starts_with("MSH") || line.starts_with("FHS") || line.starts_with("BHS")) &&
         says_delimiters(line.substr(kSegment));
}

// A frame begins with controls and its number.
std::string_view without_frame(std::string_view line) {
  while (!line.empty() && static_cast<unsigned char>(line.front()) < ' ') line.remove_prefix(1);
  if (!line.empty() && digit(line.front())) line.remove_prefix(1);
  return line;
}

// "P|1|": the type of a record and the number of it.
bool astm_record(std::string_view line) {
  constexpr std::string_view kTypes = "POQRCSML";
  return line.size() > 2 && kTypes.contains(line[0]) && line[1] == '|' && digit(line[2]);
}

bool astm_message(std::string_view text) {
  bool header = false;
  const bool records = first_lines(text, [&](std::string_view line) {
    const std::string_view record = without_frame(line);
    header = header || (record.starts_with('H') && says_delimiters(record.substr(1)));
    return !header && astm_record(record);
  });
  return header || records;
}

template <class Visit>
void each_cell(std::string_view line, Visit visit) {
  while (!line.empty()) {
    const std::size_t end = std::min(line.size(), line.find_first_of(",;\t|"));
    std::string_view cell = trimmed(line.substr(0, end));
    if (cell.size() > 1 && cell.starts_with('"') && cell.ends_with('"'))
      cell = cell.substr(1, cell.size() - 2);
    visit(cell);
    line.remove_prefix(std::min(line.size(), end + 1));
  }
}

// A line a question. In a register they may be the names of columns.
bool mds2_table(std::string_view text) {
  Mds2Questions questions;
  first_lines(text, [&](std::string_view line) {
    std::string_view first;
    each_cell(line, [&](std::string_view cell) {
      if (first.empty() && Mds2Questions::is_one(cell)) first = cell;
    });
    questions.see(first);
    return !questions.told();
  });
  return questions.told();
}

// A header that names samples and what came of them.
bool laboratory_results(std::string_view text) {
  constexpr auto kSamples = std::to_array<std::string_view>(
      {"sampleid", "samplenumber", "sampleno", "specimenid", "specimennumber", "accessionnumber",
       "patientid", "probennummer", "probenid"});
  constexpr auto kResults = std::to_array<std::string_view>(
      {"result", "results", "testname", "testcode", "referencerange", "ergebnis"});
  constexpr std::size_t kTitles = 10;  // that may stand above it
  std::size_t lines = 0;
  bool told = false;
  first_lines(text, [&](std::string_view line) {
    bool sample = false;
    bool result = false;
    each_cell(line, [&](std::string_view cell) {
      std::string name = lowered(cell);
      std::erase_if(name, [](char c) { return !letter_or_digit(c); });
      sample = sample || std::ranges::find(kSamples, name) != kSamples.end();
      result = result || std::ranges::find(kResults, name) != kResults.end();
    });
    told = sample && result;
    return !told && ++lines < kTitles;
  });
  return told;
}

bool hl7_message(std::string_view text) {
  bool header = false;
  first_lines(text, [&](std::string_view line) { return !(header = hl7_header(line)); });
  return header;
}

std::string_view by_a_line(std::string_view text) {
  std::string_view name;
  first_lines(text, [&](std::string_view line) {
    for (const Beginning& one : kLines)
      if (line.starts_with(one.of_text)) name = one.name;
    return name.empty();
  });
  return name;
}

}  // namespace

std::string_view other_text(std::string_view text) {
  for (const Beginning& one : kBeginnings)
    if (text.starts_with(one.of_text)) return one.name;
  if (text.starts_with('<') || text.starts_with('{')) return {};
  if (const auto name = by_a_line(text); !name.empty()) return name;
  if (hl7_message(text)) return "a message of HL7 version 2";
  if (astm_message(text)) return "a message of an analyser (ASTM E1394)";
  if (laboratory_results(text)) return "a list of laboratory results";
  if (mds2_table(text)) return "a form about security of a manufacturer (MDS2)";
  return {};
}

}  // namespace asepsis
