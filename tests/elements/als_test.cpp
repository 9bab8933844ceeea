#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::Recalled;
using support::TinyLibrary;
using support::TrackSetArgument;
using support::TrainedModels;
using Numbers = std::vector<std::int32_t>;
using Seeds = std::vector<std::pair<std::int32_t, float>>;

namespace {

constexpr float kOne = std::numeric_limits<float>::quiet_NaN();  // a seed without a score

Recalled recall(const TinyLibrary& library, TrainedModels& models, const Seeds& seeds,
                engine::Arguments arguments = {}) {
  engine::OwnedTable table(static_cast<std::int64_t>(seeds.size()));
  std::int32_t* track = table.i32("track");
  float* score = table.f32("score");
  std::int64_t* ts = table.i64("ts");
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    track[k] = seeds[k].first;
    score[k] = seeds[k].second;
    ts[k] = TinyLibrary::kNow;
  }
  arguments.emplace_back("seeds", engine::TracksArgument{table.table()});
  return support::run_recall("recall.als", arguments, library, {1, {}, &models});
}

/// Two tastes: ten users play tracks 0 .. 5, ten play 6 .. 11, each all but one of them; track 12
/// belongs to the artist of 0 and 13 to nobody's taste, and nobody plays either. Track t is by
/// artist "A(t / 2)".
TinyLibrary two_tastes() {
  TinyLibrary library;
  for (int track = 0; track < 12; ++track) {
    library.add({.title = "t" + std::to_string(track),
                 .artists = {"A" + std::to_string(track / 2)},
                 .popularity = static_cast<float>(90 - track)});
  }
  library.add({.title = "rare", .artists = {"A0"}, .popularity = 1});
  library.add({.title = "alien", .artists = {"B"}});
  for (int user = 0; user < 20; ++user) {
    const int first = user < 10 ? 0 : 6;
    for (int track = 0; track < 6; ++track)
      if (track != user % 6) library.user_track(user, first + track, 2);
  }
  return library;
}

engine::Arguments small_model() {
  return {{"factors", 8.0}, {"regularization", 0.05}, {"unobserved_weight", 0.1}};
}

std::map<std::int32_t, float> scores(const Recalled& found) {
  std::map<std::int32_t, float> result;
  for (const auto& track : found.tracks) result[track.track] = track.score;
  return result;
}

}  // namespace

TEST_CASE("recall.als finds what people of the seeds' taste play, never the seeds", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  const Recalled found = recall(library, models, {{0, kOne}, {1, kOne}, {2, kOne}},
                                {{"artists", 0.0}, {"limit", 3.0}});
  REQUIRE(found.status == PLAYLIST_OK);
  Numbers numbers = found.numbers();
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == Numbers{3, 4, 5});
  for (std::size_t k = 0; k < found.tracks.size(); ++k) {
    CHECK(found.tracks[k].score > 0.3f);
    if (k > 0) CHECK(found.tracks[k].score <= found.tracks[k - 1].score);
    CHECK_THAT(found.tracks[k].explanation,
               Catch::StartsWith("ALS: people whose taste is like yours play it, most of all for"));
  }
}

TEST_CASE("recall.als weighs seeds by their scores: dislikes, left out, more", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  const engine::Arguments tracks_only{{"artists", 0.0}};
  const auto both = scores(recall(library, models, {{0, 1}, {6, 1}}, tracks_only));
  CHECK(both.at(1) > 0.1f);
  CHECK(both.at(7) > 0.1f);
  SECTION("a disliked seed takes away from what its lovers play") {
    const auto disliked = scores(recall(library, models, {{0, 1}, {6, 1}, {8, -1}}, tracks_only));
    CHECK(disliked.at(7) < both.at(7));
    CHECK(disliked.at(1) == Approx(both.at(1)).margin(0.02));
    CHECK(disliked.count(8) == 0);
  }
  SECTION("0 leaves a seed out, but it is still no candidate") {
    const auto left_out = scores(recall(library, models, {{0, 1}, {6, 0}}, tracks_only));
    const auto alone = scores(recall(library, models, {{0, 1}}, tracks_only));
    CHECK(left_out.at(1) == alone.at(1));
    CHECK(left_out.count(6) == 0);
  }
  SECTION("no score is a weight of 1, and a larger one counts for more") {
    CHECK(scores(recall(library, models, {{0, kOne}, {6, kOne}}, tracks_only)) == both);
    CHECK(scores(recall(library, models, {{0, 1}, {6, 5}}, tracks_only)).at(7) > both.at(7));
  }
  SECTION("dislikes alone find nothing") {
    const Recalled none = recall(library, models, {{0, -1}});
    CHECK(none.status == PLAYLIST_OK);
    CHECK(none.tracks.empty());
  }
}

