// What `asepsis import` says: how columns are read, what was left out and why,
// and what came of it. Never what stands in a cell that was refused: it may be
// about a person.

#pragma once

#include <string>

#include "base/result.hpp"
#include "document/document_file.hpp"
#include "inventory/document_store.hpp"
#include "store/database.hpp"

namespace asepsis {

void print_mapping(const std::string& file, const ReadDocument& read, bool json);
void print_problems(const std::string& file, const Document& document, bool json);
void print_outcome(const DocumentInfo& info, const Document& document, const StoredDocument& stored,
                   bool json);
// Of all documents: how many rows are about devices.
Result<void> print_joins(Database& database, bool json);

}  // namespace asepsis
