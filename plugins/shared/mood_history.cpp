#include "mood_history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shared {
namespace {

constexpr std::int64_t kClockHour = 3600;
constexpr double kFadingDay = 86'400;
/// As if so many listens more had been as the coarser expert says.
constexpr double kDrawnLately = 15, kDrawnHour = 30, kDrawnMarkov = 10, kDrawnSession = 3,
                 kDrawnSessionLately = 1.5, kDrawnArtist = 4, kDrawnTrack = 3, kDrawnTwo = 1;
constexpr double kDiscount = 0.75;
/// What a count keeps each time another one comes.
constexpr double kKeptMarkov = 0.97, kKeptSession = 0.8, kKeptArtist = 0.95, kKeptTrack = 0.9,
                 kKeptTwo = 0.8;

std::uint64_t pair_of(std::int32_t first, std::int32_t second) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(first)) << 32 |
         static_cast<std::uint32_t>(second);
}

/// Distributions over moods, expert after expert.
class Said {
 public:
  Said(std::span<float> said, std::size_t moods) : said_(said), moods_(moods) {}

  [[nodiscard]] std::span<float> of(MoodExpert expert) const {
    return said_.subspan(static_cast<std::size_t>(expert) * moods_, moods_);
  }
  /// Counts drawn to what another says as if `drawn` more had come so; empty counts are none.
  void draw(MoodExpert expert, std::span<const double> counts, double drawn,
            MoodExpert coarser) const {
    const std::span<float> made = of(expert), from = of(coarser);
    double sum = drawn;
    for (const double count : counts) sum += count;
    for (std::size_t mood = 0; mood < moods_; ++mood)
      made[mood] = static_cast<float>(
          ((counts.empty() ? 0 : counts[mood]) + drawn * double{from[mood]}) / sum);
  }

 private:
  std::span<float> said_;
  std::size_t moods_;
};

void fade(std::span<double> counts, double kept) {
  for (double& count : counts) count *= kept;
}

}  // namespace

const char* name_of(MoodExpert expert) {
  static constexpr std::array<const char*, kMoodExperts> kNames = {
      "all",         "month",    "week",          "day",     "hour",           "last",
      "markov_1",    "markov_2", "markov_lately", "session", "session_lately", "after_artist",
      "after_track", "after_two"};
  return kNames[static_cast<std::size_t>(expert)];
}

void MoodHistory::Fading::fade_to(std::int64_t now) {
  if (now <= ts) return;
  fade(counts, std::exp2(-static_cast<double>(now - ts) / half_life_seconds));
  ts = now;
}

void MoodHistory::After::take(std::uint64_t thing, std::size_t mood) {
  if (only_ && thing != *only_) return;
  const auto [place, is_new] = places_.emplace(thing, counts_.size());
  if (is_new) counts_.resize(counts_.size() + moods_);
  const std::span<double> counts = std::span(counts_).subspan(place->second, moods_);
  fade(counts, kept_);
  ++counts[mood];
}

std::span<const double> MoodHistory::After::of(std::uint64_t thing) const {
  const auto place = places_.find(thing);
  if (place == places_.end()) return {};
  return std::span(counts_).subspan(place->second, moods_);
}

MoodHistory::MoodHistory(std::size_t moods)
    : moods_(moods),
      all_(moods),
      hours_(24 * moods),
      first_((moods + 1) * moods),
      second_((moods + 1) * (moods + 1) * moods),
      lately_((moods + 1) * moods),
      session_(moods),
      session_lately_(moods),
      fading_{{{30 * kFadingDay, Counts(moods)},
               {7 * kFadingDay, Counts(moods)},
               {kFadingDay, Counts(moods)}}},
      after_artist_(moods, kKeptArtist),
      after_track_(moods, kKeptTrack),
      after_two_(moods, kKeptTwo),
      last_(moods),
      before_last_(moods) {}

std::span<double> MoodHistory::markov(Counts& counts, std::size_t state) const {
  return std::span(counts).subspan(state * moods_, moods_);
}

