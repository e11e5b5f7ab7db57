#include "proto/dicom_elements.hpp"

#include <algorithm>

namespace asepsis {
namespace {

constexpr std::uint32_t kItemGroup = 0xfffe;
constexpr std::uint32_t kItem = 0xfffee000;
constexpr std::uint32_t kSequenceDelimiter = 0xfffee0dd;
constexpr std::uint32_t kLongestWanted = 4096;  // a longer "name" is no name

constexpr bool capital(std::uint8_t byte) { return byte >= 'A' && byte <= 'Z'; }

// Value representations with two reserved bytes and a length of four: PS3.5
// table 7.1-1.
bool has_long_length(std::string_view vr) {
  constexpr std::string_view kLong[] = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                        "SV", "UC", "UN", "UR", "UT", "UV"};
  return std::ranges::find(kLong, vr) != std::end(kLong);
}

std::uint32_t read_tag(Cursor& in, DicomSyntax syntax) {
  if (syntax == DicomSyntax::explicit_big) return in.be32();
  const std::uint32_t group = in.le16();
  return group << 16 | in.le16();
}

// What the first header of a data set looks like, where nothing else tells.
DicomSyntax guess(Bytes header) {
  if (header[0] == 0 && header[1] != 0) return DicomSyntax::explicit_big;
  return capital(header[4]) && capital(header[5]) ? DicomSyntax::explicit_little
                                                  : DicomSyntax::implicit_little;
}

}  // namespace

void DicomElementReader::begin(DicomSyntax syntax) {
  depth_ = header_size_ = value_size_ = 0;
  value_left_ = skip_ = position_ = 0;
  syntax_ = syntax;
  done_ = syntax == DicomSyntax::deflated;
}

void DicomElementReader::skipped(std::uint64_t n) {
  skip_ -= n;
  position_ += n;
}

void DicomElementReader::feed(Bytes bytes, DicomElementSink& sink) {
  while (!bytes.empty() && !done_) {
    if (skip_ > 0) {
      const auto now = std::min<std::uint64_t>(skip_, bytes.size());
      skipped(now);
      bytes = bytes.subspan(now);
    } else if (value_left_ > 0) {
      bytes = collect(bytes, sink);
    } else {
      bytes = fill_header(bytes);
      if (header_size_ > 0 && header_size_ == header_needed()) {
        header_size_ = 0;
        read_header(sink);
      }
    }
  }
}

Bytes DicomElementReader::fill_header(Bytes bytes) {
  if (header_size_ == 0) leave_finished_sequences();
  const std::size_t now = std::min(header_needed() - header_size_, bytes.size());
  std::copy_n(bytes.begin(), now, header_.begin() + static_cast<std::ptrdiff_t>(header_size_));
  header_size_ += now;
  position_ += now;
  return bytes.subspan(now);
}

// Eight bytes, or twelve once they show a representation that needs them.
std::size_t DicomElementReader::header_needed() {
  if (header_size_ < 8) return 8;
  if (syntax_ == DicomSyntax::unknown) syntax_ = guess(header_);
  if (syntax() == DicomSyntax::implicit_little) return 8;
  Cursor in(header_);
  if (read_tag(in, syntax()) >> 16 == kItemGroup) return 8;
  return has_long_length(as_text(in.take(2))) ? 12 : 8;
}

void DicomElementReader::leave_finished_sequences() {
  while (depth_ > 0 && levels_[depth_ - 1].end != kUntilDelimiter &&
         position_ >= levels_[depth_ - 1].end)
    --depth_;
}

void DicomElementReader::read_header(DicomElementSink& sink) {
  const DicomSyntax syntax_here = syntax();
  const bool big = syntax_here == DicomSyntax::explicit_big;
  Cursor in(header_);
  const std::uint32_t tag = read_tag(in, syntax_here);
  // Some senders write single elements implicitly where they agreed not to.
  const bool is_explicit = tag >> 16 != kItemGroup && syntax_here != DicomSyntax::implicit_little &&
                           capital(header_[4]) && capital(header_[5]);
  std::string_view vr;
  std::uint32_t length = 0;
  if (is_explicit) vr = as_text(in.take(2));
  if (is_explicit && !has_long_length(vr)) {
    length = big ? in.be16() : in.le16();
  } else {
    if (is_explicit) in.skip(2);
    length = big ? in.be32() : in.le32();
  }
  if (tag >> 16 == kItemGroup) return read_item(tag, length);

  element_ = {tag, depth_ == 0 ? 0 : levels_[depth_ - 1].tag, length};
  const auto want = sink.element(element_);
  if (want == DicomElementSink::Want::stop) {
    done_ = true;
  } else if (length == DicomElement::kUndefined) {
    // Only sequences; else it is encapsulated pixels. An unknown one is
    // written implicitly (PS3.5 section 6.2.2).
    if (is_explicit && vr != "SQ" && vr != "UN") {
      done_ = true;
    } else {
      enter(tag, kUntilDelimiter, vr == "UN" ? DicomSyntax::implicit_little : syntax_here,
            want == DicomElementSink::Want::items);
    }
  } else if (want == DicomElementSink::Want::items) {
    enter(tag, position_ + length, syntax_here, true);
  } else if (want == DicomElementSink::Want::value && length > 0 && length <= kLongestWanted) {
    value_size_ = 0;
    value_left_ = length;
  } else {
    skip_ = length;
  }
}

// Items need no level of their own: their elements stand one after another.
void DicomElementReader::read_item(std::uint32_t tag, std::uint32_t length) {
  if (tag == kSequenceDelimiter) {
    if (depth_ > 0) --depth_;
  } else if (tag == kItem && length != DicomElement::kUndefined && depth_ > 0 &&
             !levels_[depth_ - 1].wanted) {
    skip_ = length;
  }
}

void DicomElementReader::enter(std::uint32_t tag, std::uint64_t end, DicomSyntax syntax,
                               bool wanted) {
  if (depth_ == kDeepest) {
    done_ = true;
  } else {
    levels_[depth_++] = {end, tag, syntax, wanted};
  }
}

Bytes DicomElementReader::collect(Bytes bytes, DicomElementSink& sink) {
  const auto now = std::min<std::uint64_t>(value_left_, bytes.size());
  const auto kept = std::min<std::uint64_t>(now, kLongestValue - value_size_);
  std::copy_n(bytes.begin(), kept, value_.begin() + static_cast<std::ptrdiff_t>(value_size_));
  value_size_ += kept;
  value_left_ -= now;
  position_ += now;
  if (value_left_ == 0) sink.value(element_, Bytes(value_).first(value_size_));
  return bytes.subspan(now);
}

}  // namespace asepsis
