#include "evaluate/lists.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "core/duration.hpp"
#include "core/random.hpp"
#include "data/numbering.hpp"
#include "data/tables.hpp"
#include "plugin/registry.hpp"
#include "recipe/run_frames.hpp"
#include "worker/items.hpp"

namespace engine::evaluate {
namespace {

// An item is an entry at a place: place * entries + entry.

/// "+NAME" for a model that was asked for and there, "-NAME" for one that was not there.
constexpr std::uint32_t kModel = JobFrame::kOwn;
/// The milliseconds that the list took which comes next.
constexpr std::uint32_t kCost = JobFrame::kOwn + 1;

template <typename T>
std::string packed(const std::vector<T>& items) {
  return {reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T)};
}

template <typename T>
std::vector<T> unpacked(const std::string& bytes) {
  std::vector<T> items(bytes.size() / sizeof(T));
  if (!items.empty()) std::memcpy(items.data(), bytes.data(), items.size() * sizeof(T));
  return items;
}

// ---- in the worker

class DateWorker {
 public:
  /// Loads what all entries share.
  DateWorker(const ListsRequest& request, Place place, std::shared_ptr<const AudienceAsOf> audience,
             JobSender& sender)
      : request_(request),
        place_(place),
        columns_(request.users[place.user]),
        audience_(std::move(audience)),
        sender_(sender) {
    AsOfOptions options;
    options.now = place_.date;
    tables_ = load_as_of(columns_, options);
  }

  void load_plugins() {
    sender_.heartbeat().doing("loading plugins");
    registry_ = Registry::load({request_.plugin_directories, request_.plugin_copies, true});
    // Not before: loading copies plugins to where they are loaded from.
    const auto confinement =
        request_.limits.is_confined ? std::optional(Network::kDenied) : std::nullopt;
    run_reports(sender_, confinement).loaded(*registry_);
  }

  void make_list(const Entry& entry) {
    sender_.heartbeat().doing(entry.name);
    const auto begin = std::chrono::steady_clock::now();
    const std::string made = entry.baseline != nullptr ? packed(list(entry)) : packed(run(entry));
    sender_.send(kCost, packed(std::vector{1e3 * seconds_since(begin)}));
    sender_.result(made);
  }

 private:
  /// A baseline's.
  std::vector<std::int32_t> list(const Entry& entry) {
    Random random(stream(entry.name));
    if (is_eligible_.empty()) is_eligible_ = eligible_tracks(*tables_, request_.judged);
    return entry.baseline->list({*tables_, *audience_, is_eligible_, request_.length, random});
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
    RunAnswer answer = run_recipe(run, run_reports(sender_, std::nullopt, entry.name));
    for (const AskedModel& model : answer.models)
      sender_.send(kModel, (model.is_found ? "+" : "-") + model.name);
    std::vector<std::int64_t> ids = answer.playlist.track_ids();
    ids.resize(std::min(ids.size(), request_.length));
    return ids;
  }

  /// The random stream of `name` for this user and date.
  [[nodiscard]] std::uint64_t stream(const std::string& name) const {
    return mix_seed(request_.random_seed,
                    columns_->user_name + " " + std::to_string(place_.date) + " " + name);
  }

  const ListsRequest& request_;
  const Place place_;
  std::shared_ptr<const PreparedColumns> columns_;
  std::shared_ptr<const AudienceAsOf> audience_;  // there where a baseline is
  JobSender& sender_;
  std::shared_ptr<const AsOf> tables_;
  std::vector<bool> is_eligible_;  // by track, once a baseline asks
  std::shared_ptr<const Registry> registry_;
};

// ---- in the supervisor

class ListsWork final : public ItemWork {
 public:
  ListsWork(const ListsRequest& request, Lists& lists) : request_(request), lists_(lists) {
    const playlist_table& tracks = *request.users.at(0)->catalogue->table("tracks");
    numbers_ = IdMap({static_cast<const std::int64_t*>(find_column(tracks, "id")->data),
                      static_cast<std::size_t>(tracks.rows)});
    for (std::size_t k = 0; k < request.places.size(); ++k) add({k * count(), (k + 1) * count()});
  }

