// engine scatter, engine gather and engine snapshot-catalogue: a library as shards for a cluster, the lists of shards
// as one file, and the catalogue alone for people whose histories lie elsewhere.
#include <algorithm>
#include <sstream>

#include "app/progress.hpp"
#include "app/supervised_run.hpp"
#include "batch/gather.hpp"
#include "cluster/scatter.hpp"
#include "cluster/snapshot.hpp"
#include "core/counted.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json scattered_json(const std::string& folder, const cluster::Scattered& scattered) {
  Json shards = Json::array();
  for (const cluster::ScatteredShard& shard : scattered.shards)
    shards.push_back(
        {{"library", shard.library}, {"people", shard.people}, {"was_there", shard.was_there}});
  return {{"folder", folder},
          {"people", scattered.people},
          {"relations_left_out", scattered.relations_left_out},
          {"shards", shards}};
}

std::string scattered_text(const std::string& folder, const cluster::Scattered& scattered) {
  std::ostringstream text;
  const auto [least, most] =
      std::ranges::minmax(scattered.shards, {}, &cluster::ScatteredShard::people);
  const auto were_there =
      std::ranges::count_if(scattered.shards, &cluster::ScatteredShard::was_there);
  text << folder << ": " << counted(scattered.people, "listener") << " in "
       << counted(scattered.shards.size(), "shard") << ", " << least.people;
  if (most.people != least.people) text << " to " << most.people;
  text << " in each";
  if (were_there > 0) text << "; " << were_there << " were there";
  text << "\n";
  if (scattered.relations_left_out > 0)
    text << counted(scattered.relations_left_out, "relation")
         << " of listeners in different shards left out\n";
  return text.str();
}

Answer scatter_library(const app::Caller& caller, const Arguments& arguments) {
  cluster::ScatterRequest request;
  request.columns = app::column_options(caller);
  request.shards = static_cast<std::size_t>(arguments.integer("shards"));
  request.folder = output_folder(arguments.text("folder"), caller.home.kept_files(),
                                 arguments.flag("make-folders"));
  cluster::Scattered scattered;
  {
    const app::Progress progress(caller, "shards");
    scattered =
        cluster::scatter(request, [&](std::size_t done, std::size_t all) { progress(done, all); });
  }
  return {.data = scattered_json(request.folder, scattered),
          .text = scattered_text(request.folder, scattered)};
}

Answer snapshot_catalogue(const app::Caller& caller, const Arguments& arguments) {
  const std::string folder = output_folder(arguments.text("folder"), caller.home.kept_files(),
                                           arguments.flag("make-folders"));
  const cluster::Snapshot made = cluster::snapshot_catalogue(app::column_options(caller), folder);
  return {.data = {{"library", made.library}, {"key", made.key}, {"was_there", made.was_there}},
          .text = made.library + ": the catalogue and the models, " + made.key +
                  (made.was_there ? ", were there\n" : "\n")};
}

Answer gather(const app::Caller& caller, const Arguments& arguments) {
  const std::string folder =
      output_folder(arguments.text("folder"), caller.home.kept_files(), /*makes_folders=*/false);
  const batch::Gathered gathered = batch::gather_lists(folder);
  std::string text = gathered.file + ": " + counted(gathered.lists, "list") + " of " +
                     counted(gathered.shards, "shard");
  if (gathered.failures > 0) text += ", " + counted(gathered.failures, "user") + " failed";
  return {.exit = gathered.failures == 0 ? Exit::kDone : Exit::kNothing,
          .data = {{"file", gathered.file},
                   {"shards", gathered.shards},
                   {"lists", gathered.lists},
                   {"failures", gathered.failures}},
          .text = text + "\n"};
}

}  // namespace

std::vector<Verb> cluster_verbs() {
  return {
      {.name = "scatter",
       .help = "Take the library apart into shards, for the machines of a cluster",
       .parameters = {{.name = "folder",
                       .value_name = "DIR",
                       .help = "Write the shards into this folder, a new or empty one",
                       .is_first = true,
                       .is_required = true,
                       .is_local = true},
                      make_folders_parameter(),
                      {.name = "shards",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "How many",
                       .least = 1,
                       .most = static_cast<double>(kMostShards),
                       .is_required = true}},
       .footer =
           "Writes DIR/shard-I-of-N/library.db: the whole catalogue, the models, and every N-th "
           "listener by a hash of the\nname. A list made there is the whole library's. The same "
           "call again goes on where the last one ended.\nengine help cluster has it from end to "
           "end.",
       .answer = scatter_library},
      {.name = "snapshot-catalogue",
       .help = "Copy the catalogue and the models without people, to make lists elsewhere",
       .parameters = {{.name = "folder",
                       .value_name = "DIR",
                       .help = "Write into this folder, a new or empty one",
                       .is_first = true,
                       .is_required = true,
                       .is_local = true},
                      make_folders_parameter()},
       .footer =
           "DIR may be copied anywhere and be read-only. What makes lists of it: engine --library "
           "DIR/library.db batch RECIPE\n--histories FILE (engine help cluster).",
       .answer = snapshot_catalogue},
      {.name = "gather",
       .help = "Make one file of the lists of all shards",
       .parameters = {{.name = "folder",
                       .value_name = "DIR",
                       .help = "The folder of the batch",
                       .is_first = true,
                       .is_required = true,
                       .is_local = true}},
       .footer = "Of DIR/lists-I-of-N.jsonl, all of them, DIR/lists.jsonl: the bytes that one "
                 "process would "
                 "have written. A\nshard that is missing or not whole yet is an error that names "
                 "it; exit "
                 "status 1 where users have failed\n(DIR/failures.jsonl).",
       .answer = gather}};
}

}  // namespace engine::verbs
