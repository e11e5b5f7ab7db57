#include "app/answers.hpp"

namespace asepsis {

Result<void> show(const AnswerOptions& options, const std::string& sql,
                  const std::vector<Column>& known) {
  auto database = open_for_answers(options.database, say_on_stderr);
  if (!database) return std::unexpected(database.error());
  const auto rows = run_query(*database, sql, {}, known);
  if (!rows) return std::unexpected(rows.error());
  print(*rows, options.form);
  return {};
}

}  // namespace asepsis
