#include "pipelines/grow.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <tuple>

#include "accounts/accounts.hpp"
#include "accounts/services.hpp"
#include "app/account_service.hpp"
#include "app/default_user.hpp"
#include "app/library_tables.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "data/as_of.hpp"
#include "pipelines/questions.hpp"
#include "store/store.hpp"

namespace engine::pipelines {
namespace {

using accounts::Account;

constexpr std::size_t kSeeds = 300;
constexpr double kLikeCounts = 5;         // as many plays
constexpr double kStepAway = 0.5;         // nearness of artists like those who resemble the seeds
constexpr std::int64_t kTracksEach = 25;  // of an artist, at most
constexpr std::int64_t kMostInRound = 500;
constexpr const char *kSimilar = "similar_artists", *kTop = "top_tracks", *kTags = "artist_tags";

/// An account whose service answers about artists.
struct Answerer {
  Account account;
  const accounts::KnownService* service = nullptr;
  double requests_per_second = 1;

  [[nodiscard]] bool answers(std::string_view question) const {
    const auto is_in = [&](const std::vector<std::string_view>& questions) {
      return std::ranges::find(questions, question) != questions.end();
    };
    return is_in(service->answers) &&
           (!is_in(service->answers_to_secret) || !account.secrets().empty());
  }
};

/// One that answers of tracks alone has nothing to grow from.
bool is_asked_of_artists(const accounts::KnownService& service) {
  return std::ranges::any_of(service.answers, [](std::string_view question) {
    return question == kSimilar || question == kTop || question == kTags;
  });
}

/// In the order of help.
std::vector<Answerer> answerers(const app::Caller& caller) {
  const accounts::Accounts accounts(caller.home.accounts_file());
  std::vector<Answerer> found;
  for (const accounts::KnownService& service : accounts::known_services()) {
    if (!is_asked_of_artists(service)) continue;
    for (const Account& listed : accounts.list()) {
      if (listed.service != service.name) continue;
      const Account account = accounts.require(listed.title());
      found.push_back({account, &service,
                       app::http_service_of(account, caller.home.settings()).requests_per_second});
      break;  // one account of a service knows what another does
    }
  }
  return found;
}

std::string names_of_answerers() {
  std::string names;
  for (const accounts::KnownService& service : accounts::known_services())
    if (is_asked_of_artists(service))
      names += (names.empty() ? "" : ", ") + std::string(service.name);
  return names;
}

Store open_library(const app::Caller& caller) {
  return Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
}

/// What the person loves and what is near to it, as of now.
class Neighbourhood {
 public:
  explicit Neighbourhood(const AsOf& tables)
      : ids_(column_of<std::int64_t>(*tables.table("artists"), "id")),
        relations_(*tables.lists("artist_relations")),
        is_banned_(ids_.size(), false),
        love_(ids_.size(), 0),
        nearness_(ids_.size(), 0) {
    count_love(tables);
    choose_seeds();
    spread();
  }

  /// Numbers of artists, the most loved first.
  [[nodiscard]] const std::vector<std::size_t>& seeds() const { return seeds_; }
  /// All that are near at all, the nearest first; seeds are among them.
  [[nodiscard]] const std::vector<std::size_t>& nearest() const { return nearest_; }
  [[nodiscard]] std::int64_t id(std::size_t artist) const { return ids_[artist]; }

 private:
  void count_love(const AsOf& tables) {
    const auto artist_of = column_of<std::int32_t>(*tables.table("tracks"), "artist");
    const auto add = [&](std::int32_t artist, double much) {
      if (artist >= 0) love_[static_cast<std::size_t>(artist)] += much;
    };
    const auto plays = column_of<std::int32_t>(*tables.table("track_statistics"), "plays");
    for (std::size_t track = 0; track < plays.size(); ++track) add(artist_of[track], plays[track]);
    for (const std::int32_t track : column_of<std::int32_t>(*tables.table("likes"), "track"))
      add(artist_of[static_cast<std::size_t>(track)], kLikeCounts);
    for (const std::int32_t artist :
         column_of<std::int32_t>(*tables.table("saved_artists"), "artist"))
      add(artist, kLikeCounts);
    // Of an artist who is banned there is a row for each track.
    for (const std::int32_t artist : column_of<std::int32_t>(*tables.table("banned"), "artist"))
      if (artist >= 0) is_banned_[static_cast<std::size_t>(artist)] = true;
    for (std::size_t artist = 0; artist < love_.size(); ++artist)
      if (is_banned_[artist]) love_[artist] = 0;
    // The hundredth play tells less than the tenth.
    for (double& love : love_) love = std::log1p(love);
  }

