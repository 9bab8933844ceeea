#include "models/train.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/shard.hpp"
#include "models/add_version.hpp"
#include "models/read_tables.hpp"
#include "models/training_lock.hpp"
#include "models/training_parts.hpp"
#include "models/training_tables.hpp"
#include "plugin/arguments.hpp"
#include "plugin/call.hpp"
#include "plugin/complete_service.hpp"
#include "plugin/describe.hpp"
#include "plugin/descriptor.hpp"
#include "shared/cpu.hpp"
#include "worker/confine.hpp"
#include "worker/job.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kKind = "model.";

/// What a training sends beside its results.
enum Frame : std::uint32_t { kReadsOwn = JobFrame::kOwn };  // the model's name

std::string home_of_artifacts(const TrainRequest& request) {
  return request.aside.empty() ? models_folder(request.store) : request.aside;
}

ModelVersion version_of(const TrainRequest& request, const std::string& name, bool is_own,
                        const std::string& card, const std::string& path) {
  ModelVersion version{0, name, request.as_of, card, path, 0, ""};
  if (is_own) {
    version.user_id = request.columns->user_id;
    version.user = request.columns->user_name;
  }
  return version;
}

// ---- in the worker: what is asked for -----------------------------------------------------------

std::string full_name(const std::string& name) {
  return name.starts_with(kKind) ? name : std::string(kKind) + name;
}

std::vector<const Element*> chosen_models(const TrainRequest& request, const Registry& registry) {
  const std::vector<const Element*> all = registry.elements(PLAYLIST_MODEL);
  if (request.names == std::vector<std::string>{"all"}) return all;
  std::vector<const Element*> chosen;
  std::vector<std::string> known;
  for (const Element* element : all) known.emplace_back(element->description->name);
  for (const std::string& name : request.names) {
    const Element* found = registry.find(full_name(name));
    if (found == nullptr || found->description->kind != PLAYLIST_MODEL) {
      const std::string near = nearest(full_name(name), known);
      throw Error(Exit::kUsage, "there is no model \"" + name + "\"",
                  {"", "", "", near.empty() ? "see: engine models" : "did you mean " + near + "?"});
    }
    chosen.push_back(found);
  }
  return chosen;
}

Argument argument_of(const playlist_param& param, const std::string& text) {
  if (param.type == PLAYLIST_PARAM_BOOLEAN && (text == "true" || text == "false"))
    return text == "true";
  if (param.type == PLAYLIST_PARAM_NUMBER || param.type == PLAYLIST_PARAM_INTEGER) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  return text;
}

/// Those of `set` that are this model's; the others are left for other models.
Arguments arguments_for(const playlist_element& model, const TrainRequest& request) {
  Arguments arguments;
  for (const std::string& setting : request.set) {
    const std::size_t equals = setting.find('=');
    std::string name = setting.substr(0, equals);
    if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) {
      if (full_name(name.substr(0, dot)) != model.name) continue;
      name = name.substr(dot + 1);
    }
    const std::string text = setting.substr(equals + 1);
    Argument value = text;
    for (const playlist_param* param : listed(model.params)) {
      if (name == param->name) value = argument_of(*param, text);
    }
    arguments.emplace_back(std::move(name), std::move(value));
  }
  return arguments;
}

void check_settings(const TrainRequest& request, const std::vector<const Element*>& models) {
  for (const std::string& setting : request.set) {
    const std::size_t equals = setting.find('=');
    const std::size_t dot = setting.substr(0, equals).rfind('.');
    if (equals == std::string::npos || equals == 0) {
      throw Error(Exit::kUsage, "cannot read --set " + setting,
                  {"", "", "", "write --set PARAMETER=VALUE or MODEL.PARAMETER=VALUE"});
    }
    if (dot == std::string::npos && models.size() > 1) {
      throw Error(Exit::kUsage, "--set " + setting + " does not say for which model",
                  {"", "", "", "write --set MODEL." + setting});
    }
    if (dot == std::string::npos) continue;
    const std::string model = full_name(setting.substr(0, dot));
    const auto is_it = [&](const Element* one) { return model == one->description->name; };
    if (std::none_of(models.begin(), models.end(), is_it)) {
      throw Error(Exit::kUsage, "--set " + setting + " is for " + model + ", which is not trained",
                  {"", "", "", "name it: engine train " + model.substr(kKind.size())});
    }
  }
}

// ---- in the worker: training --------------------------------------------------------------------

