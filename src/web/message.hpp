// What is asked and answered over HTTP, without sockets: everything of the
// server but web/connection.cpp works on these.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asepsis {

struct Request {
  std::string method;  // GET, HEAD, POST ...
  std::string path;    // as sent, without the query
  std::string query;   // as sent, without the question mark
  std::string host, origin, cookie, authorization, if_none_match, accept, content_type, csrf;
  std::string body;
  std::filesystem::path upload;    // where a body that is a file was put
  std::uint64_t upload_bytes = 0;  // of it
  std::string peer;                // the address of the other side
  bool secure = false;             // came by TLS
  bool accepts_gzip = false;
  bool unattended = false;  // a page asks by itself, and nobody is at it
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string_view fixed = {};  // instead of body: what the program holds for ever
  bool events = false;          // goes on as a stream of events
  std::string session = {};     // whose events: the session's or token's key
};

// RFC 9457. `detail` says what happened and what to do; `parameter` names what was wrong.
Response problem(int status, std::string_view detail, std::string_view parameter = {});

// The standard's word for a status: "Not Found".
std::string_view reason_of(int status);

}  // namespace asepsis
