#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::TinyLibrary;
using support::TrainedModels;

namespace {

constexpr float kNot = std::numeric_limits<float>::quiet_NaN();

/// Four tracks: 0 was liked by both its listeners, 1 by none of its two and skipped, 2 is known by
/// an import only, 3 by nobody.
TinyLibrary library_of_two() {
  TinyLibrary library;
  for (int i = 0; i < 4; ++i) library.add({.artists = {"Ann"}});
  for (const int user : {0, 1}) {
    library.user_track(user, 0, 4);
    library.user_track(user, 1, 2);
    library.user_skip(user, 1, 2);
    library.user_like(user, 0);
  }
  library.engage(2, {1000, 10, kNot, kNot, kNot});
  return library;
}

support::Ranked quality(const TinyLibrary& library, TrainedModels& models,
                        const engine::Arguments& arguments = {}) {
  return support::run_rank("ranking.quality", arguments, library, candidates_of({0, 1, 2, 3}),
                           {1, {}, &models});
}

}  // namespace

TEST_CASE("ranking.quality tells liked tracks from skipped ones", "[quality]") {
  const TinyLibrary library = library_of_two();
  TrainedModels models;
  REQUIRE(models.train("model.quality", library, {{"prior", 2.0}}).status == PLAYLIST_OK);
  const support::Ranked ranked = quality(library, models);
  const auto& column = ranked.columns.at("quality");
  // Plays 8 each, typical 8: 0.5 for both. Likes: 2 of 2 and 0 of 2, mean 0.5, with a prior of 2
  // (2 + 1) / 4 and 1 / 4: 0.75 / 1.25 and 0.25 / 0.75. Not skipped: 8 and 4 of 8, mean 0.75, with
  // the prior 9.5 / 10 and 5.5 / 10: odds 19 and 11 / 9 against 3.
  const double weights = 0.2 + 0.3 + 0.2;
  CHECK(column[0] == Approx((0.2 * 0.5 + 0.3 * 0.6 + 0.2 * 19 / 22) / weights));
  CHECK(column[1] == Approx((0.2 * 0.5 + 0.3 / 3 + 0.2 * (11.0 / 9) / (11.0 / 9 + 3)) / weights));
  // Alone among the imported it is their average.
  CHECK(column[2] == Approx(0.5));
  CHECK(column[3] == 0.5);
  CHECK(ranked.explanations ==
        std::vector<std::string>{"quality 0.65 by what everybody here played and liked, 8 plays",
                                 "quality 0.37 by what everybody here played and liked, 8 plays",
                                 "quality 0.50 by imported counts, 1000 plays",
                                 "quality not known, taken as 0.50"});
}

TEST_CASE("the quality of unknown tracks is the recipe's to say", "[quality]") {
  const TinyLibrary library = library_of_two();
  TrainedModels models;
  REQUIRE(models.train("model.quality", library, {{"from", "imported"}}).status == PLAYLIST_OK);
  const auto column = quality(library, models, {{"unknown", 0.25}}).columns.at("quality");
  CHECK(column == std::vector<double>{0.25, 0.25, 0.5, 0.25});
}

TEST_CASE("imported counts come before those of the store's users", "[quality]") {
  TinyLibrary library = library_of_two();
  library.engage(0, {10, 0, kNot, kNot, kNot});
  TrainedModels models;
  REQUIRE(models.train("model.quality", library).status == PLAYLIST_OK);
  CHECK(quality(library, models).columns.at("quality")[0] < 0.3);  // loved here, not elsewhere
  const auto card = support::parse_json(models.find("model.quality").card());
  CHECK(card.at("tracks") == 3);
  CHECK(card.at("imported") == 2);
  CHECK(card.at("of") == 4);
  REQUIRE(models.train("model.quality", library, {{"from", "users"}}).status == PLAYLIST_OK);
  CHECK(quality(library, models).columns.at("quality")[0] > 0.5);
}

TEST_CASE("quality says what is missing", "[quality]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}});
  TrainedModels models;
  const support::Told told = models.train("model.quality", library);
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK(told.message == "nobody played or liked anything, and no engagement was imported");
  const auto ranked =
      support::run_rank("ranking.quality", {}, library, candidates_of({0}), {1, {}, &models});
  CHECK(ranked.status == PLAYLIST_NO_DATA);
  CHECK(ranked.message ==
        "model.quality has not been trained; train it with: engine train quality");
}
