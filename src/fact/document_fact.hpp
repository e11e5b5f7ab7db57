// What a document says: an asset register one row a piece of equipment, a
// configuration export one row as a whole. Nothing here is about a device yet;
// the inventory joins rows to devices.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace asepsis {

enum class DocumentKind : std::uint8_t { asset_register, configuration };

constexpr std::string_view to_text(DocumentKind kind) {
  return kind == DocumentKind::asset_register ? "register" : "export";
}

// What settings from exports are called: "export.network.telnet.enabled".
inline constexpr std::string_view kExportPrefix = "export.";

struct DocumentFact {
  std::string claim;  // a field ("serial", "care_area"), or a setting of an export
  std::string value;
  std::uint64_t line = 0;  // from 1, in the file
  // Of settings only.
  bool by_nature = false;  // two devices that are configured alike differ by it
  std::string level = {};  // open, weak or strong; empty: says nothing about safety
  std::string about = {};  // the setting that the wire shows of the same thing; may be empty
};

struct DocumentRow {
  std::uint64_t line = 0;
  // What the row is known by in a later version of the document.
  std::string key;
  std::vector<DocumentFact> facts;

  // The first value of a field; empty if there is none.
  std::string_view value(std::string_view claim) const {
    for (const DocumentFact& fact : facts)
      if (fact.claim == claim) return fact.value;
    return {};
  }
};

// Something that was not taken, and why, for the person who keeps the document.
struct DocumentProblem {
  std::uint64_t line = 0;
  std::string column;  // or the path; empty: the row as a whole
  std::string reason;
  bool left_out = true;  // false: it is said, and the value went in
};

struct Document {
  DocumentKind kind = DocumentKind::asset_register;
  std::string format;    // "csv", "json", "xml", "ini"
  std::string encoding;  // "UTF-8", "Windows-1252" ...
  std::vector<DocumentRow> rows;
  std::vector<DocumentProblem> problems;
  std::vector<std::string> notes;  // what was decided, in a sentence each
  std::size_t secrets = 0;         // values of which only a keyed hash is kept
  std::size_t persons = 0;         // values that may be about a person and are not kept
};

}  // namespace asepsis
