#include "app/supervised_run.hpp"

#include <filesystem>
#include <malloc.h>
#include <optional>
#include <random>

#include <nlohmann/json.hpp>

#include "app/default_user.hpp"
#include "app/http_outside.hpp"
#include "app/language_model.hpp"
#include "app/recipe_files.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "data/column_check.hpp"
#include "data/people.hpp"
#include "data/tellable_tracks.hpp"
#include "recipe/answer_bytes.hpp"
#include "recipe/run_frames.hpp"
#include "store/encoders.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

/// Purposes of language models that a run's elements have.
constexpr std::string_view kAskedByRuns[] = {"ranking", "moods"};

/// Beside the result, which is the answer. Outputs come before it.
enum Frame : std::uint32_t { kOutput = JobFrame::kOwn, kDeparted, kTriedFile };

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

JobWords run_words(const std::string& recipe_path) {
  return {.interrupted = "interrupted; the store is unchanged",
          .where = recipe_path,
          .fix = "report it to whoever made the element named; the store is unchanged"};
}

JobTakes noted_by(const Caller& caller) {
  return {.print = [&](const std::string& text) { caller.note(text); },
          .not_loaded = [&](const std::string& line) { caller.note_once(line); }};
}

WorkerEnd run_with(const Caller& caller, JobReader& reader, const JobBody& body) {
  const WorkerEnd end = reader.run(run_limits(caller), caller.asked.in_process, body);
  caller.verbose("worker: fork " + std::to_string(end.fork_ms) + " ms, " +
                 std::to_string(end.wall_ms) + " ms in all, " +
                 std::to_string(end.peak_bytes >> 20) + " MiB");
  return end;
}

/// A crash over damaged columns is nobody's fault who made an element.
void check_columns(const Caller& caller, const PreparedColumns& columns, const WorkerEnd& end) {
  if (end.is_done || end.is_limit || end.is_interrupted) return;
  const std::string damage =
      damaged_columns(column_cache_folder(caller.home.library_path()), columns);
  if (damage.empty()) return;
  throw Error(Exit::kStore, "the columns beside the library are damaged",
              {damage, "", end.message, "they were removed: the same command makes them anew"});
}

}  // namespace

std::optional<Network> run_confinement(const Caller& caller) {
  const Settings& settings = caller.home.settings();
  if (!settings.boolean("limits.confine") || caller.asked.in_process) return std::nullopt;
  return settings.boolean("limits.network") ? Network::kAllowed : Network::kDenied;
}

void send_run(const RunRequest& request, std::optional<Network> confinement, JobSender& sender) {
  // A run frees and takes arrays of megabytes all the time: give none back to the system, which
  // would clear them page by page at each turn.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  RunReports reports = run_reports(sender, confinement);
  reports.answered = [&](const RunAnswer& answer) {
    for (const std::string& bytes : answer.outputs) sender.send(kOutput, bytes);
    sender.result(pack_answer(answer));
  };
  reports.departed = [&](const std::vector<Departure>& departures) {
    sender.send(kDeparted, pack_departures(departures));
  };
  reports.tried_file = [&](const std::string& path, const std::string& hash) {
    sender.send(kTriedFile, hash + '\n' + path);
  };
  run_recipe(request, reports);
}

RunRequest make_run_request(const Caller& caller, const std::string& recipe) {
  const std::string file = find_recipe(caller, recipe);
  return make_run_request(caller, recipe_name(caller, file), read_file(file));
}

RunRequest make_run_request(const Caller& caller, const std::string& recipe,
                            const std::string& text) {
  RunRequest request = make_request_without_columns(caller, recipe, text);
  const ColumnOptions options = column_options(caller);
  request.columns =
      with_people(prepare_columns(options), options, request.recipe_text, request.set);
  const std::int64_t user = request.columns->user_id;
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  request.encoders = list_encoders(store);
  if (may_be_asked(caller.home.accounts_file(), kAskedByRuns))
    request.heard = heard_tracks(store, user, request.now);
  if (fs::exists(models_folder(caller.home.library_path()))) {
    request.models = models_as_of(store, request.now, user);
    request.late_models = models_too_late(store, request.now, user);
  }
  return request;
}

void prepare_people(const Caller& caller, RunRequest& request) {
  if (!may_ask_for_people(request.recipe_text) || request.columns->has_everyone) return;
  const ColumnOptions options = column_options(caller);
  request.columns =
      with_people(prepare_columns(options), options, request.recipe_text, request.set);
}

std::vector<ModelVersion> usable_models(const std::string& store, std::int64_t now,
                                        std::int64_t user_id) {
  if (!fs::exists(models_folder(store))) return {};
  return models_as_of(Store::open(store, {.is_read_only = true, .may_create = false}), now,
                      user_id);
}

