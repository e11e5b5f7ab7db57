// JSON put together piece by piece, for the forms of others.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.hpp"

namespace asepsis {

// One object of JSON; texts that are empty are left out.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value) {
    return value.empty() ? *this : raw(key, json_string(value));
  }
  JsonObject& number(std::string_view key, std::uint64_t value) {
    return raw(key, std::to_string(value));
  }
  JsonObject& number_if(std::string_view key, std::uint64_t value) {
    return value == 0 ? *this : number(key, value);
  }
  JsonObject& raw(std::string_view key, std::string_view json) {
    json_ += json_.size() > 1 ? "," : "";
    json_.append(json_string(key)).append(":").append(json);
    return *this;
  }
  // "a":1,"b":2, as it is.
  JsonObject& members(std::string_view json) {
    json_.append(json_.size() > 1 ? "," : "").append(json);
    return *this;
  }
  JsonObject& object(std::string_view key, const JsonObject& value) {
    return raw(key, value.json());
  }
  std::string json() const { return json_ + '}'; }

 private:
  std::string json_ = "{";
};

}  // namespace asepsis
