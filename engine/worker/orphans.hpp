// Processes that a worker leaves behind: a plugin may fork before its worker is confined, and what
// it forked would outlive the run and hold the terminal or a pipe open. Internal to engine/worker
// and to whoever forks for it.
#pragma once

#include <sys/types.h>

namespace engine::worker {

/// To be called before a fork: processes whose parent ends become this process's children, however
/// often they have forked, and the children that are there now count as its own from here on.
void adopt_orphans();
/// A child that end_orphans() leaves alone, until forget_child().
void know_child(pid_t child);
void forget_child(pid_t child);
/// Kills and reaps every child that is not known; tells how many there were. Costs one system call
/// where there are no children.
int end_orphans();

}  // namespace engine::worker
