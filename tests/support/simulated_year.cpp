#include "support/simulated_year.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/random.hpp"
#include "demo/demo.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

namespace test {
namespace {

using engine::kDay;
using engine::kHour;
using nlohmann::json;
using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kBegin = 1'735'689'600;  // 2025-01-01
constexpr std::int64_t kRefreshed = 7 * kHour, kListens = 8 * kHour, kBetween = 240;
constexpr int kSkipsToReject = 3, kWeeklyQuestions = 5, kSpacing = 4;
constexpr double kShareOfChange = 0.15;

class LivedYear {
 public:
  LivedYear(ListWay way, const YearOptions& options)
      : way_(way), options_(options), library_(home_.path("library.db")) {
    make_library();
    engine::Store store = open();
    user_ = store.integer("SELECT user_id FROM users WHERE name = 'demo'");
    listener_.emplace(store, user_, kBegin, options.seed, options.nature);
    keep(store);
  }

  Year live() {
    int through = 0, plays = 0;
    for (int day = 0; day < options_.days; ++day) {
      const std::int64_t morning = kBegin + day * kDay;
      listener_->live_until(morning);
      make_list(morning + kRefreshed, day);
      for (const bool is_through : listen(morning + kListens)) {
        through += is_through;
        ++plays;
      }
      if (way_ == ListWay::kDynamic && day % 7 == 6) answer_questions(morning + 20 * kHour);
      if (day % 7 == 6) {
        year_.through.push_back(static_cast<double>(through) / plays);
        through = plays = 0;
      }
    }
    year_.likeness_to_beginning = listener_->likeness_to_beginning();
    return year_;
  }

 private:
  void make_library() {
    engine::DemoOptions demo;
    demo.tracks = 3'000;
    demo.artists = 300;
    demo.listens = 9'000;
    demo.users = 3;
    demo.days = 365;
    demo.random_seed = options_.seed;
    demo.now = kBegin;
    engine::make_demo(library_, demo, {});
  }
  [[nodiscard]] engine::Store open() const { return engine::Store::open(library_); }

  json ask(std::int64_t now, std::vector<std::string> words) {
    words.insert(words.begin(), {"--library", library_, "--user", "demo", "--json", "--now",
                                 engine::format_time(now)});
    const support::Ended ended = home_.engine(words);
    if (ended.exit_code > 1) throw std::runtime_error(words[7] + ": " + ended.err);
    return support::parse_json(ended.out);
  }

  void keep(engine::Store& store) {
    if (way_ == ListWay::kDynamic) {
      ask(kBegin, {"playlist", "keep", "Mix", "dynamic", "--set",
                   "tracks=" + std::to_string(options_.tracks)});
      return;
    }
    heard_last_ = heard_before(store);
    if (way_ == ListWay::kFixedShuffle) list_ = drawn_once();
  }

  /// The listener's own songs by the time they were heard last, the latest first.
  [[nodiscard]] std::map<std::int64_t, std::int64_t> heard_before(
      const engine::Store& store) const {
    std::map<std::int64_t, std::int64_t> heard;
    for (const std::int64_t track : listener_->own()) heard[track] = 0;
    engine::Statement rows = store.prepare(
        "SELECT track_id, max(ts) FROM listens WHERE user_id = ?1 AND ts < ?2 GROUP BY track_id");
    for (rows.start(user_, kBegin); rows.step();)
      if (const auto own = heard.find(rows.integer(0)); own != heard.end())
        own->second = rows.integer(1);
    return heard;
  }

  [[nodiscard]] Ids shuffled(Ids tracks, std::int64_t stream) const {
    engine::Random random(engine::mix_seed(options_.seed, "shuffle " + std::to_string(stream)));
    for (std::size_t k = tracks.size(); k > 1; --k)
      std::swap(tracks[k - 1], tracks[random.next() % k]);
    return tracks;
  }
  [[nodiscard]] Ids first(Ids tracks) const {
    tracks.resize(std::min(tracks.size(), static_cast<std::size_t>(options_.tracks)));
    return tracks;
  }
  [[nodiscard]] Ids drawn_once() const { return first(shuffled(listener_->own(), -1)); }

  void make_list(std::int64_t now, int day) {
    if (way_ == ListWay::kDynamic) {
      refresh(now);
    } else if (way_ == ListWay::kFixedShuffle) {
      list_ = shuffled(list_, day);
      next_ = 0;
    } else if (way_ == ListWay::kNewDraw) {
      list_ = first(shuffled(listener_->own(), day));
      next_ = 0;
    } else {
      Ids own = listener_->own();
      std::ranges::stable_sort(own, std::ranges::greater(),
                               [&](std::int64_t track) { return heard_last_[track]; });
      list_ = shuffled(first(own), day);
      next_ = 0;
    }
  }

