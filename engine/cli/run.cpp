// engine run RECIPE: runs a recipe, prints the playlist, keeps a record, writes outputs.
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/run_outputs.hpp"
#include "cli/supervised_run.hpp"
#include "core/paths.hpp"
#include "recipe/record_run.hpp"
#include "recipe/report.hpp"

namespace engine {
namespace {

struct Options {
  std::string recipe;
  std::string prompt;
  std::vector<std::string> to;
  bool with_trace = false, no_record = false;
};

Exit run(Cli& cli, const Options& options) {
  std::vector<RunOutput> outputs;
  for (const std::string& to : options.to) outputs.push_back(parse_output(to));
  if (!options.prompt.empty()) cli.common.set.push_back("prompt=" + options.prompt);
  RunRequest request = make_run_request(cli, options.recipe);
  for (const RunOutput& output : outputs) request.output_formats.push_back(output.format);
  const RunAnswer answer = run_supervised(cli, request);
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(answer.record);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    write_file_atomically(outputs[i].path, answer.outputs.at(i));
  const bool is_kept = cli.settings().boolean("run.record") && !options.no_record;
  if (is_kept) {
    Store store = Store::open(cli.library_path());
    record["run"] = record_run(store, request, answer);
  }
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
  verb->add_option("--prompt", options->prompt,
                   "What the list should be like, in words: --set prompt=TEXT, for recipes that "
                   "have such a parameter")
      ->type_name("TEXT");
  verb->add_flag("--trace", options->with_trace,
                 "Show rows in, rows out and milliseconds of every node");
  verb->add_flag("--no-record", options->no_record, "Keep no record of this run");
  verb->callback([&cli, options] { cli.action = [&cli, options] { return run(cli, *options); }; });
}

}  // namespace engine
