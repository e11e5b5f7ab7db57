#include "web/static_files.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "account/secrets.hpp"
#include "base/embedded.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kSuffix = ".gz";
constexpr std::size_t kTagLetters = 16;

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
    {".xml", "application/xml"},
}};

std::string_view type_of(std::string_view path) {
  const auto* found =
      std::ranges::find_if(kTypes, [&](const auto& one) { return path.ends_with(one.first); });
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

// For the few who do not take gzip. What is compiled in is well formed.
std::string inflated(std::string_view compressed) {
  constexpr int kGzip = 16 + MAX_WBITS;
  constexpr std::size_t kStep = 65'536;
  z_stream stream{};
  std::string out;
  if (inflateInit2(&stream, kGzip) != Z_OK) return out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  int state = Z_OK;
  while (state == Z_OK) {
    const std::size_t had = out.size();
    out.resize(had + kStep);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = kStep;
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(had + kStep - stream.avail_out);
  }
  inflateEnd(&stream);
  return out;
}

}  // namespace

StaticFiles::StaticFiles() {
  for (const EmbeddedFile& file : embedded_pages()) {
    const std::string_view name = file.name.substr(0, file.name.size() - kSuffix.size());
    files_["/" + std::string(name)] = {
        .compressed = file.text,
        .type = type_of(name),
        .tag = '"' + sha256_base64url(file.text).substr(0, kTagLetters) + '"'};
  }
}

Response StaticFiles::answer(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = problem(405, "Pages are only read");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  auto file = files_.find(request.path);
  // What looks like a file and is none is missing; all else is a page.
  const std::string_view last = std::string_view(request.path).substr(request.path.rfind('/') + 1);
  if (file == files_.end() && last.find('.') == std::string_view::npos)
    file = files_.find("/index.html");
  if (file == files_.end()) return problem(404, "There is no such page");
  Response response{
      .status = 200,
      .type = std::string(file->second.type),
      .headers = {
          {"ETag", file->second.tag}, {"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}}};
  if (request.if_none_match.find(file->second.tag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  if (request.accepts_gzip) {
    response.fixed = file->second.compressed;
    response.headers.emplace_back("Content-Encoding", "gzip");
  } else {
    response.body = inflated(file->second.compressed);
  }
  return response;
}

}  // namespace asepsis
