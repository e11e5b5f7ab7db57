#include "app/metrics.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <iterator>
#include <system_error>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

// Counters that tell how much there was, not what went wrong.
constexpr std::string_view kNoLosses[] = {"flows", "fragments", "datagrams reassembled"};

constexpr int kWaiting = 8;  // who ask at once

Failure not_opened(const std::string& where) {
  return fail("metrics cannot be given at " + escaped(where) + ": " +
              std::generic_category().message(errno));
}

Result<OpenFile> listen_at(const std::string& where, const sockaddr* address, socklen_t size) {
  OpenFile socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  ::setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket.descriptor(), address, size) != 0 ||
      ::listen(socket.descriptor(), kWaiting) != 0)
    return not_opened(where);
  return socket;
}

Result<OpenFile> listen_at_path(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return not_opened(path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  struct stat status {};
  // Of an earlier run; nothing else is taken away.
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  return listen_at(path, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

Result<OpenFile> listen_at_port(const std::string& where, std::string_view host,
                                std::string_view digits) {
  std::uint16_t port = 0;
  const auto end = digits.data() + digits.size();
  const bool number = std::from_chars(digits.data(), end, port).ptr == end && port != 0;
  if (number && host == "127.0.0.1") {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return listen_at(where, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (number && host == "[::1]") {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    return listen_at(where, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  return fail("--metrics takes the path of a socket, 127.0.0.1:PORT or [::1]:PORT, not " +
              escaped(where) + ": a listener answers nobody on the network");
}

class Text {
 public:
  template <class Number>
  void add(std::string_view name, std::string_view kind, std::string_view help, Number value) {
    head(name, kind, help);
    sample(name, "", value);
  }
  void head(std::string_view name, std::string_view kind, std::string_view help) {
    for (const auto& [word, rest] : {std::pair{"HELP", help}, std::pair{"TYPE", kind}})
      out_.append("# ").append(word).append(" asepsis_").append(name).append(" ").append(rest) +=
          '\n';
  }
  template <class Number>
  void sample(std::string_view name, std::string_view labels, Number value) {
    out_.append("asepsis_").append(name).append(labels).append(" ") += std::to_string(value) + '\n';
  }
  std::string out() && { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string metrics_text(const LiveStatus& status, int behind) {
  Text text;
  text.add("packets_total", "counter", "Packets heard", status.counts.packets);
  text.add("bytes_total", "counter", "Bytes heard", status.counts.bytes);
  const auto of = [&](const char* what) {
    const auto found = status.counters.find(what);
    return found == status.counters.end() ? 0 : found->second;
  };
  text.add("kernel_dropped_packets_total", "counter", "Packets dropped by the kernel",
           of("packets dropped by the kernel"));
  text.add("flows_total", "counter", "Conversations that began, or were going on when first heard",
           of("flows"));
  text.head("losses_total", "counter", "What was lost, refused or malformed, by kind");
  for (const auto& [name, count] : status.counters)
    if (!name.empty() && std::ranges::find(kNoLosses, name) == std::end(kNoLosses))
      text.sample("losses_total", "{what=" + json_string(name) + "}", count);
  text.add("devices", "gauge", "Devices in the database", status.devices);
  text.add("findings_behind", "gauge",
           "Findings that wait to be looked for: 0 none, 1 what compares devices, 2 others too",
           behind);
  text.add("facts", "gauge", "Facts of this source", status.facts);
  text.add("conversations", "gauge", "Conversations of this source", status.conversations);
  text.add("conversations_running", "gauge", "Conversations that go on", status.running);
  text.add("memory_bytes", "gauge", "Memory in use", status.memory);
  text.add("writes_total", "counter", "Times that the database was written", status.writes);
  text.add("failed_writes_total", "counter", "Times that it could not be", status.failed_writes);
  text.add("derivations_total", "counter", "Times that the inventory was derived",
           status.derivations);
  text.add("failed_derivations_total", "counter", "Times that it could not be",
           status.failed_derivations);
  text.add("write_seconds", "gauge", "How long the last write took", status.write_cost.count());
  text.add("derive_seconds", "gauge", "How long the last derivation took",
           status.derive_cost.count());
  const std::chrono::duration<double> written = status.written.time_since_epoch();
  text.add("written_timestamp_seconds", "gauge", "When the database was last written",
           written.count());
  return std::move(text).out();
}

Result<MetricsServer> MetricsServer::open(const std::string& where) {
  if (where.empty()) return MetricsServer(OpenFile(-1));
  const std::size_t colon = where.rfind(':');
  const bool path = where.contains('/') || colon == std::string::npos;
  auto socket = path ? listen_at_path(where)
                     : listen_at_port(where, std::string_view(where).substr(0, colon),
                                      std::string_view(where).substr(colon + 1));
  if (!socket) return std::unexpected(socket.error());
  return MetricsServer(*std::move(socket));
}

void MetricsServer::answer(const LiveStatus& status, int behind) const {
  const OpenFile client(::accept4(descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
  if (client.descriptor() < 0) return;
  const timeval patience{.tv_sec = 0, .tv_usec = 300'000};
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(client.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::array<char, 2048> asked{};
  const ssize_t size = ::read(client.descriptor(), asked.data(), asked.size());
  if (size <= 0) return;
  const std::string_view request(asked.data(), static_cast<std::size_t>(size));
  const bool known = request.starts_with("GET /metrics ");
  const std::string body = known ? metrics_text(status, behind) : "GET /metrics\n";
  const std::string whole = std::string(known ? "HTTP/1.0 200 OK" : "HTTP/1.0 404 Not Found") +
                            "\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body;
  // Who does not take all of it goes without.
  if (::write(client.descriptor(), whole.data(), whole.size()) < 0) return;
}

}  // namespace asepsis
