// The listener is the one of `asepsis watch`, in a process of its own, at one
// end of a pair of virtual interfaces. The other end sends what hosts answer -
// who has this address, are you there, open a connection - to the listener's
// own address and to all, and counts what comes back.

#include "app/selftest_command.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "app/virtual_pair.hpp"
#include "app/watch_command.hpp"
#include "capture/byte_stream.hpp"
#include "capture/interface.hpp"
#include "store/database.hpp"

namespace asepsis {
namespace {

using Frame = std::vector<std::uint8_t>;

constexpr int kRounds = 200;
constexpr int kPatience = 10'000;  // milliseconds
constexpr std::array<std::uint8_t, 6> kAll{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

Failure system_failure(std::string_view what) {
  return fail("the self-test could not be made: " + std::string(what) + ": " +
              std::generic_category().message(errno));
}

// A folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "asepsis-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void append(Frame& frame, std::initializer_list<int> bytes) {
  for (const int byte : bytes) frame.push_back(static_cast<std::uint8_t>(byte));
}

Frame ethernet(std::span<const std::uint8_t> to, int type) {
  Frame frame(to.begin(), to.end());
  append(frame, {2, 0, 0, 0, 0, 2, type >> 8, type & 0xff});
  return frame;
}

// From 192.0.2.2 to 192.0.2.1, checksums in place.
Frame ipv4(std::span<const std::uint8_t> to, int protocol, std::initializer_list<int> payload) {
  Frame frame = ethernet(to, ETH_P_IP);
  const auto size = static_cast<int>(20 + payload.size());
  const std::size_t begin = frame.size();
  append(frame, {0x45, 0, size >> 8, size & 0xff, 0, 1, 0, 0, 64, protocol, 0, 0});
  append(frame, {192, 0, 2, 2, 192, 0, 2, 1});
  std::uint32_t sum = 0;
  for (std::size_t i = begin; i < frame.size(); i += 2) sum += frame[i] * 256U + frame[i + 1];
  sum = ~((sum & 0xffffU) + (sum >> 16)) & 0xffffU;
  frame[begin + 10] = static_cast<std::uint8_t>(sum >> 8);
  frame[begin + 11] = static_cast<std::uint8_t>(sum);
  append(frame, payload);
  return frame;
}

// What a host would answer, to its own address or to all.
std::vector<Frame> questions(std::span<const std::uint8_t> to, int round) {
  constexpr int kIcmp = 1;
  constexpr int kTcp = 6;
  constexpr int kUdp = 17;
  const int high = round >> 8;
  const int low = round & 0xff;
  Frame arp = ethernet(to, ETH_P_ARP);
  append(arp, {0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 192, 0, 2, 2});
  append(arp, {0, 0, 0, 0, 0, 0, 192, 0, 2, 1});
  return {
      arp, ipv4(to, kIcmp, {8, 0, 0xf7 - high, 0xff - low, 0, 0, high, low}),
      ipv4(to, kTcp, {0xc0 + high, low, 0, 104, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 4, 0, 0, 0, 0, 0}),
      ipv4(to, kUdp, {0xc0 + high, low, 0, 161, 0, 12, 0, 0, 1, 2, 3, 4})};
}

// The other end: sends, and counts what the listener's end sends.
class Peer {
 public:
  static Result<Peer> open(const std::string& name) {
    OpenFile socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL)));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(::if_nametoindex(name.c_str()));
    if (socket.descriptor() < 0 ||
        ::bind(socket.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0)
      return system_failure("the peer's socket");
    return Peer(std::move(socket));
  }
  bool send(const Frame& frame) {
    return ::send(socket_.descriptor(), frame.data(), frame.size(), 0) ==
           static_cast<ssize_t>(frame.size());
  }
  std::uint64_t received() {
    std::array<std::uint8_t, 2048> frame{};
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    while (::recvfrom(socket_.descriptor(), frame.data(), frame.size(), 0,
                      reinterpret_cast<sockaddr*>(&from), &size) >= 0) {
      if (from.sll_pkttype != PACKET_OUTGOING) ++received_;
      size = sizeof from;
    }
    return received_;
  }

