// model.discovery: which tracks that somebody never played they will take to.
//
// A list-wise logistic formula over what everybody plays, learned from everybody's past discoveries
// as kernels/discovery_training.hpp says, and what it needs to judge a listener by: who plays which
// artists, what is played in one session, how many play a track (shared/co_listening.hpp). A
// listener need not be among those it learned from.
//
// Artifact  tables "tracks" (id, artist: a row, -1 none; listeners, rank, first_played) and
//           "artists" (id, listeners, length), "people" (id: the store's numbers,
//           squares)
//           lists "artist_tracks" "track_people" "person_artists" "artist_people" (weighted)
//           "session_tracks" "track_sessions" "session_artists" "artist_sessions"
//           table "weights", bytes "features", table "scaling": discovery/discovery_model.hpp
// Card      "people", "tracks", "sessions"; "dates", "lists" and "discoveries" learned from;
//           "weights" by feature; "held_out": lists of the latest dates, judged by what was learned
//           before them: "precision_at_30", "hit_share", and the same of the formula without
//           learning; "calibration"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/discovery_training.hpp"
#include "shared/discovery_signals.hpp"
#include "training.hpp"

namespace model {
namespace {

/// The listens of a call, in rows of the model: tracks that anybody came across, and their artists.
struct HeardByAll {
  std::vector<std::int64_t> begin{0}, ts, track_id, artist_id;
  std::vector<std::int32_t> track, artist, song;
  std::vector<std::uint8_t> is_play, is_skip;

