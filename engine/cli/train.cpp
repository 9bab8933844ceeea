// engine train NAME...|all: learns models from everybody's history as of a date.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include <nlohmann/json.hpp>

#include "app/train_request.hpp"
#include "cli/cli.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "plugin/registry.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

struct TrainOptions {
  std::vector<std::string> names;
  std::string as_of;
};

/// Models learn from everybody, so in whose name the catalogue is read does not matter.
std::string any_user(Cli& cli) {
  if (!cli.common.user.empty() || !std::filesystem::exists(cli.library_path()))
    return cli.common.user;
  const std::vector<User> users =
      list_users(Store::open(cli.library_path(), {.is_read_only = true, .may_create = false}));
  return users.empty() ? "" : users.front().name;
}

TrainRequest make_request(Cli& cli, const TrainOptions& options) {
  TrainRequest request = app::make_train_request(cli.caller());
  request.names = options.names;
  request.set = cli.common.set;
  request.as_of = options.as_of.empty() ? cli.now() : parse_time(options.as_of);
  request.options.user = any_user(cli);
  request.columns = prepare_columns(request.options);
  return request;
}

void draw_training(const std::string& model, double fraction) {
  char text[96];
  std::snprintf(text, sizeof text, "\r\x1b[K%3.0f %%  %s", 100 * fraction, one_line(model).c_str());
  std::cerr << text << std::flush;
}

Exit train(Cli& cli, const TrainOptions& options) {
  const TrainRequest request = make_request(cli, options);
  if (request.as_of > cli.now()) {
    throw Error(Exit::kUsage,
                "--as-of " + options.as_of + " lies after now, " + format_time(cli.now()),
                {"", "", "no run could use the model before that time", "take an earlier --as-of"});
  }
  const bool is_drawn = cli.is_terminal() && !cli.common.quiet;
  TrainReports reports;
  if (is_drawn) reports.progress = draw_training;
  reports.note = [&](const std::string& text) { cli.note(text); };
  Json all = Json::array();
  std::string text;
  reports.trained = [&](const TrainedModel& model) {
    if (is_drawn) std::cerr << "\r\x1b[K" << std::flush;
    if (!model.no_data.empty()) {
      all.push_back({{"name", model.version.name}, {"trained", false}, {"why", model.no_data}});
      text += model.version.name + ": nothing to learn from: " + model.no_data + "\n";
      return;
    }
    const Json card = Json::parse(model.version.card);
    all.push_back({{"name", model.version.name}, {"trained", true}, {"card", card}});
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", card.at("seconds").get<double>());
    text += model.version.name + ": trained as of " + format_time(model.version.as_of) + " in " +
            seconds + "\n";
  };
  const std::vector<TrainedModel> models = train_models(request, reports);
  cli.out(cli.common.json ? printed_json(Json{{"models", all}}) : text);
  for (const TrainedModel& model : models) {
    if (model.no_data.empty()) return Exit::kDone;
  }
  return Exit::kNothing;
}

}  // namespace

void add_train(CLI::App& app, Cli& cli) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* verb = app.add_subcommand("train", "Learn models from everybody's listening");
  verb->add_option("models", options->names, "Models, e.g. item_cf (see: engine models), or all")
      ->required()
      ->type_name("NAME");
  verb->add_option("--as-of", options->as_of,
                   "Learn from nothing later than this [default: --now, or now]")
      ->type_name("TIME");
  verb->footer(
      "--set PARAMETER=VALUE sets a model's parameter, --set MODEL.PARAMETER=VALUE where several\n"
      "are trained (see: engine plugins info model.item_cf). A run uses the latest version that\n"
      "was trained as of its --now or before.");
  verb->callback(
      [&cli, options] { cli.action = [&cli, options] { return train(cli, *options); }; });
}

}  // namespace engine
