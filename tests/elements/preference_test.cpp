// ranking.preference, by rules of thumb.
#include "shared/preference.hpp"

#include <optional>

#include <catch2/catch.hpp>

#include "shared/taste_signals.hpp"
#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::Ranked;
using support::run_rank;
using support::TinyLibrary;
using support::Told;
using support::TrainedModels;

namespace {

struct Case {
  bool in_best_playlist, is_liked;
  double rating;  // 0: none
  std::int64_t plays;
  double skip_rate;
  bool is_banned;
  double heuristic, mean;

  [[nodiscard]] shared::PreferenceSignals signals() const {
    return {in_best_playlist,
            is_liked,
            is_banned,
            rating > 0 ? std::optional<double>(rating) : std::nullopt,
            plays,
            skip_rate};
  }
};

// By a script of numpy that has both formulas as they were first written down.
constexpr Case kCases[] = {
    {false, false, 0, 0, 0.0, false, 0.5000000000, 0.5000000000},
    {true, false, 0, 0, 0.0, false, 0.7500000000, 1.0000000000},
    {false, true, 0, 0, 0.0, false, 0.6500000000, 0.8000000000},
    {true, true, 5, 100, 0.1, false, 1.0000000000, 0.9857142857},
    {false, false, 1, 0, 0, false, 0.3000000000, 0.2000000000},
    {false, false, 0, 1, 0, false, 0.5346573590, 0.1762914344},
    {false, false, 0, 7, 0.25, false, 0.6039720771, 0.6394371516},
    {false, false, 0, 7, 0.5, false, 0.6039720771, 0.5144371516},
    {false, false, 0, 7, 0.51, false, 0.4039720771, 0.5094371516},
    {false, true, 4, 3, 0.75, false, 0.6193147181, 0.6465512106},
    {true, true, 5, 1000, 0, true, 0.0000000000, 0.0000000000},
    {false, false, 1, 2, 0.9, false, 0.1549306144, 0.1958830625},
    {false, false, 0, 50, 0, false, 0.6500000000, 1.0000000000},
    {true, false, 2, 19, 0.3, false, 0.7997866137, 0.6659884147},
};

}  // namespace

TEST_CASE("preference by rules is the sum of what was said and done, kept in 0..1",
          "[preference]") {
  for (const Case& one : kCases) {
    CAPTURE(one.in_best_playlist, one.is_liked, one.rating, one.plays, one.skip_rate,
            one.is_banned);
    CHECK(shared::heuristic_preference(one.signals()) == Approx(one.heuristic).margin(1e-9));
    CHECK(shared::mean_preference(one.signals()) == Approx(one.mean).margin(1e-9));
  }
}

TEST_CASE("ranking.preference goes by plays, skips, likes and bans of the very track",
          "[ranking][preference]") {
  TinyLibrary library;
  for (int track = 0; track < 6; ++track) library.add({.artists = {"Ann"}});
  library.like(1);                                            // 1: liked
  for (int day = 1; day <= 7; ++day) library.listen(2, day);  // 2: 7 plays
  library.listen(3, 1);                                       // 3: 1 play, 2 skips
  library.listen(3, 2, false, true);
  library.listen(3, 3, false, true);
  library.like(4);
  library.ban(4);  // 4: liked, and banned later
  const Ranked ranked = run_rank("ranking.preference", {}, library, candidates_of({0, 1, 2, 3, 4}));
  const auto& preference = ranked.columns.at("preference");
  CHECK(preference[0] == Approx(0.5));
  CHECK(preference[1] == Approx(0.65));
  CHECK(preference[2] == Approx(0.5 + 0.05 * std::log(8.0)));
  CHECK(preference[3] == Approx(0.3 + 0.05 * std::log(2.0)));
  CHECK(preference[4] == 0);
  CHECK(ranked.explanations ==
        std::vector<std::string>{
            "preference 0.50: 0.5", "preference 0.65: 0.5, +0.15 you liked it",
            "preference 0.60: 0.5, +0.10 7 plays",
            "preference 0.33: 0.5, +0.03 1 play, -0.20 you skip it more often than not",
            "you banned it"});
}

