#include "worker/confine.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace engine {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "confine_process() knows x86-64 and arm64"
#endif

constexpr std::uint32_t kNewerCalls = 424;
constexpr std::uint32_t kWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

/// A classic BPF program over seccomp_data: rules in order, the first that matches decides, and
/// what no rule names is allowed.
class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    unless_equal(kArchitecture, 1);
    skip(1);
    refuse_by_kill();
    load(offsetof(seccomp_data, nr));
    // Numbers from here on are newer calls (openat2, clone3, io_uring, pidfds, mounts) and x32's:
    // absent, as on an older kernel, to which libc falls back.
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kNewerCalls, 0, 1));
    refuse(ENOSYS);
  }

  void deny(long call) {
    unless_equal(static_cast<std::uint32_t>(call), 1);
    refuse(EACCES);
  }
  /// Denies where argument `index` has any of `bits` set.
  void deny_bits(long call, int index, std::uint32_t bits) {
    unless_equal(static_cast<std::uint32_t>(call), 4);
    load_argument(index);
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    refuse(EACCES);
    allow();
  }
  /// Denies where argument `index` is not `value`.
  void deny_unless(long call, int index, std::uint32_t value) {
    unless_equal(static_cast<std::uint32_t>(call), 4);
    load_argument(index);
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
    refuse(EACCES);
    allow();
  }
  /// Denies where argument `index` is one of `values`.
  void deny_values(long call, int index, const std::vector<std::uint32_t>& values) {
    const auto count = static_cast<std::uint8_t>(values.size());
    unless_equal(static_cast<std::uint32_t>(call), static_cast<std::uint8_t>(count + 3));
    load_argument(index);
    for (std::uint8_t k = 0; k < count; ++k)
      code_.push_back(
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, values[k], static_cast<std::uint8_t>(count - k), 0));
    allow();
    refuse(EACCES);
  }
  /// Denies where argument `index` is neither `one` nor `other`.
  void deny_unless_either(long call, int index, std::uint32_t one, std::uint32_t other) {
    unless_equal(static_cast<std::uint32_t>(call), 5);
    load_argument(index);
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one, 2, 0));
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 1, 0));
    refuse(EACCES);
    allow();
  }
  /// Denies where the bits are not all set.
  void deny_unless_bits(long call, int index, std::uint32_t bits) {
    unless_equal(static_cast<std::uint32_t>(call), 4);
    load_argument(index);
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
    refuse(EACCES);
    allow();
  }

  void install() {
    allow();
    sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0) {
      throw std::runtime_error(std::string("cannot confine the worker: ") + std::strerror(errno));
    }
  }

 private:
  void load(std::size_t offset) {
    code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  }
  void load_argument(int index) {
    load(offsetof(seccomp_data, args) + static_cast<std::size_t>(index) * 8);  // its low half
  }
  /// Skips `count` statements when the loaded value differs.
  void unless_equal(std::uint32_t value, std::uint8_t count) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
  }
  void skip(std::uint32_t count) { code_.push_back(BPF_STMT(BPF_JMP | BPF_JA, count)); }
  void refuse(int error) {
    code_.push_back(BPF_STMT(BPF_RET | BPF_K,
                             SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & 0xffff)));
  }
  void refuse_by_kill() { code_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)); }
  void allow() { code_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)); }

  std::vector<sock_filter> code_;
};

void deny_opening_files(Filter& filter) {
  filter.deny(SYS_openat);
#if defined(__x86_64__)
  filter.deny(SYS_open);
#endif
}

void deny_changing_files(Filter& filter) {
  filter.deny_bits(SYS_openat, 2, kWriting);
  for (const long call :
       {SYS_unlinkat,    SYS_renameat,     SYS_renameat2,    SYS_mkdirat,
        SYS_linkat,      SYS_symlinkat,    SYS_fchmodat,     SYS_fchownat,
        SYS_fchmod,      SYS_fchown,       SYS_mknodat,      SYS_truncate,
        SYS_utimensat,   SYS_setxattr,     SYS_lsetxattr,    SYS_fsetxattr,
        SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_open_by_handle_at}) {
    filter.deny(call);
  }
#if defined(__x86_64__)
  filter.deny_bits(SYS_open, 1, kWriting);
  for (const long call :
       {SYS_creat, SYS_unlink, SYS_rename, SYS_mkdir, SYS_rmdir, SYS_link, SYS_symlink, SYS_chmod,
        SYS_chown, SYS_lchown, SYS_mknod, SYS_utime, SYS_utimes, SYS_futimesat}) {
    filter.deny(call);
  }
#endif
}

