// What is asked of the server: the first line is METHOD PATH?QUERY, the rest
// the body. Whatever it is, it is matched, refused or taken; what was taken
// reads back as the contract allows it.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "web/contract.hpp"
#include "web/oidc.hpp"
#include "web/query_string.hpp"
#include "web/routes.hpp"

using namespace asepsis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Contract contract = Contract::load();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view line = text.substr(0, text.find('\n'));
  Request request;
  request.method = line.substr(0, line.find(' '));
  const std::string_view target = line.substr(std::min(line.size(), request.method.size() + 1));
  request.path = target.substr(0, target.find('?'));
  request.query = target.substr(std::min(target.size(), request.path.size() + 1));
  request.content_type = "application/json";
  request.body = text.substr(std::min(text.size(), line.size() + 1));
  static_cast<void>(cookie_named(request.body, "asepsis"));
  const auto person = person_of(request.body, {}, "n", {});
  const auto claims = verified_claims(request.query, request.body);
  assert(!person || !claims);  // nothing here is signed
  const Match found = match(request.method, request.path);
  if (found.route == nullptr) return 0;
  for (const Operation& operation : contract.operations()) {
    if (operation.id != found.route->id) continue;
    const auto values = checked(operation, request, found.values);
    if (!values) {
      assert(values.error().status >= 400 && values.error().status < 500);
      continue;
    }
    for (const Field& field : operation.parameters)
      for (const std::string& value : values->list(field.name))
        assert(value.size() <= field.most_size && value.find('\0') == std::string::npos);
  }
  return 0;
}
