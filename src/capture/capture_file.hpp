// Packets out of capture files: pcap and pcapng, plain or compressed, a file,
// a pipe or standard input. Packets are views of the block that was read, never
// copies.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cursor.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "capture/input.hpp"

namespace asepsis {

struct Packet {
  Time time;
  Bytes bytes;                  // what was captured
  std::uint32_t length = 0;     // on the wire, >= bytes.size()
  std::uint64_t number = 0;     // from 1, within the capture
  std::uint16_t link_type = 0;  // a LINKTYPE_ value (tcpdump.org/linktypes.html)
};

// Packets and what keeps their bytes alive: copy the pointer to keep the views.
struct PacketBatch {
  std::vector<Packet> packets;
  std::shared_ptr<const void> bytes_owner;
};

// What a reader lost or passed over; shown by `asepsis read --stats`.
struct CaptureLosses {
  std::uint64_t cut_packets = 0;  // longer on the wire than captured (snaplen)
  std::uint64_t cut_bytes = 0;
  std::uint64_t skipped_blocks = 0;  // pcapng blocks of kinds we do not read
  std::uint64_t damaged_blocks = 0;
  std::optional<std::string> ended_early;  // why and where reading stopped, for a person

  // Of records that were read apart: what ended early is not theirs.
  void add(const CaptureLosses& other);
};

// As many as keep what was sent for ahead of them in the cache.
inline constexpr std::size_t kPacketsAtOnce = 1024;

class CapturePieces;

class CaptureFile {
 public:
  // `path` "-" is standard input. Fails with a sentence if it cannot be
  // opened or is no capture of a kind we read.
  static Result<CaptureFile> open(const std::filesystem::path& path);

  // The same of a capture that is already in memory; `name` stands for it in
  // sentences. What a packet views is copied once, here.
  static Result<CaptureFile> from_bytes(Bytes bytes, std::string name);

  // The same of what is open already and has not been read.
  static Result<CaptureFile> begin(Input input);

  CaptureFile(CaptureFile&&) noexcept;
  CaptureFile& operator=(CaptureFile&&) noexcept;
  ~CaptureFile();

  // Replaces `batch` by the next packets, at most `limit` of them; false at
  // the end. A file that ends or breaks in the middle ends there: what was
  // readable has been given and losses().ended_early says what was not, in a
  // sentence that begins with the name of the file. A pipe gives packets as
  // they arrive: a batch is then what could be read without waiting again.
  // REQUIRES: limit > 0.
  bool next(PacketBatch& batch, std::size_t limit = kPacketsAtOnce);

  // What can be read by several threads before next() goes on behind it: of a plain file
  // all that is as it should be, of pcapng up to where another interface or section is
  // described between packets. Nothing of what is compressed, or no file. It must not
  // outlive this.
  std::unique_ptr<CapturePieces> pieces(std::size_t packets_each = kPacketsAtOnce);

  const CaptureLosses& losses() const;
  std::uint64_t bytes_read() const;   // of the file as stored, for a progress bar
  std::uint64_t bytes_total() const;  // 0 if it cannot be known (a pipe)

 private:
  struct State;
  explicit CaptureFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace asepsis
