// Names that people gave to what no parser recognises, or can look into. Part of the knowledge.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace asepsis {

struct ServiceName {
  std::string name;       // kebab-case, as `application` shows it
  std::string transport;  // "tcp", "udp"; "tls": whatever is in TLS on that port
  std::uint16_t port = 0;
  std::string shape;  // an expression on the shape (proto/opening_shape.hpp); empty: any
  std::string where;  // file and line
  std::string example;
};

class ServiceNames {
 public:
  ServiceNames();
  ~ServiceNames();

  // Of one port the first that fits counts. The rows must outlive this.
  Result<void> add(const std::vector<ServiceName>& rows);
  // Empty if nobody knows.
  std::string_view find(std::string_view transport, std::uint16_t port,
                        std::string_view shape) const;

 private:
  struct Entry;
  std::multimap<std::uint16_t, Entry> by_port_;
};

}  // namespace asepsis
