// Tools by which a technician elsewhere sees and steers a machine, told by the
// names of the servers they meet at.

#pragma once

#include <string_view>

namespace asepsis {

// "TeamViewer"; empty if the name is none that we know. A literal.
std::string_view remote_support_of(std::string_view server_name);

// The same by the subject of a server's certificate: "CN=AnyNet Relay,...".
std::string_view remote_support_of_subject(std::string_view subject);

}  // namespace asepsis
