#include "choice_signals.hpp"

#include <algorithm>
#include <cmath>

namespace shared {
namespace {

// As the columns of the same names have them (engine/data/listening_columns.cpp).
constexpr double kNeverPlayed = 0.001;      // of a base level, as a play of a century ago
constexpr std::int64_t kLeastSeconds = 60;  // since a play, for a base level
constexpr std::int64_t kLongAgo = 100;      // steps since an artist: so many or more, or never

constexpr double kHoursOfNever = 87'600;  // ten years
constexpr double kSoon = 0.1;             // hours: what is sooner is as soon

constexpr double kHalfLife = 180 * 86'400.0;
constexpr double kSkippedShare = 0.25;
// As many plays as everybody's share counts for beside what is known of a track and so on.
constexpr double kTrackPrior = 2, kArtistPrior = 5, kSessionPrior = 2, kListenerPrior = 20;
constexpr double kRatePrior = 4;

float ln(double value) {
  return static_cast<float>(std::log(value));
}

double faded(std::int64_t from, std::int64_t to) {
  return std::exp2(-static_cast<double>(to - from) / kHalfLife);
}

}  // namespace

Ending ending_of(std::string_view end_reason) {
  if (end_reason == "trackdone") return Ending::kLetPlay;
  return end_reason == "fwdbtn" ? Ending::kSkipped : Ending::kOther;
}

TrackFacts track_facts(const playlist::Call& call) {
  const playlist::Table tracks = call.table("tracks");
  return {tracks["artist"].i32(), tracks["album"].texts().codes(), call.lists("track_artists")};
}

std::span<const SignalFeature, kChoiceFeatures> choice_features() {
  static constexpr SignalFeature kFeatures[kChoiceFeatures] = {
      {"hours_since_played", "how long ago you played it",
       "math.log(known(t.hours_since_played, 87600) + 0.1)"},
      {"base_level", "how present it is to you", "t.base_level"},
      {"plays", "how often you played it", "math.log(t.plays + 1)"},
      {"finished", "that you heard it out rather than skipped it",
       "math.log((t.finished + 1.5) / (t.skips + 0.5))"},
      {"same_artist", "the artist of the track before", "t.same_artist"},
      {"same_album", "the album of the track before", "t.same_album"},
      {"steps_since_artist", "how many tracks ago its artist came",
       "math.log(t.steps_since_artist)"},
      {"artist_plays", "how often you played its artist", "math.log(t.artist_plays + 1)"},
  };
  return kFeatures;
}

std::span<const SignalFeature, kAcceptanceFeatures> acceptance_features() {
  static constexpr SignalFeature kFeatures[kAcceptanceFeatures] = {
      {"track_skips", "how often you skipped it lately"},
      {"artist_skips", "how often you skipped its artist lately"},
      {"steps_since_artist", "how many tracks ago its artist came"},
      {"artist_plays", "how often you played its artist"},
      {"previous_skipped", "that you skipped the track before"},
      {"previous_let_play", "that you let the track before play"},
      {"skips_in_a_row", "how many you skipped in a row"},
      {"session_skips", "how much you skipped in this session"},
      {"listener_skips", "how much you skip these months"},
  };
  return kFeatures;
}

std::string feature_names(std::span<const SignalFeature> features) {
  std::string names;
  for (const SignalFeature& feature : features) names += std::string(feature.name) + '\n';
  return names;
}

float ListenerPast::Endings::skip_odds(double prior) const {
  return ln((skipped + prior * kSkippedShare) / (let_play + prior * (1 - kSkippedShare)));
}

void ListenerPast::LateEndings::add(Ending ending, std::int64_t ts) {
  const std::int64_t to = std::max(ts, as_of);
  const double left = faded(as_of, to);
  counts.let_play *= left;
  counts.skipped *= left;
  as_of = to;
  counts.add(ending);
}

float ListenerPast::LateEndings::skip_odds(double prior, std::int64_t now) const {
  const double left = faded(as_of, std::max(now, as_of));
  return Endings{counts.let_play * left, counts.skipped * left}.skip_odds(prior);
}

void ListenerPast::at(std::int64_t now, std::int32_t session) {
  now_ = now;
  if (session != session_) session_past_ = {};
  session_ = session;
  const auto is_over = [&](const PastListen& listen) { return listen.end <= now + kRounding; };
  for (const PastListen& listen : open_)
    if (is_over(listen)) take(listen);
  std::erase_if(open_, is_over);
}

std::int32_t ListenerPast::place(std::int32_t track) const {
  const auto found = track_places_.find(track);
  return found == track_places_.end() ? -1 : found->second;
}

std::int32_t ListenerPast::place_of_track(std::int32_t track) {
  const auto [found, is_new] =
      track_places_.emplace(track, static_cast<std::int32_t>(tracks_.size()));
  if (is_new) {
    const std::int32_t artist = facts_.artist[static_cast<std::size_t>(track)];
    tracks_.push_back({track, artist < 0 ? -1 : place_of_artist(artist), {}, 0, 0, {}, {}});
  }
  return found->second;
}

std::int32_t ListenerPast::place_of_artist(std::int32_t artist) {
  const auto [found, is_new] =
      artist_places_.emplace(artist, static_cast<std::int32_t>(artists_.size()));
  if (is_new) artists_.emplace_back();
  return found->second;
}

void ListenerPast::take(const PastListen& listen) {
  const std::int32_t at = place_of_track(listen.track);
  TrackPast& track = tracks_[static_cast<std::size_t>(at)];
  if (listen.is_play) {
    if (track.plays.empty()) played_.push_back(at);
    track.plays.push_back(listen.ts);
    all_plays_.push_back(at);
    for (const std::int32_t artist : facts_.track_artists[listen.track])
      ++artists_[static_cast<std::size_t>(place_of_artist(artist))].plays;
  }
  track.finished += listen.is_finished;
  track.skips += listen.is_skip;
  if (track.artist >= 0) artists_[static_cast<std::size_t>(track.artist)].last_step = steps_;
  ++steps_;
  take_ending(listen, track);
  if (listen.session == session_) session_past_.track = listen.track;
}

void ListenerPast::take_ending(const PastListen& listen, TrackPast& track) {
  if (listen.ending == Ending::kOther) return;
  track.ever.add(listen.ending);
  track.lately.add(listen.ending, listen.ts);
  if (track.artist >= 0)
    artists_[static_cast<std::size_t>(track.artist)].lately.add(listen.ending, listen.ts);
  lately_.add(listen.ending, listen.ts);
  if (listen.session != session_) return;
  SessionPast& session = session_past_;
  session.previous = listen.ending;
  session.skips_in_a_row = listen.ending == Ending::kSkipped ? session.skips_in_a_row + 1 : 0;
  session.endings.add(listen.ending);
}

float ListenerPast::log_steps(const TrackPast& track) const {
  const std::int64_t last =
      track.artist < 0 ? -1 : artists_[static_cast<std::size_t>(track.artist)].last_step;
  const std::int64_t steps = last < 0 ? kLongAgo : std::min(kLongAgo, steps_ - last);
  return ln(static_cast<double>(steps));
}

float ListenerPast::log_artist_plays(const TrackPast& track) const {
  return track.artist < 0 ? 0 : ln(1.0 + artists_[static_cast<std::size_t>(track.artist)].plays);
}

bool ListenerPast::is_alike(std::int32_t track, std::span<const std::int32_t> values) const {
  if (session_past_.track < 0) return false;
  const std::int32_t value = values[static_cast<std::size_t>(track)];
  return value >= 0 && value == values[static_cast<std::size_t>(session_past_.track)];
}

ChoiceRow ListenerPast::choice(std::int32_t place) const {
  const TrackPast& track = past(place);
  double level = kNeverPlayed;
  for (const std::int64_t ts : track.plays)
    level += 1 / std::sqrt(static_cast<double>(std::max(kLeastSeconds, now_ - ts)) / 3600);
  const double hours =
      track.plays.empty()
          ? kHoursOfNever
          : static_cast<double>(std::max<std::int64_t>(0, now_ - track.plays.back())) / 3600;
  const bool is_same_artist = is_alike(track.track, facts_.artist);
  return {ln(hours + kSoon),
          ln(level),
          ln(1.0 + static_cast<double>(track.plays.size())),
          ln((track.finished + 1.5) / (track.skips + 0.5)),
          is_same_artist ? 1.0f : 0.0f,
          is_same_artist && is_alike(track.track, facts_.album) ? 1.0f : 0.0f,
          log_steps(track),
          log_artist_plays(track)};
}

AcceptanceRow ListenerPast::acceptance(std::int32_t place) const {
  const TrackPast& track = past(place);
  const LateEndings& of_artist =
      track.artist < 0 ? LateEndings() : artists_[static_cast<std::size_t>(track.artist)].lately;
  return {track.lately.skip_odds(kTrackPrior, now_),
          of_artist.skip_odds(kArtistPrior, now_),
          log_steps(track),
          log_artist_plays(track),
          session_past_.previous == Ending::kSkipped ? 1.0f : 0.0f,
          session_past_.previous == Ending::kLetPlay ? 1.0f : 0.0f,
          ln(1.0 + session_past_.skips_in_a_row),
          session_past_.endings.skip_odds(kSessionPrior),
          lately_.skip_odds(kListenerPrior, now_)};
}

double ListenerPast::skip_rate(std::int32_t place) const {
  const Endings& ever = past(place).ever;
  return (ever.skipped + kSkippedShare * kRatePrior) / (ever.skipped + ever.let_play + kRatePrior);
}

}  // namespace shared
