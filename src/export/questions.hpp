// The questions that the command line and the API ask alike: the same columns
// in the same words (docs/architecture.md, section 7).

#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "export/query.hpp"
#include "export/rows.hpp"
#include "store/database.hpp"

namespace asepsis {

// What is known of our columns: which hold JSON or times, and what a table may
// leave out or cut.
extern const std::vector<Column> kKnown;

extern const std::vector<Column> kFindingColumns;  // of findings

// In SQL: the last part of the path in `source`.
extern const std::string kFileName;

// The device's own id, whatever id of it was given: in full, by an alias, or
// by enough of its beginning.
Result<std::string> resolve(Database& database, const std::string& id);

// The same of a finding.
Result<std::string> resolve_finding(Database& database, const std::string& id);

// A text of ours or of the user in SQL, quoted.
std::string quoted(const std::string& text);

// SELECT ... FROM ..., to which conditions and an order are added.
extern const std::string kDeviceQuestion;
extern const std::string kServiceVersion;  // a column of the next
extern const std::string kServiceQuestion;
extern const std::string kSettingQuestion;
extern const std::string kFindingQuestion;  // findings f, devices d
extern const std::string kOpenByPack;       // WITH open, ended: see classes
extern const std::string kClassQuestion;    // whole

// Conversations, with their Community IDs; `where` is over the view.
std::string conversation_question(const std::string& where);
// The evidence of one device (parameter 1) for its attributes, or for one.
std::string evidence_question(const std::string& attribute);
std::string setting_evidence_question(const std::string& setting);
std::string fact_question(const std::string& claim);
std::string conflict_question(const std::string& attribute);
// " AND column = 'value'"; nothing for an empty value.
std::string only(const std::string& column, const std::string& value);

}  // namespace asepsis
