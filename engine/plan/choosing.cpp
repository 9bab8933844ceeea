// Steps that take some rows of their input, without any limits: the first, or some at random.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "plan/evaluate.hpp"
#include "plan/parameters.hpp"
#include "plan/softmax.hpp"
#include "plan/step.hpp"

namespace engine {
namespace {

/// :top, and :seeds for the reader of a recipe.
class FirstRowsStep final : public Step {
 public:
  FirstRowsStep(StepText text, playlist_param count, bool is_length)
      : Step(text, {.choice = Choice::kFirst}, {count}), is_length_(is_length) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    std::vector<std::int32_t> rows(std::min(node.count("count"), candidates->size()));
    std::iota(rows.begin(), rows.end(), 0);
    return candidates->gather(std::move(rows));
  }

  [[nodiscard]] double most_rows(const Node& node) const override { return node.number("count"); }
  [[nodiscard]] std::optional<ListLength> list_length(const Node& node) const override {
    if (!is_length_) return std::nullopt;
    return ListLength{node.number("count")};
  }

 private:
  bool is_length_;
};

/// Draws without replacement with probability ~ exp(score / temperature): the order of score /
/// temperature plus Gumbel noise (Plackett-Luce; Kool, van Hoof, Welling, ICML 2019).
class SampleStep final : public Step {
 public:
  SampleStep()
      : Step({"sample", ":sample", "Draws rows at random, higher scores more likely."},
             {.how_lost = "it was not drawn", .may_draw = true},
             {number_param("temperature", 1, 0, 1000,
                           "0: in order of the score; higher: closer to a plain shuffle"),
              whole_param("count", 0, 0, kMany, "candidates to draw; 0: all")}) {}

  Candidates run(Evaluation& evaluation, const Node& node) const override {
    const CandidatesPtr candidates = evaluation.input(node);
    const double temperature = node.number("temperature");
    Random random = evaluation.random_stream(node);
    std::vector<double> keys = known_scores(*candidates);
    for (double& key : keys) {
      const double noise = random.gumbel();
      if (temperature > 0) key = key / temperature + noise;
    }
    std::vector<std::int32_t> rows = rows_by(keys, candidates->tracks, true);
    const std::size_t count = node.count("count");
    if (count > 0 && count < rows.size()) rows.resize(count);
    return candidates->gather(std::move(rows));
  }

  [[nodiscard]] std::optional<TrackChances> first_chances(Evaluation& evaluation,
                                                          const Node& node) const override {
    const double temperature = node.number("temperature");
    if (temperature == 0) return std::nullopt;
    const CandidatesPtr candidates = evaluation.input(node);
    TrackChances first{{candidates->tracks.begin(), candidates->tracks.end()},
                       known_scores(*candidates)};
    for (double& score : first.chances) score /= temperature;
    to_chances(first.chances);
    return first;
  }

  [[nodiscard]] double most_rows(const Node& node) const override {
    return node.number("count") > 0 ? node.number("count") : Step::most_rows(node);
  }

 private:
  /// 0 where there is none.
  static std::vector<double> known_scores(const Candidates& candidates) {
    std::vector<double> scores(candidates.size());
    const CandidateColumn* score = candidates.find("score");
    for (std::size_t i = 0; score != nullptr && i < scores.size(); ++i) {
      const double value = score->number(i);
      if (!std::isnan(value)) scores[i] = value;
    }
    return scores;
  }
};

}  // namespace

const Step& top_step() {
  static const FirstRowsStep step(
      {"top", ":top", "Keeps the first rows."},
      whole_param("count", 0, 0, kMany, "candidates to keep", PLAYLIST_PARAM_REQUIRED), true);
  return step;
}
const Step& seeds_step() {
  static const FirstRowsStep step(
      {"seeds", ":seeds", "The first rows, as seeds."},
      whole_param("count", 20, 1, kMany, "the first this many become seeds"), false);
  return step;
}
const Step& sample_step() {
  static const SampleStep step;
  return step;
}

}  // namespace engine
