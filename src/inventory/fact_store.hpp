// Facts in and out of the database. A source is a capture known by its
// content; storing it again replaces what was known of it, unless more of it
// had been read before.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"
#include "fact/fact_table.hpp"
#include "store/database.hpp"

namespace asepsis {

struct SourceInfo {
  std::string site;
  std::string identity;
  std::string filter;
  std::string name;  // as the person named it
  std::uint64_t packets = 0, bytes = 0;
  Time first, last;
  bool complete = true;     // read to its end, not interrupted
  std::string ended_early;  // why the capture itself ends early, if it does
  std::map<std::string, std::uint64_t> losses;
};

// All in one transaction. False if the database already holds as much or more
// of this source, read completely, and so was left alone.
Result<bool> store_source(Database& database, const SourceInfo& source, const FactTable& facts);

std::string_view to_text(ConversationState state);
std::string_view to_text(Security security);

}  // namespace asepsis
