// Playlists on their way to services and players: --to subsonic:Evenings.
//
// A run makes what a remote output is handed (recipe/output_document.hpp) and knows nothing of the
// service. Once the list is kept the document is pushed: the output's element works in a worker of
// its own, confined, with what its account and the network give it through the supervisor. That a
// push fails costs nothing but the push; the list and its record stand.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/caller.hpp"
#include "app/outputs.hpp"
#include "plugin/target_service.hpp"

namespace engine::app {

/// Whether an output goes to an account: its format is the title of one ("mpd", "subsonic@home").
bool is_remote(const Caller& caller, const RunOutput& output);

/// Throws Error that says how to connect, where the output's account lacks what it needs.
void require_account(const Caller& caller, const RunOutput& output);

struct PushReport {
  std::string account, name;  // "subsonic@home", "Evenings"
  PushChanges changes;
  struct Missing {
    std::int64_t row = 0;  // in the list, from 0
    std::string track, why, nearest;
  };
  std::vector<Missing> missing;  // what is not over there
  bool is_dry_run = false;

  [[nodiscard]] bool is_changed() const {
    return changes.added + changes.removed + changes.moved > 0;
  }
};

/// Puts the list where the output says, in place of what was put there before under this name.
/// `document` is the run's. Takes "keep_others=true" among the output's arguments. Throws Error: no
/// such account, what the service answers, what the element says; nothing secret is in it.
PushReport push(const Caller& caller, std::int64_t user_id, const RunOutput& output,
                const std::string& document, bool is_dry_run = false);

nlohmann::ordered_json push_json(const PushReport& report);
/// "put 30 tracks into "Evenings" of subsonic: 3 new, 2 taken out, 1 moved", and a line for each
/// track that is not over there.
std::string push_text(const PushReport& report);

}  // namespace engine::app
