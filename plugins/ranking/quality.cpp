// ranking.quality: how gladly everybody hears a track, 0 bad .. 0.5 average .. 1 excellent.
//
// What model.quality learned; a track that it knows nothing of gets `unknown`, by default the
// average, as nothing speaks against it. Below 0.3 a track is enjoyed clearly less than others: as
// if all its rates were under 3/7 of the average. To leave those out:
//   :rank(pl.ranking.quality {}):filter(pl.filtering.range { "quality", min = 0.3 })
#include "playlist/plugin.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include "elements.hpp"
#include "shared/model_rows.hpp"

namespace {

constexpr const char* kQualityModel = "model.quality";

class Quality final : public playlist::Ranking {
 public:
  static constexpr playlist::Param kParams[] = {
      {"unknown", 0.5, 0, 1, "quality of tracks that nobody played or liked"},
  };
  static constexpr playlist::Field kOutputs[] = {
      {"quality", PLAYLIST_F32, "how gladly it is heard, 0 bad .. 0.5 average .. 1 excellent"},
  };

  explicit Quality(const playlist::Args& args)
      : unknown_(static_cast<float>(args.number("unknown"))) {}

  void rank(playlist::RankingCall& call) const {
    const Known known = find(call);
    const auto out = call.out_f32(0);
    const auto quality = known.table["quality"].f32();
    const auto track = call.track();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const std::int32_t at = known.rows.row(track[row]);
      out[row] = at < 0 ? unknown_ : quality[static_cast<std::size_t>(at)];
    }
  }

  std::string explain(playlist::RankingCall& call, std::size_t row) const {
    if (std::isnan(call.out_f32(0)[row])) return "";  // the model is missing, as rank() said
    const Known known = find(call);
    const std::int32_t at = known.rows.row(call.track()[row]);
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", static_cast<double>(call.out_f32(0)[row]));
    if (at < 0) return playlist::concat("quality not known, taken as ", text);
    const float plays = known.table["plays"].f32()[static_cast<std::size_t>(at)];
    const bool is_imported = known.table["is_imported"].u8()[static_cast<std::size_t>(at)] != 0;
    const std::string of = is_imported ? "imported counts" : "what everybody here played and liked";
    if (std::isnan(plays)) return playlist::concat("quality ", text, " by ", of);
    return playlist::concat("quality ", text, " by ", of, ", ", static_cast<std::int64_t>(plays),
                            plays == 1 ? " play" : " plays");
  }

 private:
  struct Known {
    playlist::Table table;
    shared::ModelRows rows;
  };
  static Known find(playlist::RankingCall& call) {
    const playlist::Table table = call.artifact_table(kQualityModel, "tracks");
    return {table, shared::ModelRows(call, "tracks", table["id"].i64(), kQualityModel)};
  }

  float unknown_;
};

}  // namespace

constinit const playlist::Element kQuality =
    playlist::element<Quality>("ranking.quality", "How gladly everybody hears each track.");
