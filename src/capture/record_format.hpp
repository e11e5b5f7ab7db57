// Records of a capture of which each can be read without those before it. Part of the
// readers of formats.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/cursor.hpp"
#include "capture/capture_file.hpp"

namespace asepsis {

struct RecordWalk {
  std::size_t size = 0;  // of the records
  CaptureLosses losses;  // in them
};

class RecordFormat {
 public:
  virtual ~RecordFormat() = default;

  // Appends the packets of the whole records with which `window` begins, until there are
  // `limit`: of those that begin in its first `own` bytes. They are numbered after
  // `number`. Ends before what is no such record.
  virtual RecordWalk walk(Bytes window, std::size_t own, std::uint64_t number,
                          std::vector<Packet>& packets, std::size_t limit) const = 0;

  // Where in the first `own` bytes of `window` a record seems to begin: some follow each
  // other that are plausible. What a packet carries may look like that.
  virtual std::optional<std::size_t> guess(Bytes window, std::size_t own) const = 0;
};

}  // namespace asepsis
