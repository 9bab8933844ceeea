// engine check RECIPE...: builds each recipe without evaluating anything; says what is wrong with
// all of them.
#include <CLI/CLI.hpp>
#include <iostream>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "cli/supervised_run.hpp"

namespace engine {
namespace {

Exit check(Cli& cli, const std::vector<std::string>& recipes) {
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  Exit worst = Exit::kDone;
  for (const std::string& recipe : recipes) {
    nlohmann::ordered_json result{{"recipe", recipe}, {"ok", true}};
    try {
      RunRequest request = make_run_request(cli, recipe);
      request.is_plan_only = true;
      run_supervised(cli, request);
      if (!cli.common.json) cli.out(recipe + ": good\n");
    } catch (const Error& error) {
      worst = error.exit();
      result["ok"] = false;
      result["error"] = error.what();
      result["where"] = error.parts().where;
      result["why"] = error.parts().why;
      result["fix"] = error.parts().fix;
      if (!cli.common.json) std::cerr << error.text() << std::endl;
    }
    results.push_back(std::move(result));
  }
  if (cli.common.json) cli.out(nlohmann::ordered_json{{"recipes", results}}.dump(2) + "\n");
  return worst;
}

}  // namespace

void add_check(CLI::App& app, Cli& cli) {
  auto recipes = std::make_shared<std::vector<std::string>>();
  CLI::App* verb =
      app.add_subcommand("check", "Say what is wrong with recipes, without running them");
  verb->add_option("recipes", *recipes, "Recipe files or names")->required();
  verb->callback(
      [&cli, recipes] { cli.action = [&cli, recipes] { return check(cli, *recipes); }; });
}

}  // namespace engine
