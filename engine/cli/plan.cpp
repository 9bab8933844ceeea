// engine plan RECIPE: the plan that build() describes, without running it.
#include <CLI/CLI.hpp>

#include "cli/cli.hpp"
#include "cli/supervised_run.hpp"

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
      RunRequest request = make_run_request(cli, options->recipe);
      request.is_plan_only = true;
      const RunAnswer answer = run_supervised(cli, request);
      cli.out(options->is_dot ? answer.plan_dot : answer.plan_text);
      return Exit::kDone;
    };
  });
}

}  // namespace engine
