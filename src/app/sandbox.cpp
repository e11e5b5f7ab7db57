// Capabilities: capabilities(7). System calls: seccomp(2), by libseccomp.
// Files: landlock(7), by its system calls, as no library of Debian 12 has them.

#include "app/sandbox.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <system_error>

#include "base/text.hpp"
#include "capture/byte_stream.hpp"

namespace asepsis {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

Result<void> drop_capabilities() {
  const std::unique_ptr<void, int (*)(void*)> none(cap_init(), cap_free);
  const bool dropped = none && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                       ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
                       cap_set_proc(static_cast<cap_t>(none.get())) == 0;
  if (!dropped) return fail("the capabilities cannot be dropped: " + reason(errno));
  return {};
}

// The rules of one filter; the first that the library refuses is remembered. What
// no rule names is refused or allowed as `otherwise` says.
class Rules {
 public:
  explicit Rules(std::uint32_t otherwise) : filter_(seccomp_init(otherwise)) {
    constexpr std::uint32_t kLog = 1;  // what is refused is named in the kernel's log
    constexpr std::uint32_t kTree = 2;
    // Without these the filter refuses the same: some containers do not let them be set.
    static_cast<void>(seccomp_attr_set(filter_, SCMP_FLTATR_CTL_LOG, kLog));
    static_cast<void>(seccomp_attr_set(filter_, SCMP_FLTATR_CTL_OPTIMIZE, kTree));
  }
  ~Rules() { seccomp_release(filter_); }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  void allow(std::span<const int> calls) {
    for (const int call : calls)
      note(seccomp_rule_add_array(filter_, SCMP_ACT_ALLOW, call, 0, nullptr));
  }
  void forbid(std::span<const int> calls) {
    for (const int call : calls) note(seccomp_rule_add_array(filter_, kRefuse, call, 0, nullptr));
  }
  // Where the argument of that number is the file.
  void forbid(int call, unsigned argument, int file) {
    const scmp_arg_cmp same{argument, SCMP_CMP_MASKED_EQ, 0xffff'ffff,
                            static_cast<scmp_datum_t>(file)};
    note(seccomp_rule_add_array(filter_, kRefuse, call, 1, &same));
  }
  Result<void> load() {
    if (error_ == 0) note(seccomp_load(filter_));
    if (error_ != 0) return fail("system calls cannot be forbidden: " + reason(-error_));
    return {};
  }

 private:
  static constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EPERM);
  void note(int result) {
    if (result < 0 && error_ == 0) error_ = result;
  }
  scmp_filter_ctx filter_;
  int error_ = 0;
};

// What could send, or get around that it cannot: refused outright. A socket is
// sent on by these or by writing; a new one could be sent on.
constexpr int kForbidden[] = {SCMP_SYS(sendto),
                              SCMP_SYS(sendmsg),
                              SCMP_SYS(sendmmsg),
                              SCMP_SYS(socket),
                              SCMP_SYS(socketpair),
                              SCMP_SYS(connect),
                              SCMP_SYS(sendfile),
                              SCMP_SYS(splice),
                              SCMP_SYS(tee),
                              SCMP_SYS(vmsplice),
                              SCMP_SYS(dup),
                              SCMP_SYS(dup2),
                              SCMP_SYS(dup3),
                              SCMP_SYS(io_uring_setup),
                              SCMP_SYS(io_uring_enter),
                              SCMP_SYS(execve),
                              SCMP_SYS(execveat),
                              SCMP_SYS(io_uring_register),
                              SCMP_SYS(ptrace),
                              SCMP_SYS(process_vm_writev),
                              SCMP_SYS(pidfd_getfd),
                              SCMP_SYS(bpf),
                              SCMP_SYS(unshare),
                              SCMP_SYS(setns),
                              SCMP_SYS(mount),
                              SCMP_SYS(perf_event_open),
                              SCMP_SYS(userfaultfd),
                              SCMP_SYS(kexec_load),
                              SCMP_SYS(init_module),
                              SCMP_SYS(finit_module)};

// All that a listener does once it listens: its own memory, threads and clock;
// the files of the database, of packets and of knowledge; what was opened
// before (rings, who asks for metrics, systemd); signals.
constexpr int kNeeded[] = {
    // Memory, threads, signals.
    SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
    SCMP_SYS(madvise), SCMP_SYS(mincore), SCMP_SYS(membarrier), SCMP_SYS(clone), SCMP_SYS(clone3),
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    // Time, and waiting.
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select),
    SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2),
    // Files that are open.
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(close), SCMP_SYS(lseek),
    SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
    SCMP_SYS(fadvise64), SCMP_SYS(readahead), SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(ioctl),
    SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(fchmod), SCMP_SYS(fchown),
    // Files by name: which can be changed is Landlock's.
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
    SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(umask),
    // Sockets that were opened before.
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(accept), SCMP_SYS(accept4),
    SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    SCMP_SYS(shutdown),
    // Who and where it is.
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(capget),
    SCMP_SYS(uname), SCMP_SYS(getrandom), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(times)};