  [[nodiscard]] std::vector<ModelUse> models() const {
    std::vector<ModelUse> models;
    for (const auto& [name, use] : models_) models.push_back({name, use.found, use.missing});
    return models;
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits = request_.limits;
    const auto runs = static_cast<double>(part.end - part.begin);
    limits.wall_seconds *= runs;
    limits.cpu_seconds *= runs;
    limits.is_confined = false;  // only once the plugins are loaded
    return {limits, [this, part, audience = audience_as_of(part)](JobSender& sender) {
              make(part, audience, sender);
            }};
  }

  /// Places come by date, so the latest is the one that is asked for, but for what failed before.
  std::shared_ptr<const AudienceAsOf> audience_as_of(ItemPart part) {
    if (std::none_of(request_.entries.begin(), request_.entries.end(),
                     [](const Entry& entry) { return entry.baseline != nullptr; }))
      return nullptr;
    const std::int64_t date = request_.places[place(part.begin)].date;
    if (!audience_ || date != audience_date_) {
      audience_ = std::make_shared<const AudienceAsOf>(*request_.audience, date);
      audience_date_ = date;
    }
    return audience_;
  }

  void make(ItemPart part, const std::shared_ptr<const AudienceAsOf>& audience,
            JobSender& sender) const {
    DateWorker worker(request_, request_.places[place(part.begin)], audience, sender);
    for (std::size_t item = part.begin; item < part.end; ++item) {
      if (entry(item).baseline != nullptr) continue;
      worker.load_plugins();
      break;
    }
    each(part, sender, [&](std::size_t item) { worker.make_list(entry(item)); });
  }

  void told(std::size_t item, std::uint32_t kind, const std::string& bytes) override {
    if (kind == kCost) {
      lists_.milliseconds[item % count()][place(item)] = unpacked<double>(bytes).at(0);
    } else if (kind == kModel) {
      ModelUse& use = models_[bytes.substr(1)];
      ++(bytes[0] == '+' ? use.found : use.missing);
    } else if (kind == JobFrame::kPrint || not_loaded_.insert(bytes).second) {
      if (request_.print) request_.print(bytes);
    }
  }

  void result(std::size_t item, const std::string& bytes) override {
    lists_.tracks[item % count()][place(item)] = entry(item).baseline == nullptr
                                                     ? numbers_of(unpacked<std::int64_t>(bytes))
                                                     : unpacked<std::int32_t>(bytes);
    settled(item);
  }

  void failed(std::size_t item, Error error) override {
    if (error.exit() == Exit::kUsage) throw std::move(error);
    lists_.failures.push_back({item % count(), place(item), std::move(error)});
    settled(item);
  }

  void settled(std::size_t item) {
    if ((item + 1) % count() == 0 && request_.progress)
      request_.progress(++done_, request_.places.size());
  }

  [[nodiscard]] std::size_t count() const { return request_.entries.size(); }
  [[nodiscard]] std::size_t place(std::size_t item) const { return item / count(); }
  [[nodiscard]] const Entry& entry(std::size_t item) const {
    return request_.entries[item % count()];
  }

  std::vector<std::int32_t> numbers_of(const std::vector<std::int64_t>& ids) const {
    std::vector<std::int32_t> tracks;
    for (const std::int64_t id : ids) tracks.push_back(numbers_.number(id));
    return tracks;
  }

  const ListsRequest& request_;
  Lists& lists_;
  IdMap numbers_;
  std::shared_ptr<const AudienceAsOf> audience_;  // as of audience_date_
  std::int64_t audience_date_ = 0;
  std::size_t done_ = 0;
  std::map<std::string, ModelUse> models_;
  std::set<std::string> not_loaded_;  // told once, not by every worker
};

}  // namespace

Lists make_lists(const ListsRequest& request) {
  Lists lists;
  lists.tracks.assign(request.entries.size(),
                      std::vector<std::optional<std::vector<std::int32_t>>>(request.places.size()));
  lists.milliseconds.assign(request.entries.size(),
                            std::vector<double>(request.places.size(), std::nan("")));
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
