// The contract of the API: src/web/openapi.json, compiled in. Parameters and
// bodies are checked against it here, once for all of the API, so that what it
// says is what holds.

#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "web/message.hpp"

namespace asepsis {

// What was asked for, by name, after it was checked. Defaults are filled in.
class Values {
 public:
  bool has(const std::string& name) const { return values_.contains(name); }
  const std::string& text(const std::string& name) const;
  const std::vector<std::string>& list(const std::string& name) const;
  std::int64_t number(const std::string& name) const;  // 0 if it is not there
  bool flag(const std::string& name) const { return text(name) == "true"; }
  void add(const std::string& name, std::string value) {
    values_[name].push_back(std::move(value));
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// One parameter, or one member of a body.
struct Field {
  enum class Type : std::uint8_t { text, number, flag, time, day };

  std::string name;
  bool in_path = false, required = false, several = false;
  Type type = Type::text;
  std::vector<std::string> one_of = {};  // if not empty
  std::size_t least_size = 0, most_size = 1000, most_items = 50;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::string otherwise = {};  // what it is if it is left out
};

struct Operation {
  std::string method, path, id;
  std::optional<std::string> scope = {};  // nothing: for everybody; empty: for whoever is logged in
  std::vector<Field> parameters = {}, body = {};
  bool takes_file = false, gives_csv = false;
};

class Contract {
 public:
  // REQUIRES: the document that is compiled in is well formed; tests see to it.
  static Contract load();
  const std::vector<Operation>& operations() const { return operations_; }
  std::string_view document() const { return document_; }

 private:
  std::string_view document_;
  std::vector<Operation> operations_;
};

// The values of the path (decoded), of the query string and of the body.
std::expected<Values, Response> checked(
    const Operation& operation, const Request& request,
    const std::vector<std::pair<std::string, std::string>>& of_path);

}  // namespace asepsis
