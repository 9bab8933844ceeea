#include "evaluate/shuffle_lists.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <utility>

#include "core/random.hpp"
#include "data/numbering.hpp"
#include "plugin/registry.hpp"
#include "recipe/run_frames.hpp"
#include "worker/items.hpp"

namespace engine::evaluate {
namespace {

using IdList = std::vector<std::int64_t>;

/// Lists behind each other, each with its length before it.
std::string packed_lists(const std::vector<IdList>& lists) {
  IdList all;
  for (const IdList& list : lists) {
    all.push_back(static_cast<std::int64_t>(list.size()));
    all.insert(all.end(), list.begin(), list.end());
  }
  return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(std::int64_t)};
}

std::vector<IdList> unpacked_lists(const std::string& bytes) {
  IdList all(bytes.size() / sizeof(std::int64_t));
  if (!all.empty()) std::memcpy(all.data(), bytes.data(), all.size() * sizeof(std::int64_t));
  std::vector<IdList> lists;
  for (std::size_t at = 0; at < all.size();) {
    const auto length = static_cast<std::size_t>(all[at++]);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    lists.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(length));
    at += length;
  }
  return lists;
}

/// One way over one person's days, in a worker.
class DayWorker {
 public:
  DayWorker(const ShuffleRequest& request, const PreparedColumns& columns, JobSender& sender)
      : request_(request), columns_(columns), sender_(sender) {
    columns_.runs.clear();
    sender_.heartbeat().doing("loading plugins");
    registry_ =
        Registry::load({request_.people.plugin_directories, request_.people.plugin_copies, true});
    // Not before: loading copies plugins to where they are loaded from.
    const auto confinement =
        request_.people.limits.is_confined ? std::optional(Network::kDenied) : std::nullopt;
    run_reports(sender_, confinement).loaded(*registry_);
  }

  /// Lists for the first of the dates, as `tells` hears of each what its recipe told.
  using Tells = std::function<void(std::size_t date, const Playlist& list)>;
  std::vector<IdList> lists(const Entry& way, std::size_t dates, const Tells& tells) {
    std::vector<IdList> made;
    for (std::size_t day = 0; day < dates; ++day) {
      const std::int64_t date = request_.dates[day];
      const Playlist playlist = list(way, date);
      if (tells) tells(day, playlist);
      made.push_back(playlist.track_ids());
      ServedRun served;
      served.run_id = static_cast<std::int64_t>(made.size());
      served.now = date;
      served.recipe = way.name;
      served.random_seed = made.size();
      served.track_ids = made.back();
      columns_.runs.push_back(std::move(served));
    }
    return made;
  }

 private:
  Playlist list(const Entry& way, std::int64_t date) {
    sender_.heartbeat().doing(way.name);
    RunRequest run = way.recipe;
    run.now = date;
    run.models.clear();
    if (request_.people.models) run.models = request_.people.models(date);
    const auto columns = std::make_shared<const PreparedColumns>(columns_);
    AsOfOptions options;
    options.now = date;
    run.columns = columns;
    run.shared_tables = load_as_of(columns, options);
    run.registry = registry_;
    run.random_seed.reset();  // the recipe's own rule
    run.fresh_seed = mix_seed(request_.people.random_seed,
                              columns_.user_name + " " + std::to_string(date) + " " + way.name);
    return run_recipe(run, run_reports(sender_, std::nullopt, way.name)).playlist;
  }

  const ShuffleRequest& request_;
  PreparedColumns columns_;  // with the way's own earlier lists
  JobSender& sender_;
  std::shared_ptr<const Registry> registry_;
};

/// And the number of the date: what the first ways told of a list.
constexpr std::uint32_t kExample = JobFrame::kOwn;

// An item is a way of a user: user * (ways + 1) + way; the last way of a user is all songs.
class ShuffleWork final : public ItemWork {
 public:
  ShuffleWork(const ShuffleRequest& request, ShuffleLists& made) : request_(request), made_(made) {
    const playlist_table& tracks = *request.people.users.at(0)->catalogue->table("tracks");
    numbers_ = IdMap(column_of<std::int64_t>(tracks, "id"));
    for (std::size_t item = 0; item < request.people.users.size() * count(); ++item)
      add({item, item + 1});
  }

