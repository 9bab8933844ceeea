// What `engine update-weekly` does once: models and lists of the week, for those whose are due.
//
// Due      A user's lists are due from weekly.day, weekly.hour of their time zone on; that
//          moment is the `now` of the run that makes them, however late it comes. They are done
//          when the store holds a run of the recipe for the user with that very `now`: the store's
//          runs and models are all the state there is, so whatever is killed is done by the next
//          call, and what was done is not done again.
// Models   Those that the recipe asks for, trained as of the earliest moment at hand; not again
//          within 36 hours of it, in which the week begins everywhere; what is learned from a
//          person's own, for each of them. One that cannot be trained stays as it was and is told,
//          with the person's name where it is theirs; the others' are trained all the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"

namespace engine::app {

struct WeeklyOptions {
  std::string recipe = "discover-weekly", users = "all", out, format = "m3u8";
  bool is_forced = false;  // now, whether due or not
  bool makes_folders = false;
};

struct WeeklyList {
  std::string user;
  std::int64_t run = 0;
  std::size_t tracks = 0;
  std::string file;  // "" without --out
};

struct WeeklyReport {
  std::vector<std::string> trained;  // models
  std::vector<WeeklyList> lists;
  std::int64_t next = 0;     // when the next lists are due, Unix seconds
  Exit worst = Exit::kDone;  // of models and lists that could not be made; each was told
};

/// The latest moment by `now` at which a user's lists became due, and the one after it.
struct DueTimes {
  std::int64_t last = 0, next = 0;
};
DueTimes due_times(std::int64_t now, const std::string& timezone, std::int64_t day,
                   std::int64_t hour);

/// Throws Error(kStore) while another such update of the library is under way, Error(kInterrupted).
WeeklyReport update_weekly(const Caller& caller, const WeeklyOptions& options, std::int64_t now);

}  // namespace engine::app
