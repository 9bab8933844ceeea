// model.moods: into which moods the tracks somebody heard fall, by how they sound.
//
// K-means on valence, energy, danceability, acousticness, instrumentalness and tempo / 250
// (kernels/mood_clusters.hpp). How many there are is the count of the largest silhouette that is
// stable and above chance; where there is none the moods are parts of a continuum, cut at the elbow.
// They are found of the tracks with features of their own, where there are a hundred of them; others
// go by the mean of their artist's tracks, which is told. A mood that has most of the tracks of one of the last version keeps its number (cluster_identity.hpp).
//
// Artifact  table "moods" (id i32, 1 ..; label; tracks i32; plays i64; valence, energy, danceability,
//           acousticness, instrumentalness, tempo_norm f32: the centroid), most tracks first
//           table "tracks" (id i64, ascending; mood i32; own u8: 1 by its own features, 0 by its
//           artist's mean): every track heard that has a mood
//           table "next" (id: of the next new mood)
// Card      "moods" by label; "is_continuum", and "answer" where it is one; "chosen_by", "silhouette",
//           "stability", "tried": of each count; "tracks" of "heard", "learned_of": of these
//           tracks; "plays", and of these
//           "plays_own": share with features of their own, "plays_artist": by their artist's,
//           "plays_unknown"; "changed" against the last version as of model.clusters
#include "shared/moods.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/cluster_identity.hpp"
#include "kernels/mood_clusters.hpp"
#include "shared/counted.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr playlist::Choices kMoodWeights{"tracks", "plays"};
constexpr std::int64_t kFewestMoodTracks = 10;
/// Of plays that are clustered at most so many are, each track by its share.
constexpr std::int64_t kMostMoodRows = 20'000;

/// What was heard, by track of the load.
struct HeardTracks {
  std::vector<std::int64_t> listens, plays;
  std::vector<std::size_t> tracks;  // with a listen and known sounds, by the store's id
  std::int64_t track_count = 0;     // with a listen
  std::int64_t play_count = 0, own_plays = 0, artist_plays = 0;

  [[nodiscard]] double share(std::int64_t of) const {
    return play_count == 0 ? 0 : static_cast<double>(of) / static_cast<double>(play_count);
  }
};

HeardTracks heard_by(const playlist::ModelCall& call, const shared::MoodSounds& sounds) {
  HeardTracks heard;
  heard.listens.resize(sounds.tracks());
  heard.plays.resize(sounds.tracks());
  const playlist::Table listens = call.table("listens");
  const auto track = listens["track"].i32();
  const auto is_play = listens["is_play"].u8();
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto at = static_cast<std::size_t>(track[row]);
    ++heard.listens[at];
    heard.plays[at] += is_play[row];
  }
  for (std::size_t at = 0; at < sounds.tracks(); ++at) {
    if (heard.listens[at] == 0) continue;
    ++heard.track_count;
    heard.play_count += heard.plays[at];
    if (!sounds.is_known(at)) continue;
    heard.tracks.push_back(at);
    (sounds.is_own[at] == 1 ? heard.own_plays : heard.artist_plays) += heard.plays[at];
  }
  const auto id = call.table("tracks")["id"].i64();
  std::ranges::sort(heard.tracks, {}, [&](std::size_t at) { return id[at]; });
  return heard;
}

/// The last version, of the tracks that it knew.
struct LastMoods {
  std::map<std::int64_t, std::int32_t> place_of_track;
  std::vector<std::int32_t> ids;
  std::vector<std::string> labels;
  std::int32_t next_id = 1;
};

std::optional<LastMoods> read_last_moods(const playlist::Call& call) {
  try {
    LastMoods last;
    shared::Moods moods(call.artifact_table(shared::kMoodsModel, "moods"));
    const playlist::Table tracks = call.artifact_table(shared::kMoodsModel, "tracks");
    last.next_id = call.artifact_table(shared::kMoodsModel, "next")["id"].i32()[0];
    std::map<std::int32_t, std::int32_t> place;
    for (std::size_t k = 0; k < moods.ids.size(); ++k)
      place.emplace(moods.ids[k], static_cast<std::int32_t>(k));
    const auto id = tracks["id"].i64();
    const auto mood = tracks["mood"].i32();
    for (std::size_t row = 0; row < id.size(); ++row)
      last.place_of_track.emplace(id[row], place.at(mood[row]));
    last.ids = std::move(moods.ids);
    last.labels = std::move(moods.labels);
    return last;
  } catch (const playlist::NoData&) {
    return std::nullopt;  // there is none yet
  }
}

