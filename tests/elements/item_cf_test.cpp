// model.item_cf and recall.item_cf on six tracks and four users:
//
//            0 One  1 Two  2 Three  3 Four  4 Five  5 Six     artists: Ann (One, Two),
//   user 0     x             x                                Bob (Three, Six), Cid (Four),
//   user 1     x             x                                Dee (Five)
//   user 2     x                      x
//   user 3            x               x
//
// Cosines of binary plays: One-Three 2/sqrt(3*2), One-Four 1/sqrt(3*2), Two-Four 1/sqrt(1*2).
// Of artists, whose plays are those of their tracks: Ann-Bob and Ann-Cid 2/sqrt(4*2).
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::Recalled;
using support::TinyLibrary;
using support::TrainedModels;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr float kOne = std::numeric_limits<float>::quiet_NaN();  // a seed without a score
const double kOneThree = 2 / std::sqrt(6.0), kOneFour = 1 / std::sqrt(6.0),
             kTwoFour = 1 / std::sqrt(2.0), kArtists = 2 / std::sqrt(8.0);

void add_tracks(TinyLibrary& library, std::size_t count) {
  const char* const artists[] = {"Ann", "Ann", "Bob", "Cid", "Dee", "Bob"};
  const char* const titles[] = {"One", "Two", "Three", "Four", "Five", "Six"};
  for (std::size_t k = 0; k < count; ++k)
    library.add(
        {.title = titles[k], .artists = {artists[k]}, .popularity = k == 5 ? 20.0f : 50.0f});
}

TinyLibrary played() {
  TinyLibrary library;
  add_tracks(library, 6);
  for (const auto& [user, track] :
       {std::pair{0, 0}, {0, 2}, {1, 0}, {1, 2}, {2, 0}, {2, 3}, {3, 1}, {3, 3}})
    library.user_track(user, track, 4);
  return library;
}

/// A set of tracks with scores: what `seeds` takes.
class Seeds {
 public:
  explicit Seeds(const std::vector<std::pair<std::int32_t, float>>& seeds)
      : table_(static_cast<std::int64_t>(seeds.size())) {
    std::int32_t* track = table_.i32("track");
    float* score = table_.f32("score");
    std::int64_t* ts = table_.i64("ts");
    for (std::size_t k = 0; k < seeds.size(); ++k) {
      track[k] = seeds[k].first;
      score[k] = seeds[k].second;
      ts[k] = TinyLibrary::kNow;
    }
  }
  [[nodiscard]] engine::TracksArgument argument() { return {table_.table()}; }

 private:
  engine::OwnedTable table_;
};

/// The model on the library above, by binary cosine, and what it recalls.
struct Trained {
  Trained() {
    const auto told =
        models.train("model.item_cf", library, {{"metric", "cosine"}, {"weighting", "binary"}});
    REQUIRE(told.status == PLAYLIST_OK);
  }
  Recalled recall(const std::vector<std::pair<std::int32_t, float>>& seeds,
                  engine::Arguments arguments = {{"artists", 0.0}},
                  const TinyLibrary* other = nullptr) {
    Seeds set(seeds);
    arguments.emplace_back("seeds", set.argument());
    return support::run_recall("recall.item_cf", arguments, other == nullptr ? library : *other,
                               {1, {}, &models});
  }
  TinyLibrary library = played();
  TrainedModels models;
};

}  // namespace

TEST_CASE("recall.item_cf adds up what every seed's neighbours are worth", "[item_cf]") {
  Trained trained;
  const Recalled found = trained.recall({{0, kOne}, {1, kOne}});
  REQUIRE(found.numbers() == Numbers{3, 2});  // each once, and no seed
  CHECK(found.tracks[0].score == Approx(kOneFour + kTwoFour));
  CHECK(found.tracks[0].seed == "\"Two\" by Ann");
  CHECK(found.tracks[0].seed_share == Approx(kTwoFour / (kOneFour + kTwoFour)));
  CHECK(found.tracks[1].seed_share == Approx(1));
  CHECK(found.tracks[0].explanation == "ITEM-CF: people who play \"Two\" by Ann play it too");
  CHECK(found.tracks[1].score == Approx(kOneThree));
  CHECK(found.tracks[1].explanation == "ITEM-CF: people who play \"One\" by Ann play it too");
  CHECK(trained.recall({{0, kOne}, {1, kOne}}, {{"artists", 0.0}, {"limit", 1.0}}).numbers() ==
        Numbers{3});
}

