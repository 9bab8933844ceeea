#include "taste_moment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>

namespace shared {
namespace {

constexpr std::size_t kBlock = 512;      // listens whose levels are computed together
constexpr std::size_t kAhead = 32;       // listens
constexpr std::size_t kCheckpoint = 64;  // blocks

/// taste_level() of each, two or more at a time; the same numbers.
void write_levels(std::span<const std::int64_t> ts, std::int64_t now, double* level) {
  for (std::size_t k = 0; k < ts.size(); ++k)
    level[k] = static_cast<double>(std::max(kSoonestLevel, now - ts[k]));
  Eigen::Map<Eigen::ArrayXd> levels(level, static_cast<Eigen::Index>(ts.size()));
  levels = 1 / (levels / 3600).sqrt();
}

}  // namespace

TasteHistory::TasteHistory(const playlist::Call& call) {
  const playlist::Table listens = call.table("listens"), tracks = call.table("tracks");
  ts = listens["ts"].i64();
  track = listens["track"].i32();
  ms_played = listens["ms_played"].i32();
  is_play = listens["is_play"].u8();
  is_skip = listens["is_skip"].u8();
  artist = tracks["artist"].i32();
  duration_ms = tracks["duration_ms"].i32();
  artists = call.table("artists").rows();
}

TasteMoment::TasteMoment(const TasteHistory& history, std::span<const Verdict> verdicts,
                         const TastePlaces& places, std::int64_t now,
                         const std::function<void()>& checkpoint)
    : now_(now),
      artist_(history.artist),
      places_(places),
      heard_(history.artist.size()),
      said_(history.artist.size()),
      artist_count_(history.artists) {
  hear(history, checkpoint);
  hear_lately(history);
  say(verdicts);
  add_up_artists();
  add_up_vectors();
}

/// Every listen bears on its track in the same way: one that is no play adds 0.
void TasteMoment::hear(const TasteHistory& history, const std::function<void()>& checkpoint) {
  constexpr std::int64_t kUnheard = std::numeric_limits<std::int64_t>::max();
  for (std::size_t track = 0; track < heard_.size(); ++track) {
    heard_[track].duration_ms = history.duration_ms[track];
    heard_[track].past.first_played = kUnheard;
  }
  double levels[kBlock];
  const std::size_t rows = history.track.size();
  for (std::size_t begin = 0; begin < rows; begin += kBlock) {
    const std::size_t end = std::min(rows, begin + kBlock);
    if (checkpoint && begin / kBlock % kCheckpoint == 0) checkpoint();
    write_levels(history.ts.subspan(begin, end - begin), now_, levels);
    for (std::size_t row = begin; row < end; ++row) {
      __builtin_prefetch(
          &heard_[static_cast<std::size_t>(history.track[std::min(row + kAhead, rows - 1)])],
          /*to be written*/ 1);
      const std::int64_t ts = history.ts[row];
      const std::int32_t ms_played = history.ms_played[row];
      Heard& heard = heard_[static_cast<std::size_t>(history.track[row])];
      const bool is_over = shared::is_over(end_of_play(ts, ms_played), now_),
                 is_skip = is_over & (history.is_skip[row] == 1),
                 is_glad = is_over & (history.is_play[row] == 1) & (history.is_skip[row] != 1),
                 is_timed = is_glad & (ms_played >= 0) & (heard.duration_ms > 0);
      const float fraction =
          static_cast<float>(ms_played) / static_cast<float>(std::max(heard.duration_ms, 1));
      TrackPast& past = heard.past;
      past.ever.gladly += is_glad;
      past.ever.skips += is_skip;
      past.fractions += is_timed;
      past.fraction += (fraction < 1 ? fraction : 1) * static_cast<float>(is_timed);
      past.first_played = std::min(past.first_played, is_glad ? ts : kUnheard);
      past.last_played = is_glad ? ts : past.last_played;
      heard.level += is_glad ? levels[row - begin] : 0;
    }
  }
}

/// What counts of the last half year and the last four weeks only.
void TasteMoment::hear_lately(const TasteHistory& history) {
  const auto begin = std::ranges::lower_bound(history.ts, now_ - TrackPast::kHalfYear);
  for (auto row = static_cast<std::size_t>(begin - history.ts.begin()); row < history.ts.size();
       ++row) {
    if (!is_over(end_of_play(history.ts[row], history.ms_played[row]), now_)) continue;
    TrackPast& past = heard_[static_cast<std::size_t>(history.track[row])].past;
    const bool is_skip = history.is_skip[row] == 1, is_glad = history.is_play[row] == 1 && !is_skip;
    past.half_year.skips += is_skip;
    past.half_year.gladly += is_glad;
    past.plays_lately += is_glad && history.ts[row] >= now_ - TrackPast::kMonth;
  }
}

void TasteMoment::say(std::span<const Verdict> verdicts) {
  for (const Verdict& verdict : verdicts)
    if (verdict.ts <= now_) said_[static_cast<std::size_t>(verdict.track)].take(verdict);
}

void TasteMoment::add_up_artists() {
  std::vector<ArtistPast> pasts(artist_count_);
  for (std::size_t track = 0; track < heard_.size(); ++track) {
    if (artist_[track] < 0) continue;
    const TrackPast& past = heard_[track].past;
    ArtistPast& artist = pasts[static_cast<std::size_t>(artist_[track])];
    artist.ever.gladly += past.ever.gladly;
    artist.ever.skips += past.ever.skips;
    artist.plays_lately += past.plays_lately;
    artist.likes += said_[track].is_liked;
    if (past.ever.gladly > 0) artist.last_played = std::max(artist.last_played, past.last_played);
  }
  pasts.emplace_back();  // of nobody
  artists_.resize(pasts.size());
  for (std::size_t k = 0; k < pasts.size(); ++k)
    write_artist_features(pasts[k], now_, artists_[k].features);
}

void TasteMoment::add_up_vectors() {
  std::vector<std::int32_t> plays(heard_.size());
  for (std::size_t track = 0; track < plays.size(); ++track)
    plays[track] = heard_[track].past.ever.gladly;
  heart_ = places_.sum(plays);
  double squares = 0;
  for (const double value : heart_) squares += value * value;
  heart_length_ = std::sqrt(squares);
}

void TasteMoment::features(std::int32_t track, std::span<float> out) const {
  const auto at = static_cast<std::size_t>(track);
  const Heard& heard = heard_[at];
  write_track_features(heard.past, heard.level, said_[at], now_, out.data());
  const std::size_t artist =
      artist_[at] < 0 ? artist_count_ : static_cast<std::size_t>(artist_[at]);
  std::copy_n(artists_[artist].features, kOfArtist, out.begin() + kOfTrack);
  const std::span<float> places = out.subspan(kTasteFeatures, places_.dim());
  places_.of(track, places);
  out[kOfTrack + kOfArtist] = taste_likeness(places, heart_, heart_length_);
}

}  // namespace shared
