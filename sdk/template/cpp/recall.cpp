// recall.@NAME@: tracks that came out in a span of years, the newest first.
//
// score = year of release; equal years by track number.
#include "playlist/plugin.hpp"

namespace {

class @CLASS@ final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      {"from", 1990, 1900, 2100, "first year of release"},
      {"to", 2100, 1900, 2100, "last year of release"},
      {"limit", 200, 1, 100'000, "candidates to return"},
  };

  explicit @CLASS@(const playlist::Args& args)
      : from_(args.integer("from")), to_(args.integer("to")), limit_(args.count("limit")) {
    if (from_ > to_) throw playlist::BadParam("`from` is a later year than `to`");
  }

  playlist::Candidates recall(playlist::RecallCall& call) const {
    const playlist::Table tracks = call.table("tracks");
    const auto year = tracks["year"].i32();
    if (year.empty()) throw playlist::NoData("the library has no tracks");
    playlist::ScoreBoard scores(tracks.rows());
    for (std::size_t track = 0; track < year.size(); ++track) {
      if (track % 10'000 == 0) call.checkpoint();
      if (playlist::is_missing(year[track]) || year[track] < from_ || year[track] > to_) continue;
      scores.add(static_cast<std::int32_t>(track), year[track],
                 call.because("released in ", year[track]));
    }
    return scores.top(limit_, call.candidates());
  }

 private:
  std::int64_t from_, to_;
  std::size_t limit_;
};

constinit const playlist::Element k@CLASS@ = playlist::element<@CLASS@>(
    "recall.@NAME@", "Tracks that came out in a span of years, the newest first.");

}  // namespace

PLAYLIST_LIBRARY("org.example.@NAME@", "1.0.0", k@CLASS@);