TEST_CASE("recall.als explains by the seed that gives most", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  const Recalled found = recall(library, models, {{0, 1}, {6, 1}}, {{"artists", 0.0}});
  for (const auto& track : found.tracks) {
    if (track.score < 0.1f) continue;
    CAPTURE(track.track);
    const std::string giver = track.track < 6 ? "\"t0\" by A0" : "\"t6\" by A3";
    CHECK_THAT(track.explanation, Catch::EndsWith(giver));
  }
}

TEST_CASE("recall.als claims nothing of tracks that nobody plays together with a seed", "[als]") {
  TinyLibrary library = two_tastes();  // 14: alone plays 14 and 15, which nobody else plays
  library.add({.title = "alone 1", .artists = {"Hermit"}});
  library.add({.title = "alone 2", .artists = {"Hermit"}});
  library.user_track(20, 14, 4);
  library.user_track(20, 15, 4);
  for (const std::int32_t track : {14, 15}) library.listen(track, 2);
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  // The factors give every track some score, but no two of these tracks have a listener in common
  // other than the user.
  CHECK(recall(library, models, {{14, kOne}, {15, kOne}}).tracks.empty());
  CHECK(recall(library, models, {{14, kOne}}).tracks.empty());
  // With a seed that others play, what they play is found, and every claim is of that seed.
  const Recalled found = recall(library, models, {{14, kOne}, {0, kOne}}, {{"artists", 0.0}});
  REQUIRE_FALSE(found.tracks.empty());
  for (const auto& track : found.tracks) {
    CAPTURE(track.track);
    CHECK(track.track < 6);
    CHECK(track.explanation ==
          "ALS: people whose taste is like yours play it, most of all for \"t0\" by A0");
    CHECK(track.seed == "\"t0\" by A0");
    CHECK(track.seed_share > 0);
    CHECK(track.seed_share <= 1);
  }
}

TEST_CASE("recall.als that leaves none out claims no people", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  const engine::Arguments all{{"artists", 0.0}, {"only_shared", false}};
  const Recalled shared = recall(library, models, {{0, kOne}}, {{"artists", 0.0}});
  const Recalled found = recall(library, models, {{0, kOne}}, all);
  // Those that are shared have the scores that they have among them alone.
  REQUIRE(found.tracks.size() > shared.tracks.size());
  const std::map<std::int32_t, float> of_all = scores(found);
  for (const auto& [track, score] : scores(shared)) CHECK(of_all.at(track) == score);
  for (const auto& track : found.tracks) {
    CHECK(track.score > 0);
    CHECK(track.explanation ==
          "ALS: near your taste in what everybody plays, most of all for \"t0\" by A0");
  }
}

TEST_CASE("recall.als speaks of the artist where it goes by the artist", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  for (const auto& track :
       recall(library, models, {{2, 1}, {3, 1}, {4, 1}}, {{"artists", 1.0}}).tracks) {
    if (track.track != 12) continue;  // nobody plays it
    CHECK_THAT(track.explanation,
               Catch::StartsWith(
                   "ALS: people whose taste is like yours play this artist, most of all for A"));
    return;
  }
  FAIL("track 12 was not found");
}

TEST_CASE("recall.als hands fitting artists down to tracks that nobody plays yet", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  const Seeds seeds{{2, 1}, {3, 1}, {4, 1}};
  const auto without = scores(recall(library, models, seeds, {{"artists", 0.0}}));
  const auto with = scores(recall(library, models, seeds, {{"artists", 1.0}}));
  CHECK(without.count(12) == 0);
  REQUIRE(with.count(12) == 1);  // the third of A0 by popularity, after 0 and 1: a third of it
  const float of_artist = with.at(0) - without.at(0);
  CHECK(of_artist > 0.1f);
  CHECK(with.at(1) - without.at(1) == Approx(of_artist / 2).epsilon(1e-3));
  CHECK(with.at(12) == Approx(of_artist / 3).epsilon(1e-3));
  const auto two = scores(recall(library, models, seeds, {{"artists", 1.0}, {"per_artist", 2.0}}));
  CHECK(two.count(12) == 0);
  CHECK(with.count(13) == 0);
}