namespace {

/// Somebody who for a year has eight new favourites every month, and now and then plays one of
/// before: by plays the old ones are as good as ever, by what is played again they are not.
struct Fickle {
  static constexpr int kMonths = 12, kFavourites = 8, kDays = 30;
  static constexpr int kEnd = kMonths * kDays - 15;  // in the midst of a month
  static constexpr int kTracks = kMonths * kFavourites;
  TinyLibrary library;

  Fickle() {
    for (int track = 0; track < kTracks; ++track)
      library.add({.artists = {"Artist " + std::to_string(track % 11)}});
    library.add({.artists = {"Artist 1"}});  // never heard, of an artist that is
    library.add({.artists = {"Somebody"}});  // never heard
    playlist::Random random(5);
    for (int day = 0; day < kEnd; ++day) {
      const int month = day / kDays;
      for (int n = 0; n < 4; ++n) hear(month * kFavourites + n_of(random, kFavourites), day, n);
      if (month > 0) hear(n_of(random, month * kFavourites), day, 4);
    }
  }
  static int favourite_of(int month) { return month * kFavourites; }

 private:
  static int n_of(playlist::Random& random, int count) {
    return static_cast<int>(random.below(static_cast<std::uint64_t>(count)));
  }
  void hear(int track, int day, int n) {
    library.listen(track, kEnd - day - n / 288.0, true, false, {.ms_played = 180'000});
  }
};

nlohmann::json card_of(TrainedModels& models) {
  return support::parse_json(models.find("model.taste").card());
}

}  // namespace

TEST_CASE("what model.taste learned goes before the rule of thumb, and the run says so",
          "[preference][taste]") {
  Fickle person;
  const int old = Fickle::favourite_of(2), now = Fickle::favourite_of(11),
            banned = Fickle::favourite_of(11) + 1, unheard = Fickle::kTracks;
  person.library.ban(banned, 0.01);
  TrainedModels models;
  const Told told = models.train("model.taste", person.library);
  INFO(told.message);
  REQUIRE(told.status == PLAYLIST_OK);
  const nlohmann::json card = card_of(models);
  INFO(card.dump());
  REQUIRE(card.at("rung") != "heuristic");
  CHECK(card.at("rungs").at("logistic").at("gain_interval").at(0).get<double>() > 0);
  CHECK(card.at("importance").size() == shared::kTasteFeatures);  // no track has a vector
  CHECK(card.at("retrain_days") == 14);

  const std::vector<std::int32_t> tracks{old, now, banned, unheard, unheard + 1};
  const Ranked learned =
      run_rank("ranking.preference", {}, person.library, candidates_of(tracks), {1, {}, &models});
  const auto& preference = learned.columns.at("preference");
  const auto& chance = learned.columns.at("chance");
  CHECK(preference[1] > 0.5);
  CHECK(preference[1] > preference[0] + 0.2);
  CHECK(preference[2] == 0);
  for (std::size_t row = 0; row < tracks.size(); ++row) {
    CHECK((chance[row] > 0 && chance[row] < 1));
    CHECK((preference[row] >= 0 && preference[row] <= 1));
  }
  CHECK(preference[3] != preference[4]);  // by their artists
  const double base = card.at("share");
  CHECK(preference[0] ==
        Approx(chance[0] * (1 - base) / (chance[0] * (1 - base) + (1 - chance[0]) * base))
            .epsilon(1e-4));
  REQUIRE(learned.notices.size() == 1);
  CHECK_THAT(learned.notices[0],
             Catch::Contains("preference goes by model.taste as of 2023-11-14: its ") &&
                 Catch::Contains("rung, learned of what you played again within 28 days"));
  CHECK_THAT(learned.explanations[1],
             Catch::Contains("you play it again within 28 days with an estimated chance of "));
  CHECK(learned.explanations[2] == "you banned it");

  const Ranked by_rules = run_rank("ranking.preference", {{"learned", false}}, person.library,
                                   candidates_of(tracks), {1, {}, &models});
  CHECK(by_rules.columns.at("preference")[3] == 0.5);
  CHECK(std::isnan(by_rules.columns.at("chance")[0]));
  CHECK(by_rules.notices == std::vector<std::string>{"preference goes by rules of thumb"});
}

TEST_CASE("vectors that were imported are features of a taste", "[preference][taste]") {
  Fickle person;
  for (std::int32_t track = 0; track < Fickle::kTracks; ++track) {
    const auto angle = static_cast<float>(track);
    person.library.embed("clap", track, {std::cos(angle), std::sin(angle), 1});
  }
  TrainedModels models;
  REQUIRE(models.train("model.taste", person.library).status == PLAYLIST_OK);
  const nlohmann::json importance = card_of(models).at("importance");
  CHECK(importance.size() == shared::kTasteFeatures + 2);  // of three numbers one is always 1
  CHECK(importance.contains("clap_2"));
  const Ranked ranked = run_rank("ranking.preference", {}, person.library,
                                 candidates_of({0, Fickle::kTracks}), {1, {}, &models});
  CHECK(ranked.columns.at("chance")[0] > 0);
  CHECK(ranked.columns.at("chance")[1] > 0);  // without a vector
  REQUIRE(models.train("model.taste", person.library, {{"space", "none"}}).status == PLAYLIST_OK);
  CHECK(card_of(models).at("importance").size() == shared::kTasteFeatures);
}

TEST_CASE("with few plays the rule of thumb serves, and the run says so", "[preference][taste]") {
  TinyLibrary library;
  for (int track = 0; track < 3; ++track) library.add({.artists = {"Ann"}});
  for (int day = 40; day < 90; ++day) library.listen(day % 3, day);
  TrainedModels models;
  const Told told = models.train("model.taste", library);
  REQUIRE(told.status == PLAYLIST_OK);
  REQUIRE(told.notices.size() == 2);  // no track has a vector, and
  CHECK(told.notices[1] == "the rule of thumb stays: there are 22 examples, and 200 are needed");
  CHECK(card_of(models).at("rung") == "heuristic");
  const Ranked ranked =
      run_rank("ranking.preference", {}, library, candidates_of({0}), {1, {}, &models});
  CHECK(ranked.columns.at("preference")[0] == Approx(0.5 + 0.05 * std::log(17.0)));
  CHECK(ranked.notices ==
        std::vector<std::string>{"preference goes by rules of thumb: model.taste as of 2023-11-14 "
                                 "found nothing that is shown to serve you better"});
}

TEST_CASE("without the files that tell what was shuffled nothing is learned of what is accepted",
          "[preference][taste]") {
  Fickle person;
  TrainedModels models;
  const Told told = models.train("model.taste", person.library, {{"target", "accepted"}});
  REQUIRE(told.status == PLAYLIST_OK);
  CHECK_THAT(told.notices.back(), Catch::Contains("there are 0 examples, and 200 are needed; "
                                                  "which plays were shuffled"));
}

TEST_CASE("a taste whose trees lead nowhere is refused by name", "[preference][taste]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}});
  library.listen(0, 3);
  TrainedModels models;
  engine::ArtifactWriter writer;
  writer.bytes("words", "boosted\nreturned\n\n");
  writer.bytes("features", shared::taste_feature_names());
  engine::OwnedTable learned(1), trees(2), nodes(1), boosted(1);
  learned.i64("as_of")[0] = TinyLibrary::kNow;
  learned.f32("base")[0] = 0.5F;
  learned.i32("days")[0] = 28;
  std::int32_t* const begin = trees.i32("begin");
  begin[0] = 0;
  begin[1] = 1;
  nodes.i32("left")[0] = 0;  // itself
  nodes.i32("right")[0] = 0;
  nodes.i32("feature")[0] = 0;
  nodes.f32("value")[0] = 0;
  nodes.u8("missing_left")[0] = 0;
  boosted.f32("base")[0] = 0;
  writer.table("learned", *learned.table());
  writer.table("trees", *trees.table());
  writer.table("nodes", *nodes.table());
  writer.table("boosted", *boosted.table());
  models.keep("model.taste", library, writer);
  CHECK_THROWS_WITH(
      run_rank("ranking.preference", {}, library, candidates_of({0}), {1, {}, &models}),
      Catch::Contains("model.taste is damaged: its node 0 has a child that is not below it; "
                      "train it again with: engine train taste"));
}