/// The moods' numbers, and what became of the last ones.
struct MoodIdentity {
  std::vector<std::int32_t> ids;
  std::int32_t next_id = 1;
  std::string changed;  // "": there was no version before
};

std::string labels_text(const std::vector<std::string>& labels) {
  std::string text;
  for (const std::string& label : labels) text += (text.empty() ? "\"" : ", \"") + label + "\"";
  return "[" + text + "]";
}

/// `mood`: of each of `ids` its place.
MoodIdentity identify_moods(const std::optional<LastMoods>& last,
                            const std::vector<std::int64_t>& ids,
                            const std::vector<std::int32_t>& mood,
                            const std::vector<std::string>& labels) {
  MoodIdentity identity;
  identity.ids.assign(labels.size(), 0);
  std::vector<std::int32_t> before, now, same(labels.size(), -1);
  if (last) {
    identity.next_id = last->next_id;
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const auto known = last->place_of_track.find(ids[row]);
      if (known == last->place_of_track.end()) continue;
      before.push_back(known->second);
      now.push_back(mood[row]);
    }
    same = same_clusters(before, last->ids.size(), now, labels.size());
  }
  std::vector<std::string> added, gone;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    if (same[k] >= 0) {
      identity.ids[k] = last->ids[static_cast<std::size_t>(same[k])];
    } else {
      identity.ids[k] = identity.next_id++;
      added.push_back(labels[k]);
    }
  }
  if (!last) return identity;
  for (std::size_t k = 0; k < last->ids.size(); ++k)
    if (std::ranges::find(same, static_cast<std::int32_t>(k)) == same.end())
      gone.push_back(last->labels[k]);
  double moved = 0;
  for (std::size_t k = 0; k < now.size(); ++k)
    moved += same[static_cast<std::size_t>(now[k])] != before[k];
  identity.changed =
      playlist::concat("{\"kept\": ", labels.size() - added.size(),
                       ", \"moved\": ", now.empty() ? 0 : moved / static_cast<double>(now.size()),
                       ", \"gone\": ", labels_text(gone), ", \"new\": ", labels_text(added), "}");
  return identity;
}

std::string four_digits(double value) {
  return playlist::concat(std::round(value * 1e4) / 1e4);
}

