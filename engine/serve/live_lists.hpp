// The desk's side of live lists (live_list.hpp): a process for each tab that has one.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <poll.h>
#include <set>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "serve/messages.hpp"
#include "worker/background_worker.hpp"

namespace engine::serve {

/// Threads: one, and the process must have no other when a list is first asked for.
class LiveLists {
 public:
  /// `usual`: as serve_live_list() has it. `answered` has the bytes of a kResponse. At most `most` lists live at once: of the session that
  /// has most of them the one that was asked longest ago makes room.
  LiveLists(std::size_t most, app::Asked usual,
            std::function<void(std::uint64_t request, std::string_view)> answered)
      : most_(most), usual_(std::move(usual)), answered_(std::move(answered)) {}

  /// `command` as live_list.hpp has it. The list is made where there is none of that session and id.
  void ask(const app::Home& home, const std::string& session, const std::string& id,
           std::uint64_t request, const std::string& command);
  void end(const std::string& session, const std::string& id);
  /// Nobody waits for this request any more.
  void forget(std::uint64_t request);
  void library_changed();
  /// All end: plugins or settings have changed, and they were forked with the old ones.
  void end_all() { lists_.clear(); }

  /// Adds what to poll; take() looks at all of them.
  void add_sources(std::vector<pollfd>& sources) const;
  void take();

 private:
  struct List {
    std::string session, id;
    std::unique_ptr<MessageSocket> socket;
    std::unique_ptr<BackgroundWorker> process;
    std::set<std::uint64_t> waiting;
  };
  using Place = std::list<List>::iterator;
  Place find(const std::string& session, const std::string& id);
  Place make(const app::Home& home, const std::string& session, const std::string& id);
  Place oldest_of_greediest();
  void refuse_waiting(List& list, const std::string& why);

  std::size_t most_;
  app::Asked usual_;
  std::function<void(std::uint64_t, std::string_view)> answered_;
  std::list<List> lists_;  // the one asked last in front
};

}  // namespace engine::serve
