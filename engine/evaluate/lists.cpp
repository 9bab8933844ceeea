#include "evaluate/lists.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/error_bytes.hpp"
#include "core/random.hpp"
#include "data/numbering.hpp"
#include "data/tables.hpp"
#include "plugin/registry.hpp"
#include "worker/confine.hpp"

namespace engine::evaluate {
namespace {

/// Frames of a worker; the bytes of all but kPrint, kModel and kNotLoaded begin with the entry's
/// index. kModel is "+NAME" for a model that was read, "-NAME" for one that was not there.
enum Frame : std::uint32_t { kRecipeList = 1, kBaselineList, kFailed, kPrint, kModel, kNotLoaded };

/// The entries of one place that one worker makes, in this order.
struct Task {
  std::size_t place = 0;
  std::vector<std::size_t> entries;
};

template <typename T>
std::string packed(std::size_t entry, const std::vector<T>& items) {
  const auto index = static_cast<std::uint64_t>(entry);
  std::string bytes(reinterpret_cast<const char*>(&index), sizeof index);
  bytes.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
  return bytes;
}

std::size_t entry_of(const std::string& bytes) {
  std::uint64_t index = 0;
  std::memcpy(&index, bytes.data(), sizeof index);
  return static_cast<std::size_t>(index);
}

template <typename T>
std::vector<T> unpacked(const std::string& bytes) {
  std::vector<T> items((bytes.size() - sizeof(std::uint64_t)) / sizeof(T));
  if (!items.empty())
    std::memcpy(items.data(), bytes.data() + sizeof(std::uint64_t), items.size() * sizeof(T));
  return items;
}

// ---- in the worker

class DateWorker {
 public:
  DateWorker(const ListsRequest& request, const Task& task, Channel& channel, Heartbeat& heartbeat)
      : request_(request),
        task_(task),
        channel_(channel),
        heartbeat_(heartbeat),
        place_(request.places[task.place]),
        columns_(request.users[place_.user]) {}

  int make_date() {
    AsOfOptions options;
    options.now = place_.date;
    tables_ = load_as_of(columns_, options);
    load_plugins();
    for (const std::size_t index : task_.entries) {
      if (heartbeat_.is_interrupted()) return 1;
      make_list(index);
    }
    return 0;
  }

 private:
  void load_plugins() {
    const bool has_recipes =
        std::any_of(task_.entries.begin(), task_.entries.end(),
                    [&](std::size_t index) { return request_.entries[index].baseline == nullptr; });
    if (!has_recipes) return;
    heartbeat_.doing("loading plugins");
    registry_ = Registry::load({request_.plugin_directories, request_.plugin_copies, true});
    for (const std::string& line : registry_->problem_lines()) channel_.send(kNotLoaded, line);
    // Not before: loading copies plugins to where they are loaded from.
    if (request_.limits.is_confined) confine_process();
  }

  void make_list(std::size_t index) {
    const Entry& entry = request_.entries[index];
    heartbeat_.doing(entry.name);
    try {
      if (entry.baseline != nullptr) {
        channel_.send(kBaselineList, packed(index, list(entry)));
      } else {
        channel_.send(kRecipeList, packed(index, run(entry)));
      }
    } catch (const Error& error) {
      send_failure(index, error);
    } catch (const std::bad_alloc&) {
      send_failure(index, Error(Exit::kLimits, "out of memory",
                                {"", "", "the run needs more than limits.memory_megabytes",
                                 "see: engine config show"}));
    } catch (const std::exception& error) {
      send_failure(index, Error(Exit::kPlugin, std::string("the run failed: ") + error.what()));
    }
  }

