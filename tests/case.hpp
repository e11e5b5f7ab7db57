// A case: one folder of tests/cases, a conversation and what must be said of
// it. stream.txt:
//
//   # words
//   protocol dicom                                "protocol dns tcp": the row of that transport
//   client 01 00 00000066 "PACS            "     bytes in hexadecimal, text in quotes
//   server lost 16                                the capture missed these bytes
//   server file reply.bin                         the bytes of a file in the folder
//
// Each line is one piece: a segment's worth of a stream, or one datagram.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "proto/parser.hpp"

namespace asepsis::test {

struct Step {
  Side from;
  std::vector<std::uint8_t> bytes;
  std::uint64_t lost = 0;
};

struct Case {
  const Protocol* protocol = nullptr;
  std::vector<Step> steps;
};

struct Outcome {
  std::string facts;    // a line each
  std::string verdict;  // recognised by whom, malformed messages, gave up
};

Result<Case> read_case(const std::filesystem::path& folder);

// Streams only: `piece` cuts what is fed, `limit` the whole. Datagrams are
// always whole.
Outcome play(const Case& test, std::size_t piece = SIZE_MAX, std::size_t limit = SIZE_MAX);

}  // namespace asepsis::test
