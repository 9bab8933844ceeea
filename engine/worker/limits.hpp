// What a worker's limits come to under those that the engine itself was started with: `ulimit`, a
// batch system or a service manager may allow less than our settings, and the lower one holds.
// Internal to engine/worker.
#pragma once

#include <cstddef>

#include "worker/worker.hpp"

namespace engine::worker {

struct AppliedLimits : WorkerLimits {
  bool is_cpu_inherited = false, is_memory_inherited = false;
};

/// To be called in the process that forks. Throws Error(kLimits) when what is left of an inherited
/// memory limit is too little for any worker.
AppliedLimits applied_limits(const WorkerLimits& limits);

/// Sets the limits of this process, for good; none is raised. Throws std::runtime_error.
void apply_limits(const AppliedLimits& limits);

/// Bytes of address space in use, as RLIMIT_AS counts them.
std::size_t mapped_bytes();

}  // namespace engine::worker
