// Names of topics and paths with what names one thing of many masked: it may
// be a patient, and there is no end of them.

#pragma once

#include <algorithm>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {

// "ward/7/pump-1234/vitals" becomes "ward/+/+/vitals". What is deeper than
// eight segments is left out.
inline ShortText<200> topic_shape(std::string_view topic) {
  constexpr std::size_t kDeepest = 8;
  constexpr std::size_t kLongestSegment = 24;
  const auto names_one = [](std::string_view segment) {
    return segment.size() > kLongestSegment ||
           std::ranges::any_of(segment, [](char c) { return c >= '0' && c <= '9'; });
  };
  ShortText<200> shape;
  bool person = false;
  for (std::size_t depth = 0; !topic.empty() || depth == 0; ++depth) {
    if (depth == kDeepest) return shape.add("/#"), shape;
    const std::string_view segment = topic.substr(0, topic.find('/'));
    topic.remove_prefix(std::min(topic.size(), segment.size() + 1));
    if (depth > 0) shape.add('/');
    shape.add(person || names_one(segment) ? "+" : segment);
    person = same_letters(segment, "patient") || same_letters(segment, "patients");
  }
  return shape;
}

}  // namespace asepsis
