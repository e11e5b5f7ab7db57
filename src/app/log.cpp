#include "app/log.hpp"

#include <chrono>
#include <cstdio>

#include "base/json_text.hpp"
#include "base/time.hpp"

namespace asepsis {
namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return {};
}

}  // namespace

void log_event(Level level, std::string_view event, std::initializer_list<LogValue> values) {
  std::string line = "time=" + to_rfc3339(std::chrono::system_clock::now()) + " level=";
  line += name_of(level);
  line += " event=" + json_string(event);
  for (const auto& [key, value] : values) {
    line += ' ';
    line += key;
    line += '=' + json_string(value);
  }
  line += '\n';
  std::fputs(line.c_str(), stderr);  // one call, so that lines of threads do not mix
}

}  // namespace asepsis
