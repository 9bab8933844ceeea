// recall.graph_filter: tracks near the seeds in the graph of who plays what.
//
//   score(c) = sum over seeds s of weight(s) (C(s,c) + smooth sqrt(n(c) / n(s)) V(s) . V(c))
//
// with C the normalised co-plays, n the users of a track and V the leading directions of
// model.graph_filter (Shen et al.: How Powerful is Graph Convolution for Recommendation?, CIKM
// 2021, section 4.2), the first `rank` of them. C links what was played together, the second term
// reaches every track. weight is the seed's score, 1 where it has none; a negative one takes away.
// What the user alone plays both of is linked by nobody: it counts for nothing, nor does a track of
// the user's that nobody else plays. A model trained before it kept its listeners cannot tell.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "elements.hpp"
#include "kernels/row_products.hpp"
#include "model_scores.hpp"
#include "shared/model_rows.hpp"
#include "shared/seed_reasons.hpp"
#include "shared_listeners.hpp"

namespace {

constexpr const char* kGraphModel = "model.graph_filter";
/// Directions are found to so many digits: less than this part of what a seed is to itself says
/// nothing, as between tracks that no chain of listeners links.
constexpr float kRounding = 1e-4f;

class GraphFilter final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks to start from, e.g. user.likes").required(),
      {"smooth", 0.3, 0, 100, "weight of the low-pass part"},
      {"rank", 0, 0, 4'096, "directions of the low-pass part, 0: all of the model"},
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit GraphFilter(const playlist::Args& args)
      : seeds_(args.tracks("seeds")),
        smooth_(static_cast<float>(args.number("smooth"))),
        rank_(args.count("rank")),
        limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const playlist::Table model = call.artifact_table(kGraphModel, "tracks");
    const shared::ModelRows rows(call, "tracks", model["id"].i64(), kGraphModel);
    const std::vector<recall::ModelSeed> seeds = recall::model_seeds(seeds_, rows);
    const Heard heard(call, rows);
    recall::ModelScores scores(rows.model_count());
    add_co_played(call, seeds, heard, scores);
    if (smooth_ > 0 && !seeds.empty()) add_smooth(call, seeds, model["users"].f32(), heard, scores);
    return scores.best(call, seeds_, rows, limit_,
                       {"GRAPH: people who play ", " play it too",
                        "GRAPH: close to your tracks in what everybody plays"});
  }

 private:
  /// Of the model's rows, which the user plays, and whether somebody else does.
  class Heard {
   public:
    Heard(playlist::RecallCall& call, const shared::ModelRows& rows)
        : listeners_(call, kGraphModel, "track_listeners") {
      if (!listeners_.is_known()) return;
      const recall::OwnMusic own(call);
      for (std::size_t row = 0; row < rows.model_count(); ++row)
        is_own_.push_back(own.has_track(rows.number(static_cast<std::int32_t>(row))));
    }
    [[nodiscard]] bool is_by_others(std::int32_t a, std::int32_t b) const {
      return is_own_.empty() || !is_own_[static_cast<std::size_t>(a)] ||
             !is_own_[static_cast<std::size_t>(b)] || listeners_.are_shared(a, b, 2);
    }
    [[nodiscard]] bool is_by_others(std::int32_t row) const { return is_by_others(row, row); }

   private:
    recall::SharedListeners listeners_;
    std::vector<bool> is_own_;  // empty: not known
  };

  static void add_co_played(playlist::RecallCall& call, const std::vector<recall::ModelSeed>& seeds,
                            const Heard& heard, recall::ModelScores& scores) {
    const playlist::Lists co_played = call.artifact_lists(kGraphModel, "co_played");
    std::size_t done = 0;
    for (const recall::ModelSeed& seed : seeds) {
      if (done++ % 64 == 0) call.checkpoint();
      const auto tracks = co_played[seed.row];
      const auto values = co_played.weights(seed.row);
      for (std::size_t k = 0; k < tracks.size(); ++k)
        if (heard.is_by_others(seed.row, tracks[k]))
          scores.add(tracks[k], seed.weight * values[k], seed.place);
    }
    call.checkpoint();
  }

  void add_smooth(playlist::RecallCall& call, const std::vector<recall::ModelSeed>& seeds,
                  std::span<const float> users, const Heard& heard,
                  recall::ModelScores& scores) const {
    const playlist::Matrix directions = call.artifact_matrix(kGraphModel, "smooth");
    const std::size_t width = directions.columns();
    const std::size_t rank = rank_ == 0 ? width : std::min(rank_, width);
    std::vector<float> sum(rank), products(directions.rows());
    for (const recall::ModelSeed& seed : seeds) {
      const float weight = seed.weight / std::sqrt(users[static_cast<std::size_t>(seed.row)]);
      const auto row = directions[seed.row];
      for (std::size_t k = 0; k < rank; ++k) sum[k] += weight * row[k];
    }
    recall::row_products(directions.data(), static_cast<std::int64_t>(directions.rows()),
                         static_cast<std::int64_t>(rank), static_cast<std::int64_t>(width),
                         sum.data(), products.data());
    const auto value = [&](std::size_t track) {
      return smooth_ * std::sqrt(users[track]) * products[track];
    };
    float own = 0;  // the most that the seeds get of themselves
    for (const recall::ModelSeed& seed : seeds)
      own = std::max(own, std::abs(value(static_cast<std::size_t>(seed.row))));
    for (std::size_t track = 0; track < products.size(); ++track)
      if (std::abs(value(track)) > kRounding * own &&
          heard.is_by_others(static_cast<std::int32_t>(track)))
        scores.add(track, value(track));
    call.checkpoint();
  }

  playlist::Tracks seeds_;
  float smooth_;
  std::size_t rank_, limit_;
};

}  // namespace

constinit const playlist::Element kGraphFilter = playlist::element<GraphFilter>(
    "recall.graph_filter",
    "Tracks near the seeds in the graph of who plays what; needs model.graph_filter.");