  explicit HeardByAll(playlist::ModelCall& call) {
    const playlist::Table table = call.table("audience_listens"), tracks = call.table("tracks"),
                          artists = call.table("artists");
    const auto users = table["user"].i32(), heard = table["track"].i32();
    const auto times = table["ts"].i64();
    ts.assign(times.begin(), times.end());
    const auto plays = table["is_play"].u8(), skips = table["is_skip"].u8();
    is_play.assign(plays.begin(), plays.end());
    is_skip.assign(skips.begin(), skips.end());
    std::int32_t user = 0;
    for (std::size_t row = 0; row < heard.size(); ++row) {
      if (row % 65'536 == 0) call.checkpoint();
      for (; user < users[row]; ++user) begin.push_back(static_cast<std::int64_t>(row));
    }
    const auto people = static_cast<std::int32_t>(call.table("audience").rows());
    for (; user < people; ++user) begin.push_back(static_cast<std::int64_t>(heard.size()));
    track.assign(heard.begin(), heard.end());
    track_id = number(track, tracks["id"].i64());
    read_tracks(tracks);
    artist_id = number(artist, artists["id"].i64());
  }

 private:
  /// `values` become rows of those that occur, in ascending order, whose ids are returned.
  static std::vector<std::int64_t> number(std::vector<std::int32_t>& values,
                                          std::span<const std::int64_t> ids) {
    std::vector<std::int64_t> kept;
    for (const std::int32_t value : renumber(values, ids.size()))
      kept.push_back(ids[static_cast<std::size_t>(value)]);
    return kept;
  }

  /// Each track's artist and song. A track of no known song is a song of its own.
  void read_tracks(const playlist::Table& tracks) {
    const auto id = tracks["id"].i64();
    const auto artists = tracks["artist"].i32(), songs = tracks["song"].i32();
    std::int32_t next = 0;
    for (const std::int32_t one : songs) next = std::max(next, one + 1);
    for (std::size_t number = 0, row = 0; row < track_id.size(); ++number) {
      if (id[number] != track_id[row]) continue;
      artist.push_back(std::max(-1, artists[number]));
      song.push_back(songs[number] >= 0 ? songs[number] : next++);
      ++row;
    }
  }
};

class Discovery final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"every", 14, 1, 365, "days between the dates whose lists it learns from"},
      {"weeks", 260, 8, 1'040, "weeks back that those dates go"},
      {"window", 28, 1, 365, "days in which a discovery is played"},
      {"negatives", 300, 1, 100'000, "candidates drawn of a list besides its discoveries"},
      {"most_lists", 4'000, 10, 1'000'000, "lists learned from; of more, a draw"},
      {"regularization", 7.0, 0.001, 100'000, "pulls weights towards those without learning"},
      {"validation_share", 0.2, 0, 0.5, "the latest share of the dates, held out to measure by"},
      {"sessions", 200'000, 100, 100'000'000, "sessions kept, the latest"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit Discovery(const playlist::Args& args) {
    options_.every_days = static_cast<int>(args.integer("every"));
    options_.weeks = static_cast<int>(args.integer("weeks"));
    options_.window_days = static_cast<int>(args.integer("window"));
    options_.negatives = static_cast<int>(args.integer("negatives"));
    options_.most_lists = static_cast<int>(args.integer("most_lists"));
    options_.regularization = args.number("regularization");
    options_.validation_share = args.number("validation_share");
    options_.most_sessions = args.count("sessions");
    options_.threads = thread_count(args.integer("threads"));
  }

  void train(playlist::ModelCall& call) const {
    const HeardByAll heard(call);
    if (std::find(heard.is_play.begin(), heard.is_play.end(), 1) == heard.is_play.end())
      throw playlist::NoData("nobody played anything");
    const shared::EverybodysListens listens{heard.begin,           heard.ts,       heard.track,
                                            heard.is_play,         heard.track_id, heard.artist,
                                            heard.artist_id.size()};
    DiscoveryOptions options = options_;
    options.random_seed = call.random("discovery").next();
    options.proceed = progress_of(call, 0, 0.95);
    const auto model = train_discovery(
        {listens, heard.is_skip, heard.song, call.table("audience")["is_taught"].u8(), call.now()},
        options);
    if (!model) throw playlist::Cancelled();
    const shared::CoListeningOf counted(listens, call.now() + 1, options.most_sessions);
    write_listening(call, heard, counted);
    write_formula(call, *model);
    call.card(card_of(*model, counted.view()));
  }

 private:
  static void write_listening(playlist::ModelCall& call, const HeardByAll& heard,
                              const shared::CoListeningOf& counted) {
    const shared::CoListening all = counted.view();
    write_table(call, "tracks", all.tracks(),
                {column_of("id", PLAYLIST_I64, heard.track_id.data()),
                 column_of("artist", PLAYLIST_I32, all.artist.data()),
                 column_of("listeners", PLAYLIST_I32, all.listeners.data()),
                 column_of("rank", PLAYLIST_I32, all.rank.data()),
                 column_of("first_played", PLAYLIST_I64, all.first_played.data())});
    write_table(call, "artists", all.artists(),
                {column_of("id", PLAYLIST_I64, heard.artist_id.data()),
                 column_of("listeners", PLAYLIST_I32, all.artist_listeners.data()),
                 column_of("length", PLAYLIST_F32, all.artist_length.data())});
    const auto people = call.table("audience")["id"].i64();
    write_table(call, "people", people.size(),
                {column_of("id", PLAYLIST_I64, people.data()),
                 column_of("squares", PLAYLIST_F32, all.person_squares.data())});
    for (const auto& [name, lists] : counted.named_lists()) call.lists(name, *lists);
  }

  static void write_formula(playlist::ModelCall& call, const DiscoveryModel& model) {
    const std::vector<float> weights(model.weights.begin(), model.weights.end()),
        means(model.means.begin(), model.means.end());
    write_table(call, "weights", weights.size(),
                {column_of("weight", PLAYLIST_F32, weights.data()),
                 column_of("mean", PLAYLIST_F32, means.data())});
    call.bytes("features", shared::discovery_feature_names());
    const auto slope = static_cast<float>(model.scaling.slope),
               intercept = static_cast<float>(model.scaling.intercept);
    write_table(call, "scaling", 1,
                {column_of("slope", PLAYLIST_F32, &slope),
                 column_of("intercept", PLAYLIST_F32, &intercept)});
  }

  static std::string card_of(const DiscoveryModel& model, const shared::CoListening& all) {
    std::string weights;
    for (std::size_t k = 0; k < model.weights.size(); ++k)
      weights += playlist::concat(k == 0 ? "" : ", ", "\"", shared::discovery_features()[k].name,
                                  "\": ", model.weights[k]);
    const DiscoveryMetrics& held_out = model.held_out;
    return playlist::concat(
        "{\"people\": ", all.people(), ", \"tracks\": ", all.tracks(),
        ", \"sessions\": ", all.sessions(), ", \"dates\": ", model.dates,
        ", \"lists\": ", model.lists, ", \"discoveries\": ", model.discoveries, ", \"weights\": {",
        weights, "}, \"held_out\": {\"lists\": ", held_out.lists,
        ", \"precision_at_30\": ", held_out.precision, ", \"hit_share\": ", held_out.hit_share,
        ", \"prior_precision_at_30\": ", held_out.prior_precision,
        ", \"prior_hit_share\": ", held_out.prior_hit_share,
        "}, \"calibration_error\": ", model.calibration.error, "}");
  }

  DiscoveryOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kDiscovery = playlist::element<model::Discovery>(
    "model.discovery", "Which tracks that somebody never played they will take to.");
