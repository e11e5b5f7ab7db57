// Documents in and out of the database. A register is known by its name, an
// export by its name and its device: importing it again replaces what its rows
// said, and keeps what they said before as history.

#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "fact/document_fact.hpp"
#include "store/database.hpp"

namespace asepsis {

struct DocumentInfo {
  std::string site;
  std::string name;
  std::string device;    // told to be of this device: its id; else empty
  std::string file;      // as the person named it
  std::string content;   // a hash of its bytes
  std::string identity;  // a hash of these and of how they were read
  Time dated;            // what it is as of
};

struct StoredDocument {
  enum class As : std::uint8_t { fresh, renewed, known, older } as = As::fresh;
  std::size_t fresh = 0, changed = 0, same = 0, gone = 0;  // rows
  std::string dated;    // of the version that is held, where this one is older
  std::string like_it;  // another register that has most of the rows; empty: none
};

// All in one transaction.
Result<StoredDocument> store_document(Database& database, const DocumentInfo& info,
                                      const Document& document);

// The key that secrets are sealed with, made with the first document.
Result<std::string> sealing_key(Database& database);

}  // namespace asepsis