std::string name_of(const Element& model) {
  return model.description->name;
}

/// All models of one request, in a worker.
///
/// Which models a model reads is found out by training it: ABI 1.0 has no place to declare it, and
/// a declaration could be wrong where asking cannot. A pass that asks for a model which is still to
/// be trained is told that there is none, asked to stop, and forgotten; the other one is trained,
/// and the model begins again. Models ask before they learn, so such a pass costs little.
class Trainer {
 public:
  Trainer(const TrainRequest& request, JobSender& sender)
      : request_(request),
        sender_(sender),
        heartbeat_(sender.heartbeat()),
        completer_({.ask =
                        [this](std::string_view question) {
                          const std::lock_guard lock(sending_);
                          return sender_.ask(question);
                        },
                    .now = request.as_of,
                    .may_ask = request.aside.empty()}) {}

  void run() {
    try {
      heartbeat_.doing("loading plugins");
      const std::shared_ptr<const Registry> registry = request_.load_plugins();
      for (const std::string& line : registry->problem_lines()) sender_.not_loaded(line);
      if (!request_.is_in_process) keep_to_one_process();
      const std::vector<const Element*> models = chosen_models(request_, *registry);
      check_settings(request_, models);
      for (const Element* model : models) static_cast<void>(arguments_of(*model));
      heartbeat_.doing("reading the library");
      const Store store = Store::open(request_.store, {.is_read_only = true, .may_create = false});
      store.execute("BEGIN");  // tables that are read late belong to the same state
      AsOfOptions options = request_.options;
      options.now = request_.as_of;
      const std::unique_ptr<Tables> tables =
          load_training_tables(store, request_.columns, options, request_.taught);
      if (request_.aside.empty()) {
        for (const ModelVersion& version :
             models_as_of(store, request_.as_of, request_.columns->user_id))
          shelf_.put(version, nullptr);
      }
      for (const Element* model : models) untrained_.emplace(name_of(*model), model);
      for (const Element* model : registry->elements(PLAYLIST_MODEL))
        if (request_.if_read.contains(name_of(*model))) untrained_.emplace(name_of(*model), model);
      for (const Element* model : models) train_with_read(*model, *tables);
    } catch (const Error& error) {
      // A wrong argument is the command line's here, not a recipe's.
      const Exit exit = error.exit() == Exit::kRecipe ? Exit::kUsage : error.exit();
      throw Error(exit, error.what(), error.parts());
    }
  }

 private:
  void send(const Json& model) { sender_.result(json_text(model)); }

  std::string write(ArtifactWriter& writer, const std::string& folder, const Json& noted) {
    try {
      return writer.write(folder, noted);
    } catch (const Error& error) {
      throw Error(Exit::kStore, "cannot write what " + name_ + " learned",
                  {folder, "", std::string(error.what()) + ": " + error.parts().why,
                   "make room there; the model stays as it was"});
    }
  }

  [[nodiscard]] CheckedArguments arguments_of(const Element& model) {
    return check_arguments(*model.description, arguments_for(*model.description, request_), "",
                           {&files_, model.plugin->path});
  }

  /// Trains the model unless that is done, and before it those that it reads.
  void train_with_read(const Element& model, const Tables& tables) {
    const std::string name = name_of(model);
    if (!untrained_.contains(name)) return;
    check_circle(model);
    beginning_.push_back(name);
    for (bool is_done = false; !is_done && !heartbeat_.is_interrupted();) {
      const std::vector<const Element*> read_first = train(model, tables);
      is_done = read_first.empty();
      for (const Element* other : read_first) train_with_read(*other, tables);
    }
    beginning_.pop_back();
    untrained_.erase(name);
  }

  void check_circle(const Element& model) const {
    const auto first = std::find(beginning_.begin(), beginning_.end(), name_of(model));
    if (first == beginning_.end()) return;
    std::string circle;
    for (auto at = first; at != beginning_.end(); ++at) circle += *at + " reads ";
    throw Error(Exit::kPlugin, "models read each other in a circle: " + circle + *first,
                {model.plugin->path, "", "none of them can be trained before the others",
                 "train them one by one, each on what the library has of the others"});
  }

  /// The models that this pass asked for and could not have, as they are still to be trained.
  [[nodiscard]] std::vector<const Element*> awaited(const ModelShelf& shelf) const {
    std::vector<const Element*> models;
    for (const AskedModel& asked : shelf.asked()) {
      const auto model = untrained_.find(asked.name);
      if (model != untrained_.end() && asked.name != name_) models.push_back(model->second);
    }
    return models;
  }

