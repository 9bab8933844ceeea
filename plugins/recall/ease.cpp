// recall.ease: tracks that the seeds together speak for.
//
//   score(c) = sum over seeds s of weight(s) B(s,c)
//
// over the weights B of model.ease (Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW
// 2019, equation 1), which are negative where a seed speaks against c. weight is the seed's score,
// 1 where it has none; a negative one speaks against what the seed speaks for.
#include "playlist/plugin.hpp"

#include <cstdint>
#include <span>

#include "elements.hpp"
#include "model_scores.hpp"
#include "shared/model_rows.hpp"
#include "shared/seed_reasons.hpp"

namespace {

constexpr const char* kEaseModel = "model.ease";

class Ease final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks to start from, e.g. user.likes").required(),
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit Ease(const playlist::Args& args)
      : seeds_(args.tracks("seeds")), limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const shared::ModelRows rows(call, "tracks",
                                 call.artifact_table(kEaseModel, "tracks")["id"].i64(), kEaseModel);
    const playlist::Lists weights = call.artifact_lists(kEaseModel, "weights");
    recall::ModelScores scores(rows.model_count());
    std::size_t done = 0;
    for (const recall::ModelSeed& seed : recall::model_seeds(seeds_, rows)) {
      if (done++ % 64 == 0) call.checkpoint();
      const auto tracks = weights[seed.row];
      const auto values = weights.weights(seed.row);
      for (std::size_t k = 0; k < tracks.size(); ++k)
        scores.add(tracks[k], seed.weight * values[k], seed.place);
    }
    call.checkpoint();
    // A weight above 0 says that the seed speaks for the track once all others are known, which may
    // be so though nobody plays both.
    return scores.best(call, seeds_, rows, limit_,
                       {"EASE: of your tracks ", " speaks for it most, in what everybody plays",
                        "EASE: your tracks together speak for it, in what everybody plays"});
  }

 private:
  playlist::Tracks seeds_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kEase = playlist::element<Ease>(
    "recall.ease", "Tracks that the seeds together speak for; needs model.ease.");