// Two filters, as one cannot say "any file but these": the kernel takes what is
// stricter. What neither names fails as on a kernel that does not have it, for
// which libraries have another way; who is listened for need not pay for a call
// that a new library makes.
Result<void> limit_calls(std::span<const int> capture) {
  Rules sending(SCMP_ACT_ALLOW);
  for (const int file : capture)
    for (const int call : {SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(pwritev),
                           SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(setsockopt)})
      sending.forbid(call, 0, file);
  if (const auto loaded = sending.load(); !loaded) return loaded;
  Rules all(SCMP_ACT_ERRNO(ENOSYS));
  all.forbid(kForbidden);
  all.allow(kNeeded);
  return all.load();
}

// Everything that changes a file or runs it, of the first version of Landlock
// and what later ones added (fs, and TCP since the fourth).
constexpr std::uint64_t kFileRights =
    0x1fffULL & ~(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
constexpr std::uint64_t kRefer = 1ULL << 13, kTruncate = 1ULL << 14;
constexpr std::uint64_t kTcp = 3;  // to bind and to connect

struct Ruleset {
  std::uint64_t files = 0, network = 0;
};

// False if the kernel has no Landlock.
Result<bool> keep_to(const std::vector<std::filesystem::path>& writable) {
  const auto version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  Ruleset rules{.files = kFileRights | (version >= 2 ? kRefer : 0) | (version >= 3 ? kTruncate : 0),
                .network = version >= 4 ? kTcp : 0};
  const std::size_t size = version >= 4 ? sizeof rules : sizeof rules.files;
  const OpenFile ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, size, 0)));
  const auto refused = [] { return fail("files cannot be locked: " + reason(errno)); };
  if (ruleset.descriptor() < 0) return refused();
  for (const auto& path : writable) {
    const OpenFile folder(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (folder.descriptor() < 0) continue;  // nothing can be written where nothing is
    landlock_path_beneath_attr beneath{};
    beneath.allowed_access = rules.files & ~std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE};
    beneath.parent_fd = folder.descriptor();
    if (::syscall(SYS_landlock_add_rule, ruleset.descriptor(), LANDLOCK_RULE_PATH_BENEATH, &beneath,
                  0) != 0)
      return refused();
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.descriptor(), 0) != 0) return refused();
  return true;
}

// Nothing is sent by trying: there is nothing in it, and no such packet exists.
bool refused(long result) { return result < 0 && errno == EPERM; }

Result<void> try_it(std::span<const int> capture) {
  const auto broken = [](std::string_view what) {
    return fail("asepsis could still " + std::string(what) +
                " after giving it up, and does not listen");
  };
  for (const int file : capture) {
    if (!refused(::sendto(file, "", 0, 0, nullptr, 0))) return broken("send");
    if (!refused(::write(file, "", 0))) return broken("write to an interface");
    if (!refused(::fcntl(file, F_DUPFD_CLOEXEC, 0))) return broken("copy a capture socket");
  }
  if (!refused(::socket(AF_INET, SOCK_DGRAM, 0))) return broken("open a socket");
  constexpr unsigned long kOnlyAsk = 0xffff'ffff;
  if (::syscall(SYS_personality, kOnlyAsk) != -1 || errno != ENOSYS)
    return broken("make system calls that it does not need");
  const std::unique_ptr<void, int (*)(void*)> mine(cap_get_proc(), cap_free);
  const std::unique_ptr<void, int (*)(void*)> none(cap_init(), cap_free);
  if (!mine || !none ||
      cap_compare(static_cast<cap_t>(mine.get()), static_cast<cap_t>(none.get())) != 0)
    return broken("use capabilities");
  return {};
}

}  // namespace

Result<void> become_owner_of(const std::filesystem::path& folder) {
  struct stat status {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &status) != 0 || status.st_uid == 0) return {};
  const std::string id = std::to_string(status.st_uid);
  if (::setgroups(0, nullptr) != 0 ||
      ::setresgid(status.st_gid, status.st_gid, status.st_gid) != 0 ||
      ::setresuid(status.st_uid, status.st_uid, status.st_uid) != 0)
    return fail("asepsis cannot go on as the owner of " + escaped(folder.native()) + " (user " +
                id + "): " + reason(errno));
  return {};
}

Result<Sealed> seal(std::span<const int> capture,
                    const std::vector<std::filesystem::path>& writable) {
  if (const auto dropped = drop_capabilities(); !dropped) return std::unexpected(dropped.error());
  const auto files = keep_to(writable);
  if (!files) return std::unexpected(files.error());
  if (const auto forbidden = limit_calls(capture); !forbidden)
    return std::unexpected(forbidden.error());
  if (const auto tried = try_it(capture); !tried) return std::unexpected(tried.error());
  return Sealed{.files = *files};
}

}  // namespace asepsis
