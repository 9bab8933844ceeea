// recall.newest: the newest tracks of the catalogue; score = year of release.

#include "playlist/plugin.hpp"

namespace {

class Newest final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"limit", 200, 1, 100'000, "candidates to return"},
      playlist::Param::tracks("without", "tracks to leave out"),
  };

  explicit Newest(const playlist::Args& args)
      : limit_(args.count("limit")), without_(args.tracks("without")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const playlist::Table tracks = call.table("tracks");
    const auto year = tracks["year"].i32();
    if (year.empty()) throw playlist::NoData("the library has no tracks");
    playlist::ScoreBoard scores(tracks.rows());
    for (const std::int32_t track : without_.track()) scores.exclude(track);
    for (std::size_t track = 0; track < year.size(); ++track) {
      if (playlist::is_missing(year[track])) continue;
      scores.add(static_cast<std::int32_t>(track), year[track],
                 call.because("released in ", year[track]));
    }
    return scores.top(limit_, call.candidates());
  }

 private:
  std::size_t limit_;
  playlist::Tracks without_;
};

constinit const playlist::Element kNewest =
    playlist::element<Newest>("recall.newest", "The newest tracks of the catalogue.");

}  // namespace

PLAYLIST_LIBRARY("org.example.newest", "1.0.0", kNewest);
