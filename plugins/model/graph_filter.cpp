// model.graph_filter: what is played together, smoothed over the graph of users and tracks.
//
// With R the users x tracks (1: played or liked), D_u and D_i its sums by row and column and
// N = D_u^-1/2 R D_i^-1/2, a user r scores all tracks as
//
//   r (N^T N) + weight * r (D_i^-1/2 V V^T D_i^1/2),   V: the leading right singular vectors of N
//
// (Shen, Wu, Zhang, Shan, Zhang, Letaief, Li: How Powerful is Graph Convolution for Recommendation?
// CIKM 2021, section 4: GF-CF). The first term is kept as each track's strongest neighbours, the
// second as V and the counts; recall.graph_filter adds them up.
//
// Artifact  table "tracks" (id; users f32: D_i), lists "co_played": N^T N without its diagonal,
//           matrix "smooth": V, tracks x rank, matrix "singular_values": 1 x rank
//           lists "track_listeners": who plays each (write_listeners())
#include "playlist/plugin.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include "elements.hpp"
#include "kernels/item_similarity.hpp"
#include "kernels/truncated_svd.hpp"
#include "training.hpp"

namespace model {
namespace {

std::vector<float> entries_per_column(const SparseMatrix& users) {
  std::vector<float> counts(static_cast<std::size_t>(users.columns));
  for (const std::int32_t track : users.indices) counts[static_cast<std::size_t>(track)] += 1;
  return counts;
}

/// D_u^-1/2 R D_i^-1/2.
SparseMatrix normalised(SparseMatrix users, const std::vector<float>& tracks) {
  for (std::int32_t user = 0; user < users.rows(); ++user) {
    const auto begin = static_cast<std::size_t>(users.offsets[static_cast<std::size_t>(user)]);
    const std::size_t count = users.row(user).size();
    for (std::size_t k = begin; k < begin + count; ++k) {
      const float track = tracks[static_cast<std::size_t>(users.indices[k])];
      users.values[k] = 1 / std::sqrt(static_cast<float>(count) * track);
    }
  }
  return users;
}

/// The strongest entries of N^T N. RP3beta's walk with beta 1/2 is
/// sum over u of 1 / (n(i) n(u) n(j)^1/2), which is N^T N with row i divided by n(i)^1/2, so that
/// it keeps the same neighbours.
SparseMatrix co_played(const SparseMatrix& users, const std::vector<float>& tracks,
                       SimilarityOptions options) {
  options.metric = SimilarityOptions::Metric::kRp3Beta;
  options.alpha = 1;
  options.beta = 0.5;
  SparseMatrix similar = similar_items(users, options);
  for (std::int32_t track = 0; track < similar.rows(); ++track) {
    const auto begin = static_cast<std::size_t>(similar.offsets[static_cast<std::size_t>(track)]);
    for (std::size_t k = begin; k < begin + similar.row(track).size(); ++k)
      similar.values[k] *= std::sqrt(tracks[static_cast<std::size_t>(track)]);
  }
  return similar;
}

class GraphFilter final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"rank", 256, 1, 4'096, "directions of the low-pass part"},
      {"neighbours", 500, 1, 10'000, "neighbours kept for each track"},
      {"iterations", 6, 1, 100, "multiplications that find the directions"},
      {"min_users", 1, 1, 1'000'000, "users a track must have"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit GraphFilter(const playlist::Args& args) : min_users_(args.integer("min_users")) {
    similarity_.neighbours = static_cast<std::int32_t>(args.integer("neighbours"));
    similarity_.threads = svd_.threads = thread_count(args.integer("threads"));
    svd_.rank = static_cast<std::int32_t>(args.integer("rank"));
    svd_.iterations = static_cast<std::int32_t>(args.integer("iterations"));
  }

  void train(playlist::ModelCall& call) const {
    SparseMatrix users = read_interactions(call, {Weighting::Kind::kBinary, 1}, min_users_);
    const ModelTracks tracks = compact(call, users);
    const std::vector<float> counts = entries_per_column(users);
    SimilarityOptions similarity = similarity_;
    const std::unique_ptr<SharedSteps> steps = shared_steps_of(call);
    similarity.shared = steps.get();
    similarity.name = "co-played";
    similarity.is_last_step = true;
    similarity.proceed = progress_of(call, 0, 0.3);
    const SparseMatrix neighbours = co_played(users, counts, similarity);
    SvdOptions options = svd_;
    options.proceed = progress_of(call, 0.3, 1);
    const TruncatedSvd svd = truncated_svd(normalised(users, counts), options);
    call.checkpoint();
    write(call, tracks, counts, neighbours, svd);
    write_listeners(call, "track_listeners", users);
    call.card(playlist::concat("{\"users\": ", users.rows(), ", \"tracks\": ", users.columns,
                               ", \"interactions\": ", users.entries(), ", \"rank\": ", svd.rank,
                               ", \"neighbours_kept\": ", neighbours.entries(), "}"));
  }

 private:
  static void write(playlist::ModelCall& call, const ModelTracks& tracks,
                    const std::vector<float>& counts, const SparseMatrix& neighbours,
                    const TruncatedSvd& svd) {
    const playlist_column id{sizeof id, PLAYLIST_I64, "id",
                             const_cast<std::int64_t*>(tracks.id.data()), nullptr};
    const playlist_column users{sizeof users, PLAYLIST_F32, "users",
                                const_cast<float*>(counts.data()), nullptr};
    const playlist_column* columns[] = {&id, &users};
    call.table("tracks", playlist_table{sizeof(playlist_table), 2,
                                        static_cast<std::int64_t>(tracks.id.size()), columns});
    write_lists(call, "co_played", neighbours);
    call.matrix("smooth", svd.right, static_cast<std::uint32_t>(svd.rank));
    call.matrix("singular_values", svd.singular_values, static_cast<std::uint32_t>(svd.rank));
  }

  std::int64_t min_users_;
  SimilarityOptions similarity_;
  SvdOptions svd_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kGraphFilter = playlist::element<model::GraphFilter>(
    "model.graph_filter", "What is played together, smoothed over the graph of all listening.");
