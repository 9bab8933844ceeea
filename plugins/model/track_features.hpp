// What is known of tracks as columns of numbers, by the names that the parameter `features` of
// model.embedding takes.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/content_space.hpp"

namespace model {

inline constexpr const char* kUsualFeatures =
    "tempo energy valence danceability loudness acousticness instrumentalness speechiness liveness "
    "key mode time_signature year tags";

/// Which columns the features are: "key" becomes "key_sin" and "key_cos", the place of the key on
/// the circle of fifths, a minor key standing where its relative major does; "tags" is none.
struct ChosenFeatures {
  std::vector<std::string> columns;
  bool has_tags = false;
};
/// Throws playlist::BadParam for a name that is no feature, and for none at all.
ChosenFeatures chosen_features(std::string_view features);

/// What becomes of tracks of which an essential feature, one of the sound's, is not known.
enum class Missing { kDrop, kArtist, kMean };
inline constexpr playlist::Choices kMissings{"drop", "artist", "mean"};
Missing missing_of(std::string_view name);

class TrackFeatures {
 public:
  /// The columns of all tracks of the call.
  TrackFeatures(const playlist::Call& call, const std::vector<std::string>& columns);

  [[nodiscard]] std::size_t tracks() const { return tracks_; }
  [[nodiscard]] std::vector<std::string> names() const;
  /// Forgets the columns that are known of no track; returns their names.
  std::vector<std::string> leave_out_unknown();
  /// What makes each column alike, by the values that are known; the two of a key share a
  /// deviation, so that its circle stays one and counts as one feature.
  [[nodiscard]] std::vector<Standard> standards() const;
  /// Gives tracks that lack an essential feature their artist's mean of it. Returns how many tracks
  /// it gave any.
  std::size_t take_artists_means();
  /// Every essential feature is known.
  [[nodiscard]] bool is_complete(std::size_t track) const;
  /// "energy of 12 tracks, valence of 3 tracks": which essential features are not known, where.
  [[nodiscard]] std::string missing_words() const;
  /// The same as members of a JSON object.
  [[nodiscard]] std::string missing_json() const;
  /// The track's values, made alike and times `weight`, to out[0 .. names().size()).
  void put(std::size_t track, std::span<const Standard> standards, float weight, float* out) const;

 private:
  struct Column {
    std::string name;
    bool is_essential;
    std::vector<float> values;  // NaN: not known
  };
  [[nodiscard]] static Column read(const playlist::Table& tracks, const std::string& name);
  [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> missing() const;

  std::size_t tracks_;
  std::span<const std::int32_t> artist_;
  std::size_t artists_;
  std::vector<Column> columns_;
};

}  // namespace model
