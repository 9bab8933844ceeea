// model.item_cf: which tracks the same people play.
//
// Similarities of item_similarity.hpp over everybody's plays and likes, between tracks and, as few
// tracks are shared by two people's histories, between artists too. With `normalization` the
// neighbours kept of a track add up to 1 (the normalised similarity of P3alpha and RP3beta in
// Ferrari Dacrema, Boglio, Cremonesi, Jannach: A Troubling Analysis of Reproducibility and Progress
// in Recommender Systems Research, TOIS 2021).
//
// Artifact  table "tracks" (id), lists "similar": per track its neighbours, best first, weighted
//           table "artists" (id), lists "similar_artists": the same of artists
//           lists "track_listeners", "artist_listeners": who plays each (write_listeners())
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/item_similarity.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr playlist::Choices kMetrics{"cosine",  "asymmetric", "bm25",    "tfidf",
                                     "jaccard", "tversky",    "p3alpha", "rp3beta"};

SimilarityOptions::Metric metric_of(const std::string& name) {
  using Metric = SimilarityOptions::Metric;
  if (name == "bm25") return Metric::kBm25;
  if (name == "tfidf") return Metric::kTfIdf;
  if (name == "jaccard") return Metric::kJaccard;
  if (name == "tversky") return Metric::kTversky;
  if (name == "asymmetric") return Metric::kAsymmetric;
  if (name == "p3alpha") return Metric::kP3Alpha;
  return name == "cosine" ? Metric::kCosine : Metric::kRp3Beta;
}

/// Divides each row by its sum to the power of `exponent`: at 1 every track of the seeds has the
/// same to give away, whose neighbours are many and near or few and far.
void normalize_rows(SparseMatrix& similar, double exponent) {
  if (exponent == 0) return;
  for (std::int32_t row = 0; row < similar.rows(); ++row) {
    const auto begin = static_cast<std::size_t>(similar.offsets[static_cast<std::size_t>(row)]);
    const std::span<float> values{similar.values.data() + begin, similar.row(row).size()};
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    if (!(sum > 0)) continue;
    const double scale = std::pow(sum, -exponent);
    for (float& value : values) value = static_cast<float>(value * scale);
  }
}

class ItemCf final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("metric", kMetrics, "rp3beta", "how alike two tracks are"),
      {"neighbours", 200, 1, 10'000, "neighbours kept for each track"},
      {"shrinkage", 0.0, 0, 10'000,
       "pulls rarely played tracks' similarities to 0; not of p3alpha, rp3beta"},
      {"beta", 0.3, 0, 2, "rp3beta: how much popular tracks are held back"},
      {"alpha", 1.0, 0, 2, "p3alpha, rp3beta: exponent of the steps' chances; 0 counts people"},
      {"normalization", 0.0, 0, 1,
       "1: all that is kept of a track adds up to the same, however many play it; 0: as it is"},
      {"asymmetry", 0.5, 0, 1,
       "asymmetric: 1 evens out by the track's plays, 0 by the neighbour's"},
      {"own_weight", 0.5, 0.01, 2, "tversky: weight of people who play only the track itself"},
      {"neighbour_weight", 0.5, 0.01, 2, "tversky: weight of people who play only the neighbour"},
      {"k1", 1.2, 0, 100, "bm25: how soon more plays stop counting"},
      {"b", 0.75, 0, 1, "bm25: how much a track's own popularity evens out"},
      playlist::Param::choice("weighting", kWeightings, "log", "what a play is worth"),
      {"like_plays", 5.0, 0.1, 1'000, "plays that a like counts as"},
      {"min_users", 1, 1, 1'000'000, "users a track must have"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit ItemCf(const playlist::Args& args)
      : weighting_(weighting_of(std::string(args.text("weighting")), args.number("like_plays"))),
        min_users_(args.integer("min_users")),
        normalization_(args.number("normalization")) {
    options_.metric = metric_of(std::string(args.text("metric")));
    options_.neighbours = static_cast<std::int32_t>(args.integer("neighbours"));
    options_.shrinkage = args.number("shrinkage");
    options_.beta = args.number("beta");
    options_.alpha = args.number("alpha");
    options_.asymmetry = args.number("asymmetry");
    options_.own_weight = args.number("own_weight");
    options_.neighbour_weight = args.number("neighbour_weight");
    options_.k1 = args.number("k1");
    options_.b = args.number("b");
    options_.threads = thread_count(args.integer("threads"));
  }

  void train(playlist::ModelCall& call) const {
    SparseMatrix users = read_interactions(call, weighting_, min_users_);
    SparseMatrix artists =
        of_artists(users, call.table("tracks")["artist"].i32(), call.table("artists").rows());
    const std::int64_t entries = users.entries();
    std::vector<bool> is_played(static_cast<std::size_t>(artists.columns));
    for (const std::int32_t artist : artists.indices)
      is_played[static_cast<std::size_t>(artist)] = true;
    const auto played_artists = std::count(is_played.begin(), is_played.end(), true);
    const ModelTracks tracks = compact(call, users);
    SimilarityOptions options = options_;
    const std::unique_ptr<SharedSteps> steps = shared_steps_of(call);
    options.shared = steps.get();
    options.name = "artists";
    options.proceed = progress_of(call, 0, 0.2);
    SparseMatrix similar_artists = similar_items(artists, options);
    normalize_rows(similar_artists, normalization_);
    // The longer one is the last: of a shared training, tasks then need not read its parts.
    options.name = "tracks";
    options.is_last_step = true;
    options.proceed = progress_of(call, 0.2, 1);
    SparseMatrix similar = similar_items(users, options);
    normalize_rows(similar, normalization_);
    write_ids(call, "tracks", tracks.id);
    write_lists(call, "similar", similar);
    write_listeners(call, "track_listeners", users);
    write_lists(call, "similar_artists", similar_artists);
    write_listeners(call, "artist_listeners", artists);
    const auto artist_ids = call.table("artists")["id"].i64();
    write_ids(call, "artists", {artist_ids.begin(), artist_ids.end()});
    call.card(playlist::concat("{\"users\": ", users.rows(), ", \"tracks\": ", users.columns,
                               ", \"interactions\": ", entries, ", \"similarities\": ",
                               similar.entries(), ", \"artists\": ", played_artists,
                               ", \"artist_similarities\": ", similar_artists.entries(), "}"));
  }

 private:
  Weighting weighting_;
  std::int64_t min_users_;
  double normalization_;
  SimilarityOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kItemCf = playlist::element<model::ItemCf>(
    "model.item_cf", "Which tracks, and which artists, the same people play.");
