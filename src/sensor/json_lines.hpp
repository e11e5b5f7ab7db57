// JSON lines: an object a line, as Suricata and Zeek write them.

#pragma once

#include <memory>
#include <string_view>

#include "sensor/record.hpp"

namespace asepsis {

class JsonLines {
 public:
  JsonLines();
  JsonLines(JsonLines&&) noexcept;
  ~JsonLines();

  // False if the line is no object, or is cut.
  bool read(std::string_view line, Record& out);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace asepsis
