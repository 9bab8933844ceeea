// model.@NAME@: how the user's plays spread over decades of release.
//
// Artifact  matrix "decades": one row per decade, ascending: its first year, its share of the plays
#include "playlist/plugin.hpp"

#include <map>
#include <vector>

namespace {

class @CLASS@ final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"min_plays", 1, 0, 1'000'000, "plays below which there is nothing to learn"},
  };

  explicit @CLASS@(const playlist::Args& args) : min_plays_(args.integer("min_plays")) {}

  void train(playlist::ModelCall& call) const {
    const auto year = call.table("tracks")["year"].i32();
    const auto plays = call.table("track_statistics")["plays"].i32();
    std::map<std::int32_t, std::int64_t> plays_of;
    std::int64_t total = 0;
    for (std::size_t track = 0; track < year.size(); ++track) {
      if (track % 10'000 == 0) call.checkpoint(static_cast<double>(track) / year.size());
      if (playlist::is_missing(year[track]) || plays[track] <= 0) continue;
      plays_of[year[track] / 10 * 10] += plays[track];
      total += plays[track];
    }
    if (total == 0 || total < min_plays_) {
      throw playlist::NoData(playlist::concat("only ", total, " plays"));
    }
    std::vector<float> rows;
    for (const auto& [decade, count] : plays_of) {
      rows.push_back(static_cast<float>(decade));
      rows.push_back(static_cast<float>(static_cast<double>(count) / total));
    }
    call.matrix("decades", rows, 2);
    call.card(playlist::concat("{\"plays\": ", total, "}"));
  }

 private:
  std::int64_t min_plays_;
};

constinit const playlist::Element k@CLASS@ =
    playlist::element<@CLASS@>("model.@NAME@", "How plays spread over decades of release.");

}  // namespace

PLAYLIST_LIBRARY("org.example.@NAME@", "1.0.0", k@CLASS@);