TEST_CASE("a seed of recall.item_cf counts by its score", "[item_cf]") {
  Trained trained;
  const Recalled weighted = trained.recall({{0, 2.0f}, {1, 0.5f}});
  REQUIRE(weighted.numbers() == Numbers{2, 3});
  CHECK(weighted.tracks[0].score == Approx(2 * kOneThree));
  CHECK(weighted.tracks[1].score == Approx(2 * kOneFour + 0.5 * kTwoFour));
  // Disliked seeds take off, and what comes to nothing is no candidate.
  const Recalled disliked = trained.recall({{0, 2.0f}, {1, -1.0f}});
  REQUIRE(disliked.numbers() == Numbers{2, 3});
  CHECK(disliked.tracks[1].score == Approx(2 * kOneFour - kTwoFour));
  CHECK(disliked.tracks[1].explanation == "ITEM-CF: people who play \"One\" by Ann play it too");
  CHECK(trained.recall({{0, 1.0f}, {1, -1.0f}}).numbers() == Numbers{2});
  // A seed of 0 says nothing, but is still no candidate.
  CHECK(trained.recall({{0, 0.0f}, {1, 1.0f}}).numbers() == Numbers{3});
  CHECK(trained.recall({{2, 1.0f}, {0, 0.0f}}).tracks.empty());
  CHECK(trained.recall({{0, -1.0f}}).tracks.empty());
}

TEST_CASE("recall.item_cf takes the nearest k_per_seed of each seed", "[item_cf]") {
  Trained trained;
  const Recalled found =
      trained.recall({{0, kOne}, {1, kOne}}, {{"artists", 0.0}, {"k_per_seed", 1.0}});
  REQUIRE(found.numbers() == Numbers{2, 3});
  CHECK(found.tracks[0].score == Approx(kOneThree));
  CHECK(found.tracks[1].score == Approx(kTwoFour));  // of Two alone
}

TEST_CASE("recall.item_cf hands the likeness of artists down to their tracks", "[item_cf]") {
  Trained trained;
  const Recalled found = trained.recall({{1, kOne}}, {{"artists", 0.5}});
  // Two itself leads to Four only. Ann's neighbours are Bob, with Three before Six, and Cid.
  REQUIRE(found.numbers() == Numbers{3, 2, 5});
  CHECK(found.tracks[0].score == Approx(kTwoFour + 0.5 * kArtists));
  CHECK(found.tracks[1].score == Approx(0.5 * kArtists));
  CHECK(found.tracks[2].score == Approx(0.5 * kArtists / 2));
  CHECK(found.tracks[0].explanation == "ITEM-CF: people who play \"Two\" by Ann play it too");
  CHECK(found.tracks[2].explanation == "ITEM-CF: people who play Ann play this artist too");
  CHECK(found.tracks[2].seed == "Ann");
  CHECK(trained.recall({{1, kOne}}, {{"artists", 0.5}, {"per_artist", 1.0}}).numbers() ==
        Numbers{3, 2});
}

TEST_CASE("tracks that model or library do not know are left out", "[item_cf]") {
  Trained trained;
  // Five was played by nobody: the model has no row of it.
  CHECK(trained.recall({{4, kOne}}).tracks.empty());
  CHECK(trained.recall({{4, kOne}, {1, kOne}}).numbers() == Numbers{3});
  // As of a time when Four and what follows were not there yet.
  TinyLibrary earlier;
  add_tracks(earlier, 3);
  const Recalled found = trained.recall({{0, kOne}}, {{"artists", 0.5}}, &earlier);
  CHECK(found.status == PLAYLIST_OK);
  CHECK(found.numbers() == Numbers{2});
}

TEST_CASE("recall.item_cf tells why it has nothing to go by", "[item_cf]") {
  const TinyLibrary library = played();
  TrainedModels none;
  Seeds set({{0, kOne}});
  const Recalled untrained =
      support::run_recall("recall.item_cf", {{"seeds", set.argument()}}, library, {1, {}, &none});
  CHECK(untrained.status == PLAYLIST_NO_DATA);
  CHECK_THAT(untrained.message, Catch::Contains("engine train item_cf"));
  Trained trained;
  const Recalled empty = trained.recall({});
  CHECK(empty.status == PLAYLIST_NO_DATA);
  CHECK(empty.message == "there are no seeds");
}

