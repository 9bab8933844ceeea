// model.next_mood: which mood the track has that comes next, as probabilities, for one person.
//
// Learned from the person's own listens and the moods of model.moods, and serves nobody else
// (kernels/mood_forecast.hpp has the ways that are compared, how they are judged, and which serves).
// What is learned are weights of experts that count the person's listens up to the very moment
// (shared/mood_history.hpp), so what was heard since the training counts too.
//
// Artifact  bytes "words": the way that serves
//           table "learned": as_of i64; one row
//           table "moods": as of model.moods, which may have been trained again since
//           table "experts" (name; within, start f32): weights, within a session and at its start
//           table "factors" (id i32; within, start f32): log factors of the moods
//           table "heard" (id i32; share f32): of the listens whose mood is known
// Card      "serves", "why" if it was not judged; "windows" and "held_out" of them, "changes" of
//           these, "weeks"; "ways": of each the figures of the held-out windows, "changes": of those
//           of another mood than the last, with intervals over weeks, and what ours gains on it;
//           "split": the moods that judged, which are of the taught part alone; "experts";
//           "plays_own", "plays_artist", "plays_unknown": shares of the listens by whose sound their
//           mood is known; "retrain_days"
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "../training.hpp"
#include "elements.hpp"
#include "kernels/mood_forecast.hpp"
#include "shared/counted.hpp"
#include "shared/mood_history.hpp"

