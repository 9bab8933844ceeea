// model.discovery, the recalls that find what somebody never played by it, and the ranking.
//
//   Ann    0 "First"  1 "Second"  2 "Third"        the listener plays Ann and Bob; Cid and Dee are
//   Bob    3 "Fourth" 4 "Fifth"                    new to them. Three others play:
//   Cid    5 "Sixth"  6 "Seventh"                    user 0  Ann, Cid      one session each day
//   Dee    7 "Eighth"                                user 1  Ann, Bob, Cid
//   Eve    8 "Ninth", which nobody plays             user 2  Dee
#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "shared/discovery_signals.hpp"
#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::Ranked;
using support::Recalled;
using support::TinyLibrary;
using support::TrainedModels;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr double kMinute = 1.0 / 1440;

/// Plays one after the other, three minutes apart.
void session(TinyLibrary& library, std::int32_t user, double days_ago, const Numbers& tracks) {
  for (std::size_t k = 0; k < tracks.size(); ++k)
    library.user_listen(user, tracks[k], days_ago - 3 * kMinute * static_cast<double>(k));
}

TinyLibrary others() {
  TinyLibrary library;
  const char* const titles[] = {"First", "Second",  "Third",  "Fourth", "Fifth",
                                "Sixth", "Seventh", "Eighth", "Ninth"};
  const char* const artists[] = {"Ann", "Ann", "Ann", "Bob", "Bob", "Cid", "Cid", "Dee", "Eve"};
  for (std::size_t k = 0; k < std::size(titles); ++k)
    library.add({.title = titles[k], .artists = {artists[k]}, .song = k == 0 ? 100 : -1});
  for (int day = 1; day <= 5; ++day) {
    session(library, 0, 200 + day, {0, 1, 5});
    session(library, 1, 100 + day, {0, 1, 4, 5, 6});
  }
  session(library, 1, 10, {2, 3});
  session(library, 2, 50, {7});
  session(library, 2, 49, {7});
  return library;
}

/// What the listener, who is none of them, heard.
TinyLibrary heard() {
  TinyLibrary library = others();
  library.listen(0, 3);
  library.listen(0, 2);
  library.listen(3, 1);
  return library;
}

Recalled recall(const std::string& name, const TinyLibrary& library, TrainedModels& models,
                const engine::Arguments& arguments = {}) {
  return support::run_recall("recall." + name, arguments, library, {1, {}, &models});
}

struct Trained {
  Trained() { REQUIRE(models.train("model.discovery", library).status == PLAYLIST_OK); }
  TinyLibrary library = heard();
  TrainedModels models;
};

}  // namespace

TEST_CASE("recall.familiar finds unheard songs of artists that are played", "[discovery]") {
  Trained trained;
  const Recalled found = recall("familiar", trained.library, trained.models);
  // "Second" by two people; "Third" and "Fifth" by one, Ann was played twice; Cid is not known.
  REQUIRE(found.numbers() == Numbers{1, 2, 4});
  CHECK(found.tracks[0].score > found.tracks[1].score);
  CHECK(found.tracks[0].explanation ==
        "FAMILIAR: you played Ann 2 times, but never this; 2 people play it");
  CHECK(found.tracks[2].explanation ==
        "FAMILIAR: you played Bob once, but never this; 1 person plays it");
  CHECK(recall("familiar", trained.library, trained.models, {{"limit", 1.0}}).numbers() ==
        Numbers{1});
}

TEST_CASE("another version of a heard song is no discovery, nor is what was skipped",
          "[discovery]") {
  TinyLibrary library = others();
  const std::int32_t live = library.add({.title = "First (live)", .artists = {"Ann"}, .song = 100});
  library.user_listen(0, live, 30);
  library.listen(0, 3);
  library.listen(1, 2, /*is_play=*/false, /*is_skip=*/true);
  TrainedModels models;
  REQUIRE(models.train("model.discovery", library).status == PLAYLIST_OK);
  CHECK(recall("familiar", library, models).numbers() == Numbers{2});
}

TEST_CASE("recall.artist_cf finds artists whose listeners the user's share", "[discovery]") {
  Trained trained;
  const Recalled found = recall("artist_cf", trained.library, trained.models);
  REQUIRE(found.numbers() == Numbers{5, 6});  // nobody who plays Dee plays Ann or Bob
  CHECK(found.tracks[0].explanation ==
        "ARTIST-CF: people who play Ann, as you do, play this artist too");
  CHECK(found.tracks[0].seed == "Ann");
  CHECK(found.tracks[0].seed_share > 0.5f);
  CHECK(found.tracks[0].score == Approx(1));
  CHECK(found.tracks[1].score == Approx(1 / (1 + std::log(2.0))));
  CHECK(recall("artist_cf", trained.library, trained.models, {{"per_artist", 1.0}}).numbers() ==
        Numbers{5});
}

