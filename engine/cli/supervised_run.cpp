#include "cli/supervised_run.hpp"

#include <algorithm>
#include <filesystem>
#include <malloc.h>
#include <optional>
#include <random>

#include <nlohmann/json.hpp>

#include "core/error_bytes.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "data/column_check.hpp"
#include "recipe/answer_bytes.hpp"
#include "worker/worker.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;

enum Frame : std::uint32_t { kAnswer = 1, kOutput, kError, kPrint, kDeparted, kText, kNotLoaded };

std::string pack_departures(const std::vector<Departure>& departures) {
  nlohmann::json list = nlohmann::json::array();
  for (const Departure& left : departures) list.push_back({left.track_id, left.why});
  return json_text(list);
}

std::vector<Departure> unpack_departures(const std::string& bytes) {
  std::vector<Departure> departures;
  for (const nlohmann::json& left : nlohmann::json::parse(bytes))
    departures.push_back({left.at(0).get<std::int64_t>(), left.at(1).get<std::string>()});
  return departures;
}

/// How a recipe is called in records and messages: "recipes/weekly.lua" for one of a recipe folder,
/// however it was asked for; else the path as it was given.
std::string recipe_name(Cli& cli, const std::string& asked, const std::string& file) {
  std::error_code ignored;
  const fs::path here = fs::weakly_canonical(file, ignored);
  for (const std::string& folder : cli.recipe_directories()) {
    const fs::path relative = here.lexically_relative(fs::weakly_canonical(folder, ignored));
    if (!relative.empty() && *relative.begin() != "..")
      return (fs::path("recipes") / relative).string();
  }
  return asked;
}

/// Runs the worker's job; the error it ends with becomes a frame.
int sending_errors(Channel& channel, const std::function<void()>& job) {
  try {
    job();
    return 0;
  } catch (const Error& error) {
    channel.send(kError, pack_error(error));
  } catch (const std::bad_alloc&) {
    channel.send(kError,
                 pack_error(Error(Exit::kLimits, "out of memory",
                                  {"", "", "the run needs more than limits.memory_megabytes",
                                   "see: engine config show"})));
  } catch (const std::exception& error) {
    channel.send(kError,
                 pack_error(Error(Exit::kPlugin, std::string("the run failed: ") + error.what())));
  }
  return 1;
}

/// Names stages. A step of the engine is told with the element before it: what an element breaks
/// (memory, descriptors) may show only after it has returned.
class Stages {
 public:
  std::string operator()(const std::string& stage) {
    for (std::uint32_t kind = PLAYLIST_SOURCE; kind <= PLAYLIST_MODEL; ++kind) {
      if (stage.starts_with(std::string(kind_name(kind)) + '.')) return element_ = stage;
    }
    return element_.empty() ? stage : stage + ", after " + element_;
  }

 private:
  std::string element_;
};

RunReports reports_to(Channel& channel, Heartbeat& heartbeat, std::optional<Network> confinement) {
  RunReports reports;
  reports.doing = [&heartbeat, stages = Stages()](const std::string& what) mutable {
    heartbeat.doing(stages(what));
  };
  reports.beat = [&] { heartbeat.beat(); };
  reports.give_up = [&](const char* what, const char* where) { heartbeat.give_up(what, where); };
  reports.is_cancelled = [&] { return heartbeat.is_interrupted(); };
  reports.print = [&](const std::string& text) { channel.send(kPrint, text); };
  reports.loaded = [&channel, confinement](const Registry& registry) {
    for (const std::string& line : registry.problem_lines()) channel.send(kNotLoaded, line);
    if (confinement) confine_process(*confinement);
  };
  return reports;
}

/// Runs the job in a worker and lets the receiver take what it sends.
WorkerEnd run_with(Cli& cli, RunReceiver& receiver,
                   const std::function<int(Channel&, Heartbeat&)>& job) {
  const WorkerLimits limits = run_limits(cli);
  const auto supervise = [&](Channel& channel) {
    std::uint32_t kind = 0;
    for (std::string bytes; channel.receive(kind, bytes);) {
      const RunReceiver::Kind taken = receiver.take(kind, bytes);
      if (taken == RunReceiver::kIsPrint) cli.note(receiver.printed);
      if (taken == RunReceiver::kIsNotLoaded) cli.note_once(receiver.printed);
    }
  };
  WorkerEnd end = cli.common.in_process ? run_in_process(job, supervise)
                                        : run_in_worker(limits, job, supervise);
  cli.verbose("worker: fork " + std::to_string(end.fork_ms) + " ms, " +
              std::to_string(end.wall_ms) + " ms in all, " + std::to_string(end.peak_bytes >> 20) +
              " MiB");
  return end;
}

