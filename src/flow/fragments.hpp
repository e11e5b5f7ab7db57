// IPv4 and IPv6 fragments put together again, within limits (RFC 791, 8200;
// overlaps are refused as RFC 5722 asks: the datagram is dropped and counted).

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "net/decoded.hpp"

namespace asepsis {

struct FragmentLimits {
  std::size_t datagrams = 4096;         // being put together at once
  std::size_t bytes = 8 * 1024 * 1024;  // held in all
  std::size_t pieces = 256;             // of one datagram
  std::chrono::seconds timeout{30};
};

struct FragmentCounts {
  std::uint64_t pieces = 0, completed = 0, timed_out = 0, overlapping = 0, dropped = 0;
};

class FragmentTable {
 public:
  explicit FragmentTable(FragmentLimits limits = {});
  ~FragmentTable();
  FragmentTable(FragmentTable&&) noexcept;
  FragmentTable& operator=(FragmentTable&&) noexcept;

  // Told of each datagram that comes to nothing: the headers of the piece that
  // was met first, without payload. Somebody sent it.
  using Incomplete = std::function<void(const Decoded& piece, Time time, std::uint64_t number)>;
  void on_incomplete(Incomplete listener);

  // Adds a piece, of the packet of that number. When it completes its datagram: the whole payload
  // (a view that lives until the next call), to be given to decode_transport(). REQUIRES:
  // piece.kind == fragment.
  std::optional<Bytes> add(const Decoded& piece, Time now, std::uint64_t number = 0);

  // Nothing more will come: what waits comes to nothing.
  void finish();

  const FragmentCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace asepsis
