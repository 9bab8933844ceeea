// engine why / why-not RUN|RECIPE TRACK: the run is done again and asked.
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "app/recorded_run.hpp"
#include "app/supervised_run.hpp"
#include "cli/cli.hpp"
#include "core/json_text.hpp"

namespace engine {
namespace {

struct WhyOptions {
  std::string what, track;
  bool is_why_not = false;
};

Exit answer(Cli& cli, const WhyOptions& options) {
  const std::optional<std::int64_t> run = app::run_number(options.what);
  RunRequest request =
      run ? app::repeat_request(cli.caller(), app::recorded_run(cli.caller(), *run))
          : app::make_run_request(cli.caller(), options.what);
  (options.is_why_not ? request.why_not : request.why) = options.track;
  const RunAnswer found = app::run_supervised(cli.caller(), request);
  if (cli.common.json) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    json["track"] = options.track;
    json.update(nlohmann::ordered_json::parse(found.answer_json));
    cli.out(printed_json(json));
  } else {
    cli.out(found.answer);
  }
  return Exit::kDone;
}

void add(CLI::App& app, Cli& cli, const char* name, const char* help, bool is_why_not) {
  auto options = std::make_shared<WhyOptions>();
  options->is_why_not = is_why_not;
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("run", options->what, "A run's number, or a recipe")->required();
  verb->add_option("track", options->track, "Its number, Spotify uri, title, or ARTIST - TITLE")
      ->required();
  verb->callback(
      [&cli, options] { cli.action = [&cli, options] { return answer(cli, *options); }; });
}

}  // namespace

void add_why(CLI::App& app, Cli& cli) {
  add(app, cli, "why", "Tell why a track is in a list", false);
  add(app, cli, "why-not", "Tell why a track is not in a list", true);
}

}  // namespace engine
