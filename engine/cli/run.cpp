// engine run RECIPE: runs a recipe, prints the playlist, keeps a record, writes outputs.
#include <CLI/CLI.hpp>
#include <ctime>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"
#include "cli/supervised_run.hpp"
#include "core/paths.hpp"
#include "recipe/report.hpp"
#include "store/runs.hpp"

namespace engine {
namespace {

struct Options {
  std::string recipe;
  std::vector<std::string> to;
  bool with_trace = false, no_record = false;
};

std::int64_t keep_record(const RunRequest& request, const RunAnswer& answer,
                         const std::string& store_path, nlohmann::ordered_json& record) {
  Store store = Store::open(store_path);
  RunRecord run;
  if (request.columns->user_id != 0) run.user_id = request.columns->user_id;
  run.recipe = request.recipe_path;
  run.title = record.at("title").get<std::string>();
  run.now = request.now;
  run.random_seed = answer.random_seed;
  run.parameters = answer.parameters;
  run.recipe_text = request.recipe_text;
  run.recipe_hash = answer.recipe_hash;
  run.scripts_hash = answer.scripts_hash;
  run.elements = answer.elements;
  run.data_state = request.columns->data_state;
  run.playlist_hash = answer.playlist_hash;
  run.record = answer.record;
  run.started_at = std::time(nullptr);
  run.track_ids = answer.track_ids;
  const std::int64_t id = save_run(store, run);
  record["run"] = id;
  set_run_record(store, id, record.dump());
  return id;
}

Exit run(Cli& cli, const Options& options) {
  std::vector<RunOutput> outputs;
  for (const std::string& to : options.to) outputs.push_back(parse_output(to));
  RunRequest request = make_run_request(cli, options.recipe);
  for (const RunOutput& output : outputs) request.output_formats.push_back(output.format);
  const RunAnswer answer = run_supervised(cli, request);
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(answer.record);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    write_file_atomically(outputs[i].path, answer.outputs.at(i));
  const bool is_kept = cli.settings().boolean("run.record") && !options.no_record;
  if (is_kept) keep_record(request, answer, cli.library_path(), record);
  if (cli.common.json) {
    cli.out(record.dump(2) + "\n");
  } else {
    cli.out(record_text(record, options.with_trace));
    for (const RunOutput& output : outputs) cli.note("wrote " + output.path);
    if (is_kept) {
      const std::string id = record.at("run").dump();
      cli.note("run " + id + " recorded; engine why " + id + " TRACK tells why a track is there");
    }
  }
  return answer.track_ids.empty() ? Exit::kNothing : Exit::kDone;
}

}  // namespace

void add_run(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "run", "Run a recipe and print the playlist, with the reason for every track");
  verb->add_option("recipe", options->recipe,
                   "A recipe file, or the name of one (see: engine recipes)")
      ->required();
  verb->add_option(
          "--to", options->to,
          "Write FORMAT:FILE too; m3u8, xspf, jspf, json, csv or uris; several are possible")
      ->allow_extra_args(false)
      ->type_name("FORMAT:FILE");
  verb->add_flag("--trace", options->with_trace,
                 "Show rows in, rows out and milliseconds of every node");
  verb->add_flag("--no-record", options->no_record, "Keep no record of this run");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return run(cli, *options); }; });
}

}  // namespace engine
