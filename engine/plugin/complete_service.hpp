// playlist.complete/1 as an element's call has it: what it asks crosses to the supervisor as bytes
// (complete/question.hpp), and what comes back is held against the question once more.
#pragma once

#include "playlist/complete.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "complete/question.hpp"
#include "plugin/call.hpp"
#include "plugin/http_service.hpp"

namespace engine {

/// Must not move while a plugin knows its service. Threads: asks of several are taken in turn; an
/// answer is valid until the next.
class CompleteAsker {
 public:
  struct Setup {
    AskOutside ask;
    std::int64_t now = 0;  // as of when
    bool may_ask = true;   // else only what was answered before is known
    std::function<bool(std::int32_t track)> may_tell = nullptr;  // nullptr: of none
  };

  explicit CompleteAsker(Setup setup) : setup_(std::move(setup)) {}
  CompleteAsker(const CompleteAsker&) = delete;
  CompleteAsker& operator=(const CompleteAsker&) = delete;

  [[nodiscard]] CallService service();

 private:
  friend struct CompleteFunctions;
  playlist_status ask(const playlist_host* host, const playlist_question& asked,
                      const playlist_completion** answer);

  Setup setup_;
  std::mutex mutex_;
  complete::Completion got_;
  playlist_completion answer_{};
};

}  // namespace engine
