// Where tracks lie by what they are like, for steps that go from one track to others like it.
//
// The space is one that a model has learned, or, where none has, made of the tracks' own features:
//
//   "embedding"  model.embedding's
//   "audio" ...  one of model.content's
//   "als"        the factors of model.als: what the same people play lies near. A track that one
//                person alone plays lies nowhere: all of theirs would lie in one direction
//   "features"   danceability, energy, speechiness, acousticness, instrumentalness, liveness and
//                valence (the artist's mean where one is missing), loudness, tempo and year, each
//                less its mean over the tracks and in units of its deviation, at most 3 of them; a
//                missing one is 0. Beside them stands a constant, the root of their number, so that
//                a direction tells how far from the mean a track is, too. A track of which nothing
//                is known lies nowhere.
//
// All vectors have length 1; how alike two tracks are is their product, the cosine, -1..1.
//
// What lies near a track is found by reading all candidates' vectors, or in the lists of
// model.neighbours where it has learned them in this space and the candidates are at least half of
// its tracks: of fewer, too few would stand in the lists.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/tables.hpp"
#include "models/models.hpp"

namespace engine {

class TrackBits;

struct NearTrack {
  std::int32_t track;
  float similarity;
};

/// The places of some tracks. Threads: one.
class TrackSpace {
 public:
  /// What to open it for.
  struct Tracks {
    std::span<const std::int32_t> candidates;  // what nearest() gives; each once
    std::span<const std::int32_t> others;      // that it may be asked about besides
  };
  /// `name`: a space, or "" for the best that is there: of embedding, audio and als the first that
  /// knows at least half of the candidates, else what knows most of them. Where a space that was
  /// asked for is not there, it opens the best that is, and why_not() tells. `models` may be
  /// nullptr.
  static TrackSpace open(const std::string& name, const Tables& tables, ModelShelf* models,
                         const Tracks& tracks);
  TrackSpace(TrackSpace&&) noexcept;
  ~TrackSpace();

  [[nodiscard]] const std::string& name() const;
  /// Why this is another than was asked for: "model.embedding has not been trained; ..."; "" where
  /// it is not.
  [[nodiscard]] const std::string& why_not() const;
  /// How many of the candidates it has places for.
  [[nodiscard]] std::size_t known_candidates() const;
  /// The candidates that are not closed, whether they have places or not.
  [[nodiscard]] const TrackBits& open_tracks() const;

  /// The track's vector; empty where it has none, or was not opened for.
  [[nodiscard]] std::span<const float> vector(std::int32_t track) const;
  /// Takes a candidate away: it is no neighbour of anything any more.
  void close(std::int32_t track);
  /// And gives it back.
  void open_again(std::int32_t track);
  /// The `count` nearest candidates that are not closed, best first, equal ones in the order of the
  /// space's rows. `place`: as long as vector() is.
  [[nodiscard]] std::vector<NearTrack> nearest(std::span<const float> place, std::size_t count);
  /// Neighbours go by the lists of model.neighbours.
  [[nodiscard]] bool has_lists() const;
  /// Those of a track that has a vector; by the lists only what stands in its own, which may be none.
  [[nodiscard]] std::vector<NearTrack> neighbours(std::int32_t track, std::size_t count);

 private:
  struct Rows;
  explicit TrackSpace(std::unique_ptr<Rows> rows);
  static std::unique_ptr<Rows> best_space(const Tables& tables, ModelShelf* models,
                                          const Tracks& tracks, const TrackBits& open);
  std::unique_ptr<Rows> rows_;
};

}  // namespace engine
