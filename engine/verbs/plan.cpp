// engine plan RECIPE: the plan that build() describes, without running it.
#include "app/supervised_run.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Answer plan(const app::Caller& caller, const Arguments& arguments) {
  RunRequest request = app::make_run_request(caller, arguments.text("recipe"));
  request.is_plan_only = true;
  const RunAnswer answer = app::run_supervised(caller, request);
  Json data{{"recipe", request.recipe_path}, {"plan", answer.plan_text}, {"dot", answer.plan_dot}};
  data.update(Json::parse(answer.answer_json));
  return {.data = std::move(data),
          .text = arguments.flag("dot") ? answer.plan_dot : answer.plan_text};
}

}  // namespace

std::vector<Verb> plan_verbs() {
  return {{.name = "plan",
           .help = "Show the plan of a recipe without running it",
           .parameters = {recipe_parameter("A recipe file or name"),
                          {.name = "dot", .type = Type::kFlag, .help = "As a Graphviz graph"}},
           .answer = plan}};
}

}  // namespace engine::verbs
