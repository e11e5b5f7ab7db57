// The pages (ui/dist/), compiled in as gzip made them. A path that is no file
// is a page of the program's own: index.html.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "web/message.hpp"

namespace asepsis {

class StaticFiles {
 public:
  StaticFiles();
  Response answer(const Request& request) const;

 private:
  struct File {
    std::string_view compressed;
    std::string_view type;
    std::string tag;
  };
  std::map<std::string, File, std::less<>> files_;  // by path: "/index.html"
};

}  // namespace asepsis