TEST_CASE("a model that lacks a part is not called untrained", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  for (const std::string name : {"als", "item_cf"}) {
    engine::ArtifactWriter empty;
    models.keep("model." + name, library, empty);
    const Recalled found =
        run_recall("recall." + name, {{"seeds", TrackSetArgument({0}).argument()}}, library,
                   {.models = &models});
    CHECK(found.status == PLAYLIST_NO_DATA);
    CHECK(found.message ==
          "model." + name + " has no table tracks; train it again with: engine train " + name);
  }
}

TEST_CASE("recall.als without a model, or without seeds, has no data", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  const Recalled untrained = recall(library, models, {{0, 1}});
  CHECK(untrained.status == PLAYLIST_NO_DATA);
  CHECK(untrained.message == "model.als has not been trained; train it with: engine train als");
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  CHECK(recall(library, models, {}).status == PLAYLIST_NO_DATA);
  // Nobody played it: the model knows nothing of it.
  CHECK(recall(library, models, {{13, 1}}).tracks.empty());
}

TEST_CASE("recall.als keeps to the tracks of its load, whatever the model knows", "[als]") {
  TrainedModels models;
  REQUIRE(models.train("model.als", two_tastes(), small_model()).status == PLAYLIST_OK);
  TinyLibrary earlier;  // tracks 3 and later did not exist yet
  for (int track = 0; track < 3; ++track) {
    earlier.add(
        {.title = "t" + std::to_string(track), .artists = {"A" + std::to_string(track / 2)}});
  }
  const Recalled found = recall(earlier, models, {{0, 1}}, {{"limit", 1.0}});
  REQUIRE(found.tracks.size() == 1);
  CHECK((found.tracks[0].track == 1 || found.tracks[0].track == 2));
}

TEST_CASE("model.als learns from tracks of enough users, and says when there are none", "[als]") {
  const TinyLibrary library = two_tastes();
  TrainedModels models;
  const auto none = models.train("model.als", library, {{"min_users", 100.0}});
  CHECK(none.status == PLAYLIST_NO_DATA);
  CHECK_THAT(none.message, Catch::Contains("100 users"));
  REQUIRE(models.train("model.als", library, small_model()).status == PLAYLIST_OK);
  const auto card = support::parse_json(models.find("model.als").card());
  CHECK(card.at("users") == 20);
  CHECK(card.at("tracks") == 12);
  CHECK(card.at("artists") == 6);
  CHECK(card.at("interactions") == 20 * 5);
  CHECK(card.at("objective") > 0);
}

TEST_CASE("model.als is the same with any number of threads", "[als]") {
  const TinyLibrary library = two_tastes();
  std::vector<std::string> hashes;
  for (const double threads : {1.0, 2.0}) {
    TrainedModels models;
    engine::Arguments arguments = small_model();
    arguments.emplace_back("threads", threads);
    REQUIRE(models.train("model.als", library, arguments).status == PLAYLIST_OK);
    const auto card = support::parse_json(models.find("model.als").card());
    hashes.push_back(card.at("hash").get<std::string>());
  }
  CHECK(hashes[0] == hashes[1]);
}

TEST_CASE("of many tracks model.als keeps codes, and the best by them are the best of all",
          "[als]") {
  TinyLibrary library;
  const std::int32_t tracks = 17'000;
  for (std::int32_t track = 0; track < tracks; ++track) library.add({.artists = {"A"}});
  for (std::int32_t user = 0; user < 400; ++user)
    for (std::int32_t k = 0; k < 90; ++k) library.user_track(user, (user * 43 + k) % tracks);
  TrainedModels models;
  REQUIRE(models.train("model.als", library, {{"factors", 16.0}, {"iterations", 1.0}}).status ==
          PLAYLIST_OK);
  std::uint64_t length = 0;
  CHECK(models.find("model.als").bytes("track_codes", length) != nullptr);
  CHECK(length > 17'000 * 16);
  // As many as this are read as they are.
  const Recalled all = recall(library, models, {{1'000, kOne}, {5'000, kOne}},
                              {{"artists", 0.0}, {"limit", 17'000.0}});
  const Recalled best =
      recall(library, models, {{1'000, kOne}, {5'000, kOne}}, {{"artists", 0.0}, {"limit", 20.0}});
  REQUIRE(best.tracks.size() == 20);
  REQUIRE(all.tracks.size() > 100);
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(best.tracks[k].track == all.tracks[k].track);
    CHECK(best.tracks[k].score == all.tracks[k].score);
  }
}
