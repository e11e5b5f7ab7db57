// What a page that a device serves says of the device: its title, and the
// identity in its table of labels and values. No other text is kept, and of a
// page about a patient nothing.

#pragma once

#include <string_view>

#include "fact/fact.hpp"

namespace asepsis {

// `identity`: whether its labels may be taken for the server's own.
void read_html_page(std::string_view html, bool identity, FactSink& out);

}  // namespace asepsis