TEST_CASE("model.item_cf lists neighbours best first and says what it learned", "[item_cf]") {
  Trained trained;
  const engine::Artifact& artifact = trained.models.find("model.item_cf");
  const playlist_lists& similar = *artifact.lists("similar");
  REQUIRE(similar.rows == 4);  // One to Four
  CHECK(std::vector<std::int32_t>(similar.values, similar.values + 2) == Numbers{2, 3});
  CHECK(similar.weights[0] == Approx(kOneThree));
  const auto card = support::parse_json(artifact.card());
  CHECK(card.at("users") == 4);
  CHECK(card.at("tracks") == 4);
  CHECK(card.at("interactions") == 8);
  CHECK(card.at("similarities") == 6);
  CHECK(card.at("artists") == 3);
  CHECK(card.at("artist_similarities") == 4);
}

TEST_CASE("model.item_cf needs something that was played", "[item_cf]") {
  TinyLibrary library;
  add_tracks(library, 3);
  TrainedModels models;
  const auto told = models.train("model.item_cf", library);
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK_THAT(told.message, Catch::Contains("nobody played or liked anything"));
}

TEST_CASE("likes count as plays, and tracks of few users can be left out", "[item_cf]") {
  TinyLibrary library = played();
  library.user_like(0, 4);  // Five, with One and Three
  TrainedModels models;
  REQUIRE(models
              .train("model.item_cf", library,
                     {{"metric", "cosine"}, {"weighting", "binary"}, {"min_users", 1.0}})
              .status == PLAYLIST_OK);
  CHECK(models.find("model.item_cf").lists("similar")->rows == 5);
  REQUIRE(models.train("model.item_cf", library, {{"min_users", 2.0}}).status == PLAYLIST_OK);
  CHECK(models.find("model.item_cf").lists("similar")->rows == 3);  // One, Three, Four
}

// The neighbours of One are Three and Four.
TEST_CASE("model.item_cf with normalization gives every track the same to give away", "[item_cf]") {
  TinyLibrary library = played();
  const auto weights_of_one = [&](double normalization) {
    TrainedModels models;
    REQUIRE(
        models
            .train(
                "model.item_cf", library,
                {{"metric", "cosine"}, {"weighting", "binary"}, {"normalization", normalization}})
            .status == PLAYLIST_OK);
    const playlist_lists& similar = *models.find("model.item_cf").lists("similar");
    return std::pair{double{similar.weights[0]}, double{similar.weights[1]}};
  };
  const double sum = kOneThree + kOneFour;
  const auto [three, four] = weights_of_one(1);
  CHECK(three == Approx(kOneThree / sum));
  CHECK(four == Approx(kOneFour / sum));
  const auto [half_three, half_four] = weights_of_one(0.5);
  CHECK(half_three == Approx(kOneThree / std::sqrt(sum)));
  CHECK(half_four == Approx(kOneFour / std::sqrt(sum)));
}

TEST_CASE("what the user alone plays together says nothing to recall.item_cf", "[item_cf]") {
  const auto found_by = [](const std::vector<std::int32_t>& people, double artists) {
    TinyLibrary library = played();
    for (const std::int32_t track : {4, 5}) {  // Five and Six, which none of the others plays
      library.listen(track, 2);
      for (const std::int32_t person : people) library.user_track(person, track, 4);
    }
    TrainedModels models;
    REQUIRE(models.train("model.item_cf", library, {{"metric", "cosine"}, {"weighting", "binary"}})
                .status == PLAYLIST_OK);
    Seeds seeds({{4, kOne}});
    return support::run_recall("recall.item_cf",
                               {{"artists", artists}, {"seeds", seeds.argument()}}, library,
                               {1, {}, &models});
  };
  CHECK(found_by({20}, 0).tracks.empty());
  CHECK(found_by({20}, 0.5).tracks.empty());  // nor of their artists
  const Recalled found = found_by({20, 21}, 0);
  REQUIRE(found.numbers() == Numbers{5});
  CHECK(found.tracks[0].explanation == "ITEM-CF: people who play \"Five\" by Dee play it too");
}
