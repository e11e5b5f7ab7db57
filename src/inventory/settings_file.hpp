// Reads the tables of settings and grades of a file of knowledge/. Part of
// reading knowledge.

#pragma once

#include "base/result.hpp"

namespace asepsis {

class TomlTable;
struct KnowledgeTables;

// A setting that is there already is replaced: a site may see it otherwise.
Result<void> read_setting(TomlTable& in, KnowledgeTables& tables);
// A grade of the same name is replaced.
Result<void> read_grade(TomlTable& in, KnowledgeTables& tables);

}  // namespace asepsis