void MoodHistory::begin_session() {
  std::ranges::fill(session_, 0);
  std::ranges::fill(session_lately_, 0);
  last_ = before_last_ = moods_;
  track_ = track_before_ = artist_ = -1;
}

void MoodHistory::count_only_after(std::int32_t artist, std::int32_t track,
                                   std::int32_t track_before) {
  constexpr std::uint64_t kNothing = ~std::uint64_t{0};  // no artist, track or pair is
  after_artist_.count_only(artist < 0 ? kNothing : static_cast<std::uint64_t>(artist));
  after_track_.count_only(track < 0 ? kNothing : static_cast<std::uint64_t>(track));
  after_two_.count_only(track < 0 || track_before < 0 ? kNothing : pair_of(track_before, track));
}

/// What came after what.
void MoodHistory::learn(const MoodListen& listen) {
  const auto mood = static_cast<std::size_t>(listen.mood);
  if (last_ < moods_) ++(last_ == mood ? stays_ : changes_);
  ++markov(first_, last_)[mood];
  const std::span<double> lately = markov(lately_, last_);
  fade(lately, kKeptMarkov);
  ++lately[mood];
  ++markov(second_, before_last_ * (moods_ + 1) + last_)[mood];
  if (artist_ >= 0) after_artist_.take(static_cast<std::uint64_t>(artist_), mood);
  if (track_ >= 0) after_track_.take(static_cast<std::uint64_t>(track_), mood);
  if (track_ >= 0 && track_before_ >= 0) after_two_.take(pair_of(track_before_, track_), mood);
}

void MoodHistory::take(const MoodListen& listen) {
  if (listen.begins_session) begin_session();
  if (listen.mood >= 0) {
    const auto mood = static_cast<std::size_t>(listen.mood);
    learn(listen);
    ++all_[mood];
    ++hours_[static_cast<std::size_t>(listen.hour) * moods_ + mood];
    for (Fading& fading : fading_) {
      fading.fade_to(listen.ts);
      ++fading.counts[mood];
    }
    ++session_[mood];
    fade(session_lately_, kKeptSession);
    ++session_lately_[mood];
    before_last_ = last_;
    last_ = mood;
  }
  track_before_ = track_;
  track_ = listen.track;
  artist_ = listen.artist;
}

void MoodHistory::say(std::int64_t ts, std::int32_t hour, std::span<float> said) {
  using enum MoodExpert;
  const Said says(said, moods_);
  std::ranges::fill(says.of(kAll), 1 / static_cast<float>(moods_));
  says.draw(kAll, all_, static_cast<double>(moods_), kAll);
  constexpr std::array kLately = {kMonth, kWeek, kDay};
  for (std::size_t k = 0; k < kLately.size(); ++k) {
    fading_[k].fade_to(ts);
    says.draw(kLately[k], fading_[k].counts, kDrawnLately, k == 0 ? kAll : kLately[k - 1]);
  }
  says.draw(kHour, markov(hours_, static_cast<std::size_t>(hour)), kDrawnHour, kAll);
  const std::span<float> last = says.of(kLast), all = says.of(kAll);
  std::ranges::copy(all, last.begin());
  if (last_ < moods_) {
    const double changes = changes_ / (changes_ + stays_), others = 1 - double{all[last_]};
    for (std::size_t mood = 0; mood < moods_; ++mood)
      last[mood] =
          static_cast<float>(mood == last_ ? 1 - changes : changes * double{all[mood]} / others);
  }
  says.draw(kMarkov1, markov(first_, last_), kDrawnMarkov, kAll);
  says.draw(kMarkovLately, markov(lately_, last_), kDrawnMarkov, kMarkov1);
  // What each count is discounted by goes to what one mood alone says.
  const std::span<const double> counts = markov(second_, before_last_ * (moods_ + 1) + last_);
  Counts discounted(counts.begin(), counts.end());
  double taken = 2;
  for (double& count : discounted) {
    taken += std::min(count, kDiscount);
    count -= std::min(count, kDiscount);
  }
  says.draw(kMarkov2, discounted, taken, kMarkov1);
  says.draw(kSession, session_, kDrawnSession, kWeek);
  says.draw(kSessionLately, session_lately_, kDrawnSessionLately, kWeek);
  const auto after = [](const After& counts, bool is_known, std::uint64_t thing) {
    return is_known ? counts.of(thing) : std::span<const double>();
  };
  says.draw(kAfterArtist,
            after(after_artist_, artist_ >= 0, static_cast<std::uint64_t>(std::max(0, artist_))),
            kDrawnArtist, kMarkov1);
  says.draw(kAfterTrack,
            after(after_track_, track_ >= 0, static_cast<std::uint64_t>(std::max(0, track_))),
            kDrawnTrack, kAfterArtist);
  says.draw(kAfterTwo,
            after(after_two_, track_before_ >= 0 && track_ >= 0, pair_of(track_before_, track_)),
            kDrawnTwo, kAfterTrack);
}

