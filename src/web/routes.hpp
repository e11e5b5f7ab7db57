// One table: what can be asked, who may, and who answers. The router reads it,
// and tests hold it against the contract.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "web/service.hpp"

namespace asepsis {

struct Asked {
  Service& service;
  const Request& request;
  const Values& values;
  const Principal& who;
  Data& data;
  bool csv = false;
};

enum class Keep : std::uint8_t {
  no,         // may differ each time
  versioned,  // the same as long as the data is: has an ETag
  shared,     // and for everybody: remembered
};

struct Route {
  std::string_view method, path, id;
  const char* scope;  // nullptr: for everybody; "": for whoever is logged in
  Lane lane;
  Keep keep;
  Response (*answer)(const Asked&);
};

inline constexpr std::string_view kApi = "/api/v1";

std::span<const Route> routes();

// The parts of the path that stand in braces.
using PathValues = std::vector<std::pair<std::string, std::string>>;

struct Match {
  const Route* route = nullptr;  // none: no such path, or not by this method
  std::string allow;             // methods that the path knows
  PathValues values = {};
};
Match match(std::string_view method, std::string_view path);

}  // namespace asepsis
