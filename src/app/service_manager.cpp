#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace asepsis {

ServiceManager::ServiceManager() {
  const char* const name = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t size = name == nullptr ? 0 : std::strlen(name);
  if (size < 2 || size >= sizeof address.sun_path || (*name != '/' && *name != '@')) return;
  std::memcpy(address.sun_path, name, size);
  if (*name == '@') address.sun_path[0] = '\0';
  OpenFile socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), length) == 0)
    socket_ = std::move(socket);
}

// By write(): it is the only way to send that a listener has left itself.
void ServiceManager::tell(std::string_view state) const {
  if (socket_.descriptor() < 0) return;
  // One that does not hear it is no reason to end.
  if (::write(socket_.descriptor(), state.data(), state.size()) < 0) return;
}

}  // namespace asepsis
