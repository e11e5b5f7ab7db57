#include "web/contract.hpp"

#include <cassert>

#include <simdjson.h>

#include "base/embedded.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

using simdjson::dom::element;

std::string text_in(element from, std::string_view key) {
  std::string_view text;
  return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::optional<std::int64_t> number_in(element from, std::string_view key) {
  std::int64_t number = 0;
  return from[key].get(number) == simdjson::SUCCESS ? std::optional(number) : std::nullopt;
}

bool flag_in(element from, std::string_view key) {
  bool flag = false;
  return from[key].get(flag) == simdjson::SUCCESS && flag;
}

// The schema itself where it is only named.
element resolved(element root, element schema) {
  const std::string name = text_in(schema, "$ref");
  if (name.empty()) return schema;
  element found = root;
  const bool there = root.at_pointer(std::string_view(name).substr(1)).get(found) == 0;
  assert(there);
  return there ? found : schema;
}

Field::Type type_of(element schema) {
  const std::string type = text_in(schema, "type");
  const std::string format = text_in(schema, "format");
  if (type == "integer") return Field::Type::number;
  if (type == "boolean") return Field::Type::flag;
  if (format == "date-time") return Field::Type::time;
  return format == "date" ? Field::Type::day : Field::Type::text;
}

void read_schema(element root, element named, Field& field) {
  element schema = resolved(root, named);
  if (text_in(schema, "type") == "array") {
    field.several = true;
    if (const auto most = number_in(schema, "maxItems"))
      field.most_items = static_cast<std::size_t>(*most);
    schema = resolved(root, schema["items"].value_unsafe());
  }
  field.type = type_of(schema);
  if (const auto size = number_in(schema, "minLength"))
    field.least_size = static_cast<std::size_t>(*size);
  if (const auto size = number_in(schema, "maxLength"))
    field.most_size = static_cast<std::size_t>(*size);
  field.least = number_in(schema, "minimum").value_or(field.least);
  field.most = number_in(schema, "maximum").value_or(field.most);
  field.otherwise = text_in(schema, "default");
  if (const auto number = number_in(schema, "default")) field.otherwise = std::to_string(*number);
  simdjson::dom::array names;
  if (schema["enum"].get(names) == simdjson::SUCCESS)
    for (const element name : names)
      field.one_of.emplace_back(std::string_view(name.get_string().value_unsafe()));
}

void read_parameters(element root, element from, Operation& operation) {
  simdjson::dom::array parameters;
  if (from["parameters"].get(parameters) != simdjson::SUCCESS) return;
  for (const element one : parameters) {
    Field field{.name = text_in(one, "name")};
    field.in_path = text_in(one, "in") == "path";
    field.required = flag_in(one, "required");
    read_schema(root, one["schema"].value_unsafe(), field);
    operation.parameters.push_back(std::move(field));
  }
}

void read_body(element root, element from, Operation& operation) {
  element content = from;
  if (from.at_pointer("/requestBody/content").get(content) != simdjson::SUCCESS) return;
  element schema = root;
  if (content.at_pointer("/application~1json/schema").get(schema) != simdjson::SUCCESS) {
    operation.takes_file = true;
    return;
  }
  schema = resolved(root, schema);
  simdjson::dom::object properties;
  if (schema["properties"].get(properties) != simdjson::SUCCESS) return;
  for (const auto [name, value] : properties) {
    Field field{.name = std::string(name)};
    read_schema(root, value, field);
    simdjson::dom::array required;
    if (schema["required"].get(required) == simdjson::SUCCESS)
      for (const element one : required)
        field.required = field.required || one.get_string().value_unsafe() == name;
    operation.body.push_back(std::move(field));
  }
}

Operation read_operation(element root, std::string_view path, std::string_view method,
                         element from) {
  Operation operation{.method = {}, .path = std::string(path), .id = text_in(from, "operationId")};
  for (const char c : method) operation.method += static_cast<char>(c - 32);
  element found = from;
  if (from["security"].get(found) != simdjson::SUCCESS) operation.scope = text_in(from, "x-scope");
  operation.gives_csv =
      from.at_pointer("/responses/200/content/text~1csv").get(found) == simdjson::SUCCESS;
  read_parameters(root, from, operation);
  read_body(root, from, operation);
  return operation;
}

}  // namespace

Contract Contract::load() {
  Contract contract;
  contract.document_ = embedded_contract().front().text;
  simdjson::dom::parser parser;
  element root;
  const auto failed =
      parser.parse(simdjson::padded_string(contract.document_)).get(root) != simdjson::SUCCESS;
  assert(!failed);
  simdjson::dom::object paths;
  if (failed || root["paths"].get(paths) != simdjson::SUCCESS) return contract;
  for (const auto [path, methods] : paths)
    for (const auto [method, operation] : simdjson::dom::object(methods))
      contract.operations_.push_back(read_operation(root, path, method, operation));
  return contract;
}

}  // namespace asepsis
