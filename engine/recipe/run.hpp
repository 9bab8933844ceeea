// One run of a recipe, from its text to the playlist: what the worker does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.hpp"
#include "core/error.hpp"
#include "data/as_of.hpp"
#include "lua/lua_state.hpp"
#include "models/models.hpp"
#include "plugin/http_service.hpp"
#include "recipe/departures.hpp"
#include "recipe/playlist.hpp"
#include "recipe/recipe.hpp"
#include "store/encoders.hpp"

namespace engine {

class MusicPaths;
class ResultStore;

struct RunRequest {
  std::string recipe_path, recipe_text;
  std::string recipe_folder;     // where the paths of files that it names begin
  std::vector<std::string> set;  // "NAME=VALUE"
  std::int64_t now = 0;
  std::optional<std::uint64_t> random_seed;  // overrides the recipe's own
  std::uint64_t fresh_seed = 0;              // for recipes without one; drawn by the caller
  std::shared_ptr<const PreparedColumns> columns;
  // For several runs in one process; nullptr: made for this run alone.
  std::shared_ptr<const Registry> registry;         // loaded from the directories below
  std::shared_ptr<const AsOf> shared_tables;        // of `columns` as of `now`
  std::shared_ptr<const AsOf> shared_catalogue;     // of anybody's, as of `now`
  std::shared_ptr<const ModelShelf> opened_models;  // everybody's `models`, open where sound
  std::int64_t exclude_runs_from = INT64_MAX;       // replay: runs recorded since are not looked at
  std::vector<std::string> script_directories, plugin_directories;
  std::string plugin_copies;
  LuaLimits lua_limits;
  double default_track_seconds = 210;
  std::vector<ModelVersion> models;       // that there are: usable_versions() of them are used
  std::vector<ModelVersion> late_models;  // that elements may not use: models_too_late()
  ElementSettings elements;               // host->setting()
  std::vector<Encoder> encoders;          // of spaces of vectors, which texts are encoded by
  /// With it elements may ask language models: all that the person has heard, of which what the tables
  /// do not tell is not told to these either (tellable_tracks.hpp).
  std::optional<std::vector<std::int64_t>> heard;
  std::vector<std::string> output_formats;  // "m3u8", "xspf" ...: output.NAME elements
  std::shared_ptr<const MusicPaths> music;  // for outputs that name files; nullptr: none is known
  std::vector<std::string> show;            // columns whose values are told of each track
  std::string why, why_not;                 // a track: id, spotify id, "title" or "artist - title"
  bool tells_view = false;                  // for a workbench: answer_json is run_view()
  std::string stage_node, stage_where;      // of a stage: answer_json is stage_rows()
  bool is_load_only = false;                // do not build: are file and parameters in order?
  bool is_plan_only = false;                // build, do not evaluate
  bool is_chances_only = false;             // build, and tell which track may come first
  ResultStore* results = nullptr;           // of a watcher: nodes are taken from there and kept
  std::uint32_t writer = 0;                 // which worker this is, for ResultStore::may_write()
  std::optional<CurrentVersion> current;    // of the kept playlist that the run is of
  std::vector<std::int64_t> before;         // the list before: RunReports::departed tells who left
};

/// How likely a track is to be the first of a list, over all seeds.
struct FirstChance {
  std::int64_t track_id = 0;
  double chance = 0;
};

struct RunAnswer {
  Playlist playlist;          // of a plan that is not evaluated: seed and parameters only
  std::string playlist_hash;  // of its tracks: equal bytes, equal hash
  std::string recipe_hash, scripts_hash, elements;  // elements: JSON {name: "plugin id version"}
  std::vector<AskedModel> models;                   // that its elements asked for, by name
  std::vector<std::string> outputs;                 // bytes, as in output_formats
  std::string answer;                               // of why / why_not, for a terminal
  /// The same as TrackStory::json(); of is_plan_only as plan_json(); of tells_view, of a stage_node
  /// as run_view.hpp has them.
  std::string answer_json;
  std::string plan_text, plan_dot;
  /// Of is_chances_only, together 1, most likely first and equal ones by id; nothing where the last
  /// step of the recipe does not tell (Step::first_chances).
  std::optional<std::vector<FirstChance>> first_chances;
};

/// What a worker reports while it runs.
struct RunReports {
  std::function<void(const std::string&)> doing;  // the stage
  std::function<void()> beat;
  /// Ends the process from a signal's handler, as stopped: LuaState::on_overdue.
  std::function<void(const char* what, const char* where)> give_up;
  std::function<bool()> is_cancelled;             // elements that ask end their work
  AskOutside ask;                                 // what they ask over HTTP; empty: they may not
  std::function<void(const std::string&)> print;  // the recipe's print()
  InputFiles::Tried tried_file;                   // that an element reads beside the store
  /// The plugins are loaded, the recipe is not: time to confine, and to say what was not loaded.
  std::function<void(const Registry&)> loaded;
  /// The answer, before run_recipe() does what nobody has to wait for: departed.
  std::function<void(const RunAnswer&)> answered;
  std::function<void(const std::vector<Departure>&)> departed;  // of RunRequest::before
};

/// The plugins of the request's directories; reports.doing names each before it is loaded, then
/// reports.loaded has them.
std::shared_ptr<const Registry> load_plugins(const RunRequest& request, const RunReports& reports);

/// Throws Error. Same request, same bytes (but for times in the record's trace).
RunAnswer run_recipe(const RunRequest& request, const RunReports& reports);

/// The number behind "week" (days since 1970 of the user's Monday), "day", a number as text, or
/// `fresh` for "".
std::uint64_t resolve_random_seed(const std::string& declared, std::int64_t now,
                                  const std::string& timezone, std::uint64_t fresh,
                                  const std::string& recipe_path);

}  // namespace engine