void MoodPool::say(std::span<const float> said, std::span<float> probabilities) const {
  const std::size_t moods = probabilities.size();
  double most = -std::numeric_limits<double>::infinity();
  std::vector<double> sums(moods);
  for (std::size_t mood = 0; mood < moods; ++mood) {
    double sum = double{weights[kMoodExperts + mood]};
    for (std::size_t expert = 0; expert < kMoodExperts; ++expert)
      sum += double{weights[expert]} * std::log(double{said[expert * moods + mood]});
    sums[mood] = sum;
    most = std::max(most, sum);
  }
  double all = 0;
  for (double& sum : sums) all += sum = std::exp(sum - most);
  for (std::size_t mood = 0; mood < moods; ++mood)
    probabilities[mood] = static_cast<float>(sums[mood] / all);
}

MoodListens::MoodListens(const playlist::Table& listens, const playlist::Table& sessions,
                         const playlist::Table& tracks, std::span<const std::int32_t> mood_of_track,
                         std::size_t latest)
    : mood_of_track_(mood_of_track) {
  const auto track = listens["track"].i32();
  const std::size_t first = track.size() - std::min(latest, track.size());
  track_ = track.subspan(first);
  ts_ = listens["ts"].i64().subspan(first);
  artist_of_track_ = tracks["artist"].i32();
  start_ = sessions["start"].i64();
  hour_ = sessions["hour"].i32();
  std::size_t next = 0;
  if (!ts_.empty())
    next = static_cast<std::size_t>(std::ranges::upper_bound(start_, ts_[0]) - start_.begin());
  session_.reserve(ts_.size());
  for (const std::int64_t ts : ts_) {
    while (next < start_.size() && start_[next] <= ts) ++next;
    session_.push_back(static_cast<std::int32_t>(next) - 1);
  }
}

std::int32_t MoodListens::hour_in(std::size_t session, std::int64_t ts) const {
  // The start's hour began so long before it.
  const std::int64_t began = start_[session] - start_[session] % kClockHour;
  const std::int64_t hours = std::max<std::int64_t>(0, ts - began) / kClockHour;
  return static_cast<std::int32_t>((std::max(0, hour_[session]) + hours) % 24);
}

std::int32_t MoodListens::hour_at(std::int64_t ts) const {
  return start_.empty() ? 0 : hour_in(start_.size() - 1, ts);
}

MoodListen MoodListens::operator[](std::size_t row) const {
  MoodListen listen;
  listen.track = track_[row];
  const auto track = static_cast<std::size_t>(listen.track);
  listen.artist = artist_of_track_[track];
  listen.mood = mood_of_track_[track];
  listen.ts = ts_[row];
  const std::int32_t session = session_[row];
  if (session >= 0) listen.hour = hour_in(static_cast<std::size_t>(session), listen.ts);
  listen.begins_session = row == 0 || session_[row - 1] != session;
  return listen;
}

}  // namespace shared
