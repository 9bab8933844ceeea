#include "worker/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include "core/error.hpp"

namespace engine::worker {
namespace {

constexpr std::size_t kLeastBytes = 32u << 20;  // with less not even the plugins can be loaded
constexpr rlim_t kMostFiles = 4096;             // open at once; each may hold kernel memory

/// /proc/self/statm: pages of address space, and of private memory that is written to.
struct Usage {
  unsigned long mapped = 0, data = 0;
};

Usage usage() {
  Usage pages;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%lu %*u %*u %*u %*u %lu", &pages.mapped, &pages.data) != 2) pages = {};
    std::fclose(file);
  }
  const auto page = static_cast<unsigned long>(::sysconf(_SC_PAGESIZE));
  return {pages.mapped * page, pages.data * page};
}

rlim_t inherited(__rlimit_resource_t resource) {
  rlimit limit{};
  return ::getrlimit(resource, &limit) == 0 ? limit.rlim_cur : RLIM_INFINITY;
}

/// Lowers to `soft` and `hard` what is higher.
void lower(__rlimit_resource_t resource, rlim_t soft, rlim_t hard) {
  rlimit limit{};
  const bool is_read = ::getrlimit(resource, &limit) == 0;
  limit.rlim_max = std::min(limit.rlim_max, hard);
  limit.rlim_cur = std::min({limit.rlim_cur, soft, limit.rlim_max});
  if (!is_read || ::setrlimit(resource, &limit) != 0) {
    throw std::runtime_error(std::string("cannot limit the worker: ") + std::strerror(errno));
  }
}

std::size_t room(rlim_t limit, unsigned long used) {
  return limit > used ? static_cast<std::size_t>(limit - used) : 0;
}

}  // namespace

std::size_t mapped_bytes() {
  return usage().mapped;
}

AppliedLimits applied_limits(const WorkerLimits& limits) {
  AppliedLimits applied;
  static_cast<WorkerLimits&>(applied) = limits;
  if (const rlim_t seconds = inherited(RLIMIT_CPU);
      seconds != RLIM_INFINITY &&
      (limits.cpu_seconds <= 0 || static_cast<double>(seconds) < std::ceil(limits.cpu_seconds))) {
    applied.cpu_seconds = static_cast<double>(seconds);
    applied.is_cpu_inherited = true;
  }
  const Usage used = usage();
  const auto keep_lower = [&](rlim_t limit, unsigned long in_use) {
    if (limit == RLIM_INFINITY || !limits_memory()) return;
    const std::size_t left = room(limit, in_use);
    if (applied.memory_bytes > 0 && applied.memory_bytes <= left) return;
    applied.memory_bytes = left;
    applied.is_memory_inherited = true;
  };
  keep_lower(inherited(RLIMIT_AS), used.mapped);
  keep_lower(inherited(RLIMIT_DATA), used.data);
  if (applied.is_memory_inherited && applied.memory_bytes < kLeastBytes) {
    throw Error(Exit::kLimits, "there is too little memory for a worker",
                {"", "",
                 "the memory limit that the engine was started under (ulimit -v or -d) leaves " +
                     std::to_string(applied.memory_bytes >> 20) + " MB",
                 "start it with a higher limit"});
  }
  return applied;
}

void apply_limits(const AppliedLimits& limits) {
  lower(RLIMIT_CORE, 0, 0);
  lower(RLIMIT_NOFILE, kMostFiles, RLIM_INFINITY);
  if (limits.cpu_seconds > 0) {
    const auto seconds = static_cast<rlim_t>(std::ceil(limits.cpu_seconds));
    lower(RLIMIT_CPU, seconds, seconds + 1);
  }
  if (limits_memory() && limits.memory_bytes > 0) {
    const rlim_t bytes = mapped_bytes() + limits.memory_bytes;
    lower(RLIMIT_AS, bytes, bytes);
  }
}

}  // namespace engine::worker
