#include "verbs/usual_jobs.hpp"

#include <algorithm>

namespace engine::verbs {
namespace {

constexpr const char* kHasKept = "EXISTS (SELECT 1 FROM kept_playlists)";
constexpr const char* kLacksKept = "no playlist is kept yet: engine playlist keep NAME RECIPE";

}  // namespace

// Ordered by the hour: what is read first is there for what is made of it.
std::span<const UsualJob> usual_jobs() {
  static const UsualJob kJobs[] = {
      {"sync", "*/30 * * * *", {"sync"}, 5, 30, true, "", ""},
      {"update", "10,40 * * * *", {"update"}, 0, 60, false, "", ""},
      {"retrain", "0 3 1,15 * *", {"retrain"}, 10, 240, false, "", ""},
      {"clusters", "0 4 2 * *", {"train", "clusters"}, 10, 240, false, "", ""},
      {"discover", "30 5 * * *", {"discover"}, 10, 60, true, "", ""},
      {"drift", "50 5 * * *", {"drift"}, 0, 30, true, "", ""},
      {"weekly-lists", "30 6,18 * * *", {"update-weekly", "--once-if-due"}, 0, 240, false, "", ""},
      {"refresh", "0 7,17 * * *", {"refresh"}, 5, 60, true, kHasKept, kLacksKept},
      {"snapshots", "20 7 1 * *", {"snapshot"}, 0, 30, true, kHasKept, kLacksKept},
  };
  return kJobs;
}

const UsualJob* find_usual_job(const std::string& name) {
  const auto jobs = usual_jobs();
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const UsualJob& job) { return job.name == name; });
  return found == jobs.end() ? nullptr : &*found;
}

}  // namespace engine::verbs
