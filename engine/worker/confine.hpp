// Takes from the calling process what a recipe run does not need, for good (Linux seccomp).
#pragma once

#include <vector>

namespace engine {

enum class Network {
  kDenied,
  kAllowed,  // internet sockets can be made and connected
  kServing   // sockets that listen already give connections, no new ones are made; no file is read
};

/// From here on these fail with "Permission denied" in this process and all its threads: opening a
/// file for writing, creating, renaming or removing one, changing its mode or owner; sockets; and
/// all that keep_to_one_process() denies. Reading files, memory, threads and the descriptors
/// already open stay as they are. Plugins must have been copied to where they are loaded from
/// before. With Network::kAllowed sockets of other families than the internet's, listening and
/// accepting stay denied; whom a socket may reach cannot be told apart here: that is up to the
/// element that connects. With Network::kServing files cannot be opened for reading either.
///
/// Throws std::runtime_error where the kernel refuses. Linux on x86-64 and arm64.
void confine_process(Network network = Network::kDenied);

/// For trainers and sources, which write files and may use the network. Denied are: starting a
/// program or a process; signals to others, also those that the kernel sends in one's name (owners
/// of files); memory outside of the address space that the limit counts (memfd, shared segments,
/// larger pipes); raising limits; other processes' priorities; tracing, mounting and the kernel's
/// other doors. Threads are as before. To be called once the plugins are loaded: loading may fork.
/// Throws as confine_process() does.
void keep_to_one_process();

/// Closes every descriptor above 2 but those.
void close_descriptors_but(std::vector<int> kept);

}  // namespace engine