/// A crash over damaged columns is nobody's fault who made an element.
void check_columns(Cli& cli, const PreparedColumns& columns, const WorkerEnd& end) {
  if (end.is_done || end.is_limit || end.is_interrupted) return;
  const std::string damage = damaged_columns(column_cache_folder(cli.library_path()), columns);
  if (damage.empty()) return;
  throw Error(Exit::kStore, "the columns beside the library are damaged",
              {damage, "", end.message, "they were removed: the same command makes them anew"});
}

}  // namespace

std::optional<Network> run_confinement(Cli& cli) {
  const Settings& settings = cli.settings();
  if (!settings.boolean("limits.confine") || cli.common.in_process) return std::nullopt;
  return settings.boolean("limits.network") ? Network::kAllowed : Network::kDenied;
}

int run_job(const RunRequest& request, std::optional<Network> confinement, Channel& channel,
            Heartbeat& heartbeat) {
  // A run frees and takes arrays of megabytes all the time: give none back to the system, which
  // would clear them page by page at each turn.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  RunReports reports = reports_to(channel, heartbeat, confinement);
  reports.answered = [&](const RunAnswer& answer) {
    for (const std::string& bytes : answer.outputs) channel.send(kOutput, bytes);
    channel.send(kAnswer, pack_answer(answer));
  };
  reports.departed = [&](const std::vector<Departure>& departures) {
    channel.send(kDeparted, pack_departures(departures));
  };
  return sending_errors(channel, [&] { run_recipe(request, reports); });
}

std::string find_recipe(Cli& cli, const std::string& name) {
  if (fs::exists(name)) return name;
  std::vector<std::string> known;
  for (const std::string& folder : cli.recipe_directories()) {
    for (const std::string& file : {folder + "/" + name, folder + "/" + name + ".lua"}) {
      if (fs::is_regular_file(file)) return file;
    }
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string stem = entry.path().stem();
      if (entry.path().extension() == ".lua" && !stem.ends_with("_test")) known.push_back(stem);
    }
  }
  // "recipes/weekly.lua" works from anywhere, as that is how recipes are written about.
  if (const fs::path path(name);
      !path.is_absolute() && path.begin() != path.end() && *path.begin() == "recipes") {
    const std::string file =
        (fs::path(own_folders().recipes) / path.lexically_relative("recipes")).string();
    if (fs::is_regular_file(file)) return file;
  }
  std::sort(known.begin(), known.end());
  const std::string near = nearest(fs::path(name).stem(), known);
  throw Error(
      Exit::kInput, "there is no recipe \"" + name + "\"",
      {"", "", "",
       near.empty() ? "see: engine recipes" : "did you mean " + near + "? (see: engine recipes)"});
}

RunRequest make_run_request(Cli& cli, const std::string& recipe) {
  const std::string file = find_recipe(cli, recipe);
  return make_run_request(cli, recipe_name(cli, recipe, file), read_file(file));
}

std::vector<std::string> recipe_files(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    // "recipes" works from anywhere, as "recipes/weekly.lua" does.
    const bool is_own = !fs::exists(name) && fs::path(name).lexically_normal() == "recipes";
    const std::string folder = is_own ? own_folders().recipes : name;
    if (!fs::is_directory(folder)) {
      files.push_back(name);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const fs::path& file = entry.path();
      if (file.extension() == ".lua" && !file.stem().string().ends_with("_test"))
        inside.push_back(file.string());
    }
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  if (files.empty()) {
    throw Error(Exit::kInput, "there is no recipe in " + names.front(),
                {"", "", "recipes are the *.lua files of a folder", "see: engine recipes"});
  }
  return files;
}

RunRequest make_run_request(Cli& cli, const std::string& recipe, const std::string& text) {
  RunRequest request = make_request_without_columns(cli, recipe, text);
  request.columns = prepare_columns(column_options(cli));
  request.models = usable_models(cli.library_path(), request.now);
  if (fs::exists(models_folder(cli.library_path()))) {
    const Store store =
        Store::open(cli.library_path(), {.is_read_only = true, .may_create = false});
    request.late_models = models_too_late(store, request.now);
  }
  return request;
}

std::vector<ModelVersion> usable_models(const std::string& store, std::int64_t now) {
  if (!fs::exists(models_folder(store))) return {};
  return models_as_of(Store::open(store, {.is_read_only = true, .may_create = false}), now);
}

RunRequest make_request_without_columns(Cli& cli, const std::string& recipe) {
  const std::string file = find_recipe(cli, recipe);
  return make_request_without_columns(cli, recipe_name(cli, recipe, file), read_file(file));
}

RunRequest make_request_without_columns(Cli& cli, const std::string& recipe,
                                        const std::string& text) {
  Settings& settings = cli.settings();
  RunRequest request;
  request.recipe_path = recipe;
  request.recipe_text = text;
  request.set = cli.common.set;
  request.now = cli.now();
  request.random_seed = cli.common.random_seed;
  request.fresh_seed = std::random_device()();
  request.script_directories = cli.script_directories();
  request.plugin_directories = cli.plugin_directories();
  request.plugin_copies = cli.plugin_copies();
  request.lua_limits = lua_limits(cli);
  request.default_track_seconds = settings.number("run.default_track_seconds");
  request.elements = settings.elements();
  return request;
}

