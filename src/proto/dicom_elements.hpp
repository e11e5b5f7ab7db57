// Reads the elements of a DICOM data set (PS3.5 section 7) as their bytes
// come, whatever the borders of fragments, PDUs and segments. What nobody
// wants is counted off and never copied; what is wanted is held in a small
// buffer until it is whole.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "proto/dicom_uids.hpp"

namespace asepsis {

struct DicomElement {
  std::uint32_t tag;       // group << 16 | element
  std::uint32_t sequence;  // tag of the innermost sequence around it; 0 outside
  std::uint32_t length;    // kUndefined if it ends with a delimiter

  static constexpr std::uint32_t kUndefined = 0xffffffff;
};

class DicomElementSink {
 public:
  enum class Want : std::uint8_t {
    skip,
    value,  // give me the value (its beginning, if it is long)
    items,  // a sequence: show me what is in it
    stop,   // nothing of this data set any more
  };
  // Asked when the header of an element is known, before its value is read.
  virtual Want element(const DicomElement& element) = 0;
  virtual void value(const DicomElement& element, Bytes value) = 0;

 protected:
  ~DicomElementSink() = default;
};

class DicomElementReader {
 public:
  void begin(DicomSyntax syntax);
  void feed(Bytes bytes, DicomElementSink& sink);

  // Nothing more will be said of this data set: its bytes need not be fed.
  bool done() const { return done_; }
  // Bytes that need not be fed, if skipped() is told of them.
  std::uint64_t skippable() const { return skip_; }
  // REQUIRES: n <= skippable().
  void skipped(std::uint64_t n);

 private:
  // Sequences nest; deeper ones than this are no sign of equipment.
  static constexpr std::size_t kDeepest = 12;
  static constexpr std::size_t kLongestValue = 192;

  struct Level {
    std::uint64_t end;  // position after its last byte; kUntilDelimiter
    std::uint32_t tag;
    DicomSyntax syntax;  // inside
    bool wanted;
  };
  static constexpr std::uint64_t kUntilDelimiter = UINT64_MAX;

  DicomSyntax syntax() const { return depth_ == 0 ? syntax_ : levels_[depth_ - 1].syntax; }
  Bytes fill_header(Bytes bytes);
  std::size_t header_needed();
  void leave_finished_sequences();
  void read_header(DicomElementSink& sink);
  void read_item(std::uint32_t tag, std::uint32_t length);
  void enter(std::uint32_t tag, std::uint64_t end, DicomSyntax syntax, bool wanted);
  Bytes collect(Bytes bytes, DicomElementSink& sink);

  std::array<Level, kDeepest> levels_;
  std::size_t depth_ = 0;
  std::array<std::uint8_t, 12> header_;
  std::size_t header_size_ = 0;
  std::array<std::uint8_t, kLongestValue> value_;
  std::size_t value_size_ = 0;
  std::uint64_t value_left_ = 0;  // of the value being collected
  std::uint64_t skip_ = 0;
  std::uint64_t position_ = 0;
  DicomElement element_{};
  DicomSyntax syntax_ = DicomSyntax::unknown;
  bool done_ = true;
};

}  // namespace asepsis
