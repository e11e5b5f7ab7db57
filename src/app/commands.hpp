// The commands that answer from the database. Each is a query over the
// documented views and the columns it shows.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace asepsis {

enum class Form { table, json, csv };

struct AnswerOptions {
  std::filesystem::path database = "asepsis.db";
  Form form = Form::table;
};

Result<void> show_devices(const AnswerOptions& options);
Result<void> show_device(const AnswerOptions& options, const std::string& id);
// `attribute`: "class", "model" ...; all if empty.
Result<void> show_why(const AnswerOptions& options, const std::string& id,
                      const std::string& attribute);
Result<void> show_services(const AnswerOptions& options);
Result<void> show_conversations(const AnswerOptions& options);
// Which sources were heard, how far, and what was lost.
Result<void> show_status(const AnswerOptions& options);
// What nothing recognises, grouped.
Result<void> show_unknown(const AnswerOptions& options);
// Any SQL that only reads.
Result<void> show_query(const AnswerOptions& options, const std::string& sql);
void show_schema();

}  // namespace asepsis
