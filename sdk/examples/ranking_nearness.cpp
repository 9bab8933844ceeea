// ranking.nearness: how near any column is to a wanted value.
//
// nearness = exp(-((value - target) / width)^2), in (0, 1]; missing where the value is missing.
#include "playlist/plugin.hpp"

#include <cmath>

namespace {

class Nearness final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::column("column", "energy", "the column to look at"),
      playlist::Param("target", 0.5, -1e9, 1e9, "wanted value, in the column's unit").tunable(),
      {"width", 0.25, 1e-9, 1e9, "how far is far, in the column's unit"},
  };
  static constexpr playlist::Field kOutputs[] = {{"nearness", PLAYLIST_F32, "0..1, 1: exact"}};
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;

  explicit Nearness(const playlist::Args& args)
      : column_(args.column("column")),
        target_(args.number("target")),
        width_(args.number("width")) {}

  void rank(playlist::RankingCall& call) const {
    const playlist::Column values = call.in(column_);
    const auto nearness = call.out_f32(0);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      const double distance = (values.number(row) - target_) / width_;
      nearness[row] = static_cast<float>(std::exp(-distance * distance));
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    const playlist::Column values = call.in(column_);
    return playlist::concat("its ", values.name(), " is ", values.number(row), ", near ", target_);
  }

 private:
  std::size_t column_;
  double target_, width_;
};

constinit const playlist::Element kNearness =
    playlist::element<Nearness>("ranking.nearness", "How near a column is to a wanted value.");

}  // namespace

PLAYLIST_LIBRARY("org.example.nearness", "1.0.0", kNearness);
