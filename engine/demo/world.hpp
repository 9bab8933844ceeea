// The demo's catalogue: genres with a sound, artists inside them, albums and tracks with features
// that belong together.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "demo/demo.hpp"
#include "store/features.hpp"

namespace engine::demo {

/// What a sound is made of, each about 0..1; the audio features follow from it.
struct Sound {
  double drive = 0.5;   // energy, loudness, tempo
  double groove = 0.5;  // danceability
  double warmth = 0.5;  // valence
  double wood = 0.5;    // acousticness
  double voice = 0.5;   // less instrumentalness
};
double distance(const Sound& a, const Sound& b);

struct Genre {
  std::string name;
  Sound sound;
  std::vector<std::int32_t> nearest;  // other genres, nearest first
};

struct Artist {
  std::string name;
  std::vector<std::int32_t> genres;  // main one first
  Sound sound;
  double popularity = 0;  // 0..100
  std::int32_t first_track = 0, track_count = 0;
};

struct Album {
  std::string name;
  std::int32_t artist = 0, first_track = 0, track_count = 0;
  std::int32_t year = 0;
};

struct Track {
  std::string title;
  std::int32_t artist = 0, album = 0, guest = -1;  // guest: a second artist
  std::int32_t duration_ms = 0;
  float popularity = 0;  // 0..100
  bool is_explicit = false, has_features = false;
  std::array<float, kFeatureColumns.size()> features{};  // order of kFeatureColumns
};

struct World {
  std::vector<Genre> genres;
  std::vector<Artist> artists;
  std::vector<Album> albums;
  std::vector<Track> tracks;                        // an artist's tracks lie together
  std::vector<std::vector<std::int32_t>> by_genre;  // artists, by their main genre
};

World make_world(const DemoOptions& options);

/// Draws from weights in constant time (Walker's alias method, Vose's construction).
class WeightedDraw {
 public:
  explicit WeightedDraw(const std::vector<double>& weights);
  std::int32_t draw(Random& random) const {
    const std::size_t slot = random.next() % keep_.size();
    return random.uniform() < keep_[slot] ? static_cast<std::int32_t>(slot) : other_[slot];
  }

 private:
  std::vector<double> keep_;
  std::vector<std::int32_t> other_;
};

/// Standard normal (Box and Muller).
double normal(Random& random);

}  // namespace engine::demo
