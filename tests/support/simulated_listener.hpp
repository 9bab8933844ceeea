// A listener made up for tests: hears a song through or skips it by a taste that drifts.
//
//   chance(t) = 1 / (1 + exp(-(bias + sound cos(taste, x(t)) + artist A(t) - fatigue F(t))))
//
// x(t)   energy, valence, danceability, acousticness, instrumentalness and tempo of the track,
//        standardised over the catalogue; a track without them sounds like nothing, cos = 0
// A(t)   log(1 + plays of its first artist before the simulation), over the largest
// F(t)   sum over the plays in the simulation of exp(-days since / 7): what is heard again and again
//        tires, and rests
// taste  begins at the mean of what was played before; every `turn_days` it sets out towards the
//        sound of another song that the listener has, by `drift` of the way a day
//
// Whether a song is heard through on a day is one draw of (seed, track, day, how often that day): two
// listeners of one seed, given different lists, do the same with the same song on the same day, so
// that lists can be compared in pairs.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "store/store.hpp"

namespace test {

class SimulatedListener {
 public:
  struct Nature {
    double bias = 0.3, sound = 1.6, artist = 1.2, fatigue = 0.9, drift = 0.02;
    std::int64_t turn_days = 60;
  };

  /// Of the library's user as of `begin`, Unix seconds.
  SimulatedListener(const engine::Store& store, std::int64_t user, std::int64_t begin,
                    std::uint64_t seed, const Nature& nature);

  /// The taste drifts up to then; not back.
  void live_until(std::int64_t now);
  /// Of hearing it through now.
  [[nodiscard]] double chance(std::int64_t track, std::int64_t now) const;
  /// Hears it: whether through. A listen of the library follows from it: write_listen().
  bool hear(std::int64_t track, std::int64_t now);

  [[nodiscard]] std::int64_t user() const { return user_; }
  /// What the listener has: liked, or in a playlist of theirs. By id.
  [[nodiscard]] const std::vector<std::int64_t>& own() const { return own_; }
  /// The cosine of the taste now and at the beginning.
  [[nodiscard]] double likeness_to_beginning() const;

 private:
  static constexpr std::size_t kSounds = 6;
  using Sound = std::array<double, kSounds>;
  struct Track {
    Sound sound{};
    bool has_sound = false;
    std::int64_t artist = 0;
  };
  void read_tracks(const engine::Store& store);
  void read_past(const engine::Store& store);
  void set_out(std::int64_t turn);
  [[nodiscard]] double uniform(std::uint64_t stream, std::int64_t a, std::int64_t b) const;

  std::int64_t user_, begin_, lived_ = 0;  // days
  std::uint64_t seed_;
  Nature nature_;
  std::unordered_map<std::int64_t, Track> tracks_;
  std::unordered_map<std::int64_t, double> artist_;                    // A
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> heard_;  // when, in the simulation
  std::map<std::pair<std::int64_t, std::int64_t>, int> heard_on_;      // (track, day): how often
  std::vector<std::int64_t> own_;
  Sound taste_{}, first_taste_{}, target_{};
};

/// A listen as an export tells it: through, or skipped after some seconds.
void write_listen(engine::Store& store, std::int64_t user, std::int64_t track, std::int64_t ts,
                  bool is_through);

}  // namespace test
