// engine plan RECIPE: the plan that build() describes, without running it.
#include <CLI/CLI.hpp>

#include "app/supervised_run.hpp"
#include "cli/cli.hpp"

namespace engine {

void add_plan(CLI::App& app, Cli& cli) {
  struct Options {
    std::string recipe;
    bool is_dot = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("plan", "Show the plan of a recipe without running it");
  verb->add_option("recipe", options->recipe, "A recipe file or name")->required();
  verb->add_flag("--dot", options->is_dot, "As a Graphviz graph");
  verb->callback([&cli, options] {
    cli.action = [&cli, options] {
      RunRequest request = app::make_run_request(cli.caller(), options->recipe);
      request.is_plan_only = true;
      const RunAnswer answer = app::run_supervised(cli.caller(), request);
      cli.out(options->is_dot ? answer.plan_dot : answer.plan_text);
      return Exit::kDone;
    };
  });
}

}  // namespace engine
