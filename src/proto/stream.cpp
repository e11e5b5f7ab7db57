#include "proto/stream.hpp"

#include <algorithm>

namespace asepsis {

std::uint64_t Stream::feed(Side from, Bytes bytes, FactSink& out) {
  Half& side = half(from);
  if (state_ != State::alive || side.done) return 0;
  std::uint64_t to_skip = 0;

  if (side.pending.empty()) {
    const Bytes left = drain(from, bytes, out, to_skip);
    if (state_ == State::alive) side.pending.assign(left.begin(), left.end());
    return to_skip;
  }
  side.pending.insert(side.pending.end(), bytes.begin(), bytes.end());
  const Bytes left = drain(from, side.pending, out, to_skip);
  if (state_ == State::again) return 0;  // leftover() looks into pending
  if (left.empty()) {
    std::vector<std::uint8_t>().swap(side.pending);
  } else {
    side.pending.erase(side.pending.begin(), side.pending.end() - std::ssize(left));
  }
  return to_skip;
}

void Stream::lose(Side from) {
  Half& side = half(from);
  side.pending.clear();
  side.lost = true;
}

void Stream::finish(Side from) {
  half(from).done = true;
  if (half(other(from)).done) state_ = State::done;
}

// Gives every whole message to the parser and returns what is left over.
Bytes Stream::drain(Side from, Bytes bytes, FactSink& out, std::uint64_t& to_skip) {
  Half& side = half(from);
  if (side.lost) {
    const auto start = parser_->resume(from, bytes);
    if (!start) return {};
    side.lost = false;
    bytes = bytes.subspan(std::min(*start, bytes.size()));
  }
  while (!bytes.empty()) {
    const Frame frame = parser_->frame(from, bytes);
    switch (frame.kind) {
      case Frame::Kind::foreign: state_ = State::gave_up; return {};
      case Frame::Kind::done: finish(from); return {};
      case Frame::Kind::again:
        leftover_ = bytes;
        state_ = State::again;
        return {};
      case Frame::Kind::unknown:
        if (bytes.size() >= max_message_) state_ = State::gave_up;
        return bytes;
      case Frame::Kind::skip:
        if (frame.size == 0) {
          state_ = State::gave_up;
          return {};
        }
        if (frame.size >= bytes.size()) {
          to_skip = frame.size - bytes.size();
          return {};
        }
        bytes = bytes.subspan(frame.size);
        continue;
      case Frame::Kind::message: break;
    }
    if (frame.size == 0 || frame.size > max_message_) {
      state_ = State::gave_up;
      return {};
    }
    if (frame.size > bytes.size()) return bytes;
    if (!parser_->message(from, Cursor(bytes.first(frame.size)), out)) ++malformed_;
    bytes = bytes.subspan(frame.size);
  }
  return {};
}

}  // namespace asepsis