void deny_network(Filter& filter, Network network) {
  for (const long call : {SYS_bind, SYS_listen}) filter.deny(call);
  if (network != Network::kServing)
    for (const long call : {SYS_accept, SYS_accept4}) filter.deny(call);
  if (network == Network::kAllowed) {
    // Not AF_UNIX: behind it sit the machine's own services, which take orders.
    filter.deny_unless_either(SYS_socket, 0, AF_INET, AF_INET6);
    return;
  }
  for (const long call : {SYS_socket, SYS_connect, SYS_socketpair}) filter.deny(call);
}

void deny_processes(Filter& filter) {
  filter.deny(SYS_execve);
  filter.deny(SYS_execveat);
  filter.deny_unless_bits(SYS_clone, 0, CLONE_THREAD);
#if defined(__x86_64__)
  filter.deny(SYS_fork);
  filter.deny(SYS_vfork);
#endif
  for (const long call :
       {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_setsid, SYS_setpgid})
    filter.deny(call);
}

/// Every way to send a signal to another process, or to have the kernel send it, or to make one
/// slower. The supervisor has the same user and the next smaller number.
void deny_other_processes(Filter& filter) {
  const auto self = static_cast<std::uint32_t>(::getpid());
  for (const long call : {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo}) {
    filter.deny_unless(call, 0, self);
  }
  filter.deny(SYS_tkill);
  constexpr std::uint32_t kOwner = 8, kSignal = 10, kOwnerEx = 15, kLease = 1024, kNotify = 1026,
                          kPipeSize = 1031;  // F_SETOWN and on, whatever the libc calls them
  filter.deny_values(SYS_fcntl, 1, {kOwner, kSignal, kOwnerEx, kLease, kNotify, kPipeSize});
  constexpr std::uint32_t kFileOwner = 0x8901, kSocketOwner = 0x8902;  // FIOSETOWN, SIOCSPGRP
  filter.deny_values(SYS_ioctl, 1,
                     {kFileOwner, kSocketOwner, TIOCSTI, TIOCLINUX, TIOCSPGRP, TIOCSCTTY,
                      TIOCNOTTY});  // typing into the terminal, taking it away
  filter.deny_values(SYS_prctl, 0, {PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_PTRACER});
  for (const long call : {SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_setattr})
    filter.deny_unless(call, 0, 0);  // its own
  for (const long call : {SYS_setpriority, SYS_ioprio_set}) filter.deny_unless(call, 1, 0);
}

/// Memory that RLIMIT_AS does not count because nothing maps it.
void deny_uncounted_memory(Filter& filter) {
  for (const long call : {SYS_memfd_create, SYS_shmget, SYS_semget, SYS_msgget, SYS_mq_open})
    filter.deny(call);
}

void deny_kernel_doors(Filter& filter) {
  filter.deny_unless(SYS_prlimit64, 2, 0);  // reading a limit passes no new one
  for (const long call :
       {SYS_setrlimit,     SYS_bpf,          SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl,
        SYS_add_key,       SYS_request_key,  SYS_mount,           SYS_umount2,     SYS_pivot_root,
        SYS_chroot,        SYS_setns,        SYS_unshare,         SYS_init_module, SYS_finit_module,
        SYS_delete_module, SYS_kexec_load,   SYS_reboot,          SYS_swapon,      SYS_swapoff,
        SYS_sethostname,   SYS_settimeofday, SYS_clock_settime,   SYS_acct,        SYS_quotactl}) {
    filter.deny(call);
  }
}

void deny_the_rest_of_the_machine(Filter& filter) {
  deny_processes(filter);
  deny_other_processes(filter);
  deny_uncounted_memory(filter);
  deny_kernel_doors(filter);
}

}  // namespace

void confine_process(Network network) {
  Filter filter;
  if (network == Network::kServing) deny_opening_files(filter);
  deny_changing_files(filter);
  deny_network(filter, network);
  deny_the_rest_of_the_machine(filter);
  filter.install();
}

void keep_to_one_process() {
  Filter filter;
  deny_the_rest_of_the_machine(filter);
  filter.install();
}

void close_descriptors_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned from = 3;
  for (const int descriptor : kept) {
    const auto open = static_cast<unsigned>(descriptor);
    if (descriptor < 0 || open < from) continue;
    if (open > from) ::syscall(SYS_close_range, from, open - 1, 0u);
    from = open + 1;
  }
  ::syscall(SYS_close_range, from, ~0u, 0u);
}

}  // namespace engine
