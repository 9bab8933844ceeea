#include "learned_taste.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

namespace ranking {
namespace {

playlist::Error damaged(const std::string& how) {
  return playlist::Error(playlist::concat(kTasteModel, " is damaged: ", how,
                                          "; train it again with: engine train taste"));
}

/// Takes the first line off.
std::string line_of(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) throw damaged("it does not say what it was learned of");
  const std::string line(text.substr(0, end));
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

LearnedTaste::LearnedTaste(const playlist::Call& call) {
  read_words(call);
  if (!is_better()) return;
  if (call.artifact_bytes(kTasteModel, "features") != shared::taste_feature_names())
    throw playlist::NoData(
        "model.taste was trained on other features than this version knows; train it again with: "
        "engine train taste");
  read_space(call);
  if (words_.rung == "logistic") {
    read_weights(call);
  } else if (words_.rung == "boosted") {
    read_trees(call);
  } else {
    throw damaged("it has no rung \"" + words_.rung + "\"");
  }
}

void LearnedTaste::read_words(const playlist::Call& call) {
  std::string_view text = call.artifact_bytes(kTasteModel, "words");
  words_.rung = line_of(text);
  words_.target = line_of(text);
  words_.space = line_of(text);
  words_.best_playlist = text;
  const playlist::Table learned = call.artifact_table(kTasteModel, "learned");
  if (learned.rows() != 1) throw damaged("it does not say as of when it was learned");
  words_.as_of = learned["as_of"].i64()[0];
  words_.days = learned["days"].i32()[0];
  base_ = learned["base"].f32()[0];
}

void LearnedTaste::read_space(const playlist::Call& call) {
  if (words_.space.empty()) return;
  const playlist::Matrix center = call.artifact_matrix(kTasteModel, "center"),
                         components = call.artifact_matrix(kTasteModel, "components");
  if (center.rows() != 1 || components.rows() == 0 || components.columns() != center.columns())
    throw damaged("its space has components of another length than its center");
  space_ = {words_.space, center[0], {components.data(), components.rows() * components.columns()}};
}

void LearnedTaste::read_weights(const playlist::Call& call) {
  const playlist::Table table = call.artifact_table(kTasteModel, "weights");
  if (table.rows() != columns() + 1)
    throw damaged(playlist::concat("it has ", table.rows(), " weights and takes ", columns() + 1));
  weights_ = table["weight"].f32();
  means_ = table["mean"].f32();
  scales_ = table["scale"].f32();
}

void LearnedTaste::read_trees(const playlist::Call& call) {
  const playlist::Table nodes = call.artifact_table(kTasteModel, "nodes"),
                        boosted = call.artifact_table(kTasteModel, "boosted");
  if (boosted.rows() != 1) throw damaged("its trees have no base");
  const shared::BoostedTrees trees = {call.artifact_table(kTasteModel, "trees")["begin"].i32(),
                                      nodes["left"].i32(),
                                      nodes["right"].i32(),
                                      nodes["feature"].i32(),
                                      nodes["value"].f32(),
                                      nodes["missing_left"].u8(),
                                      boosted["base"].f32()[0]};
  if (const std::string fault = trees.fault(columns()); !fault.empty()) throw damaged(fault);
  trees_ = shared::TreeSum(trees);
}

/// What a feature adds to the log odds, above that of the mean.
float LearnedTaste::part(std::span<const float> row, std::size_t feature) const {
  const float value = row[feature];
  return std::isnan(value) ? 0 : weights_[feature] * ((value - means_[feature]) / scales_[feature]);
}

double LearnedTaste::chance(std::span<const float> row) const {
  float log_odds = weights_.empty() ? trees_(row) : weights_.back();
  for (std::size_t k = 0; k + 1 < weights_.size(); ++k) log_odds += part(row, k);
  return 1 / (1 + std::exp(-double{log_odds}));
}

double LearnedTaste::preference(double chance) const {
  const double with = chance * (1 - base_), without = (1 - chance) * base_;
  return with + without > 0 ? with / (with + without) : chance;
}

std::string LearnedTaste::because(std::span<const float> row) const {
  if (weights_.empty()) return "";
  std::vector<std::size_t> order(shared::kTasteFeatures);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(part(row, a)) > std::abs(part(row, b));
  });
  std::string text;
  for (const std::size_t k : std::span(order).first(3)) {
    const long tenths = std::lround(10 * double{part(row, k)});
    if (tenths == 0) break;
    text += playlist::concat(text.empty() ? "" : ", ", shared::taste_features()[k].meaning,
                             tenths < 0 ? " -" : " +", std::abs(tenths) / 10, ".",
                             std::abs(tenths) % 10);
  }
  return text;
}

}  // namespace ranking