  /// What a pass reads: what has been learned by now, and of itself what it learned before.
  void hide_untrained(ModelShelf& shelf) const {
    for (const auto& [name, model] : untrained_)
      if (name != name_) shelf.remove(name);
  }

  /// One pass. Returns the models that have to be trained before it; then nothing has come of it.
  std::vector<const Element*> train(const Element& model, const Tables& all_tables) {
    name_ = sender_.words.who = name_of(model);
    heartbeat_.doing(name_);
    const auto started = Clock::now();
    CheckedArguments arguments = arguments_of(model);
    const std::string parameters = arguments.json();
    ArtifactWriter writer;
    Texts texts;
    const ReadTables tables(all_tables, [this] { tell_reads_own(); });
    ModelShelf shelf(shelf_);
    hide_untrained(shelf);
    std::optional<TrainingParts> parts;
    if (request_.shared) parts.emplace(shared_setup(model, parameters, tables, shelf));
    CallResult result;
    try {
      CallContext call = context(tables, texts, shelf, writer);
      if (parts) share(call, *parts, tables, shelf);
      ElementInstance instance(model, std::move(arguments), std::move(call));
      result = instance.train();
    } catch (const Error&) {
      if (parts) require_shared(*parts, tables, shelf);
      if (awaited(shelf).empty()) {
        if (has_used_own(shelf)) tell_reads_own();
        throw;
      }
    }
    if (result.status == PLAYLIST_CANCELLED && heartbeat_.is_interrupted()) return {};
    if (parts && parts->is_done()) {
      tell_shared(parts->work());
      return {};
    }
    if (parts) require_shared(*parts, tables, shelf);
    if (auto models = awaited(shelf); !models.empty()) return models;
    const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
    is_own_ = tables.has_read_own() || has_used_own(shelf);
    if (!is_learned(model, result, writer)) return {};
    if (parts && !parts->is_used()) throw not_shared("all of its work is one piece");
    if (parts && !request_.shared->is_merge)
      tell_shared(parts->work());
    else
      keep(writer, noted(model, parameters, seconds, tables, shelf));
    return {};
  }

  // ---- of a training that several tasks share

  /// What all of them must have alike, as the last bits of a result do not only depend on what is read.
  TrainingParts::Setup shared_setup(const Element& model, const std::string& parameters,
                                    const ReadTables& tables, const ModelShelf& shelf) {
    return {.asked = *request_.shared,
            .training = {{"format", 1},
                         {"model", name_},
                         {"plugin", model.plugin->description->id},
                         {"version", model.plugin->description->version},
                         {"parameters", Json::parse(parameters)},
                         {"as_of", format_time(request_.as_of)},
                         {"random_seed", request_.random_seed},
                         {"sample", request_.taught.share()},
                         {"processor", processor()}},
            .data = [&tables] { return tables.hash(); },
            .is_cancelled = [this, &tables, &shelf] { return must_stop_sharing(tables, shelf); },
            .note =
                [this](const std::string& text) {
                  const std::lock_guard lock(sending_);
                  sender_.note(name_ + ": " + text);
                }};
  }

  /// Of which kernels there are copies, whose last bits may differ.
  static const char* processor() {
    switch (shared::cpu_level()) {
      case shared::CpuLevel::kV4:
        return "x86-64-v4";
      case shared::CpuLevel::kV3:
        return "x86-64-v3";
      default:
        return "baseline";
    }
  }

  void share(CallContext& call, TrainingParts& parts, const ReadTables& tables,
             const ModelShelf& shelf) {
    call.services.push_back(parts.service());
    call.is_cancelled = [this, &tables, &shelf] { return must_stop_sharing(tables, shelf); };
  }

  [[nodiscard]] bool must_stop_sharing(const ReadTables& tables, const ModelShelf& shelf) const {
    return heartbeat_.is_interrupted() || tables.has_read_own() || !shelf.asked().empty();
  }

  /// Throws why the training cannot be shared, or could not go on.
  void require_shared(const TrainingParts& parts, const ReadTables& tables,
                      const ModelShelf& shelf) const {
    if (tables.has_read_own()) throw not_shared("it learns from what is one person's own");
    if (const auto asked = shelf.asked(); !asked.empty())
      throw not_shared("it reads " + asked.front().name);
    if (parts.failure()) throw Error(*parts.failure());
  }

