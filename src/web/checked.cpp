// What is asked, held against the contract.

#include <algorithm>
#include <charconv>

#include <simdjson.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "web/contract.hpp"
#include "web/query_string.hpp"

namespace asepsis {
namespace {

using Checked = std::expected<void, Response>;

std::unexpected<Response> refused(const Field& field, std::string_view why) {
  return std::unexpected(problem(400, field.name + ' ' + std::string(why), field.name));
}

bool is_number(const std::string& text, const Field& field) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number >= field.least && number <= field.most;
}

bool is_day(std::string_view text) {
  constexpr std::size_t kDay = 10;
  return text.size() == kDay && time_from_text(std::string(text) + "T00:00:00Z").has_value();
}

std::string names_of(const Field& field) {
  std::string names;
  for (const std::string& name : field.one_of) names += (names.empty() ? "" : ", ") + name;
  return names;
}

Checked check(const Field& field, const std::string& text) {
  if (!field.one_of.empty() && std::ranges::find(field.one_of, text) == field.one_of.end())
    return refused(field, "is one of " + names_of(field));
  switch (field.type) {
    case Field::Type::number:
      if (!is_number(text, field)) return refused(field, "is no number that is allowed here");
      break;
    case Field::Type::flag:
      if (text != "true" && text != "false") return refused(field, "is true or false");
      break;
    case Field::Type::time:
      if (!time_from_text(text)) return refused(field, "is a time as 2026-03-03T02:10:00Z");
      break;
    case Field::Type::day:
      if (!is_day(text)) return refused(field, "is a day as 2027-03-31");
      break;
    case Field::Type::text:
      if (text.size() > field.most_size)
        return refused(field, "has " + std::to_string(field.most_size) + " bytes at most");
      if (text.size() < field.least_size)
        return refused(field, "has " + std::to_string(field.least_size) + " bytes at least");
      break;
  }
  return {};
}

Checked take(const std::vector<Field>& fields, bool in_path, const std::string& name,
             std::string value, Values& values) {
  const auto field = std::ranges::find_if(
      fields, [&](const Field& one) { return one.name == name && one.in_path == in_path; });
  if (field == fields.end())
    return std::unexpected(problem(
        400, "There is nothing here called " + escaped(name.substr(0, 80)), name.substr(0, 80)));
  if (values.has(name) && !field->several) return refused(*field, "is there twice");
  if (values.list(name).size() >= field->most_items) return refused(*field, "is there too often");
  if (auto good = check(*field, value); !good) return good;
  values.add(name, std::move(value));
  return {};
}

// Numbers and flags as text, as in a query string.
std::optional<std::string> scalar(simdjson::dom::element value, const Field& field) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS && field.type != Field::Type::number &&
      field.type != Field::Type::flag) {
    const bool held = text.find('\0') == std::string_view::npos;
    return held ? std::optional(std::string(text)) : std::nullopt;
  }
  std::int64_t number = 0;
  if (field.type == Field::Type::number && value.get(number) == simdjson::SUCCESS)
    return std::to_string(number);
  bool flag = false;
  if (field.type == Field::Type::flag && value.get(flag) == simdjson::SUCCESS)
    return flag ? "true" : "false";
  return std::nullopt;
}

Checked take_member(const Operation& operation, std::string_view key, simdjson::dom::element value,
                    Values& values) {
  const auto field = std::ranges::find(operation.body, key, &Field::name);
  if (field == operation.body.end())
    return take(operation.body, false, std::string(key), {}, values);
  simdjson::dom::array items;
  if (field->several && value.get(items) == simdjson::SUCCESS) {
    for (const simdjson::dom::element item : items) {
      auto text = scalar(item, *field);
      if (!text) return refused(*field, "is of another kind");
      if (auto taken = take(operation.body, false, field->name, *std::move(text), values); !taken)
        return taken;
    }
    return {};
  }
  auto text = field->several ? std::nullopt : scalar(value, *field);
  if (!text) return refused(*field, "is of another kind");
  return take(operation.body, false, field->name, *std::move(text), values);
}

Checked take_body(const Operation& operation, const Request& request, Values& values) {
  if (!lowered(request.content_type).starts_with("application/json"))
    return std::unexpected(problem(415, "The body is JSON: say Content-Type: application/json"));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string(request.body)).get(object) != simdjson::SUCCESS)
    return std::unexpected(problem(400, "The body is no well-formed JSON object"));
  for (const auto [key, value] : object)
    if (auto taken = take_member(operation, key, value, values); !taken) return taken;
  return {};
}

Checked complete(const std::vector<Field>& fields, Values& values) {
  for (const Field& field : fields) {
    if (values.has(field.name)) continue;
    if (field.required) return refused(field, "is missing");
    if (!field.otherwise.empty()) values.add(field.name, field.otherwise);
  }
  return {};
}

}  // namespace

const std::string& Values::text(const std::string& name) const {
  static const std::string kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second.front();
}

const std::vector<std::string>& Values::list(const std::string& name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

std::int64_t Values::number(const std::string& name) const {
  const std::string& digits = text(name);
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::expected<Values, Response> checked(
    const Operation& operation, const Request& request,
    const std::vector<std::pair<std::string, std::string>>& of_path) {
  Values values;
  for (const auto& [name, value] : of_path)
    if (auto taken = take(operation.parameters, true, name, value, values); !taken)
      return std::unexpected(taken.error());
  const auto pairs = pairs_of(request.query);
  if (!pairs) return std::unexpected(problem(400, "The query string is not well formed"));
  for (const auto& [name, value] : *pairs)
    if (auto taken = take(operation.parameters, false, name, value, values); !taken)
      return std::unexpected(taken.error());
  if (auto whole = complete(operation.parameters, values); !whole)
    return std::unexpected(whole.error());
  if (operation.body.empty()) {
    if (!request.body.empty()) return std::unexpected(problem(400, "Nothing may be sent here"));
    return values;
  }
  if (auto taken = take_body(operation, request, values); !taken)
    return std::unexpected(taken.error());
  if (auto whole = complete(operation.body, values); !whole) return std::unexpected(whole.error());
  return values;
}

}  // namespace asepsis
