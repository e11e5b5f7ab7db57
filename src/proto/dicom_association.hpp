// What two DICOM nodes agree on when they associate: PS3.8 section 9.3.2 and
// 9.3.3 (A-ASSOCIATE-RQ and -AC), annex D (user information); PS3.7 annex D.3
// (implementation, roles, user identity).

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "fact/fact.hpp"
#include "proto/dicom_uids.hpp"

namespace asepsis {

class DicomAssociation {
 public:
  static constexpr std::size_t kHead = 68;  // version, AE titles, reserved

  // How much of an item is read at once: what holds other items is opened, so
  // that they come one by one. `length` is that of its value.
  static std::uint64_t piece_of_item(std::uint8_t type, std::uint64_t length);

  // `request` is true in A-ASSOCIATE-RQ, false in -AC. False: malformed.
  bool read_head(Side from, bool request, Cursor in, FactSink& out);
  bool read_item(Side from, bool request, Cursor in, FactSink& out);
  // When all items are read: what the requestor uses, the acceptor provides, or
  // refuses.
  void tell_contexts(Side from, bool request, FactSink& out) const;

  DicomSyntax syntax(std::uint8_t context) const { return contexts_[context / 2].syntax; }
  std::string_view title(Side side) const { return titles_[static_cast<std::size_t>(side)]; }

 private:
  // Identifiers are odd (PS3.8 section 7.1.1.13).
  struct Context {
    std::string_view abstract_syntax;
    DicomSyntax syntax = DicomSyntax::unknown;
    bool answered = false;
    bool accepted = false;
  };

  Context& at(std::uint8_t id) { return contexts_[id / 2]; }
  std::string_view keep(std::string_view uid);
  void read_context(Side from, bool request, std::uint8_t type, Cursor value, FactSink& out);
  void tell_syntax(Side from, std::string_view uid, FactSink& out);
  bool turned(std::string_view abstract_syntax) const;
  bool first_of_its_kind(std::size_t index) const;
  bool accepts(std::string_view abstract_syntax) const;

  std::array<Context, 128> contexts_;
  // UIDs we have no name for; the names of others are constants.
  std::array<ShortText<64>, 16> strangers_;
  std::size_t strangers_used_ = 0;
  // Roles turned about by selection (PS3.7 annex D.3.3.4), as for C-GET: the
  // requestor provides these.
  std::array<std::string_view, 32> turned_;
  std::size_t turned_used_ = 0;
  std::string_view told_syntax_;           // the transfer syntax last told of, a constant
  std::array<ShortText<16>, 2> titles_;    // AE title of each side
  std::array<std::uint8_t, 2> context_{};  // whose items each side is telling
};

}  // namespace asepsis