class MoodModel final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::choice("weight", kMoodWeights, "tracks",
                              "every track heard counts once, or as often as it was played"),
      {"fewest", 3, 2, 100, "moods, at least"},
      {"most", 15, 2, 100, "moods, at most"},
      {"starts", 20, 2, 200, "starts of K-means for each number of moods"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
      {"retrain_days", 14, 1, 3'650, "days after which it is due to be trained again"},
  };

  explicit MoodModel(const playlist::Args& args)
      : is_by_plays_(args.text("weight") == "plays"),
        fewest_(args.count("fewest")),
        most_(args.count("most")),
        starts_(static_cast<int>(args.integer("starts"))),
        threads_(thread_count(args.integer("threads"))),
        retrain_days_(args.integer("retrain_days")) {
    if (most_ < fewest_)
      throw playlist::BadParam(playlist::concat("most, ", most_, ", is less than fewest, ", fewest_,
                                                ": raise most or lower fewest"));
  }

  void train(playlist::ModelCall& call) const {
    call.checkpoint();
    const shared::MoodSounds sounds =
        shared::mood_sounds(call.table("tracks"), call.lists("artist_tracks"));
    const HeardTracks heard = heard_by(call, sounds);
    if (static_cast<std::int64_t>(heard.tracks.size()) < kFewestMoodTracks)
      throw playlist::NoData(too_few(heard));
    const std::optional<LastMoods> last = read_last_moods(call);
    ClusterCountOptions options;
    options.fewest = fewest_;
    options.most = most_;
    options.starts = starts_;
    options.threads = threads_;
    options.random_seed = call.random("moods").next();
    options.proceed = progress_of(call, 0, 0.98);
    const FoundMoods found = find_moods(rows_of(heard, sounds), options);
    call.checkpoint();
    if (found.centroids.count() == 0)
      throw playlist::NoData(playlist::concat(
          "the ", shared::counted(static_cast<std::int64_t>(heard.tracks.size()), "track"),
          " heard whose sound is known sound all alike: they have no moods"));
    write(call, sounds, heard, found, last);
  }

 private:
  [[nodiscard]] static std::string too_few(const HeardTracks& heard) {
    return playlist::concat("of ", shared::counted(heard.track_count, "track"), " heard, ",
                            heard.tracks.size(), heard.tracks.size() == 1 ? " has" : " have",
                            " a known sound: moods take ", kFewestMoodTracks,
                            heard.track_count < kFewestMoodTracks
                                ? "; import what they listen to: engine import FILE"
                                : "; import features of tracks or artists: engine help formats");
  }

  /// Each track once, or as often as it was played, of very many plays by its share of them.
  [[nodiscard]] Vectors rows_of(const HeardTracks& heard, const shared::MoodSounds& sounds) const {
    std::vector<std::size_t> rows;
    const std::vector<std::size_t> learned = tracks_of_moods(sounds, heard.tracks);
    std::int64_t all = 0;
    for (const std::size_t at : learned) all += heard.plays[at];
    const double share = std::min(1.0, static_cast<double>(kMostMoodRows) /
                                           static_cast<double>(std::max<std::int64_t>(1, all)));
    for (const std::size_t at : learned) {
      const double times =
          is_by_plays_ ? std::round(share * static_cast<double>(heard.plays[at])) : 1;
      rows.insert(rows.end(), static_cast<std::size_t>(std::max(1.0, times)), at);
    }
    Vectors vectors(static_cast<std::int64_t>(rows.size()), shared::kMoodSoundCount);
    for (std::size_t row = 0; row < rows.size(); ++row)
      std::ranges::copy(sounds.of(rows[row]), vectors.row(static_cast<std::int64_t>(row)));
    return vectors;
  }

  void write(playlist::ModelCall& call, const shared::MoodSounds& sounds, const HeardTracks& heard,
             const FoundMoods& found, const std::optional<LastMoods>& last) const {
    const auto library_id = call.table("tracks")["id"].i64();
    const std::size_t count = found.centroids.count();
    std::vector<std::int64_t> ids, plays(count);
    std::vector<std::int32_t> mood, tracks(count);
    std::vector<std::uint8_t> own;
    for (const std::size_t at : heard.tracks) {
      ids.push_back(library_id[at]);
      mood.push_back(found.centroids.nearest(sounds.of(at)));
      own.push_back(sounds.is_own[at]);
      ++tracks[static_cast<std::size_t>(mood.back())];
      plays[static_cast<std::size_t>(mood.back())] += heard.plays[at];
    }
    const std::vector<std::string> labels = mood_labels(found.centroids);
    const MoodIdentity identity = identify_moods(last, ids, mood, labels);
    for (std::int32_t& place : mood) place = identity.ids[static_cast<std::size_t>(place)];
    write_moods(call, found, identity, labels, tracks, plays);
    write_table(
        call, "tracks", ids.size(),
        {column_of("id", PLAYLIST_I64, ids.data()), column_of("mood", PLAYLIST_I32, mood.data()),
         column_of("own", PLAYLIST_U8, own.data())});
    write_table(call, "next", 1, {column_of("id", PLAYLIST_I32, &identity.next_id)});
    const std::size_t learned = tracks_of_moods(sounds, heard.tracks).size();
    call.card(card_of(heard, learned, found, identity, labels, tracks, plays));
    tell(call, heard, found);
  }

  static void write_moods(playlist::ModelCall& call, const FoundMoods& found,
                          const MoodIdentity& identity, const std::vector<std::string>& labels,
                          const std::vector<std::int32_t>& tracks,
                          const std::vector<std::int64_t>& plays) {
    std::array<std::vector<float>, shared::kMoodSoundCount> centroids;
    for (std::size_t mood = 0; mood < labels.size(); ++mood)
      for (std::size_t k = 0; k < centroids.size(); ++k)
        centroids[k].push_back(found.centroids.row(mood)[k]);
    const TextColumn label(labels);
    const auto sound = [&](std::size_t k) {
      return column_of(shared::kMoodSounds[k], PLAYLIST_F32, centroids[k].data());
    };
    write_table(call, "moods", labels.size(),
                {column_of("id", PLAYLIST_I32, identity.ids.data()), label.column("label"),
                 column_of("tracks", PLAYLIST_I32, tracks.data()),
                 column_of("plays", PLAYLIST_I64, plays.data()), sound(0), sound(1), sound(2),
                 sound(3), sound(4), sound(5)});
  }

  [[nodiscard]] static const char* answer(const FoundMoods& found) {
    return found.by == ChosenBy::kElbow
               ? "no number of clusters is stable: these moods are parts of a continuum"
               : "no clusters are clearer than by chance: these moods are parts of a continuum";
  }

  [[nodiscard]] std::string card_of(const HeardTracks& heard, std::size_t learned,
                                    const FoundMoods& found, const MoodIdentity& identity,
                                    const std::vector<std::string>& labels,
                                    const std::vector<std::int32_t>& tracks,
                                    const std::vector<std::int64_t>& plays) const {
    std::string moods, tried;
    TriedCount chosen;
    for (std::size_t mood = 0; mood < labels.size(); ++mood) {
      moods += playlist::concat(mood == 0 ? "" : ", ", "\"", labels[mood],
                                "\": {\"id\": ", identity.ids[mood], ", \"tracks\": ", tracks[mood],
                                ", \"plays\": ", plays[mood]);
      for (std::size_t k = 0; k < shared::kMoodSoundCount; ++k)
        moods += playlist::concat(", \"", shared::kMoodSounds[k],
                                  "\": ", four_digits(double{found.centroids.row(mood)[k]}));
      moods += "}";
    }
    for (const TriedCount& one : found.tried) {
      if (one.clusters == labels.size()) chosen = one;
      tried += playlist::concat(tried.empty() ? "" : ", ", "{\"moods\": ", one.clusters,
                                ", \"silhouette\": ", four_digits(one.silhouette),
                                ", \"of_chance\": ", four_digits(one.of_chance),
                                ", \"stability\": ", four_digits(one.stability),
                                ", \"inertia\": ", four_digits(one.inertia), "}");
    }
    return playlist::concat(
        "{\"moods\": {", moods, "}, \"is_continuum\": ", found.is_continuum() ? "true" : "false",
        found.is_continuum() ? playlist::concat(", \"answer\": \"", answer(found), "\"") : "",
        ", \"chosen_by\": \"", found.is_continuum() ? "elbow" : "silhouette",
        "\", \"silhouette\": ", four_digits(chosen.silhouette),
        ", \"stability\": ", four_digits(chosen.stability), ", \"weight\": \"",
        is_by_plays_ ? "plays" : "tracks", "\", \"tracks\": ", heard.tracks.size(),
        ", \"learned_of\": ", learned, ", \"heard\": ", heard.track_count,
        ", \"plays\": ", heard.play_count,
        ", \"plays_own\": ", four_digits(heard.share(heard.own_plays)),
        ", \"plays_artist\": ", four_digits(heard.share(heard.artist_plays)),
        ", \"plays_unknown\": ",
        four_digits(heard.share(heard.play_count - heard.own_plays - heard.artist_plays)),
        ", \"tried\": [", tried, "]",
        identity.changed.empty() ? "" : ", \"changed\": " + identity.changed,
        ", \"retrain_days\": ", retrain_days_, "}");
  }

  static void tell(playlist::ModelCall& call, const HeardTracks& heard, const FoundMoods& found) {
    const auto percent = [&](std::int64_t plays) {
      return playlist::concat(std::lround(100 * heard.share(plays)), " %");
    };
    call.info(playlist::concat(
        shared::counted(static_cast<std::int64_t>(found.centroids.count()), "mood"), " of ",
        shared::counted(static_cast<std::int64_t>(heard.tracks.size()), "track"),
        found.is_continuum() ? std::string("; ") + answer(found) : "", "; of ",
        shared::counted(heard.play_count, "play"), " ", percent(heard.own_plays),
        " are of tracks with features, ", percent(heard.artist_plays),
        " go by their artist's mean, ",
        percent(heard.play_count - heard.own_plays - heard.artist_plays), " have no mood"));
  }

  bool is_by_plays_;
  std::size_t fewest_, most_;
  int starts_, threads_;
  std::int64_t retrain_days_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kMoods = playlist::element<model::MoodModel>(
    "model.moods", "Into which moods the tracks you heard fall, by how they sound.");