  [[nodiscard]] Error not_shared(const std::string& why) const {
    return {Exit::kUsage,
            name_ + " is not trained in shards",
            {"", "", why, "train it whole: engine train " + name_.substr(kKind.size())}};
  }

  void tell_shared(const SharedWork& work) {
    send(Json{
        {"name", name_},
        {"is_own", false},
        {"shared", {{"steps", work.steps}, {"made", work.made}, {"for_others", work.for_others}}}});
  }

  /// What a model learned from one person's own is that person's, at second hand, too.
  static bool has_used_own(const ModelShelf& shelf) {
    const auto used = shelf.used();
    return std::any_of(used.begin(), used.end(),
                       [](const ModelVersion* version) { return version->user_id != 0; });
  }

  /// False when there was nothing to learn from, which is told.
  bool is_learned(const Element& model, const CallResult& result, const ArtifactWriter& writer) {
    if (result.status == PLAYLIST_CANCELLED) {
      throw Error(Exit::kPlugin, name_ + " stopped, but nobody cancelled it",
                  {model.plugin->path, "", result.message, "report it to the plugin's author"});
    }
    if (result.status == PLAYLIST_NO_DATA) {
      send(Json{{"name", name_}, {"message", result.message}, {"is_own", is_own_}});
      return false;
    }
    if (result.status != PLAYLIST_OK || writer.is_empty()) {
      throw Error(Exit::kPlugin, name_ + " wrote nothing",
                  {model.plugin->path, "", result.message, "report it to the plugin's author"});
    }
    return true;
  }

  /// What the engine notes on the card.
  [[nodiscard]] Json noted(const Element& model, const std::string& parameters, double seconds,
                           const ReadTables& tables, const ModelShelf& shelf) const {
    Json card = {{"model", name_},
                 {"element", name_},
                 {"plugin", model.plugin->description->id},
                 {"version", model.plugin->description->version},
                 {"as_of", request_.as_of},
                 {"trained_at", std::time(nullptr)},
                 {"seconds", std::round(seconds * 1000) / 1000},
                 {"random_seed", request_.random_seed},
                 {"parameters", Json::parse(parameters)},
                 {"data", tables.hash()}};
    if (request_.taught.share() < 1) card["sample"] = request_.taught.share();
    for (const ModelVersion* read : shelf.used()) card["models"][read->name] = version_mark(*read);
    for (const FileRead& file : files_.read())
      if (file.element == name_) card["files"][file.path] = file.hash;
    return card;
  }

  /// Writes the artifact and opens it for those that read it, before it is moved to its place.
  void keep(ArtifactWriter& writer, const Json& noted) {
    const std::string folder =
        home_of_artifacts(request_) + "/" + name_ + "/making." + std::to_string(::getpid());
    const std::string card = write(writer, folder, noted);
    shelf_.put(version_of(request_, name_, is_own_, card, folder), Artifact::open(folder));
    send(Json{{"name", name_}, {"folder", folder}, {"is_own", is_own_}});
  }

  CallContext context(const Tables& tables, Texts& texts, ModelShelf& shelf,
                      ArtifactWriter& writer) {
    CallContext context;
    context.tables = &tables;
    context.texts = &texts;
    context.now = request_.as_of;
    context.random_seed = stream_seed(request_.random_seed, name_);
    context.is_cancelled = [this, &shelf] {
      return heartbeat_.is_interrupted() || !awaited(shelf).empty();
    };
    context.progress = [this](double fraction) { progress(fraction); };
    context.log = [this, &shelf](int level, std::string_view text) {
      if (level < PLAYLIST_LOG_INFO || !awaited(shelf).empty()) return;
      const std::lock_guard lock(sending_);
      sender_.note(name_ + ": " + std::string(text));
    };
    context.setting = request_.setting;
    context.services = {artifacts_service(shelf), artifact_writer_service(writer)};
    if (request_.limits.outside != nullptr) context.services.push_back(completer_.service());
    return context;
  }

  /// At once, as the worker may not live to tell later.
  void tell_reads_own() {
    const std::lock_guard lock(sending_);
    sender_.send(kReadsOwn, name_);
  }

  void progress(double fraction) {
    heartbeat_.beat();
    const std::lock_guard lock(sending_);
    if (Clock::now() - last_progress_ < std::chrono::milliseconds(100)) return;
    last_progress_ = Clock::now();
    sender_.progress(name_, fraction);
  }

