// What the commands that use the database share.

#pragma once

#include <string>
#include <string_view>

#include "app/commands.hpp"
#include "base/result.hpp"
#include "export/query.hpp"
#include "export/rows.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

void print(const Rows& rows, Form form);

// For open_for_answers: says it on standard error.
void say_on_stderr(std::string_view sentence);

// What the program knows, and what a folder of the site's own adds; "": none.
Result<Knowledge> load_knowledge(const std::string& folder);

}  // namespace asepsis
