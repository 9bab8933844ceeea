// ranking.listening_statistics: how often, how lately and how gladly the user heard each track.
//
// plays, plays_30d    counts of plays long enough to count; 0 for a track never played
// skip_rate           share of skips in 0..1, missing where no play tells
// days_since_played   missing for a track never played
// staleness           1 - exp(-lambda * plays_30d) in [0, 1); 0 below min_plays plays in 30 days.
//                     The default lambda 0.15 makes a track half stale (0.5) at ln 2 / 0.15 = 4.6
//                     plays in 30 days, about one a week, and 0.95 stale at 20.
#include "playlist/plugin.hpp"

#include <cmath>
#include <cstdint>
#include <string>

#include "elements.hpp"

namespace {

class ListeningStatistics final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param{"lambda", 0.15, 0, 100, "how fast plays of the last 30 days make stale"}
          .tunable(),
      {"min_plays", 3, 0, 1'000'000, "plays in 30 days below which a track is not stale at all"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"plays", PLAYLIST_I32, "plays of all time"},
      {"plays_30d", PLAYLIST_I32, "plays of the last 30 days"},
      {"skip_rate", PLAYLIST_F32, "share of plays that were skipped, 0..1"},
      {"days_since_played", PLAYLIST_F32, "days since the last play"},
      {"staleness", PLAYLIST_F32, "0 fresh .. 1 heard to death"},
  };

  explicit ListeningStatistics(const playlist::Args& args)
      : lambda_(args.number("lambda")), min_plays_(args.integer("min_plays")) {}

  void rank(playlist::RankingCall& call) const {
    const playlist::Table statistics = call.table("track_statistics");
    const auto plays = statistics["plays"].i32();
    const auto plays_30d = statistics["plays_30d"].i32();
    const auto skip_rate = statistics["skip_rate"].f32();
    const auto days = statistics["days_since_played"].f32();
    const auto out_plays = call.out_i32(0), out_plays_30d = call.out_i32(1);
    const auto out_skip_rate = call.out_f32(2), out_days = call.out_f32(3);
    const auto out_staleness = call.out_f32(4);
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const auto at = static_cast<std::size_t>(track[row]);
      out_plays[row] = plays[at];
      out_plays_30d[row] = plays_30d[at];
      out_skip_rate[row] = skip_rate[at];
      out_days[row] = days[at];
      out_staleness[row] = staleness(plays_30d[at]);
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    const std::int32_t plays = call.out_i32(0)[row], lately = call.out_i32(1)[row];
    if (plays == 0) return "you never played it";
    return playlist::concat("you played it ",
                            plays == 1 ? "once" : playlist::concat(plays, " times"), ", ", lately,
                            " of them in the last 30 days");
  }

 private:
  [[nodiscard]] float staleness(std::int32_t plays_30d) const {
    if (plays_30d < min_plays_) return 0;
    return static_cast<float>(1 - std::exp(-lambda_ * plays_30d));
  }

  double lambda_;
  std::int64_t min_plays_;
};

}  // namespace

constinit const playlist::Element kListeningStatistics = playlist::element<ListeningStatistics>(
    "ranking.listening_statistics", "How often, how lately and how gladly each track was heard.");