  void choose_seeds() {
    for (std::size_t artist = 0; artist < love_.size(); ++artist)
      if (love_[artist] > 0) seeds_.push_back(artist);
    std::ranges::stable_sort(seeds_, std::greater(),
                             [this](std::size_t artist) { return love_[artist]; });
    if (seeds_.size() > kSeeds) seeds_.resize(kSeeds);
  }

  /// Whoever is reached passes on half of what reached them, once.
  void spread() {
    std::vector<double> passed(ids_.size(), 0);
    std::vector<std::size_t> reached = seeds_;
    std::vector<bool> is_reached(ids_.size(), false);
    for (const std::size_t seed : seeds_) {
      nearness_[seed] = passed[seed] = love_[seed];
      is_reached[seed] = true;
    }
    while (!reached.empty()) {
      std::vector<std::size_t> next;
      for (const std::size_t artist : reached)
        for_each_related(artist, [&](std::size_t other, double similarity) {
          if (is_banned_[other]) return;
          const double came = passed[artist] * similarity;
          nearness_[other] += came;
          if (is_reached[other]) return;
          if (passed[other] == 0) next.push_back(other);
          passed[other] += kStepAway * came;
        });
      for (const std::size_t artist : next) is_reached[artist] = true;
      reached = std::move(next);
    }
    for (std::size_t artist = 0; artist < nearness_.size(); ++artist)
      if (nearness_[artist] > 0) nearest_.push_back(artist);
    std::ranges::stable_sort(nearest_, std::greater(),
                             [this](std::size_t artist) { return nearness_[artist]; });
  }

  /// `visit(other, similarity)`, 1 for the most similar.
  template <typename Visit>
  void for_each_related(std::size_t artist, const Visit& visit) const {
    const std::uint64_t begin = relations_.offsets[artist], end = relations_.offsets[artist + 1];
    float most = 0;
    for (std::uint64_t k = begin; k < end; ++k)
      most = std::max(most, relations_.weights ? relations_.weights[k] : 1);
    if (!(most > 0)) return;
    for (std::uint64_t k = begin; k < end; ++k)
      visit(static_cast<std::size_t>(relations_.values[k]),
            static_cast<double>(relations_.weights ? relations_.weights[k] : 1) /
                static_cast<double>(most));
  }

  std::span<const std::int64_t> ids_;
  const playlist_lists& relations_;
  std::vector<bool> is_banned_;          // by artist: neither asked about nor led on from
  std::vector<double> love_, nearness_;  // by artist
  std::vector<std::size_t> seeds_, nearest_;
};

/// The questions of a round, by the account that is asked.
struct Round {
  std::vector<std::vector<ArtistQuestion>> of;  // by answerer

  [[nodiscard]] bool is_empty() const {
    return std::ranges::all_of(of, [](const auto& one) { return one.empty(); });
  }
};

/// What a run does not ask again: accounts that failed, and questions that it has asked. An answer that
/// was no good is kept nowhere else.
struct Tried {
  std::set<std::size_t> failed;  // by answerer
  std::set<std::tuple<std::size_t, std::string_view, std::int64_t>> questions;

  void note(std::size_t answerer, const std::vector<ArtistQuestion>& asked) {
    for (const ArtistQuestion& one : asked)
      questions.emplace(answerer, one.question, one.artist_id);
  }
  [[nodiscard]] bool has(std::size_t answerer, std::string_view question,
                         std::int64_t artist_id) const {
    return failed.contains(answerer) || questions.contains({answerer, question, artist_id});
  }
};

/// Plans rounds from what stands in the library.
class Planner {
 public:
  Planner(const app::Caller& caller, const std::vector<Answerer>& answerers, const Tried& tried)
      : store_(open_library(caller)),
        tables_(app::library_tables(caller)),
        near_(*tables_),
        asked_(store_, caller.asked.now),
        answerers_(answerers),
        tried_(tried) {
    Statement tagged = store_.prepare("SELECT DISTINCT artist_id FROM artist_tags");
    while (tagged.step()) tagged_.insert(tagged.integer(0));
  }

  [[nodiscard]] std::size_t seeds() const { return near_.seeds().size(); }

  /// Tracks of services, and artists who have some.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> grown() const {
    return {store_.integer("SELECT count(DISTINCT track_id) FROM service_tracks"),
            store_.integer("SELECT count(DISTINCT artist_id) FROM service_tracks JOIN tracks "
                           "USING (track_id)")};
  }

