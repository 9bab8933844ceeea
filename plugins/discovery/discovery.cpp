// ranking.discovery: the chance that the user takes to a track they never played, by
// model.discovery.
//
// A listener need not be among those the model learned from: what they played up to now is put into
// its features (shared/discovery_signals.hpp), and its weights are everybody's.
//
// discovery  0..1: that it is played, and not skipped, within the model's window (four weeks) by
//            somebody who was not handed it: lists were not shown when the model learned. Missing
//            for a track that nobody in the store has played
// is_new_artist  1 where the user never came across the track's artist, not even to skip it
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>

#include "discovery_model.hpp"
#include "elements.hpp"

namespace {

class Discovery final : public playlist::Ranking {
 public:
  static constexpr playlist::Field kOutputs[] = {
      {"discovery", PLAYLIST_F32, "chance that they play it within four weeks, 0..1"},
      {"is_new_artist", PLAYLIST_U8, "the user never came across its artist"}};

  void rank(playlist::RankingCall& call) {
    judge_ = std::make_unique<Judge>(call);
    const discovery::DiscoveryModel& model = judge_->model;
    call.checkpoint();
    const shared::DiscoveryFeatures features = judge_->features();
    const auto track = call.track();
    const auto discovery = call.out_f32(0);
    const auto is_new_artist = call.out_u8(1);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 8192 == 0) call.checkpoint();
      const std::int32_t known = played_row(model, track[row]);
      is_new_artist[row] = known >= 0 && !model.listener().has_met(
                                             model.all().artist[static_cast<std::size_t>(known)]);
      discovery[row] =
          known < 0
              ? playlist::kMissingF32
              : static_cast<float>(
                    1 / (1 + std::exp(-double{judge_->formula.log_odds(features.of(known))})));
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) {
    const float chance = call.out_f32(0)[row];
    if (std::isnan(chance)) return "";
    if (!judge_) judge_ = std::make_unique<Judge>(call);
    const discovery::DiscoveryFormula& formula = judge_->formula;
    const std::int32_t at = played_row(judge_->model, call.track()[row]);
    const bool is_known = judge_->model.listener().taste(
                              judge_->model.all().artist[static_cast<std::size_t>(at)]) != nullptr;
    const shared::DiscoveryRow of_track = judge_->features().of(at);
    std::array<std::size_t, shared::kDiscoveryFeatures> order{};
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return formula.part(of_track, a) > formula.part(of_track, b);
    });
    std::string reasons;
    std::size_t told = 0;
    for (const std::size_t k : order) {
      if (told == 3 || !(formula.part(of_track, k) > 0)) break;
      const shared::DiscoveryFeature& feature = shared::discovery_features()[k];
      const bool is_of_known = std::string_view(feature.name).starts_with("known.");
      if (is_of_known != is_known) continue;  // says only that the artist is not of that kind
      reasons += playlist::concat(told == 0 ? "" : ", ", feature.meaning);
      ++told;
    }
    return playlist::concat("DISCOVERY: played within four weeks with an estimated chance of ",
                            percent(chance), reasons.empty() ? "" : "; for it speaks most ",
                            reasons);
  }

 private:
  /// What all candidates are judged by; kept for the explanations.
  struct Judge {
    discovery::DiscoveryModel model;
    discovery::DiscoveryFormula formula;

    explicit Judge(const playlist::Call& call) : model(call), formula(call) {}
    [[nodiscard]] shared::DiscoveryFeatures features() const {
      return {model.all(), model.listener(), model.signals()};
    }
  };

  /// -1: nobody has played the track.
  static std::int32_t played_row(const discovery::DiscoveryModel& model, std::int32_t track) {
    const std::int32_t row = model.track_row(track);
    return row < 0 || model.all().listeners[static_cast<std::size_t>(row)] == 0 ? -1 : row;
  }
  /// "12 %", "0.4 %".
  static std::string percent(float chance) {
    const double value = 100 * double{chance};
    if (value >= 9.95) return playlist::concat(std::lround(value), " %");
    const long tenths = std::lround(10 * value);
    return tenths == 0 ? "less than 0.1 %" : playlist::concat(tenths / 10, ".", tenths % 10, " %");
  }

  std::unique_ptr<Judge> judge_;
};

}  // namespace

constinit const playlist::Element kDiscovery = playlist::element<Discovery>(
    "ranking.discovery",
    "How likely the user takes to tracks they never played; needs model.discovery.");
