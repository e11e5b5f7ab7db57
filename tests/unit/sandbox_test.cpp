// What a sealed process cannot do any more, and what it still can.

#include "app/sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <thread>

namespace asepsis {
namespace {

// A connected pair stands for the capture socket: what it sends would arrive.
struct Sockets {
  Sockets() { socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()); }
  int capture() const { return ends[0]; }
  std::array<int, 2> ends{-1, -1};
};

// The exit status of a process that is sealed and then does that: 0 if it could.
int sealed(const std::function<bool(int capture)>& work,
           const std::vector<std::filesystem::path>& writable = {"/tmp"}) {
  const Sockets sockets;
  const pid_t process = fork();
  if (process == 0) {
    const std::array capture{sockets.capture()};
    if (!seal(capture, writable)) _exit(9);
    _exit(work(sockets.capture()) ? 0 : errno == EPERM ? 1 : 2);
  }
  int status = 0;
  waitpid(process, &status, 0);
  std::array<char, 8> arrived{};
  const auto size = recv(sockets.ends[1], arrived.data(), arrived.size(), MSG_DONTWAIT);
  EXPECT_LT(size, 0) << "something was sent";
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

constexpr int kCould = 0, kRefused = 1;
char text[] = "x";

TEST(Sandbox, NothingIsSentByAnyCall) {
  iovec part{.iov_base = text, .iov_len = 1};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  mmsghdr messages{.msg_hdr = message, .msg_len = 0};
  const std::function<bool(int)> calls[] = {
      [](int file) { return send(file, text, 1, 0) == 1; },
      [&](int file) { return sendmsg(file, &message, 0) == 1; },
      [&](int file) { return sendmmsg(file, &messages, 1, 0) == 1; },
      [](int file) { return write(file, text, 1) == 1; },
      [&](int file) { return writev(file, &part, 1) == 1; },
      [](int file) { return pwrite(file, text, 1, 0) == 1; },
      [](int file) {
        const int from = open("/proc/self/status", O_RDONLY);
        return sendfile(file, from, nullptr, 1) == 1;
      },
      [](int file) {
        std::array<int, 2> pipe_ends{};
        return pipe(pipe_ends.data()) == 0 && write(pipe_ends[1], text, 1) == 1 &&
               splice(pipe_ends[0], nullptr, file, nullptr, 1, 0) == 1;
      },
  };
  for (std::size_t i = 0; i < std::size(calls); ++i)
    EXPECT_EQ(sealed(calls[i]), kRefused) << "call " << i;
}

TEST(Sandbox, NoWayAround) {
  EXPECT_EQ(sealed([](int file) { return dup(file) >= 0; }), kRefused);
  EXPECT_EQ(sealed([](int file) { return dup2(file, 100) >= 0; }), kRefused);
  EXPECT_EQ(sealed([](int file) { return fcntl(file, F_DUPFD, 100) >= 0; }), kRefused);
  EXPECT_EQ(sealed([](int) { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }), kRefused);
  EXPECT_EQ(sealed([](int) { return socket(AF_UNIX, SOCK_DGRAM, 0) >= 0; }), kRefused);
  EXPECT_EQ(sealed([](int) { return execl("/bin/true", "true", nullptr) == 0; }), kRefused);
  // A thread is no way either.
  EXPECT_EQ(sealed([](int file) {
              bool sent = false;
              int error = 0;
              std::thread([&] {
                sent = write(file, text, 1) == 1;
                error = errno;
              }).join();
              errno = error;
              return sent;
            }),
            kRefused);
}

// Not on the list of what listening needs: as if the kernel did not have it, and
// the process goes on.
TEST(Sandbox, WhatNobodyThoughtOfIsRefused) {
  const std::function<bool(int)> calls[] = {
      [](int) { return chroot("/") == 0; },
      [](int) { return syscall(SYS_personality, 0xffffffffUL) != -1; },
      [](int) { return syscall(SYS_memfd_create, "x", 0U) >= 0; },
      [](int) { return sethostname("x", 1) == 0; },
      [](int) { return link("/proc/self/status", "/tmp/x") == 0; },
      [](int) { return syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0) != -1; },
  };
  for (std::size_t i = 0; i < std::size(calls); ++i) {
    const auto unknown = [&](int file) { return !calls[i](file) && errno == ENOSYS; };
    EXPECT_EQ(sealed(unknown), kCould) << "call " << i;
  }
}

TEST(Sandbox, WhatItNeedsStaysPossible) {
  EXPECT_EQ(sealed([](int file) {
              std::array<char, 1> byte{};
              return recv(file, byte.data(), 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
            }),
            kCould);
  EXPECT_EQ(sealed([](int) {
              std::array<int, 2> ends{};
              return pipe(ends.data()) == 0 && write(ends[1], text, 1) == 1;
            }),
            kCould);
}

TEST(Sandbox, OnlyItsOwnFolderCanBeWritten) {
  std::string own = (std::filesystem::temp_directory_path() / "asepsis-own-XXXXXX").string();
  std::string other = (std::filesystem::temp_directory_path() / "asepsis-other-XXXXXX").string();
  ASSERT_NE(mkdtemp(own.data()), nullptr);
  ASSERT_NE(mkdtemp(other.data()), nullptr);
  const auto creates = [](const std::string& folder) {
    return [folder](int) { return open((folder + "/new").c_str(), O_CREAT | O_WRONLY, 0600) >= 0; };
  };
  const auto locked = [] {
    // Of a process that is gone at once, as it cannot be undone.
    const pid_t process = fork();
    if (process == 0) {
      const auto sealed_now = seal({}, {});
      _exit(sealed_now && sealed_now->files ? 1 : 0);
    }
    int status = 0;
    waitpid(process, &status, 0);
    return WEXITSTATUS(status) == 1;
  }();
  EXPECT_EQ(sealed(creates(own), {own}), kCould);
  if (locked) {
    EXPECT_NE(sealed(creates(other), {own}), kCould);
  }
  std::filesystem::remove_all(own);
  std::filesystem::remove_all(other);
}

}  // namespace
}  // namespace asepsis
