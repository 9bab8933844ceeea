#include "support/simulated_listener.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/duration.hpp"
#include "core/random.hpp"
#include "store/listen_flags.hpp"

namespace test {
namespace {

constexpr const char* kSoundColumns =
    "energy, valence, danceability, acousticness, instrumentalness, tempo";

template <typename Sound>
double length_of(const Sound& sound) {
  double sum = 0;
  for (const double x : sound) sum += x * x;
  return std::sqrt(sum);
}

template <typename Sound>
void make_unit(Sound& sound) {
  const double length = length_of(sound);
  if (length > 0)
    for (double& x : sound) x /= length;
}

template <typename Sound>
double cosine(const Sound& a, const Sound& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
  const double lengths = length_of(a) * length_of(b);
  return lengths > 0 ? sum / lengths : 0;
}

}  // namespace

SimulatedListener::SimulatedListener(const engine::Store& store, std::int64_t user,
                                     std::int64_t begin, std::uint64_t seed, const Nature& nature)
    : user_(user), begin_(begin), seed_(seed), nature_(nature) {
  read_tracks(store);
  read_past(store);
  first_taste_ = taste_;
  set_out(0);
}

void SimulatedListener::read_tracks(const engine::Store& store) {
  engine::Statement rows = store.prepare(std::string("SELECT track_id, ifnull(artist_id, 0), ") +
                                         kSoundColumns + " FROM tracks");
  for (rows.start(); rows.step();) {
    Track& track = tracks_[rows.integer(0)];
    track.artist = rows.integer(1);
    track.has_sound = true;
    for (std::size_t k = 0; k < kSounds; ++k) {
      const int column = static_cast<int>(k) + 2;
      track.has_sound &= !rows.is_null(column);
      track.sound[k] = rows.real(column);
    }
  }
  for (std::size_t k = 0; k < kSounds; ++k) {
    double sum = 0, square = 0, count = 0;
    for (const auto& [id, track] : tracks_) {
      if (!track.has_sound) continue;
      sum += track.sound[k];
      square += track.sound[k] * track.sound[k];
      ++count;
    }
    const double mean = sum / count, deviation = std::sqrt(square / count - mean * mean);
    for (auto& [id, track] : tracks_)
      track.sound[k] = track.has_sound ? (track.sound[k] - mean) / deviation : 0;
  }
}

void SimulatedListener::read_past(const engine::Store& store) {
  std::unordered_map<std::int64_t, double> plays;
  double most = 1;
  engine::Statement listens =
      store.prepare("SELECT track_id FROM listens WHERE user_id = ?1 AND ts < ?2");
  for (listens.start(user_, begin_); listens.step();) {
    const Track& track = tracks_.at(listens.integer(0));
    for (std::size_t k = 0; k < kSounds; ++k) taste_[k] += track.sound[k];
    most = std::max(most, ++plays[track.artist]);
  }
  make_unit(taste_);
  for (const auto& [artist, count] : plays) artist_[artist] = std::log1p(count) / std::log1p(most);
  engine::Statement own = store.prepare(
      "SELECT track_id FROM likes WHERE user_id = ?1 UNION SELECT track_id FROM playlist_tracks "
      "JOIN playlists USING (playlist_id) WHERE user_id = ?1 ORDER BY 1");
  for (own.start(user_); own.step();) own_.push_back(own.integer(0));
}

double SimulatedListener::uniform(std::uint64_t stream, std::int64_t a, std::int64_t b) const {
  engine::Random random(
      engine::mix_seed(seed_ + stream, std::to_string(a) + " " + std::to_string(b)));
  return random.uniform();
}

void SimulatedListener::set_out(std::int64_t turn) {
  const auto at = static_cast<std::size_t>(uniform(1, turn, 0) * static_cast<double>(own_.size()));
  target_ = tracks_.at(own_.at(at)).sound;
  make_unit(target_);
}

void SimulatedListener::live_until(std::int64_t now) {
  for (const std::int64_t day = (now - begin_) / engine::kDay; lived_ < day;) {
    ++lived_;
    if (lived_ % nature_.turn_days == 0) set_out(lived_ / nature_.turn_days);
    for (std::size_t k = 0; k < kSounds; ++k) taste_[k] += nature_.drift * (target_[k] - taste_[k]);
    make_unit(taste_);
  }
}

double SimulatedListener::chance(std::int64_t track, std::int64_t now) const {
  const Track& of = tracks_.at(track);
  double tired = 0;
  if (const auto heard = heard_.find(track); heard != heard_.end())
    for (const std::int64_t ts : heard->second)
      tired += std::exp(-static_cast<double>(now - ts) / static_cast<double>(7 * engine::kDay));
  const auto artist = artist_.find(of.artist);
  const double x = nature_.bias + nature_.sound * cosine(taste_, of.sound) +
                   nature_.artist * (artist == artist_.end() ? 0 : artist->second) -
                   nature_.fatigue * tired;
  return 1 / (1 + std::exp(-x));
}

bool SimulatedListener::hear(std::int64_t track, std::int64_t now) {
  const std::int64_t day = (now - begin_) / engine::kDay;
  const int times = heard_on_[{track, day}]++;
  const bool is_through =
      uniform(2 + static_cast<std::uint64_t>(times), track, day) < chance(track, now);
  heard_[track].push_back(now);
  return is_through;
}

double SimulatedListener::likeness_to_beginning() const {
  return cosine(taste_, first_taste_);
}

void write_listen(engine::Store& store, std::int64_t user, std::int64_t track, std::int64_t ts,
                  bool is_through) {
  using Flags = engine::ListenFlags;
  const std::int64_t flags =
      is_through ? Flags::kNotSkipped | Flags::with_end(engine::PlayReason::kTrackDone)
                 : Flags::kSkipped | Flags::with_end(engine::PlayReason::kForward);
  store
      .prepare(
          "INSERT OR IGNORE INTO listens SELECT ?1, ?3, track_id, iif(?4, ifnull(duration_ms, "
          "200000), 12000), ?5, NULL, 1 FROM tracks WHERE track_id = ?2")
      .run(user, track, ts, is_through ? 1 : 0, flags);
}

}  // namespace test