  /// After all lists.
  std::vector<ShuffleExample> examples() {
    std::vector<ShuffleExample> both;
    for (auto& [place, example] : examples_) {
      if (example.way.empty() || example.uniform.empty()) continue;
      AsOfOptions options;
      options.now = example.date;
      lay_side_by_side(example, *load_as_of(request_.people.users[example.user], options),
                       made_.songs[example.user].size());
      both.push_back(std::move(example));
    }
    return both;
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits = request_.people.limits;
    const auto runs = static_cast<double>(request_.dates.size());
    limits.wall_seconds *= runs;
    limits.cpu_seconds *= runs;
    limits.is_confined = false;  // only once the plugins are loaded
    return {limits, [this, part](JobSender& sender) {
              each(part, sender, [&](std::size_t item) {
                DayWorker worker(request_, *request_.people.users[user(item)], sender);
                sender.result(packed_lists(lists_of(item, worker, sender)));
              });
            }};
  }

  std::vector<IdList> lists_of(std::size_t item, DayWorker& worker, JobSender& sender) const {
    if (way(item) == request_.people.entries.size())
      return worker.lists({"songs", nullptr, request_.songs}, 1, {});
    DayWorker::Tells tells;
    if (way(item) == 0 || way(item) == request_.uniform)
      tells = [&, user = user(item)](std::size_t date, const Playlist& list) {
        if (request_.is_example(user, date))
          sender.send(kExample + static_cast<std::uint32_t>(date), packed_told(told_tracks(list)));
      };
    return worker.lists(request_.people.entries[way(item)], request_.dates.size(), tells);
  }

  void told(std::size_t item, std::uint32_t kind, const std::string& bytes) override {
    if (kind < kExample) return;
    const std::size_t date = kind - kExample;
    ShuffleExample& example = examples_[{request_.dates.size() - 1 - date, user(item)}];
    example.user = user(item);
    example.date = request_.dates.at(date);
    (way(item) == 0 ? example.way : example.uniform) = unpacked_told(bytes);
  }

  void result(std::size_t item, const std::string& bytes) override {
    std::vector<TrackList> lists;
    for (const IdList& ids : unpacked_lists(bytes)) {
      TrackList& tracks = lists.emplace_back();
      for (const std::int64_t id : ids) tracks.push_back(numbers_.number(id));
    }
    if (way(item) == request_.people.entries.size()) {
      made_.songs[user(item)] = lists.at(0);
    } else {
      made_.lists[way(item)][user(item)] = std::move(lists);
    }
    settled();
  }

  void failed(std::size_t item, Error error) override {
    if (error.exit() == Exit::kUsage) throw std::move(error);
    made_.failures.push_back({way(item), user(item), std::move(error)});
    settled();
  }

  void settled() {
    if (request_.people.progress)
      request_.people.progress(++done_, request_.people.users.size() * count());
  }

  [[nodiscard]] std::size_t count() const { return request_.people.entries.size() + 1; }
  [[nodiscard]] std::size_t user(std::size_t item) const { return item / count(); }
  [[nodiscard]] std::size_t way(std::size_t item) const { return item % count(); }

  const ShuffleRequest& request_;
  ShuffleLists& made_;
  IdMap numbers_;
  std::size_t done_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, ShuffleExample> examples_;  // by days back and user
};

}  // namespace

ShuffleLists make_shuffle_lists(const ShuffleRequest& request) {
  ShuffleLists made;
  made.lists.assign(request.people.entries.size(),
                    std::vector<std::vector<TrackList>>(request.people.users.size()));
  made.songs.resize(request.people.users.size());
  ShuffleWork work(request, made);
  if (!run_pool(work, request.people.pool))
    throw Error(Exit::kInterrupted, "interrupted; nothing was changed");
  made.examples = work.examples();
  std::sort(made.failures.begin(), made.failures.end(),
            [](const ShuffleFailure& a, const ShuffleFailure& b) {
              return a.way != b.way ? a.way < b.way : a.user < b.user;
            });
  return made;
}

}  // namespace engine::evaluate