namespace model {
namespace {

/// Of the table "mood_windows". How long a session came to be is none of them.
constexpr std::array kWindowFeatures = {"valence_mean",
                                        "valence_std",
                                        "current_valence",
                                        "energy_mean",
                                        "energy_std",
                                        "current_energy",
                                        "danceability_mean",
                                        "danceability_std",
                                        "current_danceability",
                                        "acousticness_mean",
                                        "acousticness_std",
                                        "current_acousticness",
                                        "instrumentalness_mean",
                                        "instrumentalness_std",
                                        "current_instrumentalness",
                                        "tempo_norm_mean",
                                        "tempo_norm_std",
                                        "current_tempo_norm",
                                        "hour_sin",
                                        "hour_cos",
                                        "day_sin",
                                        "day_cos",
                                        "is_weekend",
                                        "session_position",
                                        "time_since_session_start"};

std::string figure_number(double value) {
  return std::isfinite(value) ? playlist::concat(std::round(value * 1e4) / 1e4)
                              : std::string("null");
}

std::string figure_text(const char* name, const Figure& figure) {
  return playlist::concat("\"", name, "\": ", figure_number(figure.value), ", \"", name,
                          "_interval\": [", figure_number(figure.low), ", ",
                          figure_number(figure.high), "]");
}

std::string part_text(const MoodFigures::Part& part, bool is_ours) {
  return figure_text("log_loss", part.log_loss) +
         playlist::concat(", \"macro_f1\": ", figure_number(part.macro_f1),
                          ", \"roc_auc\": ", figure_number(part.area),
                          ", \"accuracy\": ", figure_number(part.accuracy)) +
         (is_ours ? "" : ", " + figure_text("log_loss_gain", part.gain));
}

/// By whose sound the moods of listens are known.
struct Known {
  double own = 0, artist = 0;
};
Known known_listens(const MoodLog& log) {
  Known known;
  const double each = 1 / static_cast<double>(std::max<std::size_t>(1, log.listens.size()));
  for (const shared::MoodListen& listen : log.listens) {
    const auto track = static_cast<std::size_t>(listen.track);
    if (!log.sounds.is_known(track)) continue;
    (log.sounds.is_own[track] == 1 ? known.own : known.artist) += each;
  }
  return known;
}

class NextMood final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"published", false,
       "compares boosted trees of what other systems publish, too (XGBoost): they never serve, and "
       "take longer than all the rest"},
      {"fewest", 3, 2, 100, "moods of the judged split, at least"},
      {"most", 15, 2, 100, "moods of the judged split, at most"},
      {"starts", 5, 2, 200, "starts of K-means for each number of moods of the judged split"},
      {"rounds", 100, 1, 10'000, "of the published way's boosted trees, at most"},
      {"depth", 6, 1, 10, "questions in a row that such a tree asks"},
      {"rate", 0.1, 1e-3, 1, "how much of what such a tree finds is kept"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
      {"retrain_days", 14, 1, 3'650, "days after which it is due to be trained again"},
  };

  explicit NextMood(const playlist::Args& args) : retrain_days_(args.integer("retrain_days")) {
    options_.compares_published = args.boolean("published");
    options_.clusters.fewest = args.count("fewest");
    options_.clusters.most = args.count("most");
    options_.clusters.starts = static_cast<int>(args.integer("starts"));
    options_.clusters.threads = thread_count(args.integer("threads"));
    options_.published.rounds = static_cast<int>(args.integer("rounds"));
    options_.published.depth = static_cast<int>(args.integer("depth"));
    options_.published.rate = args.number("rate");
    if (options_.clusters.most < options_.clusters.fewest)
      throw playlist::BadParam(playlist::concat("most, ", options_.clusters.most,
                                                ", is less than fewest, ", options_.clusters.fewest,
                                                ": raise most or lower fewest"));
  }

  void train(playlist::ModelCall& call) const {
    call.checkpoint();
    const shared::Moods moods(call.artifact_table(shared::kMoodsModel, "moods"));
    const MoodLog log = log_of(call);
    if (log.listens.empty()) throw playlist::NoData("nothing was heard yet");
    call.checkpoint();
    MoodOptions options = options_;
    options.random_seed = call.random("next_mood").next();
    options.published.random_seed = static_cast<int>(options.random_seed % 2'147'483'647);
    options.proceed = progress_of(call, 0.05, 1);
    const auto judged = forecast_moods(log, moods.centroids, options);
    if (!judged) throw playlist::Cancelled();
    write(call, *judged, moods, log);
    call.card(card_of(*judged, log));
    tell(call, *judged);
  }

 private:
  static MoodLog log_of(playlist::ModelCall& call) {
    MoodLog log;
    log.sounds = shared::mood_sounds(call.table("tracks"), call.lists("artist_tracks"));
    const std::vector<std::int32_t> none(log.sounds.tracks(), shared::kNoMood);
    const shared::MoodListens listens(call.table("listens"), call.table("sessions"),
                                      call.table("tracks"), none);
    for (std::size_t row = 0; row < listens.count(); ++row) log.listens.push_back(listens[row]);
    const playlist::Table windows = call.table("mood_windows");
    const auto listen = windows["listen"].i32();
    const auto end = std::ranges::find_if(listen, [](std::int32_t row) { return row < 0; });
    log.told.assign(listen.begin(), end);  // what is not heard yet comes last
    log.columns = kWindowFeatures.size();
    log.windows.resize(log.told.size() * log.columns);
    for (std::size_t column = 0; column < log.columns; ++column) {
      const playlist::Column values = windows[kWindowFeatures[column]];
      for (std::size_t row = 0; row < log.told.size(); ++row)
        log.windows[row * log.columns + column] = static_cast<float>(values.number(row));
    }
    return log;
  }

  static void write(playlist::ModelCall& call, const JudgedMoods& judged,
                    const shared::Moods& moods, const MoodLog& log) {
    call.bytes("words", name_of(judged.serves));
    const std::int64_t as_of = call.now();
    write_table(call, "learned", 1, {column_of("as_of", PLAYLIST_I64, &as_of)});
    write_moods(call, moods);
    std::vector<std::string> names;
    for (std::size_t expert = 0; expert < shared::kMoodExperts; ++expert)
      names.emplace_back(name_of(static_cast<shared::MoodExpert>(expert)));
    const TextColumn name(names);
    const float *within = judged.forecast.within.weights.data(),
                *start = judged.forecast.start.weights.data();
    write_table(call, "experts", names.size(),
                {name.column("name"), column_of("within", PLAYLIST_F32, within),
                 column_of("start", PLAYLIST_F32, start)});
    write_table(call, "factors", moods.ids.size(),
                {column_of("id", PLAYLIST_I32, moods.ids.data()),
                 column_of("within", PLAYLIST_F32, within + names.size()),
                 column_of("start", PLAYLIST_F32, start + names.size())});
    const std::vector<float> shares = shares_of(moods, log);
    write_table(call, "heard", moods.ids.size(),
                {column_of("id", PLAYLIST_I32, moods.ids.data()),
                 column_of("share", PLAYLIST_F32, shares.data())});
  }

  static void write_moods(playlist::ModelCall& call, const shared::Moods& moods) {
    std::array<std::vector<float>, shared::kMoodSoundCount> centroids;
    for (std::size_t mood = 0; mood < moods.ids.size(); ++mood)
      for (std::size_t k = 0; k < centroids.size(); ++k)
        centroids[k].push_back(moods.centroids.row(mood)[k]);
    const TextColumn label(moods.labels);
    const auto sound = [&](std::size_t k) {
      return column_of(shared::kMoodSounds[k], PLAYLIST_F32, centroids[k].data());
    };
    write_table(call, "moods", moods.ids.size(),
                {column_of("id", PLAYLIST_I32, moods.ids.data()), label.column("label"), sound(0),
                 sound(1), sound(2), sound(3), sound(4), sound(5)});
  }

  static std::vector<float> shares_of(const shared::Moods& moods, const MoodLog& log) {
    const std::vector<std::int32_t> of_track = moods.centroids.of_tracks(log.sounds);
    std::vector<double> counts(moods.ids.size());
    double all = 0;
    for (const shared::MoodListen& listen : log.listens) {
      const std::int32_t mood = of_track[static_cast<std::size_t>(listen.track)];
      if (mood < 0) continue;
      ++counts[static_cast<std::size_t>(mood)];
      ++all;
    }
    std::vector<float> shares;
    for (const double count : counts)
      shares.push_back(all > 0 ? static_cast<float>(count / all) : 0.0F);
    return shares;
  }

  [[nodiscard]] std::string card_of(const JudgedMoods& judged, const MoodLog& log) const {
    const Known known = known_listens(log);
    std::string card = playlist::concat("{\"serves\": \"", name_of(judged.serves), "\"");
    if (!judged.why.empty()) card += ", \"why\": \"" + judged.why + "\"";
    card += playlist::concat(
        ", \"windows\": ", judged.taught + judged.held_out,
        ", \"plays_own\": ", figure_number(known.own),
        ", \"plays_artist\": ", figure_number(known.artist),
        ", \"plays_unknown\": ", figure_number(std::max(0.0, 1 - known.own - known.artist)),
        ", \"retrain_days\": ", retrain_days_);
    if (judged.why.empty()) {
      std::string all, changes;
      for (std::size_t way = 0; way < kMoodWays; ++way) {
        const MoodFigures& figures = judged.ways[way];
        if (!figures.is_tried) continue;
        const bool is_ours = way + 1 == kMoodWays;
        const std::string name = playlist::concat(all.empty() ? "" : ", ", "\"",
                                                  name_of(static_cast<MoodWay>(way)), "\": {");
        all += name + part_text(figures.all, is_ours) + "}";
        changes += name + part_text(figures.changes, is_ours) + "}";
      }
      card += playlist::concat(
          ", \"held_out\": ", judged.held_out, ", \"changes\": ", judged.changes,
          ", \"weeks\": ", judged.weeks, ", \"ways\": {", all, "}, \"changes_only\": {", changes,
          "}, \"split\": {\"moods\": ", judged.moods.centroids.count(),
          ", \"is_continuum\": ", judged.moods.is_continuum() ? "true" : "false",
          ", \"published_rounds\": ", judged.rounds, "}");
    }
    std::string experts;
    for (std::size_t expert = 0; expert < shared::kMoodExperts; ++expert)
      experts += playlist::concat(
          expert == 0 ? "" : ", ", "\"", name_of(static_cast<shared::MoodExpert>(expert)),
          "\": {\"within\": ", figure_number(double{judged.forecast.within.weights[expert]}),
          ", \"start\": ", figure_number(double{judged.forecast.start.weights[expert]}), "}");
    return card + ", \"experts\": {" + experts + "}}";
  }

  static void tell(playlist::ModelCall& call, const JudgedMoods& judged) {
    if (!judged.why.empty()) {
      call.info(playlist::concat(name_of(judged.serves), " serves: ", judged.why));
      return;
    }
    const auto loss = [&](MoodWay way) {
      return figure_number(judged.ways[static_cast<std::size_t>(way)].all.log_loss.value);
    };
    call.info(playlist::concat(
        name_of(judged.serves), " serves: of ",
        shared::counted(static_cast<std::int64_t>(judged.held_out), "window"),
        " held out the forecast has a log loss of ", loss(MoodWay::kForecast), ", the last mood ",
        loss(MoodWay::kLast), ", the session so far ", loss(MoodWay::kSession),
        ", what came after the last two moods ", loss(MoodWay::kMarkov2)));
  }

  std::int64_t retrain_days_;
  MoodOptions options_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kNextMoodModel = playlist::element<model::NextMood>(
    "model.next_mood", "Which mood the track has that comes next, for one person.");
