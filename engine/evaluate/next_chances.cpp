#include "evaluate/next_chances.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include "core/random.hpp"
#include "data/numbering.hpp"
#include "data/tables.hpp"
#include "plugin/registry.hpp"
#include "recipe/run_frames.hpp"
#include "worker/items.hpp"

namespace engine::evaluate {
namespace {

/// Plays that a worker takes at once.
constexpr std::size_t kPlaysOfPart = 20;

/// A play of a user.
struct PlayPlace {
  std::size_t user = 0, play = 0;
};

/// By how likely the first tracks of a list are, most likely first: the chance of a song.
NextChance chance_of_song(const std::vector<FirstChance>& first, const IdMap& numbers,
                          std::span<const std::int32_t> song_of, std::int32_t song) {
  NextChance next{0, 0};
  double best = 0;
  for (const FirstChance& one : first) {
    if (song_of[static_cast<std::size_t>(numbers.number(one.track_id))] != song) continue;
    next.chance += one.chance;
    best = std::max(best, one.chance);
  }
  if (best == 0) return next;
  const auto above = static_cast<double>(std::count_if(
      first.begin(), first.end(), [&](const FirstChance& one) { return one.chance > best; }));
  const auto as_likely = static_cast<double>(std::count_if(
      first.begin(), first.end(), [&](const FirstChance& one) { return one.chance == best; }));
  next.hit = std::clamp((static_cast<double>(kHits) - above) / as_likely, 0.0, 1.0);
  return next;
}

/// All ways at one play after the other, in a worker.
class PlayWorker {
 public:
  PlayWorker(const NextRequest& request, const IdMap& numbers, JobSender& sender)
      : request_(request), numbers_(numbers), sender_(sender) {
    const ListsRequest& people = request.people;
    sender_.heartbeat().doing("loading plugins");
    registry_ = Registry::load({people.plugin_directories, people.plugin_copies, true});
    // Not before: loading copies plugins to where they are loaded from.
    const auto confinement =
        people.limits.is_confined ? std::optional(Network::kDenied) : std::nullopt;
    run_reports(sender_, confinement).loaded(*registry_);
  }

  NextChance chance(PlayPlace place, std::size_t way) {
    const NextPlay& play = request_.plays[place.user][place.play];
    if (!uniform_ || place.user != place_.user || place.play != place_.play) {
      go_to(place, play.now);
      uniform_ = asked(play, request_.ways[request_.uniform]);
    }
    if (way == request_.uniform) return *uniform_;
    if (uniform_->chance == 0) return {};
    return asked(play, request_.ways[way]);
  }

 private:
  NextChance asked(const NextPlay& play, const Entry& way) {
    sender_.heartbeat().doing(way.name);
    RunRequest run = way.recipe;
    run.is_chances_only = true;
    run.now = play.now;
    run.models.clear();
    if (request_.people.models) run.models = request_.people.models(play.now);
    run.columns = columns_;
    run.shared_tables = tables_;
    run.registry = registry_;
    run.random_seed.reset();  // the recipe's own rule
    run.fresh_seed =
        mix_seed(request_.people.random_seed,
                 columns_->user_name + " " + std::to_string(play.now) + " next " + way.name);
    const RunAnswer answer = run_recipe(run, run_reports(sender_, std::nullopt, way.name));
    if (!answer.first_chances) return {};
    const auto song_of = column_of<std::int32_t>(*tables_->table("tracks"), "song");
    return chance_of_song(*answer.first_chances, numbers_, song_of,
                          song_of[static_cast<std::size_t>(play.track)]);
  }

  void go_to(PlayPlace place, std::int64_t now) {
    if (!columns_ || place.user != place_.user) {
      // Lists that somebody got since then are no part of what is asked.
      auto columns = std::make_shared<PreparedColumns>(*request_.people.users[place.user]);
      columns->runs.clear();
      columns_ = std::move(columns);
    }
    place_ = place;
    uniform_.reset();
    AsOfOptions options;
    options.now = now;
    tables_ = load_as_of(columns_, options);
  }

  const NextRequest& request_;
  const IdMap& numbers_;
  JobSender& sender_;
  std::shared_ptr<const Registry> registry_;
  PlayPlace place_;  // that the rest is of
  std::shared_ptr<const PreparedColumns> columns_;
  std::shared_ptr<const AsOf> tables_;
  std::optional<NextChance> uniform_;
};

// An item is a way at a play: play * ways + way.
class NextWork final : public ItemWork {
 public:
  NextWork(const NextRequest& request, NextChances& made,
           const std::function<void(std::size_t, std::size_t)>& progress)
      : request_(request), made_(made), progress_(progress) {
    const playlist_table& tracks = *request.people.users.at(0)->catalogue->table("tracks");
    numbers_ = IdMap(column_of<std::int64_t>(tracks, "id"));
    for (std::size_t user = 0; user < request.plays.size(); ++user)
      for (std::size_t play = 0; play < request.plays[user].size(); ++play)
        places_.push_back({user, play});
    for (std::size_t from = 0; from < places_.size(); from += kPlaysOfPart)
      add({from * count(), std::min(from + kPlaysOfPart, places_.size()) * count()});
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits = request_.people.limits;
    const auto runs = static_cast<double>(part.end - part.begin);
    limits.wall_seconds *= runs;
    limits.cpu_seconds *= runs;
    limits.is_confined = false;  // only once the plugins are loaded
    return {limits, [this, part](JobSender& sender) {
              PlayWorker worker(request_, numbers_, sender);
              each(part, sender, [&](std::size_t item) {
                const NextChance next = worker.chance(places_[item / count()], item % count());
                sender.result({reinterpret_cast<const char*>(&next), sizeof next});
              });
            }};
  }

  void result(std::size_t item, const std::string& bytes) override {
    NextChance next;
    if (bytes.size() == sizeof next) std::memcpy(&next, bytes.data(), sizeof next);
    const PlayPlace place = places_[item / count()];
    made_.of[item % count()][place.user][place.play] = next;
    settled(item);
  }

  void failed(std::size_t item, Error error) override {
    if (error.exit() == Exit::kUsage) throw std::move(error);
    const std::size_t way = item % count(), user = places_[item / count()].user;
    if (failed_.insert({way, user}).second) made_.failures.push_back({way, user, std::move(error)});
    settled(item);
  }

  void settled(std::size_t item) {
    if ((item + 1) % count() == 0 && progress_) progress_(++done_, places_.size());
  }

  [[nodiscard]] std::size_t count() const { return request_.ways.size(); }

  const NextRequest& request_;
  NextChances& made_;
  const std::function<void(std::size_t, std::size_t)>& progress_;
  IdMap numbers_;
  std::vector<PlayPlace> places_;
  std::set<std::pair<std::size_t, std::size_t>> failed_;
  std::size_t done_ = 0;
};

}  // namespace

NextChances next_chances(const NextRequest& request,
                         const std::function<void(std::size_t done, std::size_t all)>& progress) {
  NextChances made;
  made.of.resize(request.ways.size());
  for (auto& of_way : made.of)
    for (const std::vector<NextPlay>& plays : request.plays) of_way.emplace_back(plays.size());
  NextWork work(request, made, progress);
  if (!run_pool(work, request.people.pool))
    throw Error(Exit::kInterrupted, "interrupted; nothing was changed");
  std::sort(made.failures.begin(), made.failures.end(),
            [](const ShuffleFailure& a, const ShuffleFailure& b) {
              return a.way != b.way ? a.way < b.way : a.user < b.user;
            });
  return made;
}

}  // namespace engine::evaluate
