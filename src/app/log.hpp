// What a program that runs for months says of itself: one line an event on
// standard error, as key=value pairs that people can read and programs can
// split (logfmt).

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace asepsis {

enum class Level { info, warning, error };

using LogValue = std::pair<std::string_view, std::string>;

// level=info event="listening" interface="eth1". Values are escaped: they may
// come from the network. Safe to call from any thread.
void log_event(Level level, std::string_view event, std::initializer_list<LogValue> values = {});

}  // namespace asepsis