  void refresh(std::int64_t now) {
    const json answer = ask(now, {"refresh", "Mix"}).at("refreshed").at(0);
    ++year_.refreshes;
    Ids after;
    {
      const engine::Store store = open();
      engine::Statement rows =
          store.prepare("SELECT track_id FROM run_tracks WHERE run_id = ?1 ORDER BY position");
      for (rows.start(answer.at("run").get<std::int64_t>()); rows.step();)
        after.push_back(rows.integer(0));
    }
    check_change(after, now);
    check_spacing(after, now);
    check_rejected(after, now);
    just_rejected_ = 0;
    if (after != list_ && next_ >= after.size()) next_ = 0;
    list_ = std::move(after);
  }

  void tell(std::int64_t now, const std::string& what) {
    year_.broken.push_back(engine::format_date(now) + ": " + what);
  }
  void check_change(const Ids& after, std::int64_t now) {
    if (list_.empty()) return;
    const std::set<std::int64_t> there(after.begin(), after.end());
    const auto left =
        std::ranges::count_if(list_, [&](std::int64_t track) { return !there.contains(track); });
    const auto allowed = std::max<std::ptrdiff_t>(
        static_cast<std::ptrdiff_t>(kShareOfChange * static_cast<double>(list_.size())),
        just_rejected_);
    if (left > allowed)
      tell(now, std::to_string(left) + " of " + std::to_string(list_.size()) + " left");
  }
  void check_spacing(const Ids& after, std::int64_t now) {
    const engine::Store store = open();
    engine::Statement artist = store.prepare("SELECT artist_id FROM tracks WHERE track_id = ?1");
    std::map<std::int64_t, std::size_t> last;
    for (std::size_t place = 0; place < after.size(); ++place) {
      const std::int64_t by = artist.find_integer(after[place]).value_or(-place);
      if (const auto before = last.find(by);
          before != last.end() && place - before->second <= kSpacing)
        tell(now, "an artist comes again after " + std::to_string(place - before->second - 1));
      last[by] = place;
    }
  }
  void check_rejected(const Ids& after, std::int64_t now) {
    for (const std::int64_t track : after)
      if (const auto until = rejected_.find(track); until != rejected_.end() && now < until->second)
        tell(now, "track " + std::to_string(track) + " is there, which was rejected");
  }

  /// The day's plays, on from where the last day ended.
  std::vector<bool> listen(std::int64_t now) {
    std::vector<bool> outcomes;
    Ids to_reject;
    engine::Store store = open();
    engine::Transaction transaction(store);
    for (int play = 0; play < options_.plays; ++play, now += kBetween) {
      const std::int64_t track = list_[next_++ % list_.size()];
      outcomes.push_back(listener_->hear(track, now));
      write_listen(store, user_, track, now, outcomes.back());
      heard_last_[track] = now;
      int& skips = skips_[track];
      skips = outcomes.back() ? 0 : skips + 1;
      if (skips == kSkipsToReject) to_reject.push_back(track);
    }
    store.bump_data_version();
    transaction.commit();
    if (way_ == ListWay::kDynamic) reject(to_reject, now);
    return outcomes;
  }

  void reject(const Ids& tracks, std::int64_t now) {
    for (const std::int64_t track : tracks) {
      ask(now, {"feedback", "reject", "track:" + std::to_string(track), "--reason", "overplayed"});
      rejected_[track] = now + 60 * kDay;
      skips_[track] = 0;
      ++just_rejected_;
      ++year_.rejected;
    }
  }

  void answer_questions(std::int64_t now) {
    ask(now, {"discover", "-n", std::to_string(kWeeklyQuestions)});
    json question = ask(now, {"next"}).at("question");
    for (int asked = 0; asked < kWeeklyQuestions && !question.is_null(); ++asked) {
      const std::int64_t track = question.at("track").at("id");
      const bool is_taken = listener_->chance(track, now) > 0.5;
      ++year_.suggestions;
      year_.approved += is_taken;
      question = ask(now, {"next", "--answer", is_taken ? "approve" : "reject"}).at("question");
    }
  }

  ListWay way_;
  YearOptions options_;
  support::EngineHome home_;
  std::string library_;
  std::int64_t user_ = 0;
  std::optional<SimulatedListener> listener_;
  Ids list_;
  std::size_t next_ = 0;
  std::map<std::int64_t, std::int64_t> heard_last_;  // of the listener's own songs
  std::map<std::int64_t, int> skips_;                // in a row
  std::map<std::int64_t, std::int64_t> rejected_;    // until when
  std::ptrdiff_t just_rejected_ = 0;                 // since the last refresh
  Year year_;
};

}  // namespace

double Year::mean_through() const {
  return std::accumulate(through.begin(), through.end(), 0.0) / static_cast<double>(through.size());
}

Year live_year(ListWay way, const YearOptions& options) {
  return LivedYear(way, options).live();
}

}  // namespace test