  /// A baseline's.
  std::vector<std::int32_t> list(const Entry& entry) {
    Random random(stream(entry.name));
    if (!request_.is_new_only) return entry.baseline->list(*tables_, request_.length, random);
    const auto all = static_cast<std::size_t>(tables_->track_count());
    std::vector<std::int32_t> tracks = entry.baseline->list(*tables_, all, random);
    const auto* plays = static_cast<const std::int32_t*>(
        find_column(*tables_->table("track_statistics"), "plays")->data);
    std::erase_if(tracks, [&](std::int32_t track) { return plays[track] > 0; });
    tracks.resize(std::min(tracks.size(), request_.length));
    return tracks;
  }

  /// Of each model that the recipe's elements read, whether it was there.
  void send_models(const std::string& elements) {
    for (const auto& [name, is_found] : models_read(elements, *registry_))
      channel_.send(kModel, (is_found ? "+" : "-") + name);
  }

  std::vector<std::int64_t> run(const Entry& entry) {
    RunRequest run = entry.recipe;
    run.now = place_.date;
    run.models.clear();
    if (request_.models) run.models = request_.models(place_.date);
    run.columns = columns_;
    run.registry = registry_;
    run.shared_tables = tables_;
    run.random_seed.reset();  // the recipe's own rule
    run.fresh_seed = stream(entry.name);
    RunReports reports;
    reports.doing = [&](const std::string& what) { heartbeat_.doing(entry.name + ": " + what); };
    reports.beat = [&] { heartbeat_.beat(); };
    reports.give_up = [&](const char* what, const char* where) { heartbeat_.give_up(what, where); };
    reports.is_cancelled = [&] { return heartbeat_.is_interrupted(); };
    reports.print = [&](const std::string& text) { channel_.send(kPrint, text); };
    RunAnswer answer = run_recipe(run, reports);
    send_models(answer.elements);
    std::vector<std::int64_t>& ids = answer.track_ids;
    ids.resize(std::min(ids.size(), request_.length));
    return ids;
  }

  /// The random stream of `name` for this user and date.
  [[nodiscard]] std::uint64_t stream(const std::string& name) const {
    return mix_seed(request_.random_seed,
                    columns_->user_name + " " + std::to_string(place_.date) + " " + name);
  }
  void send_failure(std::size_t index, const Error& error) {
    const std::string text = pack_error(error);
    channel_.send(kFailed, packed(index, std::vector<char>(text.begin(), text.end())));
  }

  const ListsRequest& request_;
  const Task& task_;
  Channel& channel_;
  Heartbeat& heartbeat_;
  const Place place_;
  std::shared_ptr<const PreparedColumns> columns_;
  std::shared_ptr<const AsOf> tables_;
  std::shared_ptr<const Registry> registry_;
};

// ---- in the supervisor

class ListsWork final : public PoolWork {
 public:
  ListsWork(const ListsRequest& request, Lists& lists) : request_(request), lists_(lists) {
    const playlist_table& tracks = *request.users.at(0)->catalogue->table("tracks");
    numbers_ = IdMap({static_cast<const std::int64_t*>(find_column(tracks, "id")->data),
                      static_cast<std::size_t>(tracks.rows)});
    std::vector<std::size_t> all(request.entries.size());
    for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
    for (std::size_t k = 0; k < request.places.size(); ++k) tasks_.push_back({k, all});
  }

  std::optional<PoolJob> next() override {
    if (next_ == tasks_.size()) return std::nullopt;
    const std::size_t id = next_++;
    WorkerLimits limits = request_.limits;
    const auto runs = static_cast<double>(tasks_[id].entries.size());
    limits.wall_seconds *= runs;
    limits.cpu_seconds *= runs;
    limits.is_confined = false;  // only once the plugins are loaded
    return PoolJob{
        id, limits,
        [&request = request_, task = tasks_[id]](Channel& channel, Heartbeat& heartbeat) {
          return DateWorker(request, task, channel, heartbeat).make_date();
        }};
  }