  const TrainRequest& request_;
  JobSender& sender_;
  InputFiles files_;  // that models name
  Heartbeat& heartbeat_;
  CompleteAsker completer_;
  ModelShelf shelf_;                                 // what a pass may read
  std::map<std::string, const Element*> untrained_;  // by name; those that are still to be trained
  std::vector<std::string> beginning_;               // each of them awaits the next
  std::string name_;                                 // of the pass
  bool is_own_ = false;                              // what it learned is the user's alone
  std::mutex sending_;  // of the pass: a model calls from threads of its own
  Clock::time_point last_progress_;
};

// ---- in the supervisor --------------------------------------------------------------------------

/// Makes sure that what was renamed in this folder has its name after a power cut too.
void sync_folder(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = file >= 0 && ::fsync(file) == 0;
  const std::string why = is_synced ? "" : std::strerror(errno);
  if (file >= 0) ::close(file);
  if (!is_synced) throw Error(Exit::kStore, "cannot sync " + folder.string(), {"", "", why, ""});
}

/// Moves the files to their place and tells the store.
ModelVersion put_in_place(const TrainRequest& request, const TrainReports& reports,
                          const std::string& name, bool is_own, const std::string& made) {
  const fs::path home = fs::path(made).parent_path();
  int number = 1;
  const auto path = [&] {
    return home / (std::to_string(request.as_of) + "-" + std::to_string(number));
  };
  while (fs::exists(path())) ++number;
  std::error_code error;
  fs::rename(made, path(), error);
  if (error) {
    throw Error(Exit::kStore, "cannot put " + path().string() + " in place",
                {"", "", error.message(), ""});
  }
  sync_folder(home);
  ModelVersion version =
      version_of(request, name, is_own, Artifact::open(path().string())->card(), path());
  if (!request.aside.empty()) return version;
  Store store = Store::open(request.store);
  version.id = add_version(store, version, request.kept, reports.adding);
  return version;
}

/// A shard has some of the people and all of the catalogue: a model of it would be one of nothing.
void require_whole_library(const std::string& library) {
  const std::string part =
      Store::open(library, {.is_read_only = true, .may_create = false}).setting(kShardSetting);
  if (part.empty()) return;
  throw Error(Exit::kInput,
              library + " is " + part_of_library(part) + ", and models are of all people",
              {"", "", "",
               "train the library that it was taken from, and take it from there again: " +
                   taken_by(part)});
}

}  // namespace

std::vector<TrainedModel> train_models(const TrainRequest& request, const TrainReports& reports) {
  std::optional<TrainingLock> lock;
  require_whole_library(request.store);
  if (request.shared && (request.names.size() != 1 || request.names.front() == "all")) {
    throw Error(Exit::kUsage, "one folder is for the parts of one model",
                {"", "", "", "train them one after the other, each with a folder of its own"});
  }
  const bool is_task = request.shared && !request.shared->is_merge;
  if (request.aside.empty() && !is_task) {
    lock.emplace(models_folder(request.store));
    remove_unknown_models(Store::open(request.store), models_folder(request.store));
  }
  std::vector<TrainedModel> trained;
  const auto take = [&](const std::string& bytes) {
    const Json json = Json::parse(bytes);
    const std::string name = json.at("name").get<std::string>();
    const bool is_own = json.at("is_own").get<bool>();
    TrainedModel model{version_of(request, name, is_own, "", ""), json.value("message", ""), {}};
    if (json.contains("shared")) {
      const Json& work = json.at("shared");
      model.shared = {work.at("steps"), work.at("made"), work.at("for_others")};
    }
    if (json.contains("folder")) {
      model.version =
          put_in_place(request, reports, name, is_own, json.at("folder").get<std::string>());
    }
    if (reports.trained) reports.trained(model);
    trained.push_back(std::move(model));
  };
  const auto take_own = [&](std::uint32_t kind, const std::string& bytes) {
    if (kind == kReadsOwn && reports.reads_own) reports.reads_own(bytes);
  };
  JobReader reader(
      {.note = reports.note,
       .not_loaded = reports.note,
       .result = take,
       .progress = reports.progress,
       .own = take_own},
      {.who = "the training",
       .memory_limit = "train.memory_megabytes",
       .interrupted = "interrupted; what was trained so far is kept, the rest is as it was",
       .why = "the model it was in stays as it was",
       .fix = "report it to whoever made the model"});
  reader.finish(reader.run(request.limits, request.is_in_process,
                           [&](JobSender& sender) { Trainer(request, sender).run(); }));
  return trained;
}

}  // namespace engine
