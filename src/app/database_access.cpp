#include "app/database_access.hpp"

#include <iostream>

#include "app/terminal.hpp"
#include "base/text.hpp"

namespace asepsis {

void print(const Rows& rows, Form form) {
  switch (form) {
    case Form::json: write_json_lines(std::cout, rows); break;
    case Form::csv: write_csv(std::cout, rows); break;
    case Form::table: write_table(std::cout, rows, table_style()); break;
  }
  std::cout.flush();
}

void say_on_stderr(std::string_view sentence) {
  std::cerr << "asepsis: " << escaped(sentence) << '\n' << std::flush;
}

Result<Knowledge> load_knowledge(const std::string& folder) {
  auto knowledge = Knowledge::built_in();
  if (!knowledge || folder.empty()) return knowledge;
  if (const auto added = knowledge->add_folder(folder); !added)
    return std::unexpected(added.error());
  return knowledge;
}

}  // namespace asepsis
