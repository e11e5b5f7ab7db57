#include "proto/dicom_association.hpp"

#include <algorithm>

namespace asepsis {
namespace {

namespace item {
constexpr std::uint8_t kContextRequest = 0x20;
constexpr std::uint8_t kContextAccept = 0x21;
constexpr std::uint8_t kAbstractSyntax = 0x30;
constexpr std::uint8_t kTransferSyntax = 0x40;
constexpr std::uint8_t kUserInformation = 0x50;
constexpr std::uint8_t kMaximumLength = 0x51;
constexpr std::uint8_t kImplementationUid = 0x52;
constexpr std::uint8_t kOperationsWindow = 0x53;
constexpr std::uint8_t kRoleSelection = 0x54;
constexpr std::uint8_t kImplementationVersion = 0x55;
constexpr std::uint8_t kUserIdentity = 0x58;
}  // namespace item

// PS3.7 annex D.3.3.7.1.
std::string_view identity_kind(std::uint8_t type) {
  switch (type) {
    case 1: return "username";
    case 2: return "username and passcode";
    case 3: return "Kerberos";
    case 4: return "SAML";
    case 5: return "JWT";
    default: return "unknown kind";
  }
}

// A passcode and a token let whoever reads them in; a Kerberos ticket does not.
void tell_user_identity(Side from, std::uint8_t kind, FactSink& out) {
  out.say(other(from), "dicom.user_identity"_claim, identity_kind(kind));
  const std::string_view secret = kind == 2   ? "dicom user identity passcode"
                                  : kind == 4 ? "dicom user identity SAML"
                                  : kind == 5 ? "dicom user identity JWT"
                                              : "";
  out.say(other(from), "clear.credentials"_claim, secret);
}

}  // namespace

std::uint64_t DicomAssociation::piece_of_item(std::uint8_t type, std::uint64_t length) {
  switch (type) {
    case item::kContextRequest:
    case item::kContextAccept: return 8;
    case item::kUserInformation: return 4;
    case item::kUserIdentity: return 5;  // its kind; never who
    default: return 4 + length;
  }
}

bool DicomAssociation::read_head(Side from, bool request, Cursor in, FactSink& out) {
  in.skip(4);  // protocol version, reserved
  const std::string_view called = trimmed(as_text(in.take(16)));
  const std::string_view calling = trimmed(as_text(in.take(16)));
  if (!request || !in.ok()) return in.ok();
  contexts_.fill({});
  strangers_used_ = turned_used_ = 0;
  told_syntax_ = {};
  for (const Side each : {Side::client, Side::server}) {
    ShortText<16>& title = titles_[static_cast<std::size_t>(each)];
    title.clear();
    title.add(each == from ? calling : called);
  }
  out.say(from, "dicom.ae_title"_claim, calling);
  out.say(other(from), "dicom.ae_title"_claim, called);
  return true;
}

bool DicomAssociation::read_item(Side from, bool request, Cursor in, FactSink& out) {
  const std::uint8_t type = in.u8();
  in.skip(3);  // reserved, length
  const std::string_view text = as_text(in.rest());
  switch (type) {
    case item::kImplementationUid: out.say(from, "dicom.implementation_uid"_claim, text); break;
    case item::kImplementationVersion: out.say(from, "dicom.implementation"_claim, text); break;
    case item::kMaximumLength: {
      const std::uint32_t most = in.be32();
      if (in.ok()) out.say(from, "dicom.max_pdu"_claim, ShortText<16>().number(most));
      break;
    }
    case item::kOperationsWindow: {
      const std::uint16_t invoked = in.be16();
      const std::uint16_t performed = in.be16();
      ShortText<64> window;
      window.number(invoked).add(" invoked, ").number(performed).add(" performed");
      if (in.ok()) out.say(from, "dicom.window"_claim, window);
      break;
    }
    case item::kUserIdentity: tell_user_identity(from, in.u8(), out); break;
    default: read_context(from, request, type, in, out);
  }
  return in.ok();
}

void DicomAssociation::read_context(Side from, bool request, std::uint8_t type, Cursor value,
                                    FactSink& out) {
  std::uint8_t& context = context_[static_cast<std::size_t>(from)];
  switch (type) {
    case item::kContextRequest: context = value.u8(); break;
    case item::kContextAccept:
      context = value.u8();
      value.skip(1);
      at(context).accepted = value.u8() == 0 && value.ok();
      at(context).answered = value.ok();
      break;
    case item::kAbstractSyntax:
      if (request) at(context).abstract_syntax = keep(trimmed(as_text(value.rest())));
      break;
    case item::kTransferSyntax:
      if (request) break;
      at(context).syntax = dicom_syntax(trimmed(as_text(value.rest())));
      if (at(context).accepted) tell_syntax(from, trimmed(as_text(value.rest())), out);
      break;
    case item::kRoleSelection: {
      const std::size_t size = value.be16();
      const std::string_view uid = trimmed(as_text(value.take(size)));
      const bool uses = value.u8() != 0;
      const bool provides = value.u8() != 0;
      if (request && provides && !uses && value.ok() && turned_used_ < turned_.size())
        turned_[turned_used_++] = keep(uid);
      break;
    }
    default: break;
  }
}

// Most contexts agree on the same one.
void DicomAssociation::tell_syntax(Side from, std::string_view uid, FactSink& out) {
  const std::string_view name = dicom_syntax_name(uid);
  if (!name.empty() && name == told_syntax_) return;
  told_syntax_ = name;
  out.say(from, "dicom.syntax"_claim, name.empty() ? uid : name);
}

std::string_view DicomAssociation::keep(std::string_view uid) {
  const std::string_view name = dicom_class_name(uid);
  if (name.data() != uid.data()) return name;
  for (std::size_t i = 0; i < strangers_used_; ++i)
    if (strangers_[i].view() == uid) return strangers_[i];
  if (strangers_used_ == strangers_.size()) return {};
  ShortText<64>& place = strangers_[strangers_used_++];
  place.clear();
  return place.add(uid).view();
}

bool DicomAssociation::turned(std::string_view abstract_syntax) const {
  const auto end = turned_.begin() + static_cast<std::ptrdiff_t>(turned_used_);
  return std::find(turned_.begin(), end, abstract_syntax) != end;
}

// The same abstract syntax is often offered once for each transfer syntax.
bool DicomAssociation::first_of_its_kind(std::size_t index) const {
  const auto end = contexts_.begin() + static_cast<std::ptrdiff_t>(index);
  return std::ranges::find(contexts_.begin(), end, contexts_[index].abstract_syntax,
                           &Context::abstract_syntax) == end;
}

// In whatever transfer syntax.
bool DicomAssociation::accepts(std::string_view abstract_syntax) const {
  return std::ranges::any_of(contexts_, [&](const Context& context) {
    return context.accepted && context.abstract_syntax == abstract_syntax;
  });
}

void DicomAssociation::tell_contexts(Side from, bool request, FactSink& out) const {
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    const std::string_view what = contexts_[i].abstract_syntax;
    if (what.empty() || !first_of_its_kind(i)) continue;
    const bool accepted = request || accepts(what);
    if (!accepted && !contexts_[i].answered) continue;
    const bool uses = request != turned(what);
    const Claim claim = uses ? "dicom.uses"_claim : "dicom.provides"_claim;
    out.on_fact({from, claim, what, {}, !accepted});
  }
}

}  // namespace asepsis