  /// `room`: for that many more tracks.
  [[nodiscard]] Round next_round(std::int64_t room) const {
    Round round{std::vector<std::vector<ArtistQuestion>>(answerers_.size())};
    add(round, kSimilar, near_.seeds(), kSeeds);
    if (!round.is_empty()) return round;
    if (room > 0) {
      const std::int64_t artists = (room + kTracksEach - 1) / kTracksEach;
      add(round, kTop, near_.nearest(), std::min(artists, kMostInRound));
    }
    const bool has_tracks = !round.is_empty();
    add(round, kTags, with_tracks(), kMostInRound);
    if (!has_tracks && room > 0) add(round, kSimilar, near_.nearest(), kMostInRound);
    return round;
  }

  [[nodiscard]] std::string text(const std::vector<ArtistQuestion>& questions) const {
    return questions_text(store_, questions);
  }

 private:
  /// The first `most` of these artists of whom it is not known and may be asked.
  void add(Round& round, const char* question, const std::vector<std::size_t>& artists,
           std::int64_t most) const {
    for (const std::size_t artist : artists) {
      if (most == 0) return;
      const std::optional<std::size_t> of = whom_to_ask(question, artist);
      if (!of) continue;
      round.of[*of].push_back({question, near_.id(artist)});
      --most;
    }
  }

  /// Nobody where one of them knew something.
  [[nodiscard]] std::optional<std::size_t> whom_to_ask(const char* question,
                                                       std::size_t artist) const {
    std::optional<std::size_t> next;
    for (std::size_t k = 0; k < answerers_.size(); ++k) {
      if (!answerers_[k].answers(question)) continue;
      const auto answer =
          asked_.of_artist(answerers_[k].account.service, question, near_.id(artist));
      if (answer == AskedQuestions::Answer::kSomething) return std::nullopt;
      if (!next && answer == AskedQuestions::Answer::kNotAsked &&
          !tried_.has(k, question, near_.id(artist)))
        next = k;
    }
    return next;
  }

  /// Artists near the person who have tracks and no tags, the nearest first.
  [[nodiscard]] std::vector<std::size_t> with_tracks() const {
    std::vector<std::size_t> artists;
    const playlist_lists& tracks = *tables_->lists("artist_tracks");
    for (const std::size_t artist : near_.nearest())
      if (tracks.offsets[artist + 1] > tracks.offsets[artist] &&
          !tagged_.contains(near_.id(artist)))
        artists.push_back(artist);
    return artists;
  }

  const Store store_;
  const std::unique_ptr<AsOf> tables_;
  const Neighbourhood near_;
  const AskedQuestions asked_;
  std::set<std::int64_t> tagged_;
  const std::vector<Answerer>& answerers_;
  const Tried& tried_;
};

std::string question_in_words(std::string_view question, std::int64_t count) {
  const std::string artists = counted(static_cast<std::size_t>(count), "artist");
  if (question == kSimilar) return "artists like " + artists + " of yours or near them";
  if (question == kTop) return "the best-known tracks of " + artists;
  return "the genres of " + artists;
}

/// "40 s", "12 min", "3 h".
std::string rough_time(double seconds) {
  const auto rounded = [](double value) { return std::to_string(std::lround(std::ceil(value))); };
  if (seconds < 90) return rounded(seconds) + " s";
  return seconds < 90 * kMinute ? rounded(seconds / kMinute) + " min"
                                : rounded(seconds / kHour) + " h";
}

/// What is to be asked first, and how long all of it takes.
std::vector<std::string> plan_in_words(const Round& round, const std::vector<Answerer>& answerers,
                                       std::int64_t room) {
  std::vector<std::string> lines;
  for (std::size_t k = 0; k < answerers.size(); ++k) {
    const std::vector<ArtistQuestion>& questions = round.of[k];
    std::string line;
    for (const char* question : {kSimilar, kTop, kTags}) {
      const std::int64_t count =
          std::ranges::count(questions, std::string_view(question), &ArtistQuestion::question);
      if (count > 0) line += (line.empty() ? "" : ", ") + question_in_words(question, count);
    }
    if (line.empty()) continue;
    lines.push_back(answerers[k].account.title() + " is asked for " + line + "; " +
                    answerers[k].service->sent);
  }
  const bool knows_tracks = std::ranges::any_of(
      answerers, [](const Answerer& answerer) { return answerer.answers(kTop); });
  double seconds = 0;
  for (const Answerer& answerer : answerers) {
    if (!knows_tracks || (!answerer.answers(kTop) && !answerer.answers(kTags))) continue;
    const double artists = static_cast<double>(room) / static_cast<double>(kTracksEach);
    seconds = std::max(seconds, artists / answerer.requests_per_second);
  }
  if (room > 0 && seconds > 0)
    lines.push_back("then on, for tracks of the nearest, until " + std::to_string(room) +
                    " more are there or nobody knows more: about " + rough_time(seconds) +
                    "; it may be stopped at any time, and goes on where it ended");
  return lines;
}

/// A round, and its questions as sources read them: nothing of the library is open while services are
/// asked, whose answers are written to it.
struct PlannedRound {
  Round round;
  std::vector<std::string> texts;  // by answerer

