#include "web/http_client.hpp"

#include <curl/curl.h>

#include <memory>

#include "web/query_string.hpp"

namespace asepsis {
namespace {

constexpr long kSeconds = 10;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr long kGood = 200;

struct Ends {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, Ends>;

std::size_t take(const char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& text = *static_cast<std::string*>(into);
  if (text.size() + size * count > kMostBytes) return 0;
  text.append(bytes, size * count);
  return size * count;
}

Result<std::string> perform(CURL* handle, const std::string& url, const std::string& authority) {
  std::string text;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  // In clear only with oneself, which is how it is tried out.
  const bool own = url.starts_with("http://127.0.0.1:");
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, own ? "http" : "https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &text);
  if (!authority.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, authority.c_str());
  const CURLcode failed = curl_easy_perform(handle);
  if (failed != CURLE_OK)
    return fail(std::string("the log-in service cannot be reached: ") + curl_easy_strerror(failed));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != kGood)
    return fail("the log-in service refused (status " + std::to_string(status) + ")");
  return text;
}

}  // namespace

Result<std::string> http_get(const std::string& url, const std::string& authority) {
  const Handle handle(curl_easy_init());
  if (handle == nullptr) return fail("there is no memory to ask the log-in service");
  return perform(handle.get(), url, authority);
}

Result<std::string> http_post(const std::string& url, const std::string& form,
                              const std::string& client, const std::string& secret,
                              const std::string& authority) {
  const Handle handle(curl_easy_init());
  if (handle == nullptr) return fail("there is no memory to ask the log-in service");
  // RFC 6749 2.3.1: both are encoded before they are put together.
  const std::string name = percent_encoded(client);
  const std::string word = percent_encoded(secret);
  if (!secret.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(handle.get(), CURLOPT_USERNAME, name.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PASSWORD, word.c_str());
  }
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, form.c_str());
  return perform(handle.get(), url, authority);
}

}  // namespace asepsis