RunRequest make_request_without_columns(const Caller& caller, const std::string& recipe) {
  const std::string file = find_recipe(caller, recipe);
  return make_request_without_columns(caller, recipe_name(caller, file), read_file(file));
}

RunRequest make_request_without_columns(const Caller& caller, const std::string& recipe,
                                        const std::string& text) {
  const Settings& settings = caller.home.settings();
  RunRequest request;
  request.recipe_path = recipe;
  request.recipe_text = text;
  request.recipe_folder = recipe_folder(caller, recipe);
  request.set = caller.asked.set;
  request.now = caller.asked.now;
  request.random_seed = caller.asked.random_seed;
  request.fresh_seed = std::random_device()();
  request.script_directories = app::script_directories(caller, recipe);
  request.plugin_directories = caller.home.plugin_directories();
  request.plugin_copies = caller.home.plugin_copies();
  request.lua_limits = lua_limits(caller);
  request.default_track_seconds = settings.number("run.default_track_seconds");
  request.elements = settings.elements();
  return request;
}

ColumnOptions column_options(const Caller& caller) {
  ColumnOptions columns;
  columns.store = caller.home.library_path();
  if (!fs::exists(columns.store)) {
    throw Error(Exit::kStore, "there is no library at " + columns.store,
                {"", "", "", "import one with: engine import PATH, or try: engine demo"});
  }
  columns.user = user_name(caller);
  columns.rule = caller.home.play_rule();
  columns.cache = column_cache_folder(columns.store);
  columns.verbose = caller.hearers.verbose;
  return columns;
}

LuaLimits lua_limits(const Caller& caller) {
  const Settings& settings = caller.home.settings();
  LuaLimits limits;
  limits.seconds = settings.number("limits.recipe_seconds");
  limits.memory_bytes = static_cast<std::size_t>(settings.integer("limits.recipe_megabytes")) << 20;
  limits.print_bytes = static_cast<std::size_t>(settings.integer("limits.print_kilobytes")) << 10;
  return limits;
}

WorkerLimits run_limits(const Caller& caller) {
  const Settings& settings = caller.home.settings();
  WorkerLimits limits;
  limits.wall_seconds = settings.number("limits.wall_seconds");
  limits.cpu_seconds = settings.number("limits.cpu_seconds");
  limits.memory_bytes = static_cast<std::size_t>(settings.integer("limits.memory_megabytes")) << 20;
  limits.heartbeat_seconds = settings.number("limits.heartbeat_seconds");
  limits.outside = &caller.home.outside();
  return limits;
}

RunReceiver::RunReceiver(const std::string& recipe_path, JobTakes takes,
                         std::function<void(const RunAnswer&)> answered,
                         std::function<void(const std::vector<Departure>&)> departed,
                         InputFiles::Tried tried_file)
    : answered_(std::move(answered)),
      departed_(std::move(departed)),
      tried_file_(std::move(tried_file)),
      reader_(with_answer(std::move(takes)), run_words(recipe_path)) {}

JobTakes RunReceiver::with_answer(JobTakes takes) {
  takes.result = [this](const std::string& bytes) { take(JobFrame::kResult, bytes); };
  takes.own = [this](std::uint32_t kind, const std::string& bytes) { take(kind, bytes); };
  return takes;
}

void RunReceiver::take(std::uint32_t kind, const std::string& bytes) {
  if (kind == kOutput) {
    outputs_.push_back(bytes);
  } else if (kind == kDeparted) {
    if (departed_) departed_(unpack_departures(bytes));
  } else if (kind == kTriedFile) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (tried_file_ && end < bytes.size()) tried_file_(bytes.substr(end + 1), bytes.substr(0, end));
  } else {
    answer_ = unpack_answer(bytes);
    answer_->outputs = std::move(outputs_);
    if (answered_) answered_(*answer_);
  }
}

RunAnswer RunReceiver::finish(const WorkerEnd& end) {
  reader_.finish(end);
  return std::move(answer_.value());
}

RunAnswer run_supervised(const Caller& caller, const RunRequest& request) {
  RunReceiver receiver(request.recipe_path, noted_by(caller));
  const WorkerEnd end = run_with(caller, receiver.reader(),
                                 [&, confinement = run_confinement(caller)](JobSender& sender) {
                                   send_run(request, confinement, sender);
                                 });
  check_columns(caller, *request.columns, end);
  return receiver.finish(end);
}

std::string ask_supervised(const Caller& caller, const std::string& recipe_path,
                           const std::function<std::string(const RunReports&)>& job) {
  std::string text;
  JobTakes takes = noted_by(caller);
  takes.result = [&](const std::string& bytes) { text = bytes; };
  JobReader reader(std::move(takes), run_words(recipe_path));
  reader.finish(
      run_with(caller, reader, [&, confinement = run_confinement(caller)](JobSender& sender) {
        sender.result(job(run_reports(sender, confinement)));
      }));
  return text;
}

}  // namespace engine::app
