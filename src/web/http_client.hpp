// Asking the organisation's log-in service over HTTPS; nobody else is asked
// anything. Bounded in time and size; no redirects.

#pragma once

#include <string>

#include "base/result.hpp"

namespace asepsis {

// `authority`: a file of certificates to trust; empty: the system's.
Result<std::string> http_get(const std::string& url, const std::string& authority);
// A form; with a secret, the client proves itself by it.
Result<std::string> http_post(const std::string& url, const std::string& form,
                              const std::string& client, const std::string& secret,
                              const std::string& authority);

}  // namespace asepsis
