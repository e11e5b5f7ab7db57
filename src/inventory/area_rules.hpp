// Which care area a VLAN or a network serves, as people of the hospital say it
// in a file:
//
//   [[area]]
//   name = "Theatres"
//   vlans = [120, 121]
//   networks = ["10.1.2.0/24"]

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/network.hpp"
#include "base/result.hpp"

namespace asepsis {

struct AreaRule {
  std::string area;
  std::uint16_t vlan = 0;  // 0: a network
  Network network = {};
  std::string where;  // file and line
};

// `name` stands in messages. What is given to two areas is refused.
Result<std::vector<AreaRule>> read_area_rules(std::string_view name, std::string_view text);

}  // namespace asepsis
