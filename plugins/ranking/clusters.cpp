// ranking.clusters: which of the user's clusters each track belongs to, as model.clusters found them.
//
// A track that the model did not know, one that was never played say, belongs to the cluster whose
// centre is nearest, where it lies within what 95 of 100 of that cluster's tracks do; else to none,
// as tracks between the clusters. It takes the vectors that the model was made of: once their model
// is trained again and this one is not, only tracks that it knew have a cluster.
//   :filter(function(t) return t.cluster_name == "calm folk" end)
//   :order(pl.ordering.by { "cluster" })
#include "playlist/plugin.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "elements.hpp"
#include "shared/model_rows.hpp"
#include "shared/model_version.hpp"

namespace {

constexpr const char* kClusterModel = "model.clusters";

/// Vectors of tracks of the same version of the space as the clusters are of.
class SpaceVectors {
 public:
  explicit SpaceVectors(const playlist::RankingCall& call) {
    const std::string space(call.artifact_bytes(kClusterModel, "space"));
    const bool is_embedding = space == "embedding";
    const char* const model = is_embedding ? "model.embedding" : "model.content";
    const std::string part = is_embedding ? "" : "." + space;
    try {
      const std::string hash = shared::hash_of(call, model);
      if (hash.empty() || hash != call.artifact_bytes(kClusterModel, "source")) return;
      vectors_.emplace(call.artifact_matrix(model, ("vectors" + part).c_str()));
      ids_ = call.artifact_table(model, ("tracks" + part).c_str())["id"].i64();
      rows_ = shared::ModelRows(call.table("tracks")["id"].i64(), ids_);
    } catch (const playlist::NoData&) {
      // Its model is not there as of now: tracks have no vectors.
    }
  }
  /// Empty: it has none.
  [[nodiscard]] std::span<const float> of(std::int32_t track) const {
    const std::int32_t row = ids_.empty() ? -1 : rows_.row(track);
    return row < 0 ? std::span<const float>() : (*vectors_)[row];
  }

 private:
  std::optional<playlist::Matrix> vectors_;
  std::span<const std::int64_t> ids_;
  shared::ModelRows rows_;
};

class ClusterRanking final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kOutputs[] = {
      {"cluster", PLAYLIST_I32, "the number of its cluster, which stays; missing: in none"},
      {"cluster_name", PLAYLIST_STRING, "that cluster's name"},
      {"cluster_distance", PLAYLIST_F32, "from the middle of that cluster, 0 near .. 2 far"},
  };

  explicit ClusterRanking(const playlist::Args&) {}

  void rank(playlist::RankingCall& call) const {
    const playlist::Table tracks = call.artifact_table(kClusterModel, "tracks"),
                          clusters = call.artifact_table(kClusterModel, "clusters");
    const shared::ModelRows rows(call, "tracks", tracks["id"].i64(), kClusterModel);
    const auto cluster_of = tracks["cluster"].i32();
    const auto distance_of = tracks["distance"].f32();
    const auto ids = clusters["id"].i32();
    const playlist::Strings names = clusters["name"].texts();
    std::vector<std::int32_t> texts;
    std::unordered_map<std::int32_t, std::size_t> row_of_id;
    for (std::size_t k = 0; k < ids.size(); ++k) {
      texts.push_back(call.text(names[k]));
      row_of_id.emplace(ids[k], k);
    }
    std::optional<SpaceVectors> vectors;
    const auto out = call.out_i32(0), out_name = call.out_text(1);
    const auto out_distance = call.out_f32(2);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      Member member;
      if (const std::int32_t at = rows.row(track[row]); at >= 0) {
        const auto known = static_cast<std::size_t>(at);
        const auto own = row_of_id.find(cluster_of[known]);
        if (own != row_of_id.end()) member = {own->second, distance_of[known]};
      } else {
        if (!vectors) vectors.emplace(call);
        member = nearest(call, clusters, vectors->of(track[row]));
      }
      const bool is_in_one = member.cluster != kNone;
      out[row] = is_in_one ? ids[member.cluster] : playlist::kMissingI32;
      out_name[row] = is_in_one ? texts[member.cluster] : playlist::kMissingText;
      out_distance[row] = is_in_one ? member.distance : playlist::kMissingF32;
    }
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  struct Member {
    std::size_t cluster = kNone;  // its row
    float distance = 0;
  };

  static Member nearest(const playlist::RankingCall& call, const playlist::Table& clusters,
                        std::span<const float> vector) {
    if (vector.empty() || clusters.rows() == 0) return {};
    const playlist::Matrix centres = call.artifact_matrix(kClusterModel, "centres");
    const auto radius = clusters["radius"].f32();
    Member best{kNone, std::numeric_limits<float>::infinity()};
    for (std::size_t k = 0; k < clusters.rows(); ++k) {
      const auto centre = centres[static_cast<std::int64_t>(k)];
      double product = 0;
      for (std::size_t d = 0; d < vector.size(); ++d)
        product += double{vector[d]} * double{centre[d]};
      const auto distance = static_cast<float>(std::max(0.0, 1 - product));
      if (distance < best.distance) best = {k, distance};
    }
    return best.distance <= radius[best.cluster] ? best : Member{};
  }
};

}  // namespace

constinit const playlist::Element kClusters = playlist::element<ClusterRanking>(
    "ranking.clusters", "Which of your clusters each track belongs to.");