  void frame(std::uint64_t id, std::uint32_t kind, const std::string& bytes) override {
    if (kind == kPrint) {
      if (request_.print) request_.print(bytes);
      return;
    }
    if (kind == kNotLoaded) {
      if (not_loaded_.insert(bytes).second && request_.print) request_.print(bytes);
      return;
    }
    if (kind == kModel) {
      ModelUse& use = models_[bytes.substr(1)];
      ++(bytes[0] == '+' ? use.found : use.missing);
      return;
    }
    const std::size_t entry = entry_of(bytes), place = tasks_[id].place;
    if (kind == kFailed) {
      const std::vector<char> text = unpacked<char>(bytes);
      fail(entry, place, unpack_error({text.begin(), text.end()}));
    } else {
      lists_.tracks[entry][place] = kind == kRecipeList ? numbers_of(unpacked<std::int64_t>(bytes))
                                                        : unpacked<std::int32_t>(bytes);
    }
    settled_.emplace(entry, place);
  }

  [[nodiscard]] std::vector<ModelUse> models() const {
    std::vector<ModelUse> models;
    for (const auto& [name, use] : models_) models.push_back({name, use.found, use.missing});
    return models;
  }

  void ended(std::uint64_t id, const WorkerEnd& end) override {
    if (end.is_interrupted) return;
    const Task task = tasks_[id];
    std::vector<std::size_t> left;
    for (const std::size_t entry : task.entries)
      if (settled_.count({entry, task.place}) == 0) left.push_back(entry);
    if (!left.empty()) {
      // Entries are made in order, so the first that is missing is the one that ended the worker.
      fail(left.front(), task.place,
           Error(end.is_limit ? Exit::kLimits : Exit::kPlugin, end.message,
                 {end.where, "", "",
                  end.is_limit ? limit_fix(end) : "report it to whoever made the element named"}));
      left.erase(left.begin());
    }
    if (!left.empty()) {
      tasks_.push_back({task.place, left});
    } else if (request_.progress) {
      request_.progress(++done_, request_.places.size());
    }
  }

 private:
  void fail(std::size_t entry, std::size_t place, Error error) {
    if (error.exit() == Exit::kUsage) throw std::move(error);
    lists_.failures.push_back({entry, place, std::move(error)});
  }

  std::vector<std::int32_t> numbers_of(const std::vector<std::int64_t>& ids) const {
    std::vector<std::int32_t> tracks;
    for (const std::int64_t id : ids) tracks.push_back(numbers_.number(id));
    return tracks;
  }

  const ListsRequest& request_;
  Lists& lists_;
  IdMap numbers_;
  std::deque<Task> tasks_;
  std::size_t next_ = 0, done_ = 0;
  std::set<std::pair<std::size_t, std::size_t>> settled_;  // entry, place
  std::map<std::string, ModelUse> models_;
  std::set<std::string> not_loaded_;  // told once, not by every worker
};

}  // namespace

std::map<std::string, bool> models_read(const std::string& elements, const Registry& registry) {
  std::map<std::string, bool> models;
  const nlohmann::json versions = nlohmann::json::parse(elements);
  for (const auto& [name, version] : versions.items()) {
    if (name.starts_with("model.")) models[name] = true;
    if (!name.starts_with("recall.") && !name.starts_with("ranking.")) continue;
    const std::string model = "model" + name.substr(name.find('.'));
    const Element* found = registry.find(model);
    if (found != nullptr && found->description->kind == PLAYLIST_MODEL)
      models.emplace(model, false);
  }
  return models;
}

Lists make_lists(const ListsRequest& request) {
  Lists lists;
  lists.tracks.assign(request.entries.size(),
                      std::vector<std::optional<std::vector<std::int32_t>>>(request.places.size()));
  if (request.places.empty() || request.entries.empty()) return lists;
  ListsWork work(request, lists);
  if (!run_pool(work, request.pool))
    throw Error(Exit::kInterrupted, "interrupted; nothing was changed");
  lists.models = work.models();
  std::sort(lists.failures.begin(), lists.failures.end(),
            [](const ListFailure& a, const ListFailure& b) {
              return a.entry != b.entry ? a.entry < b.entry : a.place < b.place;
            });
  return lists;
}

}  // namespace engine::evaluate
