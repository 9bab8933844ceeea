#include "recipe/run.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/random.hpp"
#include "data/listening_summary.hpp"
#include "data/people.hpp"
#include "data/tellable_tracks.hpp"
#include "plan/plan_json.hpp"
#include "plan/result_store.hpp"
#include "plan/step.hpp"
#include "plugin/complete_service.hpp"
#include "plugin/text_encoder.hpp"
#include "recipe/asked_track.hpp"
#include "recipe/emptied.hpp"
#include "recipe/output.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/report.hpp"
#include "recipe/run_view.hpp"
#include "recipe/shown_values.hpp"
#include "recipe/why.hpp"

namespace engine {
namespace {

std::string scripts_hash(const LuaState& lua) {
  std::string all;
  for (const auto& [path, text] : lua.modules()) all += content_hash(text);
  return content_hash(all);
}

/// Every plugin element the plan uses, with the library that offers it and its version.
std::string element_versions(const Plan& plan, const ModelShelf& models) {
  std::map<std::string, std::string> versions;
  for (const Node& node : plan.nodes) {
    if (node.element == nullptr) continue;
    const playlist_plugin& plugin = *node.element->plugin->description;
    versions[node.name] = std::string(plugin.id) + " " + plugin.version;
  }
  for (const ModelVersion* model : models.used()) versions[model->name] = version_mark(*model);
  return json_text(nlohmann::json(versions));
}

AsOfFacts facts_of(const AsOf& tables) {
  AsOfFacts facts;
  facts.user = tables.user_name();
  facts.coverage = heard_feature_shares(tables);
  return facts;
}

std::unique_ptr<AsOf> load_tables(const RunRequest& request, const AsOfOptions& options) {
  if (request.shared_tables) return load_as_of(request.shared_tables, request.columns, options);
  if (request.shared_catalogue)
    return load_as_of_beside(request.shared_catalogue, request.columns, options);
  return load_as_of(request.columns, options);
}

/// Everything a node reads that is no part of the plan.
std::string data_of(const RunRequest& request, const std::vector<ModelVersion>& models,
                    const AsOfOptions& options) {
  const PreparedColumns& columns = *request.columns;
  nlohmann::json data = {columns.catalogue->key(),
                         columns.user->key(),
                         columns.data_state,
                         columns.user_id,
                         columns.timezone,
                         request.now,
                         request.default_track_seconds,
                         request.elements.values()};
  for (const ModelVersion& model : models) data.push_back(model.card);
  if (request.current) {
    data.push_back({request.current->version, request.current->track_ids, request.current->pinned});
  }
  for (const ServedRun& run : columns.runs) {
    const bool is_same =
        run.recipe == options.exclude_recipe && run.random_seed == options.exclude_random_seed;
    if (!is_same && run.run_id < options.exclude_runs_from) data.push_back(run.run_id);
  }
  return json_text(data);
}

/// Of which kept playlist the run is; who left without being made to, with the stage that lost them.
void add_kept(const CurrentVersion& before, Evaluation& evaluation, const AsOf& tables,
              Playlist& playlist) {
  playlist.title = before.playlist;
  playlist.kept = KeptOf{before, evaluation.changes()};
  if (!playlist.kept->changes) return;
  std::vector<KeepChanges::Left>& left = playlist.kept->changes->left;
  std::map<std::int64_t, std::string> why;
  for (Departure& departure : departures(evaluation, tables, before.track_ids))
    why[departure.track_id] = std::move(departure.why);
  for (KeepChanges::Left& one : left)
    if (one.why.empty()) one.why = why[one.track_id];
}

/// What is open already is everybody's.
ModelShelf shelf_of(const RunRequest& request, const std::vector<ModelVersion>& usable) {
  const bool has_own = std::any_of(usable.begin(), usable.end(),
                                   [](const ModelVersion& model) { return model.user_id != 0; });
  if (request.opened_models && !has_own) return ModelShelf(*request.opened_models);
  return ModelShelf(usable, request.late_models, request.now);
}

std::optional<std::vector<FirstChance>> first_chances_of(Evaluation& evaluation, const Plan& plan,
                                                         const Tables& tables) {
  const Node& last = plan.at(plan.output);
  const auto first = last.step->first_chances(evaluation, last);
  if (!first) return std::nullopt;
  const auto ids = column_of<std::int64_t>(*tables.table("tracks"), "id");
  std::vector<FirstChance> told;
  for (std::size_t k = 0; k < first->tracks.size(); ++k)
    told.push_back({ids[static_cast<std::size_t>(first->tracks[k])], first->chances[k]});
  std::sort(told.begin(), told.end(), [](const FirstChance& a, const FirstChance& b) {
    return a.chance != b.chance ? a.chance > b.chance : a.track_id < b.track_id;
  });
  return told;
}

/// A worker that was stopped for this one may still be on its way out.
bool waits_for_its_turn(const ResultStore& results, std::uint32_t writer) {
  for (int k = 0; k < 5000 && !results.may_write(writer); ++k)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return results.may_write(writer);
}

std::map<std::string, TextEncoder::File> encoder_files(const std::vector<Encoder>& encoders) {
  std::map<std::string, TextEncoder::File> files;
  for (const Encoder& encoder : encoders) files[encoder.space] = {encoder.path, encoder.hash};
  return files;
}

}  // namespace

std::uint64_t resolve_random_seed(const std::string& declared, std::int64_t now,
                                  const std::string& timezone, std::uint64_t fresh,
                                  const std::string& recipe_path) {
  if (declared.empty()) return fresh;
  if (declared == "week") return static_cast<std::uint64_t>(local_week(now, timezone));
  if (declared == "day") return static_cast<std::uint64_t>(local_day(now, timezone));
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(declared.data(), declared.data() + declared.size(), number);
  if (error == std::errc() && end == declared.data() + declared.size()) return number;
  throw Error(Exit::kRecipe, "random_seed cannot be \"" + declared + "\"",
              {recipe_path, "", "it takes \"week\", \"day\" or a whole number", ""});
}

std::shared_ptr<const Registry> load_plugins(const RunRequest& request, const RunReports& reports) {
  Registry::Options options{request.plugin_directories, request.plugin_copies, true};
  options.doing = reports.doing;
  std::shared_ptr<const Registry> registry = Registry::load(options);
  if (reports.loaded) reports.loaded(*registry);
  return registry;
}

RunAnswer run_recipe(const RunRequest& request, const RunReports& reports) {
  const auto doing = [&](const std::string& what) {
    if (reports.doing) reports.doing(what);
  };
  doing("loading plugins");
  const std::shared_ptr<const Registry> registry =
      request.registry ? request.registry : load_plugins(request, reports);

  doing("loading " + request.recipe_path);
  LuaState lua(request.lua_limits, request.script_directories, mix_seed(0, request.recipe_text));
  lua.on_print = reports.print;
  lua.on_progress = reports.doing;
  lua.on_overdue = reports.give_up;
  Recipe recipe(lua, *registry, request.recipe_path, request.recipe_text);
  const RecipeDefinition& definition = recipe.definition();
  const ParameterValues values = parameter_values(definition, request.set);

  RunAnswer answer;
  answer.recipe_hash = content_hash(request.recipe_text);
  answer.playlist.parameters = values;
  if (request.is_load_only) {
    answer.scripts_hash = scripts_hash(lua);
    return answer;
  }
  const std::uint64_t random_seed = answer.playlist.random_seed =
      request.random_seed
          ? *request.random_seed
          : resolve_random_seed(definition.random_seed, request.now, request.columns->timezone,
                                request.fresh_seed, request.recipe_path);
  lua.seed_random(mix_seed(random_seed, "math.random"));
  doing("reading the library");
  AsOfOptions options;
  options.now = request.now;
  options.exclude_runs_from = request.exclude_runs_from;
  options.exclude_recipe = request.recipe_path;
  options.exclude_random_seed = random_seed;
  options.lists = {std::filesystem::path(request.recipe_path).stem().string()};
  if (request.current) {
    options.lists.push_back(request.current->playlist);
    options.current = request.current->track_ids;
  }
  const std::shared_ptr<const AsOf> tables = load_tables(request, options);
  const People people(tables, request.columns, options);

  const std::vector<ModelVersion> usable =
      usable_versions(request.models, request.now, request.columns->user_id);
  ModelShelf models = shelf_of(request, usable);
  Texts texts;
  InputFiles files(request.recipe_folder, reports.tried_file);
  Evaluation::Setup setup;
  setup.files = &files;
  setup.plan = &recipe.plan();
  setup.tables = tables.get();
  setup.lua = &lua;
  setup.texts = &texts;
  setup.random_seed = random_seed;
  setup.now = request.now;
  setup.timezone = request.columns->timezone;
  setup.default_track_seconds = request.default_track_seconds;
  setup.doing = reports.doing;
  setup.setting = [&](std::string_view key) { return request.elements.find(key); };
  setup.models = &models;
  setup.current = request.current ? &*request.current : nullptr;
  setup.results = request.results;
  if (request.results != nullptr) setup.data = data_of(request, usable, options);
  setup.is_cancelled = reports.is_cancelled;
  setup.ask = reports.ask;
  TextEncoder encoder(*registry, encoder_files(request.encoders), request.now);
  if (!request.encoders.empty()) setup.encoder = &encoder;
  std::optional<TellableTracks> tellable;
  CompleteAsker completer({.ask = reports.ask,
                           .now = request.now,
                           .may_ask = request.exclude_runs_from == INT64_MAX,
                           .may_tell = [&](std::int32_t track) {
                             if (!tellable) tellable.emplace(*tables, *request.heard);
                             return tellable->may_tell(track);
                           }});
  if (request.heard && reports.ask) setup.completer = &completer;
  if (reports.beat) setup.progress = [&](double) { reports.beat(); };
  Evaluation evaluation(setup, &people);

  doing("building " + request.recipe_path);
  recipe.build(values, {tables->user_name(), request.now}, &evaluation);
  answer.scripts_hash = scripts_hash(lua);  // build() may have required more
  if (request.is_plan_only) {
    answer.elements = element_versions(recipe.plan(), models);
    answer.plan_text = recipe.plan().text();
    answer.plan_dot = recipe.plan().dot();
    answer.answer_json = json_text(plan_json(recipe.plan()));
    if (reports.answered) reports.answered(answer);
    return answer;
  }

  if (request.is_chances_only) {
    answer.first_chances = first_chances_of(evaluation, recipe.plan(), *tables);
    return answer;
  }

  const CandidatesPtr chosen = evaluation.result(recipe.plan().output);
  if (chosen->size() == 0)
    for (const std::string& text : what_emptied(evaluation)) evaluation.notice(text);
  answer.elements = element_versions(recipe.plan(), models);
  Playlist& playlist = answer.playlist;
  playlist = make_playlist(evaluation, definition, values, *chosen, facts_of(*tables));
  if (request.current) add_kept(*request.current, evaluation, *tables, playlist);
  answer.playlist_hash = content_hash(json_text(hashed_tracks_json(playlist)));
  show_values(evaluation, *chosen, request.show, playlist);  // not of the hash: it is the same list
  for (const std::string& format : request.output_formats) {
    doing("writing " + format);
    answer.outputs.push_back(playlist_bytes(*registry, format, playlist, *chosen, evaluation,
                                            definition, request.music.get()));
  }
  playlist.notices = evaluation.notices();  // what an output left out is among them
  playlist.files = files.read();
  if (!request.why.empty() || !request.why_not.empty()) {
    const bool is_why = !request.why.empty();
    const std::int32_t track =
        asked_track(*tables, *chosen, is_why ? request.why : request.why_not);
    const TrackStory story = is_why ? why(evaluation, track) : why_not(evaluation, track);
    answer.answer = story.text();
    answer.answer_json = json_text(story.json());
  } else if (!request.stage_node.empty()) {
    answer.answer_json = json_text(stage_rows(evaluation, request.stage_node, request.stage_where));
  } else if (request.tells_view) {
    answer.answer_json = json_text(run_view(evaluation, definition, values));
  }
  answer.models = models.asked();
  if (reports.answered) reports.answered(answer);
  if (reports.departed && !request.before.empty()) {
    reports.departed(departures(evaluation, *tables, request.before));
  }
  if (request.results != nullptr && waits_for_its_turn(*request.results, request.writer))
    evaluation.keep_results();
  return answer;
}

}  // namespace engine
