#include "web/message.hpp"

#include <algorithm>
#include <array>

#include "export/json_object.hpp"

namespace asepsis {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 25> kReasons{{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {302, "Found"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
}};

}  // namespace

std::string_view reason_of(int status) {
  const auto* found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? "Unknown" : found->second;
}

Response problem(int status, std::string_view detail, std::string_view parameter) {
  Response response{.status = status, .type = "application/problem+json"};
  response.body = JsonObject()
                      .text("type", "about:blank")
                      .text("title", reason_of(status))
                      .number("status", static_cast<std::uint64_t>(status))
                      .text("detail", detail)
                      .text("parameter", parameter)
                      .json();
  return response;
}

}  // namespace asepsis
