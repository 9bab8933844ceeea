// How what is known of a track becomes its vector: what model.embedding learns, keeps in its
// artifact, and what others read there to place tracks that were not in the library yet.
//
//   row     the features, each made alike, and the tags on their axes       FeatureSpace
//   place   the row on its principal components                             PrincipalComponents
//   vector  the place, or its code where an autoencoder does better, of length 1      Autoencoder
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/autoencoder.hpp"
#include "kernels/content_space.hpp"
#include "kernels/interactions.hpp"
#include "kernels/principal_components.hpp"
#include "track_features.hpp"

namespace model {

/// A row or a place shorter than this says where rounding lies, not where the track does.
inline constexpr double kShortestRow = 1e-3;

/// Where a row's columns come from: those of `columns`, then those of `axes`.
struct FeatureSpace {
  std::vector<std::string> columns;
  std::vector<Standard> standards;  // as many
  float sound_weight = 1;           // of each of them
  Missing missing = Missing::kDrop;
  std::vector<std::string> tags;  // the names of the axes' tags
  TagAxes axes;
  float tag_weight = 0;

  [[nodiscard]] std::size_t dim() const { return columns.size() + axes.dim; }
};

/// The rows of a call's tracks.
class FeatureRows {
 public:
  /// `features` are of the space's columns, `tags` of the call's tags. `space` is kept as a view.
  FeatureRows(const playlist::Call& call, const FeatureSpace& space, TrackFeatures features,
              SparseMatrix tags);
  /// Writes the track's row to out[0 .. space.dim()). False where an essential feature is not
  /// known, or nothing tells the track from an average one.
  bool put(std::size_t track, float* out) const;

 private:
  const FeatureSpace& space_;
  TrackFeatures features_;
  SparseMatrix tags_;
  std::vector<std::int32_t> row_of_tag_;  // of the call's tag among the space's; -1: none
};

struct Embedding {
  FeatureSpace space;
  PrincipalComponents pca;
  Autoencoder autoencoder = {};  // of places; dim() 0: none was learned
  bool is_autoencoded = false;   // its codes are the vectors

  [[nodiscard]] std::size_t dim() const { return is_autoencoded ? autoencoder.dim() : pca.dim; }
  /// Writes the vector of a row to out[0 .. dim()), of length 1. False where it points nowhere.
  bool embed(const float* row, float* out) const;
};

/// Writes everything of it but `pca.variances` into the artifact at hand.
void write_embedding(playlist::ModelCall& call, const Embedding& embedding);

/// The tracks of a call by the newest model.embedding; throws NoData where there is none.
class TrackEmbedder {
 public:
  explicit TrackEmbedder(playlist::ModelCall& call);
  TrackEmbedder(const TrackEmbedder&) = delete;
  TrackEmbedder& operator=(const TrackEmbedder&) = delete;

  [[nodiscard]] std::size_t dim() const { return embedding_.dim(); }
  /// The same vector as training gave a track of which the same is known. False: not enough is.
  bool embed(std::size_t track, float* out) const;

 private:
  Embedding embedding_;
  FeatureRows rows_;
};

}  // namespace model
