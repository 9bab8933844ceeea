// model.choice and ranking.choice.
#include <cmath>
#include <numeric>
#include <span>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "shared/choice_signals.hpp"
#include "support/element_run.hpp"
#include "support/json.hpp"
#include "support/synthetic_plays.hpp"

using support::candidates_of;
using support::Ranked;
using support::SyntheticPlays;
using support::TinyContext;
using support::TinyLibrary;
using support::Told;
using support::TrainedModels;
using Numbers = std::vector<std::int32_t>;

namespace {

double days_before_now(std::int64_t ts) {
  return static_cast<double>(TinyLibrary::kNow - ts) / 86'400;
}

void add_tracks(TinyLibrary& library) {
  for (int track = 0; track < SyntheticPlays::kTracks; ++track)
    library.add({.title = "Song " + std::to_string(track),
                 .artists = {"Artist " + std::to_string(SyntheticPlays::artist_of(track))},
                 .album = "Album " + std::to_string(SyntheticPlays::album_of(track))});
}

/// A library of one such listener, who also is the user of a run; their last play ended so many
/// seconds ago.
TinyLibrary library_of(const SyntheticPlays& listener, std::int64_t ago = 86'400) {
  TinyLibrary library;
  add_tracks(library);
  const SyntheticPlays::Play& last = listener.plays.back();
  const std::int64_t later = TinyLibrary::kNow - ago - last.ts - last.ms_played / 1000;
  for (const SyntheticPlays::Play& play : listener.plays) {
    const TinyContext context{play.start, play.end, play.is_shuffled, play.ms_played};
    const double days_ago = days_before_now(play.ts + later);
    library.user_listen(0, play.track, days_ago, play.is_play(), !play.is_play(), context);
    library.listen(play.track, days_ago, play.is_play(), !play.is_play(), context);
  }
  return library;
}

nlohmann::json card_of(TrainedModels& models) {
  return support::parse_json(models.find("model.choice").card());
}

nlohmann::json trained(const TinyLibrary& library, const engine::Arguments& arguments = {}) {
  TrainedModels models;
  const Told told = models.train("model.choice", library, arguments);
  INFO(told.message);
  REQUIRE(told.status == PLAYLIST_OK);
  return card_of(models);
}

/// Learned weights against true ones of the features as they are.
struct Compared {
  double farthest = 0, squares = 0, cosine = 0;  // in standard errors; of z-scores

  Compared(const nlohmann::json& learned, std::span<const shared::SignalFeature> features,
           std::span<const double> is) {
    double product = 0, of_learned = 0, of_true = 0;
    for (std::size_t k = 0; k < features.size(); ++k) {
      const nlohmann::json& weight = learned.at("weights").at(features[k].name);
      const double own = weight.at("weight"), truth = is[k] * weight.at("scale").get<double>(),
                   away = (own - truth) / weight.at("error").get<double>();
      farthest = std::max(farthest, std::abs(away));
      squares += away * away;
      product += own * truth;
      of_learned += own * own;
      of_true += truth * truth;
    }
    cosine = product / std::sqrt(of_learned * of_true);
  }
};
Compared choice_in(const nlohmann::json& card) {
  return {card.at("choice"), shared::choice_features(), SyntheticPlays::kChoice};
}
/// Without the constant, which takes up the means of the others.
Compared acceptance_in(const nlohmann::json& card) {
  return {card.at("acceptance"), shared::acceptance_features(), SyntheticPlays::kAcceptance};
}

Ranked rank(const TinyLibrary& library, TrainedModels* models, const Numbers& tracks,
            const engine::Arguments& arguments = {}) {
  return support::run_rank("ranking.choice", arguments, library, candidates_of(tracks),
                           {1, {}, models});
}

}  // namespace

TEST_CASE("weights of listeners are found again in their listens", "[choice]") {
  constexpr int kSeeds = 20;
  double choice = 0, acceptance = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    const nlohmann::json card =
        trained(library_of(SyntheticPlays(seed, 550, 0.25)),
                {{"alternatives", 100.0}, {"validation_share", 0.0}, {"threads", 1.0}});
    const Compared picked = choice_in(card);
    CHECK(picked.farthest <= 3);
    CHECK(picked.cosine >= 0.98);
    const Compared let_play = acceptance_in(card);
    CHECK(let_play.farthest <= 3);
    choice += picked.squares / (kSeeds * 8);
    acceptance += let_play.squares / (kSeeds * 9);
  }
  // As large as the errors say on the whole.
  CHECK(choice == Approx(1).margin(0.35));
  CHECK(acceptance == Approx(1).margin(0.35));
}

