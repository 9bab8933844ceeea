// engine batch RECIPE: lists for every user of the library, as JSON lines.
#include "batch/batch.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>

#include "app/progress.hpp"
#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

constexpr std::size_t kShownFailures = 5;

/// Names, one per line; empty lines do not count.
std::vector<std::string> read_names(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> names;
  for (std::string name; std::getline(text, name);) {
    if (!name.empty() && name.back() == '\r') name.pop_back();
    if (!name.empty()) names.push_back(name);
  }
  if (names.empty())
    throw Error(Exit::kInput, path + " names no users", {"", "", "", "write one name per line"});
  return names;
}

batch::BatchRequest make_request(const app::Caller& caller, const Arguments& arguments) {
  if (!caller.asked.user.empty()) {
    throw Error(Exit::kUsage, "batch takes no --user",
                {"", "", "it makes lists for many",
                 "name them in a file with --users, or use: engine run"});
  }
  batch::BatchRequest request;
  request.shard = asked_shard(caller, arguments.text("shard"));
  if (const std::string& users = arguments.text("users"); users != "all")
    request.users = read_names(users);
  const std::string& recipe = arguments.text("recipe");
  request.recipe = app::make_request_without_columns(caller, recipe);
  request.columns = app::column_options(caller);
  request.folder = output_folder(arguments.text("out"), caller.home.kept_files({recipe}),
                                 arguments.flag("make-folders"));
  if (caller.asked.is_now_given) request.now = caller.asked.now;
  request.default_now = caller.asked.now;
  const PlayRule& rule = request.columns.rule;
  request.settings = content_hash(
      json_text(Json{rule.min_seconds, rule.min_share, rule.session_gap_seconds,
                     request.recipe.default_track_seconds, request.recipe.elements.values()}));
  request.is_recorded = arguments.flag("record");
  request.limits = app::run_limits(caller);
  request.confinement = app::run_confinement(caller);
  request.pool.workers = workers_of(arguments);
  request.pool.is_in_process = caller.asked.in_process;
  return request;
}

Json result_json(const batch::BatchRequest& request, const batch::BatchResult& result,
                 double seconds) {
  Json failed = Json::array();
  for (const batch::BatchFailure& failure : result.failures)
    failed.push_back({{"user", failure.user}, {"error", failure.error.what()}});
  return {{"recipe", request.recipe.recipe_path},
          {"now", format_time(result.now)},
          {"shard", request.shard.index},
          {"shards", request.shard.count},
          {"file", result.file},
          {"users", result.users},
          {"made", result.made},
          {"made_before", result.made_before},
          {"empty", result.empty},
          {"fallbacks", result.fallbacks},
          {"notices", result.notices},
          {"failed", failed},
          {"seconds", seconds},
          {"users_per_second", seconds > 0 ? static_cast<double>(result.made) / seconds : 0.0}};
}

/// Most frequent first.
std::vector<std::pair<std::string, std::size_t>> by_count(
    const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

std::string result_text(const batch::BatchResult& result, double seconds) {
  std::ostringstream text;
  text.precision(seconds < 10 ? 2 : 4);
  text << result.file << ": " << counted(result.made, "list") << " made in " << seconds << " s";
  if (result.made > 0 && seconds > 0)
    text << " (" << static_cast<long>(static_cast<double>(result.made) / seconds)
         << " users per second)";
  if (result.made_before > 0) text << ", " << result.made_before << " were there";
  if (result.empty > 0) text << ", " << result.empty << " without a track";
  if (!result.failures.empty())
    text << ", " << counted(result.failures.size(), "user") << " failed";
  text << "\n";
  for (const auto& [what, lists] : result.fallbacks)
    text << lists << (lists == 1 ? " list is " : " lists are ") << "made by fallback: " << what
         << "\n";
  for (const auto& [notice, lists] : by_count(result.notices))
    text << "note of " << lists << (lists == 1 ? " list: " : " lists: ") << notice << "\n";
  return text.str();
}

void tell_failures(const app::Caller& caller, const batch::BatchResult& result) {
  const std::size_t shown = std::min(result.failures.size(), kShownFailures);
  for (std::size_t k = 0; k < shown; ++k) {
    const batch::BatchFailure& failure = result.failures[k];
    caller.error(Error(failure.error.exit(), failure.user + ": " + failure.error.what(),
                       failure.error.parts()));
  }
  if (result.failures.size() > shown)
    caller.note("and " + std::to_string(result.failures.size() - shown) +
                " more failures; failures.jsonl in the folder has them all");
}

Answer make_batch(const app::Caller& caller, const Arguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const batch::BatchRequest request = make_request(caller, arguments);
  batch::BatchResult result;
  {
    const app::Progress progress(caller, "lists");
    batch::BatchReports reports;
    reports.progress = [&](std::size_t done, std::size_t all) { progress(done, all); };
    reports.print = [&](const std::string& user, const std::string& text) {
      caller.note(user + ": " + text);
    };
    reports.note = [&](const std::string& text) { caller.note(text); };
    result = batch::run_batch(request, reports);
  }
  const double seconds = seconds_since(begin);
  return {.exit = result.failures.empty() ? Exit::kDone : Exit::kNothing,
          .data = result_json(request, result, seconds),
          .text = result_text(result, seconds),
          .afterwards = [&caller, result] { tell_failures(caller, result); }};
}

}  // namespace

std::vector<Verb> batch_verbs() {
  return {
      {.name = "batch",
       .help = "Make lists for all users, as JSON lines",
       .parameters =
           {recipe_parameter(),
            {.name = "out",
             .value_name = "DIR",
             .help = "Write into this folder; it is made when missing",
             .is_required = true,
             .is_local = true},
            make_folders_parameter(),
            {.name = "users",
             .value_name = "all|FILE",
             .help = "For whom: all, or a file of names, one per line",
             .usual = "all",
             .is_local = true},
            shard_parameter(
                "Only the I-th of N parts of the users, for several machines or processes"),
            jobs_parameter(),
            {.name = "record",
             .type = Type::kFlag,
             .help = "Keep each run in the library, so that filtering.served knows it "
                     "next time"}},
       .footer =
           "Writes DIR/lists.jsonl, a line per user: {\"user\", \"run\", \"random_seed\", "
           "\"tracks\": as run --json has\nthem, \"fallback\", \"notices\"}. The same call again "
           "goes on where the last one ended; without --now it keeps the\nfirst call's. A folder "
           "whose batch.json names another recipe, parameters, time or models is refused.\nA user "
           "who fails costs nobody else their list: see DIR/failures.jsonl; exit status 1. Shards "
           "write "
           "files of\ntheir own, which engine gather DIR makes one: engine help cluster.",
       .answer = make_batch}};
}

}  // namespace engine::verbs
