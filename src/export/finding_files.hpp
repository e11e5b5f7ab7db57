// Findings in the forms of others: SARIF 2.1 (OASIS), OSCAL assessment results
// 1.1.2 (NIST), and a printable report of one page an audience.

#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

namespace asepsis {

struct ToldFinding {
  struct Evidence {
    std::string source, time, text;
    std::uint64_t packet = 0, row = 0;  // row: of a document, which has no packets
  };
  std::string id, check, title, device, device_class, model, instance, detail, harm;
  std::string reasoning, state, accepted_until, owner_role;
  std::string first_seen, last_seen;
  int rating = 0;
  std::vector<std::string> cwe;
  std::vector<std::pair<std::string, std::string>> clauses;  // standard, clause
  std::vector<std::pair<std::string, std::string>> advice;   // reader, text
  std::vector<Evidence> evidence;
};

// All of them, the worst first.
Result<std::vector<ToldFinding>> load_findings(Database& database);

void write_sarif(std::ostream& out, const std::vector<ToldFinding>& findings);
void write_oscal(std::ostream& out, const std::vector<ToldFinding>& all, Time made);
// index.html and a page an audience, of open findings; the folder is made if
// it is not there.
Result<void> write_html(const std::filesystem::path& folder,
                        const std::vector<ToldFinding>& findings, Time made);

}  // namespace asepsis
