// Lists of many people, one after the other in one worker; internal to engine/batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "recipe/run.hpp"
#include "worker/confine.hpp"
#include "worker/job.hpp"
#include "worker/pool.hpp"

namespace engine::batch {

/// Who makes the lists, and under which limits.
struct ListWorkers {
  WorkerLimits limits;                 // of one user; is_confined does not matter
  std::optional<Network> confinement;  // of the workers, once the plugins are loaded
  PoolOptions pool;
};

/// What came of one user.
struct Made {
  std::string user, rest;           // of the line, the rest after "run"
  std::optional<RunAnswer> answer;  // for the store
  std::optional<Error> error;
  std::size_t track_count = 0;
  std::string fallback;              // Playlist::fallback
  std::vector<std::string> notices;  // of the run
};

// ---- in the supervisor

/// Loads the recipe in a worker of its own, so that what is wrong with it is told once. `note` hears
/// of plugins that were not loaded; it may be empty.
RunAnswer try_recipe(RunRequest recipe, const ListWorkers& workers,
                     const std::function<void(const std::string&)>& note);
/// Gives the recipe what every user shares, before the first worker is forked: the catalogue's
/// tables as `somebody` has them, and the models, open.
void share_catalogue(RunRequest& recipe, std::shared_ptr<const PreparedColumns> somebody);
/// Of a worker that makes so many lists.
WorkerLimits limits_of_part(const ListWorkers& workers, std::size_t lists);
/// What ListMaker has sent. Throws nlohmann::json::exception for anything else.
Made unpack_list(const std::string& bytes, bool with_answer);
/// {"user", "run", and the rest; run 0: null.
std::string line_of(const std::string& user, std::int64_t run, const std::string& rest);

// ---- in the worker

class ListMaker {
 public:
  /// Loads the plugins and confines the process. `recipe` is complete but for a user's columns and
  /// seed.
  ListMaker(const RunRequest& recipe, const ListWorkers& workers, JobSender& sender);

  /// Sends the list, with the whole answer where the store is to keep it. The notices are told
  /// behind the run's own.
  void make_list(const std::shared_ptr<const PreparedColumns>& user, bool with_answer,
                 const std::vector<std::string>& notices = {});

 private:
  RunRequest recipe_;
  JobSender& sender_;
};

}  // namespace engine::batch
