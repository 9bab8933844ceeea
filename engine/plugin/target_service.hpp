// playlist.target/1 and playlist.connection/1 as a call of a remote output has them.
#pragma once

#include "playlist/remote.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "plugin/call.hpp"

namespace engine {

/// What a push changed at its target, in tracks.
struct PushChanges {
  std::int64_t added = 0, removed = 0, moved = 0, stayed = 0, others = 0;
};

/// Must not move while a plugin knows its services. Threads: that of the call.
class PushTarget {
 public:
  std::string name;
  bool is_dry_run = false, keeps_others = false;
  std::optional<std::string> kept;  // from the time before
  int descriptor = -1;              // of the connection, where there is one; the element's to close

  // What it tells.
  std::function<void(const std::string& text)> keep;
  std::function<void(std::int64_t row, const std::string& why, const std::string& nearest)> missing;
  std::function<void(const PushChanges&)> report;

  [[nodiscard]] CallService target_service();
  [[nodiscard]] CallService connection_service();
};

}  // namespace engine
