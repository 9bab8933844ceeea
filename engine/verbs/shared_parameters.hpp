// Parameters that several verbs have.
#pragma once

#include "app/lists_request.hpp"
#include "app/outputs.hpp"
#include "core/shard.hpp"
#include "verbs/verb.hpp"

namespace engine::verbs {

/// A recipe by its file or its name.
inline Parameter recipe_parameter(const std::string& help =
                                      "A recipe file, or the name of one (see: "
                                      "engine recipes)") {
  return {.name = "recipe",
          .value_name = "RECIPE",
          .help = help,
          .is_first = true,
          .is_required = true};
}

inline Parameter make_folders_parameter() {
  return {.name = "make-folders",
          .type = Type::kFlag,
          .help = "Make the folders that what is written needs, where they are missing",
          .is_local = true};
}

/// Of lists in files, whose parameter is called `outputs`, and what list_file_options() makes of them.
Parameter player_parameter(const char* outputs);
Parameter relative_to_parameter(const char* outputs);
Parameter prefix_parameter(const char* outputs);
app::ListFileOptions list_file_options(const Arguments& arguments);

inline Parameter jobs_parameter() {
  return {.name = "jobs",
          .type = Type::kInteger,
          .value_name = "N",
          .help = "Workers at once [default: one per processor]",
          .least = 1,
          .most = 1024};
}

/// "I/N" or "auto", and what asked_shard() makes of it: the shard, which is told where it was found out; the only one
/// for "". Throws Error(kUsage).
Parameter shard_parameter(const std::string& help);
Shard asked_shard(const app::Caller& caller, const std::string& text);

/// Of jobs_parameter().
std::size_t workers_of(const Arguments& arguments);

inline Parameter resamples_parameter() {
  return {.name = "resamples",
          .type = Type::kInteger,
          .value_name = "N",
          .help = "Resamples behind each interval",
          .usual = "2000",
          .least = 100,
          .most = 1'000'000};
}

/// Dates and people of a backtest, and what lists_options() makes of them.
std::vector<Parameter> lists_parameters();
app::ListsOptions lists_options(const Arguments& arguments);

}  // namespace engine::verbs