ColumnOptions column_options(Cli& cli) {
  Settings& settings = cli.settings();
  ColumnOptions columns;
  columns.store = cli.library_path();
  if (!fs::exists(columns.store)) {
    throw Error(Exit::kStore, "there is no library at " + columns.store,
                {"", "", "", "import one with: engine import PATH, or try: engine demo"});
  }
  columns.user = cli.common.user;
  columns.rule = {settings.number("play.min_seconds"), settings.number("play.min_share")};
  columns.cache = column_cache_folder(columns.store);
  columns.verbose = [&](const std::string& text) { cli.verbose(text); };
  return columns;
}

LuaLimits lua_limits(Cli& cli) {
  Settings& settings = cli.settings();
  LuaLimits limits;
  limits.seconds = settings.number("limits.recipe_seconds");
  limits.memory_bytes = static_cast<std::size_t>(settings.integer("limits.recipe_megabytes")) << 20;
  limits.print_bytes = static_cast<std::size_t>(settings.integer("limits.print_kilobytes")) << 10;
  return limits;
}

WorkerLimits run_limits(Cli& cli) {
  Settings& settings = cli.settings();
  WorkerLimits limits;
  limits.wall_seconds = settings.number("limits.wall_seconds");
  limits.cpu_seconds = settings.number("limits.cpu_seconds");
  limits.memory_bytes = static_cast<std::size_t>(settings.integer("limits.memory_megabytes")) << 20;
  limits.heartbeat_seconds = settings.number("limits.heartbeat_seconds");
  return limits;
}

RunReceiver::Kind RunReceiver::take(std::uint32_t kind, const std::string& bytes) {
  try {
    return take_sound(kind, bytes);
  } catch (const nlohmann::json::exception& error) {
    error_ = Error(
        Exit::kPlugin, "the worker's answer cannot be read",
        {"", "",
         std::string("an element has written over memory that is not its own: ") + error.what(),
         "engine plugins check FILE finds the library"});
    return kIsOther;
  }
}

RunReceiver::Kind RunReceiver::take_sound(std::uint32_t kind, const std::string& bytes) {
  switch (kind) {
    case kAnswer:
      answer_ = unpack_answer(bytes);
      answer_->outputs = std::move(outputs_);
      return kIsAnswer;
    case kOutput:
      outputs_.push_back(bytes);
      return kIsOther;
    case kError:
      error_ = unpack_error(bytes);
      return kIsOther;
    case kDeparted:
      departures = unpack_departures(bytes);
      return kIsDepartures;
    case kText:
      text_ = bytes;
      return kIsOther;
    case kPrint:
      printed = bytes;
      return kIsPrint;
    case kNotLoaded:
      printed = bytes;
      return kIsNotLoaded;
    default:
      return kIsOther;
  }
}

RunAnswer RunReceiver::finish(const WorkerEnd& end, const std::string& recipe_path) {
  check(end, recipe_path, answer_.has_value());
  return std::move(*answer_);
}

std::string RunReceiver::finish_text(const WorkerEnd& end, const std::string& recipe_path) {
  check(end, recipe_path, text_.has_value());
  return std::move(*text_);
}

void RunReceiver::check(const WorkerEnd& end, const std::string& recipe_path, bool has_answer) {
  if (end.is_interrupted) throw Error(Exit::kInterrupted, "interrupted; the store is unchanged");
  if (error_) throw *error_;
  if (end.is_done && has_answer) return;
  const std::string fix =
      end.is_limit ? limit_fix(end)
                   : "report it to whoever made the element named; the store is unchanged";
  throw Error(end.is_limit ? Exit::kLimits : Exit::kPlugin, end.message,
              {end.where.empty() ? recipe_path : end.where, "", "", fix});
}

RunAnswer run_supervised(Cli& cli, const RunRequest& request) {
  const std::optional<Network> confinement = run_confinement(cli);
  RunReceiver receiver;
  const WorkerEnd end = run_with(cli, receiver, [&](Channel& channel, Heartbeat& heartbeat) {
    return run_job(request, confinement, channel, heartbeat);
  });
  check_columns(cli, *request.columns, end);
  return receiver.finish(end, request.recipe_path);
}

std::string ask_supervised(Cli& cli, const std::string& recipe_path,
                           const std::function<std::string(const RunReports&)>& job) {
  const std::optional<Network> confinement = run_confinement(cli);
  RunReceiver receiver;
  const WorkerEnd end = run_with(cli, receiver, [&](Channel& channel, Heartbeat& heartbeat) {
    const RunReports reports = reports_to(channel, heartbeat, confinement);
    return sending_errors(channel, [&] { channel.send(kText, job(reports)); });
  });
  return receiver.finish_text(end, recipe_path);
}

}  // namespace engine
