// A document of whatever kind: what it is is told by what is in it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/cursor.hpp"
#include "base/result.hpp"
#include "document/register_file.hpp"
#include "fact/document_fact.hpp"

namespace asepsis {

struct DocumentOptions {
  RegisterOptions asset_register;
  std::string as;   // "register", "export"; empty: told by what is in it
  std::string key;  // what secrets are sealed with
};

struct ReadDocument {
  Document document;
  std::optional<RegisterMapping> mapping;  // of a register
  char delimiter = ',';
};

Result<ReadDocument> read_document(Bytes bytes, const DocumentOptions& options,
                                   const Vocabulary& words);

}  // namespace asepsis
