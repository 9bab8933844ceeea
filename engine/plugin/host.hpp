// The host as one call of a plugin sees it: playlist_host over a CallContext.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "core/message_bound.hpp"
#include "plugin/call.hpp"

namespace engine {

/// What host->fail() was told.
struct CallFailure {
  playlist_status status = PLAYLIST_OK;
  std::string message;
};

/// Must not move while a plugin knows its address. Threads: log, fail, progress, cancelled, text
/// and setting from any, the rest from the thread of the call.
class CallHost final : public playlist_host {
 public:
  CallHost() : CallHost(CallContext{}, "") {}
  /// `element` names the settings ("ranking.mood.key") this host answers for.
  CallHost(CallContext context, std::string element);
  /// Tells how much of what the plugin logged was left out, see MessageBound.
  ~CallHost();
  CallHost(const CallHost&) = delete;
  CallHost& operator=(const CallHost&) = delete;

  [[nodiscard]] CallContext& context() { return context_; }
  [[nodiscard]] const CallContext& context() const { return context_; }
  /// Of the call since the last clear_failure(); the first message wins, and what went wrong on the
  /// host's side goes before it.
  [[nodiscard]] CallFailure failure() const;
  void clear_failure();
  /// The plugin asked for random numbers.
  [[nodiscard]] bool has_drawn() const { return !streams_.empty(); }
  /// Something failed on the host's side: the call failed whatever the plugin returns.
  [[nodiscard]] bool has_host_problem() const { return !host_problem_.empty(); }

  /// Where PLAYLIST_SERVICE_CANDIDATES puts its rows; nullptr: no such service.
  RecalledRows* recalled = nullptr;
  const playlist_element* element = nullptr;
  /// Whose files PLAYLIST_SERVICE_FILES gives; nullptr: there is none of any name.
  const CheckedArguments* arguments = nullptr;

  /// The host behind the pointer a plugin hands back.
  static CallHost& of(const playlist_host* host);

 private:
  friend struct HostFunctions;
  void note_problem(const char* what);

  CallContext context_;
  std::string element_name_;
  mutable std::mutex mutex_;
  CallFailure failure_;
  std::string host_problem_;
  MessageBound said_, said_to_debug_;
  std::map<std::string, std::uint64_t, std::less<>> streams_;  // state of each random stream
};

}  // namespace engine