TEST_CASE("alternatives drawn by how often they were played find the same weights", "[choice]") {
  const TinyLibrary library = library_of(SyntheticPlays(21, 550, 0));
  const Compared picked = choice_in(trained(library, {{"sampling", "popularity"}}));
  CHECK(picked.farthest <= 3);
  CHECK(picked.cosine >= 0.98);
}

TEST_CASE("the number of threads changes no byte of model.choice", "[choice]") {
  TinyLibrary library = library_of(SyntheticPlays(22, 60, 0.5));
  for (std::int32_t user = 1; user < 4; ++user)
    for (const SyntheticPlays::Play& play : SyntheticPlays(30 + user, 60, 0.5).plays)
      library.user_listen(user, play.track, days_before_now(play.ts), play.is_play(),
                          !play.is_play(),
                          {play.start, play.end, play.is_shuffled, play.ms_played});
  const auto one = trained(library, {{"threads", 1.0}});
  CHECK(one.at("choice").at("people") == 4);
  CHECK(one.at("choice").at("weights").at("plays").contains("spread"));
  CHECK(one.at("choice").at("held_out").at("personal_bits").get<double>() > 0);
  CHECK(one.at("hash") == trained(library, {{"threads", 3.0}}).at("hash"));
}

TEST_CASE("what is held out is told with intervals, beside what is simple", "[choice]") {
  const nlohmann::json card = trained(library_of(SyntheticPlays(23, 200, 0.5)));
  const nlohmann::json& choice = card.at("choice").at("held_out");
  CHECK(choice.at("choices").get<double>() / card.at("choice").at("count").get<double>() ==
        Approx(0.3).margin(0.03));
  CHECK(choice.at("of_bits").get<double>() == Approx(std::log2(51)));
  CHECK(choice.at("bits").get<double>() > 0.5);
  CHECK(choice.at("mcfadden_r2").get<double>() ==
        Approx(choice.at("bits").get<double>() / std::log2(51)));
  CHECK(choice.at("hit_10").get<double>() > choice.at("hit_1").get<double>());
  CHECK(choice.at("personal_bits").is_null());  // there is one person
  const nlohmann::json& acceptance = card.at("acceptance").at("held_out");
  for (const char* name : {"auc", "track_auc", "track_auc_within", "own_skip_rate_auc"}) {
    CAPTURE(name);
    const auto& interval = acceptance.at(std::string(name) + "_interval");
    CHECK(acceptance.at(name).get<double>() > 0.5);
    CHECK(interval.at(0) < acceptance.at(name));
    CHECK(interval.at(1) > acceptance.at(name));
  }
  CHECK(acceptance.at("auc") > acceptance.at("track_auc"));
}

