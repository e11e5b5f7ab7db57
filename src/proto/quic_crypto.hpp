// The keys of QUIC's Initial packets, which protect from accident, not from
// listeners: they follow from a connection id that is sent in clear.
// RFC 9001, 5; version 2 RFC 9369, 3.3.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/cursor.hpp"

namespace asepsis::quic {

constexpr std::uint32_t kVersion1 = 0x00000001;
constexpr std::uint32_t kVersion2 = 0x6b3343cf;
constexpr std::uint32_t kDraft29 = 0xff00001d;

// Whether initial_keys() knows how this version protects.
bool is_known(std::uint32_t version);

struct Keys {
  std::array<std::uint8_t, 16> key;
  std::array<std::uint8_t, 12> iv;
  std::array<std::uint8_t, 16> header;  // header protection
};

struct InitialKeys {
  Keys client, server;
};

// REQUIRES: is_known(version).
InitialKeys initial_keys(std::uint32_t version, Bytes connection);

// Lays an Initial packet open. `packet` is all of it, from its first byte to
// the end its length field says; its packet number stands at `number`. Writes
// the plain text into `out`, which must be as long as the packet; none if it is not
// protected by these keys.
std::optional<Bytes> unprotect(const Keys& keys, Bytes packet, std::size_t number,
                               std::span<std::uint8_t> out);

}  // namespace asepsis::quic
