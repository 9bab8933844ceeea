// engine batch RECIPE: lists for every user of the library, as JSON lines.
#include "batch/batch.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <sstream>

#include <nlohmann/json.hpp>

#include "app/supervised_run.hpp"
#include "cli/backtest_request.hpp"
#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"
#include "core/calendar.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownFailures = 5;

struct BatchOptions {
  std::string recipe, users = "all", shard, folder;
  std::size_t jobs = 0;
  bool is_recorded = false, makes_folders = false;
};

/// "2/4".
void parse_shard(const std::string& text, batch::BatchRequest& request) {
  if (text.empty()) return;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, request.shard);
  const bool has_slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = has_slash ? std::from_chars(first.ptr + 1, end, request.shards)
                                : std::from_chars_result{end, std::errc::invalid_argument};
  const bool is_good = second.ec == std::errc() && second.ptr == end && request.shard >= 1 &&
                       request.shard <= request.shards && request.shards <= 100'000;
  if (is_good) return;
  throw Error(Exit::kUsage, "--shard cannot be " + text,
              {"", "", "it takes I/N: the I-th of N parts, e.g. 2/4", ""});
}

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

batch::BatchRequest make_request(Cli& cli, const BatchOptions& options) {
  if (!cli.common.user.empty()) {
    throw Error(Exit::kUsage, "batch takes no --user",
                {"", "", "it makes lists for many",
                 "name them in a file with --users, or use: engine run"});
  }
  batch::BatchRequest request;
  parse_shard(options.shard, request);
  if (options.users != "all") request.users = read_names(options.users);
  request.recipe = app::make_request_without_columns(cli.caller(), options.recipe);
  request.columns = app::column_options(cli.caller());
  request.folder =
      output_folder(options.folder, kept_files(cli, {options.recipe}), options.makes_folders);
  if (!cli.common.now.empty()) request.now = cli.now();
  request.default_now = cli.now();
  const PlayRule& rule = request.columns.rule;
  request.settings = content_hash(
      json_text(Json{rule.min_seconds, rule.min_share, request.recipe.default_track_seconds,
                     request.recipe.elements.values()}));
  request.is_recorded = options.is_recorded;
  request.limits = app::run_limits(cli.caller());
  request.confinement = app::run_confinement(cli.caller());
  request.pool.workers = options.jobs != 0 ? options.jobs : default_pool_workers();
  request.pool.is_in_process = cli.common.in_process;
  return request;
}

Json result_json(const batch::BatchRequest& request, const batch::BatchResult& result,
                 double seconds) {
  Json failed = Json::array();
  for (const batch::BatchFailure& failure : result.failures)
    failed.push_back({{"user", failure.user}, {"error", failure.error.what()}});
  return {{"recipe", request.recipe.recipe_path},
          {"now", format_time(result.now)},
          {"shard", request.shard},
          {"shards", request.shards},
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
  text << result.file << ": " << result.made << " lists made in " << seconds << " s";
  if (result.made > 0 && seconds > 0)
    text << " (" << static_cast<long>(static_cast<double>(result.made) / seconds)
         << " users per second)";
  if (result.made_before > 0) text << ", " << result.made_before << " were there";
  if (result.empty > 0) text << ", " << result.empty << " without a track";
  if (!result.failures.empty()) text << ", " << result.failures.size() << " users failed";
  text << "\n";
  for (const auto& [what, lists] : result.fallbacks)
    text << lists << (lists == 1 ? " list is " : " lists are ") << "made by fallback: " << what
         << "\n";
  for (const auto& [notice, lists] : by_count(result.notices))
    text << "note of " << lists << (lists == 1 ? " list: " : " lists: ") << notice << "\n";
  return text.str();
}

void tell_failures(Cli& cli, const batch::BatchResult& result) {
  const std::size_t shown = std::min(result.failures.size(), kShownFailures);
  for (std::size_t k = 0; k < shown; ++k) {
    const batch::BatchFailure& failure = result.failures[k];
    cli.error(Error(failure.error.exit(), failure.user + ": " + failure.error.what(),
                    failure.error.parts()));
  }
  if (result.failures.size() > shown)
    cli.note("and " + std::to_string(result.failures.size() - shown) +
             " more failures; failures.jsonl in the folder has them all");
}

Exit run(Cli& cli, const BatchOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const batch::BatchRequest request = make_request(cli, options);
  batch::BatchResult result;
  {
    DateProgress progress(cli, "lists");
    batch::BatchReports reports;
    reports.progress = [&](std::size_t done, std::size_t all) { progress(done, all); };
    reports.print = [&](const std::string& user, const std::string& text) {
      cli.note(user + ": " + text);
    };
    reports.note = [&](const std::string& text) { cli.note(text); };
    result = batch::run_batch(request, reports);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  cli.out(cli.common.json ? printed_json(result_json(request, result, seconds.count()))
                          : result_text(result, seconds.count()));
  tell_failures(cli, result);
  return result.failures.empty() ? Exit::kDone : Exit::kNothing;
}

}  // namespace

void add_batch(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* verb = app.add_subcommand("batch", "Make lists for all users, as JSON lines");
  verb->add_option("recipe", options->recipe,
                   "A recipe file, or the name of one (see: engine recipes)")
      ->required();
  verb->add_option("--out", options->folder, "Write into this folder; it is made when missing")
      ->required()
      ->type_name("DIR");
  add_make_folders(*verb, options->makes_folders);
  verb->add_option("--users", options->users, "For whom: all, or a file of names, one per line")
      ->capture_default_str()
      ->type_name("all|FILE");
  verb->add_option("--shard", options->shard,
                   "Only the I-th of N parts of the users, for several machines or processes")
      ->type_name("I/N");
  verb->add_option("--jobs", options->jobs, "Workers at once [default: one per processor]")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  verb->add_flag("--record", options->is_recorded,
                 "Keep each run in the library, so that filtering.served knows it next time");
  verb->footer(
      "Writes DIR/lists.jsonl, a line per user: {\"user\", \"run\", \"random_seed\", \"tracks\": "
      "as "
      "run --json has\nthem, \"fallback\", \"notices\"}. The same call again goes on where the "
      "last one ended; "
      "without --now it keeps the\nfirst call's. A folder whose batch.json names another recipe, "
      "parameters, time or models is refused.\nA user who fails costs nobody else their list: see "
      "DIR/failures.jsonl; exit status 1.");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return run(cli, *options); }; });
}

}  // namespace engine
