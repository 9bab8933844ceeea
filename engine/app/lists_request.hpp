// Lists of many people and dates, as backtests, tuning and the weekly update ask for them: whose
// history, which dates, how many workers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "evaluate/lists.hpp"
#include "evaluate/periods.hpp"

namespace engine::app {

struct ListsOptions {
  std::string from, to, every = "1w";
  /// Instead of the caller's: "all", "choosing" or "reporting" (store/user_halves.hpp), or names
  /// with commas between.
  std::string users;
  std::size_t jobs = 0;  // 0: one per processor
  bool is_training = false;
  std::string train_every;  // "": as `every`
  /// Whose plays: a half's by its name, or of the "others", everybody's outside the fold of who is
  /// judged (store/taught_people.hpp); "": everybody's.
  std::string trained_on;
};

/// Users with their columns, folders, limits and workers, for the users meant; no entries yet.
/// Throws what choose_user() throws, for any of them.
evaluate::ListsRequest make_lists_request(const Caller& caller, const ListsOptions& options);

/// From options.from to options.to; without them 52 periods up to the end of what the users
/// listened to, or to now if that is earlier. Throws Error(kUsage) for dates that do not fit,
/// Error(kNothing) without any listens to go by.
std::vector<evaluate::Period> choose_periods(const Caller& caller, const ListsOptions& options,
                                             const evaluate::ListsRequest& request);

}  // namespace engine::app