  [[nodiscard]] bool is_empty() const { return round.is_empty(); }
};

/// Looks at what is there now; of the first round tells what is to be asked. Throws Error(kNothing)
/// where there is nothing to grow around.
PlannedRound plan_round(const app::Caller& caller, const std::vector<Answerer>& answerers,
                        const Tried& tried, const GrowRequest& request, Growth& growth) {
  const Planner planner(caller, answerers, tried);
  if (planner.seeds() == 0)
    throw Error(Exit::kNothing, "there is nothing to grow around",
                {caller.home.library_path(), "", "nothing was played, liked or saved by now",
                 "engine import EXPORT  your own listening history"});
  std::tie(growth.tracks, growth.artists) = planner.grown();
  growth.artists_loved = static_cast<std::int64_t>(planner.seeds());
  const std::int64_t room = std::max<std::int64_t>(0, request.tracks - growth.tracks);
  growth.is_full = room == 0;
  PlannedRound planned{planner.next_round(room), {}};
  for (const std::vector<ArtistQuestion>& questions : planned.round.of)
    planned.texts.push_back(planner.text(questions));
  if (tried.questions.empty()) {
    growth.user = app::user_name(caller);
    growth.tracks_before = growth.tracks;
    if (!planned.is_empty()) growth.plan = plan_in_words(planned.round, answerers, room);
    for (const std::string& line : growth.plan) caller.note(line);
  }
  return planned;
}

/// Stops behind an account that the user interrupted.
void ask_round(const app::Caller& caller, const std::vector<Answerer>& answerers,
               const PlannedRound& planned, Tried& tried, Growth& growth) {
  for (std::size_t k = 0; k < answerers.size(); ++k) {
    const std::vector<ArtistQuestion>& questions = planned.round.of[k];
    if (questions.empty()) continue;
    const auto count = [&](std::string_view question) {
      return std::ranges::count(questions, question, &ArtistQuestion::question);
    };
    GrowthRound& done = growth.rounds.emplace_back();
    done.account = answerers[k].account.title();
    done.similar_artists = count(kSimilar);
    done.top_tracks = count(kTop);
    done.artist_tags = count(kTags);
    tried.note(k, questions);
    done.came = ask_account(caller, answerers[k].account, planned.texts[k]);
    growth.user = done.came.user;
    growth.is_interrupted = done.came.is_interrupted;
    if (growth.is_interrupted) return;
    if (done.came.came.error.empty()) continue;
    tried.failed.insert(k);
    growth.failed.push_back(done.account + ": " + done.came.came.error);
  }
}

bool has_library(const app::Caller& caller) {
  return std::filesystem::exists(caller.home.library_path());
}

}  // namespace

Growth grow_catalogue(const app::Caller& caller, const GrowRequest& request) {
  const std::vector<Answerer> found = answerers(caller);
  if (found.empty())
    throw Error(Exit::kNothing, "no service is connected that a catalogue could grow from",
                {"", "", "these answer about artists: " + names_of_answerers(),
                 "engine connect deezer  (it wants no account); see: engine help services"});
  if (!has_library(caller))
    throw Error(Exit::kNothing, "there is nothing to grow around",
                {caller.home.library_path(), "", "there is no library yet",
                 "engine import EXPORT  your own listening history; see: engine help exports"});
  Growth growth;
  Tried tried;
  while (true) {
    const PlannedRound planned = plan_round(caller, found, tried, request, growth);
    if (growth.is_interrupted || planned.is_empty() || request.is_dry_run) return growth;
    ask_round(caller, found, planned, tried, growth);
  }
}

}  // namespace engine::pipelines
