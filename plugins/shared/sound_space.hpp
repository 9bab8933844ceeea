// Where tracks lie by how they sound, and the mood of what was played last as a place among them.
//
// The space is one that a model has learned, or, where none has, made of the tracks' own features:
//
//   "embedding"  model.embedding's
//   "audio" ...  one of model.content's
//   "features"   danceability, energy, speechiness, acousticness, instrumentalness, liveness and
//                valence (the artist's mean where one is missing), loudness and tempo, each less its
//                mean over the library's tracks and in units of its deviation, at most 3 of them; a
//                missing one is 0, and a track without any lies nowhere
#pragma once

#include "playlist/call.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model_rows.hpp"

namespace shared {

class SoundSpace {
 public:
  /// `name`: a space, or "" for the first of embedding, audio and features that is there. Throws
  /// playlist::NoData for one that is asked for and not there.
  static SoundSpace open(const playlist::Call& call, const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t dim() const { return dim_; }
  /// The track's place into `place`, dim() long. False where it lies nowhere; then it is 0.
  bool place_of(std::int32_t track, std::span<float> place) const;

 private:
  struct Learned {
    playlist::Matrix vectors;
    ModelRows rows;
  };
  struct Feature {
    std::span<const float> values;  // by track
    float mean, deviation;
  };

  std::string name_;
  std::size_t dim_ = 0;
  std::optional<Learned> learned_;
  std::vector<Feature> features_;
};

/// The mean of the places of `tracks`, the first of which counts 1 and each next `decay` times the
/// one before it, whether that lies anywhere or not. Empty where none does.
std::vector<float> decayed_mean(const SoundSpace& space, std::span<const std::int32_t> tracks,
                                double decay);

/// How well a place fits a mood: their cosine, -1..1, as 0..1; 0.5 where one of the two has no length.
float mood_fit(std::span<const float> mood, std::span<const float> place);

}  // namespace shared
