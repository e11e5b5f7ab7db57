// A value, or the reason there is none. For what the environment can refuse:
// files, sockets, the database, the configuration. Never for traffic (see
// cursor.hpp) and never for a bug (assert).

#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace asepsis {

// One sentence for the person who runs the program.
struct Error {
  std::string message;
};

using Failure = std::unexpected<Error>;
template <class T>
using Result = std::expected<T, Error>;

inline Failure fail(std::string message) { return Failure(Error{std::move(message)}); }

// A layer that knows more puts it in front: "ward7.toml: line 3: not a port".
inline Failure fail(const Error& cause, std::string_view where) {
  return fail(std::string(where) + ": " + cause.message);
}

}  // namespace asepsis