 private:
  explicit Peer(OpenFile socket) : socket_(std::move(socket)) {}
  OpenFile socket_;
  std::uint64_t received_ = 0;
};

// `asepsis watch` as a process; what it says of itself comes through a pipe.
class Listener {
 public:
  Listener(const std::string& interface, const std::filesystem::path& database) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return;
    log_ = OpenFile(ends[0]);
    const OpenFile said(ends[1]);
    process_ = ::fork();
    if (process_ != 0) return;
    ::dup2(said.descriptor(), STDERR_FILENO);
    ::close(STDOUT_FILENO);
    WatchCommand command;
    command.interfaces = {interface};
    command.database = database;
    command.workers = 1;
    const auto watched = run(command);
    if (!watched) std::cerr << watched.error().message << '\n';
    ::_exit(watched ? 0 : 1);
  }
  ~Listener() {
    if (process_ > 0) static_cast<void>(end());
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // What it said last if it does not listen.
  Result<void> await() {
    if (process_ < 0) return system_failure("fork");
    std::string said;
    while (!said.contains("sealed")) {
      pollfd asked{.fd = log_.descriptor(), .events = POLLIN, .revents = 0};
      std::array<char, 512> more{};
      const bool ready = ::poll(&asked, 1, kPatience) == 1;
      const ssize_t size = ready ? ::read(log_.descriptor(), more.data(), more.size()) : 0;
      if (size <= 0) return fail("the self-test's listener does not listen: " + said);
      said.append(more.data(), static_cast<std::size_t>(size));
    }
    return {};
  }
  // Whether it ended as it should.
  bool end() {
    ::kill(process_, SIGTERM);
    int status = 0;
    const bool waited = ::waitpid(process_, &status, 0) == process_;
    process_ = 0;
    return waited && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  OpenFile log_{-1};
  pid_t process_ = -1;
};

Result<std::uint64_t> heard(const std::filesystem::path& path) {
  auto database = Database::open(path, Database::Mode::read_only);
  if (!database) return std::unexpected(database.error());
  return guarded(path, [&]() -> Result<std::uint64_t> {
    return static_cast<std::uint64_t>(
        database->sql().execAndGet("SELECT sum(packets) FROM source").getInt64());
  });
}

// Whether the peer would have noticed: one packet, now that nobody listens.
bool counts(Peer& peer, const std::string& interface) {
  const std::uint64_t before = peer.received();
  auto other = Peer::open(interface);
  return other && other->send(questions(kAll, 0).front()) && peer.received() == before + 1;
}

Result<void> judge(std::uint64_t sent, std::uint64_t heard, std::uint64_t received) {
  std::cout << sent << " packets were sent to the listener: it heard " << heard << ".\n"
            << received << " packets came out of the interface that it listened to.\n";
  if (heard == sent && received == 0) {
    std::cout << "Passive: everything was received, nothing was sent.\n";
    return {};
  }
  return fail(received > 0 ? "not passive: something was sent" : "not everything was heard");
}

}  // namespace

Result<void> run(const SelftestCommand& asked) {
  if (!asked.passive) return fail("say what to prove: asepsis selftest --passive");
  const auto pair = make_virtual_pair();
  if (!pair) return std::unexpected(pair.error());
  auto peer = Peer::open(pair->peer);
  if (!peer) return std::unexpected(peer.error());
  const auto own = hardware_address(pair->listener);
  const TemporaryFolder folder;
  const auto database = folder.path() / "selftest.db";
  Listener listener(pair->listener, database);
  if (const auto listens = listener.await(); !listens) return listens;

  std::uint64_t sent = 0;
  for (int round = 0; round < kRounds; ++round)
    for (const auto& to : {own, kAll})
      for (const Frame& frame : questions(to, round)) sent += peer->send(frame) ? 1 : 0;
  ::usleep(500'000);  // for answers, if there are any
  const bool ended = listener.end();
  const auto packets = heard(database);
  if (!ended || !packets) return fail("the self-test's listener did not end as it should");
  const std::uint64_t received = peer->received();
  if (!counts(*peer, pair->listener))
    return fail("the self-test proves nothing: the peer does not count what comes out");
  return judge(sent, *packets, received);
}

}  // namespace asepsis
