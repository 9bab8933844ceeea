// engine batch RECIPE: lists for every user of the library, or for histories that come from elsewhere, as JSON lines.
#include "batch/batch.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>

#include "app/progress.hpp"
#include "app/supervised_run.hpp"
#include "batch/histories.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "core/standard_output.hpp"
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

batch::ListWorkers list_workers(const app::Caller& caller, const Arguments& arguments) {
  batch::ListWorkers workers;
  workers.limits = app::run_limits(caller);
  workers.confinement = app::run_confinement(caller);
  workers.pool.workers = workers_of(arguments);
  workers.pool.is_in_process = caller.asked.in_process;
  return workers;
}

batch::BatchRequest make_request(const app::Caller& caller, const Arguments& arguments) {
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
  request.workers = list_workers(caller, arguments);
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

/// "12 lists made in 0.5 s (24 users per second)".
std::string made_text(std::size_t made, double seconds) {
  std::ostringstream text;
  text.precision(seconds < 10 ? 2 : 4);
  text << counted(made, "list") << " made in " << seconds << " s";
  if (made > 0 && seconds > 0)
    text << " (" << static_cast<long>(static_cast<double>(made) / seconds) << " users per second)";
  return text.str();
}

std::string common_text(const std::map<std::string, std::size_t>& fallbacks,
                        const std::map<std::string, std::size_t>& notices) {
  std::ostringstream text;
  for (const auto& [what, lists] : fallbacks)
    text << lists << (lists == 1 ? " list is " : " lists are ") << "made by fallback: " << what
         << "\n";
  for (const auto& [notice, lists] : by_count(notices))
    text << "note of " << lists << (lists == 1 ? " list: " : " lists: ") << notice << "\n";
  return text.str();
}

std::string result_text(const batch::BatchResult& result, double seconds) {
  std::ostringstream text;
  text << result.file << ": " << made_text(result.made, seconds);
  if (result.made_before > 0) text << ", " << result.made_before << " were there";
  if (result.empty > 0) text << ", " << result.empty << " without a track";
  if (!result.failures.empty())
    text << ", " << counted(result.failures.size(), "user") << " failed";
  text << "\n" << common_text(result.fallbacks, result.notices);
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

void require_right_usage(const app::Caller& caller, const Arguments& arguments) {
  if (!caller.asked.user.empty()) {
    throw Error(Exit::kUsage, "batch takes no --user",
                {"", "", "it makes lists for many",
                 "name them in a file with --users, or use: engine run"});
  }
  if (!arguments.has("histories")) {
    if (arguments.text("out").empty())
      throw Error(Exit::kUsage, "batch needs --out DIR, or --histories FILE",
                  {"", "", "the lists must go somewhere", ""});
    return;
  }
  for (const char* name : {"out", "users", "record"})
    if (arguments.has(name))
      throw Error(
          Exit::kUsage, std::string("--histories and --") + name + " do not go together",
          {"", "", "the lists of histories go to standard output, and the library is only read",
           "leave one of them out"});
  if (caller.screen.is_json)
    throw Error(Exit::kUsage, "--json and --histories both go to standard output",
                {"", "", "the lists are JSON already", "leave out --json"});
}

batch::HistoriesRequest histories_request(const app::Caller& caller, const Arguments& arguments) {
  batch::HistoriesRequest request;
  request.shard = asked_shard(caller, arguments.text("shard"));
  request.recipe = app::make_request_without_columns(caller, arguments.text("recipe"));
  request.columns = app::column_options(caller);
  request.input = arguments.text("histories");
  request.workers = list_workers(caller, arguments);
  return request;
}

Answer make_lists_of_histories(const app::Caller& caller, const Arguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const batch::HistoriesResult result = batch::make_lists_of_histories(
      histories_request(caller, arguments),
      {.list = [](std::string_view line) { write_standard_output(line); },
       .note = [&](const std::string& text) { caller.note(text); },
       .print = [&](const std::string& user,
                    const std::string& text) { caller.note(user + ": " + text); }});
  std::string text = made_text(result.made, seconds_since(begin));
  if (result.empty > 0) text += ", " + std::to_string(result.empty) + " without a track";
  if (result.failed > 0)
    text += ", " + counted(result.failed, "line") + " failed: each says why in its place";
  text += "\n" + common_text(result.fallbacks, result.notices);
  for (std::istringstream lines(text); std::getline(lines, text);) caller.note(text);
  return {.exit = result.failed == 0 ? Exit::kDone : Exit::kNothing};
}

Answer make_batch(const app::Caller& caller, const Arguments& arguments) {
  require_right_usage(caller, arguments);
  if (arguments.has("histories")) return make_lists_of_histories(caller, arguments);
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
             .is_local = true},
            make_folders_parameter(),
            {.name = "users",
             .value_name = "all|FILE",
             .help = "For whom: all, or a file of names, one per line",
             .usual = "all",
             .is_local = true},
            {.name = "histories",
             .value_name = "FILE|-",
             .help =
                 "Instead of the library's users, for histories that are read here, one a line; "
                 "the lists go to standard output",
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
           "files of\ntheir own, which engine gather DIR makes one. With --histories it is a "
           "filter: a "
           "line of history in, a line of list out,\nin the same order. Both: engine help cluster.",
       .answer = make_batch}};
}

}  // namespace engine::verbs