TEST_CASE("recall.session_neighbours finds what is played in one session", "[discovery]") {
  Trained trained;
  const Recalled found = recall("session_neighbours", trained.library, trained.models);
  // "Second" and "Sixth" are in ten sessions with "First"; "Third" once with "Fourth".
  REQUIRE(found.tracks.size() == 5);
  CHECK(found.tracks[0].score == Approx(1));
  CHECK(found.tracks[0].score == found.tracks[1].score);
  for (const auto& track : found.tracks) {
    CAPTURE(track.track);
    const bool is_by_fourth = track.track == 2;
    CHECK(track.seed == (is_by_fourth ? "\"Fourth\" by Bob" : "\"First\" by Ann"));
    CHECK(track.explanation == "SESSION: people play it in one session with " + track.seed +
                                   ", which you played lately");
  }
}

TEST_CASE("recall.fresh finds what came up lately by artists that are played", "[discovery]") {
  Trained trained;
  const Recalled found = recall("fresh", trained.library, trained.models);
  REQUIRE(found.numbers() == Numbers{2});
  CHECK(found.tracks[0].explanation ==
        "FRESH: by Ann, whom you play; nobody here played it before 10 days ago");
  CHECK(recall("fresh", trained.library, trained.models, {{"days", 200.0}}).numbers() ==
        Numbers{2, 4});
}

TEST_CASE("ranking.discovery gives chances, and says whose artist is new", "[discovery]") {
  Trained trained;
  const Ranked ranked = support::run_rank("ranking.discovery", {}, trained.library,
                                          candidates_of({1, 4, 5, 7, 8}), {1, {}, &trained.models});
  const auto& chance = ranked.columns.at("discovery");
  for (std::size_t row = 0; row < 4; ++row) {
    CAPTURE(row);
    CHECK(chance[row] > 0);
    CHECK(chance[row] < 1);
  }
  CHECK(chance[0] > chance[1]);  // two people play it, and Ann is played more than Bob
  CHECK(chance[2] > chance[3]);  // Dee's only listener shares nothing
  CHECK(std::isnan(chance[4]));  // nobody has played it
  CHECK(ranked.columns.at("is_new_artist") == std::vector<double>{0, 0, 1, 1, 0});
  CHECK(ranked.explanations[0].starts_with(
      "DISCOVERY: played within four weeks with an estimated chance of "));
  CHECK(ranked.explanations[4].empty());
}

TEST_CASE("what is kept of one listener is never another's", "[discovery]") {
  TinyLibrary ann = heard(), dee = others(), skipping = heard();
  dee.listen(7, 2);
  skipping.listen(1, 0.5, /*is_play=*/false, /*is_skip=*/true);
  TinyLibrary more = heard();  // the same listener, where somebody else's plays made another model
  session(more, 2, 5, {0, 7});
  TrainedModels models, other_models;
  REQUIRE(models.train("model.discovery", ann).status == PLAYLIST_OK);
  REQUIRE(other_models.train("model.discovery", more).status == PLAYLIST_OK);
  const auto all_of = [](const TinyLibrary& library, TrainedModels& by) {
    std::vector<std::pair<std::int32_t, float>> all;
    for (const char* name : {"familiar", "artist_cf", "session_neighbours"})
      for (const auto& found : recall(name, library, by).tracks)
        all.emplace_back(found.track, found.score);
    const Ranked ranked = support::run_rank("ranking.discovery", {}, library,
                                            candidates_of({1, 4, 5, 7}), {1, {}, &by});
    for (const double chance : ranked.columns.at("discovery"))
      all.emplace_back(-1, static_cast<float>(chance));
    return all;
  };
  const auto first = all_of(ann, models);
  CHECK(all_of(dee, models) != first);
  CHECK(all_of(skipping, models) != first);
  CHECK(all_of(more, other_models) != first);
  CHECK(all_of(ann, models) == first);
  CHECK(all_of(heard(), models) == first);  // in other memory
}

TEST_CASE("without the model, or before the first play, there is nothing to tell", "[discovery]") {
  for (const char* name : {"familiar", "artist_cf", "session_neighbours", "fresh"}) {
    CAPTURE(name);
    TrainedModels none;
    const Recalled untrained = recall(name, heard(), none);
    CHECK(untrained.status == PLAYLIST_NO_DATA);
    CHECK(untrained.message.find("engine train discovery") != std::string::npos);
    TinyLibrary unheard = others();
    TrainedModels models;
    REQUIRE(models.train("model.discovery", unheard).status == PLAYLIST_OK);
    CHECK(recall(name, unheard, models).status == PLAYLIST_NO_DATA);
  }
  TinyLibrary empty;
  empty.add({.title = "Alone", .artists = {"Ann"}});
  TrainedModels models;
  const auto told = models.train("model.discovery", empty);
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK(told.message == "nobody played anything");
}

TEST_CASE("what was learned from few is the formula it began with", "[discovery]") {
  Trained trained;
  const auto weights = trained.models.find("model.discovery");
  const auto card = support::parse_json(weights.card());
  for (const shared::DiscoveryFeature& feature : shared::discovery_features()) {
    CAPTURE(feature.name);
    CHECK(card.at("weights").at(feature.name).get<double>() == Approx(feature.prior).margin(0.6));
  }
}
