// The lists of several recipes and baselines for several users as of several dates, made in
// supervised workers.
//
// As of      One worker has one user at one date: the library and the user as of that date are
//            loaded once and every entry runs on them, each recipe with its own random seed rule.
//            A recipe's list is the one that `engine run RECIPE --now DATE` gives. What the
//            user did later is not in those tables, and judging happens in the supervisor.
// Models     A recipe gets those of ListsRequest::models that its user may use as of the date.
//            Which ones its elements asked for is told with the lists.
// Audience   What everybody had done by a date is counted once for all lists of that date.
// Random     A baseline draws from a stream named by random_seed, user, date and its name; a recipe
//            without a seed rule of its own likewise.
// Failures   A recipe that fails, crashes its worker or meets a limit loses that list only: the
//            entries after it run in another worker.
// Same       The lists do not depend on how many workers there are, nor on who ends first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "evaluate/baselines.hpp"
#include "evaluate/judged.hpp"
#include "evaluate/periods.hpp"
#include "recipe/run.hpp"
#include "worker/pool.hpp"

namespace engine::evaluate {

/// What makes lists: a recipe, or a baseline.
struct Entry {
  std::string name;
  const Baseline* baseline = nullptr;  // nullptr: a recipe
  /// The recipe, its parameters, folders and limits; now, columns and seeds are filled in.
  RunRequest recipe;
};

/// One user at one date.
struct Place {
  std::size_t user = 0;  // index into ListsRequest::users
  std::int64_t date = 0;
};

struct ListsRequest {
  std::vector<Entry> entries;
  std::vector<std::shared_ptr<const PreparedColumns>> users;
  std::vector<Place> places;
  std::size_t length = 50;  // of a baseline's lists, and where a recipe's are cut
  std::uint64_t random_seed = 1;
  // Where the plugins are; recipes without any need none.
  std::vector<std::string> plugin_directories;
  std::string plugin_copies;
  WorkerLimits limits;  // of one recipe's run; a worker gets as much for each entry
  PoolOptions pool;
  /// The models that there are at a date, everybody's and each person's (usable_versions() of them
  /// are used); empty: there are none. Called in workers.
  std::function<std::vector<ModelVersion>(std::int64_t date)> models;
  Judged judged = Judged::kAll;  // baselines choose among what the lists can gain by
  /// Of the same state of the store as the users' columns; baselines need one.
  std::shared_ptr<const Audience> audience;
  std::function<void(std::size_t done, std::size_t all)> progress;  // places; may be empty
  std::function<void(const std::string&)> print;  // recipes' print(); may be empty
};

struct ListFailure {
  std::size_t entry = 0, place = 0;
  Error error;
};

/// A model that recipes' elements asked for, and for how many lists there was one.
struct ModelUse {
  std::string name;
  std::size_t found = 0, missing = 0;
};

struct Lists {
  /// Track numbers, by entry and place; nothing where it failed.
  std::vector<std::vector<std::optional<std::vector<std::int32_t>>>> tracks;
  /// How long making a list took, by entry and place; NaN where it failed. What is done once for all
  /// lists of a date is not in it, nor is loading plugins; tables that several entries read are in
  /// that of the first of a place.
  std::vector<std::vector<double>> milliseconds;
  std::vector<ListFailure> failures;  // by entry, then place
  std::vector<ModelUse> models;       // by name
};

/// Throws Error(kInterrupted) after Ctrl-C, and Error(kUsage) of a recipe at once, as no other date
/// would mend it (a wrong --set).
Lists make_lists(const ListsRequest& request);

}  // namespace engine::evaluate
