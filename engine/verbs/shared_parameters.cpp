#include "verbs/shared_parameters.hpp"

#include "app/list_players.hpp"
#include "worker/pool.hpp"

namespace engine::verbs {

std::size_t workers_of(const Arguments& arguments) {
  const std::int64_t jobs = arguments.integer("jobs");
  return jobs > 0 ? static_cast<std::size_t>(jobs) : default_pool_workers();
}

Parameter shard_parameter(const std::string& help) {
  return {.name = "shard",
          .value_name = "I/N|auto",
          .help = help + "; auto: as the task of a cluster's array that this is"};
}

Shard asked_shard(const app::Caller& caller, const std::string& text) {
  if (text.empty()) return {};
  if (text != "auto") return parse_shard(text);
  const GivenShard given = shard_of_environment();
  caller.note("shard " + given.shard.text() + ", by " + given.by);
  return given.shard;
}

std::vector<Parameter> lists_parameters() {
  return {{.name = "from",
           .value_name = "DATE",
           .help = "The first date [default: 52 periods before --to]"},
          {.name = "to",
           .value_name = "DATE",
           .help = "Where the last period ends [default: the end of the listening]"},
          {.name = "every",
           .value_name = "SPAN",
           .help = "How far the dates lie apart: 12h, 3d, 1w",
           .usual = "1w"},
          {.name = "users",
           .value_name = "all|...",
           .help = "Several people instead of --user: all, names with commas between, or the "
                   "choosing or the reporting half of all: what is chosen by one half is to be "
                   "reported on the other"},
          {.name = "train",
           .type = Type::kFlag,
           .help = "Train the models that the recipes ask for as of each date [default: use the "
                   "library's]"},
          {.name = "train-every",
           .value_name = "SPAN",
           .help = "With --train: train only this often, e.g. 4w [default: as --every]",
           .needs = "train"},
          {.name = "trained-on",
           .value_name = "others|...",
           .help = "With --train: train what is learned from everybody on one half of the people "
                   "only, so that the other was never learned from; or, for each person judged, on "
                   "the four fifths of the people (by name) whom they are not among",
           .one_of = {"others", "choosing", "reporting"},
           .needs = "train"},
          jobs_parameter()};
}

app::ListsOptions lists_options(const Arguments& arguments) {
  app::ListsOptions options;
  options.from = arguments.text("from");
  options.to = arguments.text("to");
  options.every = arguments.text("every");
  options.users = arguments.text("users");
  options.jobs = static_cast<std::size_t>(arguments.integer("jobs"));
  options.is_training = arguments.flag("train");
  options.train_every = arguments.text("train-every");
  options.trained_on = arguments.text("trained-on");
  return options;
}

Parameter player_parameter(const char* outputs) {
  std::vector<std::string> names;
  std::string help =
      "Write lists as this player reads them: its format, ending and paths, and only "
      "tracks whose music file is known (engine help files): ";
  for (const app::ListPlayer& player : app::list_players()) {
    help += (names.empty() ? "" : ", ") + std::string(player.name);
    names.emplace_back(player.name);
  }
  return {.name = "for",
          .value_name = "PLAYER",
          .help = help,
          .one_of = names,
          .needs = outputs,
          .is_local = true};
}

Parameter relative_to_parameter(const char* outputs) {
  return {.name = "relative-to",
          .value_name = "DIR",
          .help =
              "Write the paths in lists from this folder on; list: from each list's own [default: "
              "whole paths]",
          .needs = outputs,
          .is_local = true};
}

Parameter prefix_parameter(const char* outputs) {
  return {.name = "prefix",
          .value_name = "FROM=TO",
          .help =
              "What lies below the folder FROM lies below TO where the lists are read; several are "
              "possible",
          .is_several = true,
          .needs = outputs,
          .is_local = true};
}

app::ListFileOptions list_file_options(const Arguments& arguments) {
  return {arguments.text("for"), arguments.text("relative-to"), arguments.texts("prefix")};
}

}  // namespace engine::verbs
