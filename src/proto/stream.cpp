#include "proto/stream.hpp"

#include <algorithm>

namespace asepsis {

using State = StreamPlace::State;

std::uint64_t StreamReading::feed(Side from, Bytes bytes, FactSink& out) {
  if (place_.state != State::alive || place_.done(from)) return 0;
  std::uint64_t to_skip = 0;

  if (!waiting_ || waiting_->of(from).empty()) {
    const Bytes left = drain(from, bytes, out, to_skip);
    if (place_.state != State::alive || left.empty()) return to_skip;
    if (!waiting_) waiting_ = std::make_unique<WaitingBytes>();
    waiting_->of(from).assign(left.begin(), left.end());
    return to_skip;
  }
  std::vector<std::uint8_t>& pending = waiting_->of(from);
  pending.insert(pending.end(), bytes.begin(), bytes.end());
  const Bytes left = drain(from, pending, out, to_skip);
  if (place_.state == State::again) return 0;  // leftover() looks into pending
  if (!left.empty()) {
    pending.erase(pending.begin(), pending.end() - std::ssize(left));
    return to_skip;
  }
  std::vector<std::uint8_t>().swap(pending);
  if (!waiting_->needed()) waiting_.reset();
  return to_skip;
}

void lose(StreamPlace& place, std::unique_ptr<WaitingBytes>& waiting, Side from) {
  if (waiting) waiting->of(from).clear();
  place.set_lost(from);
}

void StreamReading::finish(Side from) {
  place_.set_done(from);
  if (place_.done(other(from))) place_.state = State::done;
}

// Gives every whole message to the parser and returns what is left over.
Bytes StreamReading::drain(Side from, Bytes bytes, FactSink& out, std::uint64_t& to_skip) {
  if (place_.lost(from)) {
    const auto start = parser_.resume(from, bytes);
    if (!start) return {};
    place_.set_found(from);
    bytes = bytes.subspan(std::min(*start, bytes.size()));
  }
  while (!bytes.empty()) {
    const Frame frame = parser_.frame(from, bytes);
    switch (frame.kind) {
      case Frame::Kind::foreign: place_.state = State::gave_up; return {};
      case Frame::Kind::done: finish(from); return {};
      case Frame::Kind::again:
        leftover_ = bytes;
        place_.state = State::again;
        return {};
      case Frame::Kind::unknown:
        if (bytes.size() >= max_message_) place_.state = State::gave_up;
        return bytes;
      case Frame::Kind::skip:
        if (frame.size == 0) {
          place_.state = State::gave_up;
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
      place_.state = State::gave_up;
      return {};
    }
    if (frame.size > bytes.size()) return bytes;
    if (!parser_.message(from, Cursor(bytes.first(frame.size)), out)) ++malformed_;
    bytes = bytes.subspan(frame.size);
  }
  return {};
}

}  // namespace asepsis
