#include "document/flatten.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostStepBytes = 80;

// Lines as they come, with where each begins.
template <class Visit>
void each_line(std::string_view text, Visit visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.size(), text.find_first_of("\n\r", begin));
    visit(trimmed(text.substr(begin, end - begin)), begin);
    begin = end + 1;
  }
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() > 1 && text.front() == text.back() &&
                      (text.front() == '"' || text.front() == '\'');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with(';') || line.starts_with("//") ||
         line.starts_with('!');
}

// What stands between key and value; npos if there is none. In "url: http://h/?a=b" it
// is the colon, in "eth0:1.ip = 10.0.0.7" it is not.
std::size_t separator_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  const std::size_t colon = std::min(line.find(": "), line.find(":\t"));
  if (equals != std::string_view::npos) return std::min(equals, colon);
  return line.find(':');
}

// "[a.b]" or "[a/b]" are steps of their own.
std::vector<std::string> section_steps(std::string_view name) {
  if (name.contains("://")) return {step_of(name)};  // an address is one thing
  std::vector<std::string> steps;
  while (!name.empty()) {
    const std::size_t end = std::min(name.size(), name.find_first_of("./\\"));
    if (end > 0) steps.push_back(step_of(name.substr(0, end)));
    name.remove_prefix(std::min(name.size(), end + 1));
  }
  return steps;
}

}  // namespace

std::string step_of(std::string_view key) {
  std::string step;
  for (const char c : trimmed(key)) {
    if (step.size() == kMostStepBytes) break;
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    step += control || c == '[' || c == ']' ? '_' : c;
  }
  return to_utf8(step);
}

std::string member_step(const std::string& list, std::string_view name) {
  return list + '[' + step_of(name) + ']';
}

std::uint64_t LeafCollector::line_at(std::size_t at) {
  at = std::min(at, text_.size());
  if (at > counted_) {
    const std::string_view passed = text_.substr(counted_, at - counted_);
    line_ += static_cast<std::uint64_t>(std::ranges::count(passed, '\n'));
    // Line ends of old systems.
    if (text_.find('\n') == std::string_view::npos)
      line_ += static_cast<std::uint64_t>(std::ranges::count(passed, '\r'));
    counted_ = at;
  }
  return line_;
}

void LeafCollector::add(const std::vector<std::string>& steps, std::string_view value,
                        std::size_t at) {
  if (full()) return say_full(at);
  flat_.leaves.push_back({.steps = steps, .value = std::string(value), .line = line_at(at)});
}

void LeafCollector::say_full(std::size_t at) {
  if (!said_full_)
    problem(at, "more than " + std::to_string(kMostLeaves) + " settings: the rest is left out");
  said_full_ = true;
}

void LeafCollector::problem(std::size_t at, std::string reason) {
  constexpr std::size_t kMostProblems = 1'000;
  if (flat_.problems.size() < kMostProblems)
    flat_.problems.push_back({.line = line_at(at), .column = {}, .reason = std::move(reason)});
}

void LeafCollector::rename(std::size_t first, std::size_t depth, const std::string& step) {
  for (std::size_t i = first; i < flat_.leaves.size(); ++i) flat_.leaves[i].steps[depth] = step;
}

Flat LeafCollector::finish() { return std::move(flat_); }

Flat flatten_ini(std::string_view text) {
  LeafCollector out(text);
  std::vector<std::string> section;
  std::map<std::vector<std::string>, std::size_t> repeated;
  each_line(text, [&](std::string_view line, std::size_t at) {
    if (line.empty() || comment(line)) return;
    if (line.starts_with('[')) {
      if (!line.ends_with(']')) return out.problem(at, "a section has no closing bracket");
      section = section_steps(line.substr(1, line.size() - 2));
      return;
    }
    const std::size_t separator = separator_of(line);
    if (separator == std::string_view::npos || trimmed(line.substr(0, separator)).empty())
      return out.problem(at, "is neither a section nor a key with a value");
    std::vector<std::string> steps = section;
    // "snmp.community = x" is a path already.
    for (std::string& step : section_steps(unquoted(trimmed(line.substr(0, separator)))))
      steps.push_back(std::move(step));
    if (steps.size() == section.size()) return out.problem(at, "a value has no key");
    if (const std::size_t number = repeated[steps]++; number > 0)
      steps.back() = member_step(steps.back(), std::to_string(number));
    out.add(steps, unquoted(trimmed(line.substr(separator + 1))), at);
  });
  return out.finish();
}

Flat flatten_csv(const CsvTable& table) {
  Flat flat;
  flat.problems = table.problems;
  if (table.rows.empty()) return flat;
  const std::vector<std::string>& header = table.rows.front().cells;
  const auto named = [&](std::size_t i) { return spoken(i < header.size() ? header[i] : ""); };
  const bool values = header.size() <= 3;
  const bool titled = !values || named(header.size() - 1).contains("value") ||
                      named(header.size() - 1) == "wert" || named(header.size() - 1) == "setting";
  for (std::size_t i = titled ? 1 : 0; i < table.rows.size(); ++i) {
    const CsvRow& row = table.rows[i];
    const std::string name = step_of(row.cells.front());
    if (row.cells.size() > header.size() || row.cells.size() < 2 || name.empty()) {
      flat.problems.push_back({.line = row.line, .column = {}, .reason = "names no setting"});
      continue;
    }
    std::vector<std::string> steps{name};
    for (std::size_t column = 1; column < row.cells.size(); ++column) {
      if (flat.leaves.size() == kMostLeaves) {
        flat.problems.push_back({.line = row.line,
                                 .column = {},
                                 .reason = "more than " + std::to_string(kMostLeaves) +
                                           " settings: the rest is left out"});
        return flat;
      }
      const bool last = column + 1 == row.cells.size();
      if (values && !last) {
        steps.push_back(step_of(row.cells[column]));
      } else {
        if (!values) steps = {name, step_of(header[column])};
        flat.leaves.push_back({.steps = steps, .value = row.cells[column], .line = row.line});
      }
    }
  }
  return flat;
}

}  // namespace asepsis