TEST_CASE("ranking.choice weighs what is so now", "[choice]") {
  for (const std::int64_t ago : {60, 86'400}) {  // within the session, and a day after it
    CAPTURE(ago);
    SyntheticPlays listener(24, 150, 0.5);
    const TinyLibrary library = library_of(listener, ago);
    listener.wait(ago);
    TrainedModels models;
    REQUIRE(models.train("model.choice", library).status == PLAYLIST_OK);
    const nlohmann::json card = card_of(models);
    Numbers tracks(SyntheticPlays::kTracks);
    std::iota(tracks.begin(), tracks.end(), 0);
    const Ranked ranked = rank(library, &models, tracks);
    REQUIRE(ranked.status == PLAYLIST_OK);
    CHECK(ranked.notices.empty());
    const auto sum = [](const nlohmann::json& weights, const auto& names, const auto& features) {
      double sum = 0;
      for (std::size_t k = 0; k < features.size(); ++k) {
        const nlohmann::json& weight = weights.at(k < names.size() ? names[k].name : "constant");
        sum += weight.at("per_unit").template get<double>() *
               (features[k] - weight.at("mean").template get<double>());
      }
      return sum;
    };
    double farthest = 0;
    for (const std::int32_t track : tracks) {
      const auto row = static_cast<std::size_t>(track);
      const double chosen = sum(card.at("choice").at("weights"), shared::choice_features(),
                                listener.choice(track)),
                   log_odds = sum(card.at("acceptance").at("weights"),
                                  shared::acceptance_features(), listener.acceptance(track));
      farthest = std::max(farthest, std::abs(ranked.columns.at("chosen")[row] - chosen));
      farthest = std::max(
          farthest, std::abs(ranked.columns.at("acceptance")[row] - 1 / (1 + std::exp(-log_odds))));
    }
    CHECK(farthest < 1e-4);

    // In an average session all that tells of the moment is as in the mean.
    const Ranked average = rank(library, &models, tracks, {{"moment", false}});
    const nlohmann::json& weights = card.at("acceptance").at("weights");
    double log_odds = weights.at("constant").at("weight");
    for (std::size_t k = 0; k < shared::kAcceptanceOfTrack; ++k) {
      const nlohmann::json& weight = weights.at(shared::acceptance_features()[k].name);
      log_odds += weight.at("per_unit").get<double>() *
                  (listener.acceptance(7)[k] - weight.at("mean").get<double>());
    }
    CHECK(average.columns.at("acceptance")[7] == Approx(1 / (1 + std::exp(-log_odds))));
    CHECK(average.columns.at("chosen") == ranked.columns.at("chosen"));
    CHECK_THAT(average.explanations[7], !Catch::Contains("in a row"));
    CHECK_THAT(
        ranked.explanations[0],
        Catch::StartsWith("you would pick it ") &&
            Catch::Contains(" times as often as an average song (") &&
            Catch::Contains("; shuffled you would let it play with an estimated chance of "));
  }
}

TEST_CASE("what was never played or heard has no place in ranking.choice", "[choice]") {
  TinyLibrary library = library_of(SyntheticPlays(25, 60, 0.5));
  const std::int32_t unheard = library.add({.title = "New", .artists = {"Artist 1"}}),
                     skipped = library.add({.title = "Skipped", .artists = {"Artist 2"}});
  library.listen(skipped, 0.5, false, true, {"clickrow", "fwdbtn", 0, 3'000});
  TrainedModels models;
  REQUIRE(models.train("model.choice", library).status == PLAYLIST_OK);
  const Ranked ranked = rank(library, &models, {0, unheard, skipped});
  CHECK(!std::isnan(ranked.columns.at("chosen")[0]));
  CHECK(std::isnan(ranked.columns.at("chosen")[1]));
  CHECK(std::isnan(ranked.columns.at("acceptance")[1]));
  CHECK(ranked.explanations[1].empty());
  CHECK(std::isnan(ranked.columns.at("chosen")[2]));
  CHECK(ranked.columns.at("acceptance")[2] < ranked.columns.at("acceptance")[0]);
  CHECK_THAT(ranked.explanations[2], Catch::StartsWith("shuffled you would let it play"));
}

TEST_CASE("model.choice learns the one where the other is not to be had", "[choice]") {
  const TinyLibrary library = library_of(SyntheticPlays(26, 60, 0));
  TrainedModels models;
  const Told told = models.train("model.choice", library);
  REQUIRE(told.status == PLAYLIST_OK);
  CHECK(told.notices ==
        std::vector<std::string>{"what people let play under shuffle is not learned: there are 0 "
                                 "such plays of known tracks, and 100 are needed"});
  CHECK(card_of(models).at("acceptance").is_null());
  const Ranked ranked = rank(library, &models, {1, 2});
  CHECK(!std::isnan(ranked.columns.at("chosen")[0]));
  CHECK(std::isnan(ranked.columns.at("acceptance")[0]));
  CHECK(ranked.notices == std::vector<std::string>{
                              "model.choice had too few shuffled plays to learn what is let play, "
                              "or to measure it: acceptance is empty"});
  CHECK_THAT(ranked.explanations[0], !Catch::Contains("shuffled"));
}

namespace {

/// Shuffled plays of the tracks that somebody knows, `hours_apart`, of which `is_skipped` says by
/// their number how they end.
template <typename IsSkipped>
TinyLibrary shuffled(double hours_apart, const IsSkipped& is_skipped) {
  TinyLibrary library;
  add_tracks(library);
  for (int k = 0; k < 600; ++k) {
    const bool is_skip = is_skipped(k);
    const TinyContext context{"trackdone", is_skip ? "fwdbtn" : "trackdone", 1,
                              is_skip ? 10'000 : 200'000};
    const double days_ago = 100 - hours_apart * k / 24;
    library.user_listen(0, k * 7 % SyntheticPlays::kTracks, days_ago, !is_skip, is_skip, context);
    library.listen(k * 7 % SyntheticPlays::kTracks, days_ago, !is_skip, is_skip, context);
  }
  return library;
}
bool is_of_bad_artist(int k) {
  return SyntheticPlays::artist_of(k * 7 % SyntheticPlays::kTracks) % 2 == 1;
}
bool is_any(int k) {
  return k * 7919 % 13 < 5;
}

}  // namespace

TEST_CASE("where all are let play, or all skipped, there is nothing to learn", "[choice]") {
  TrainedModels models;
  const Told skipped = models.train("model.choice", shuffled(2, [](int) { return true; }));
  CHECK(skipped.status == PLAYLIST_NO_DATA);
  CHECK_THAT(skipped.message, Catch::Contains("480 known tracks that shuffle brought and that were "
                                              "let play or skipped, all of them skipped"));
  CHECK_THAT(models.train("model.choice", shuffled(2, [](int) { return false; })).message,
             Catch::Contains("all of them let play"));

  // Beside what is picked that is learned alone.
  TinyLibrary library = library_of(SyntheticPlays(28, 60, 0));
  for (int k = 0; k < 300; ++k)
    library.user_listen(0, k % 100, 0.9 - 0.001 * k, true, false,
                        {"trackdone", "trackdone", 1, 200'000});
  const Told picked = models.train("model.choice", library);
  REQUIRE(picked.status == PLAYLIST_OK);
  CHECK(picked.notices ==
        std::vector<std::string>{
            "what people let play under shuffle is not learned: there are 300 such "
            "plays of known tracks, all of them let play, so there is nothing to "
            "tell apart"});
  CHECK(card_of(models).at("acceptance").is_null());
}

TEST_CASE("what could not be measured is on the card, but not in the columns", "[choice]") {
  const TinyLibrary one_session = shuffled(0.1, is_any);
  TrainedModels models;
  const Told told = models.train("model.choice", one_session);
  REQUIRE(told.status == PLAYLIST_OK);
  REQUIRE(told.notices.size() == 2);
  CHECK(told.notices[1] ==
        "how well what people let play under shuffle is foretold was not measured, so "
        "ranking.choice leaves acceptance empty: nobody has a whole session in the latest 30 % of "
        "theirs, which are held out for it; it takes more sessions");
  CHECK(card_of(models).at("acceptance").at("held_out").at("plays") == 0);
  const Ranked ranked = rank(one_session, &models, {0});
  CHECK(std::isnan(ranked.columns.at("acceptance")[0]));
  CHECK_THAT(ranked.notices.back(), Catch::Contains("or to measure it: acceptance is empty"));

  const Told late =
      models.train("model.choice", shuffled(2, [](int k) { return k < 400 && is_any(k); }));
  CHECK_THAT(late.notices.at(1), Catch::Contains("held out for it, were all let play"));
  const Told none = models.train("model.choice", shuffled(2, is_any), {{"validation_share", 0.0}});
  CHECK_THAT(none.notices.at(1), Catch::Contains("empty: validation_share is 0"));
  const TinyLibrary sessions = shuffled(2, is_any);
  CHECK(models.train("model.choice", sessions).notices.size() == 1);  // of what is picked
  CHECK(!std::isnan(rank(sessions, &models, {0}).columns.at("acceptance")[0]));
}

TEST_CASE("weights that nothing bounds are told of", "[choice]") {
  TrainedModels models;
  const Told told = models.train("model.choice", shuffled(2, is_of_bad_artist));
  REQUIRE(told.notices.size() == 2);
  CHECK(
      told.notices[1] ==
      "what people let play under shuffle is foretold without an error in all 480 cases that it is "
      "learned from: nothing but `regularization` bounds the weights, and their sizes tell little");
}

TEST_CASE("model.choice says what is missing, and so does the ranking", "[choice]") {
  TinyLibrary library;
  add_tracks(library);
  for (int k = 0; k < 2'000; ++k) library.user_listen(0, k % 100, 200 - 0.1 * k);
  TrainedModels models;
  const Told told = models.train("model.choice", library);
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK_THAT(told.message,
             Catch::StartsWith("no listen tells how it began and whether it was shuffled; ") &&
                 Catch::Contains("Streaming_History_Audio_*.json"));
  TinyLibrary few = library_of(SyntheticPlays(27, 4, 0));
  CHECK_THAT(models.train("model.choice", few).message,
             Catch::StartsWith("of 100 that are needed there are 60 tracks picked"));
  const Ranked ranked = rank(library, &models, {0});
  CHECK(ranked.status == PLAYLIST_NO_DATA);
  CHECK(ranked.message == "model.choice has not been trained; train it with: engine train choice");
  const Ranked quiet = rank(library, &models, {0}, {{"optional", true}});
  CHECK(quiet.status == PLAYLIST_OK);
  CHECK(quiet.notices.empty());
  CHECK(std::isnan(quiet.columns.at("chosen")[0]));
}
