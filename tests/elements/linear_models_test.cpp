// model.ease and model.graph_filter with the recalls that read them.
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::Recalled;
using support::run_recall;
using support::TinyLibrary;
using support::TrackSetArgument;
using support::TrainedModels;

namespace {

/// User 0 plays tracks 0 and 1, user 1 plays track 0; nobody plays track 2.
TinyLibrary two_users() {
  TinyLibrary library;
  for (const char* title : {"One", "Two", "Three"}) library.add({.title = title, .artists = {"A"}});
  library.user_track(0, 0);
  library.user_track(0, 1);
  library.user_track(1, 0);
  return library;
}

/// The seeds with a score each.
Recalled recall(const std::string& name, const TinyLibrary& library, TrainedModels& models,
                const std::vector<std::int32_t>& tracks, const std::vector<float>& scores,
                engine::Arguments arguments = {}) {
  engine::OwnedTable seeds(static_cast<std::int64_t>(tracks.size()));
  seeds.copy("track", tracks);
  seeds.copy("score", scores);
  std::fill_n(seeds.i64("ts"), tracks.size(), 0);
  arguments.emplace_back("seeds", engine::TracksArgument{seeds.table()});
  return run_recall(name, arguments, library, {1, {}, &models});
}

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("recall.ease adds up the weights of the seeds", "[ease]") {
  const std::string solver = GENERATE("auto", "cg", "inverse");
  CAPTURE(solver);
  const TinyLibrary library = two_users();
  TrainedModels models;
  REQUIRE(models
              .train("model.ease", library,
                     {{"regularization", 1.0}, {"user_normalization", 0.0}, {"solver", solver}})
              .status == PLAYLIST_OK);
  // X^T X + I = (3 1 / 1 2), its inverse (2 -1 / -1 3) / 5: B(0,1) = 1/3, B(1,0) = 1/2.
  const Recalled one = recall("recall.ease", library, models, {0}, {kNone});
  REQUIRE(one.numbers() == std::vector<std::int32_t>{1});
  CHECK(one.tracks[0].score == Approx(1.0 / 3));
  CHECK(one.tracks[0].explanation ==
        "EASE: of your tracks \"One\" by A speaks for it most, in what everybody plays");
  const Recalled other = recall("recall.ease", library, models, {1}, {3.0f});
  REQUIRE(other.numbers() == std::vector<std::int32_t>{0});
  CHECK(other.tracks[0].score == Approx(3.0 / 2));
}

TEST_CASE("model.ease counts users of many tracks for less", "[ease]") {
  const std::string solver = GENERATE("cg", "inverse");
  CAPTURE(solver);
  const TinyLibrary library = two_users();
  TrainedModels models;
  models.train("model.ease", library,
               {{"regularization", 1.0}, {"user_normalization", 1.0}, {"solver", solver}});
  // User 0 has 2 tracks and user 1 one, 1.5 on average: they count 3/4 and 3/2 times. X^T X + I =
  // (13/4 3/4 / 3/4 7/4): B(0,1) = 3/13, B(1,0) = 3/7.
  CHECK(recall("recall.ease", library, models, {0}, {kNone}).tracks.at(0).score ==
        Approx(3.0 / 13).epsilon(1e-3));
  CHECK(recall("recall.ease", library, models, {1}, {kNone}).tracks.at(0).score ==
        Approx(3.0 / 7).epsilon(1e-3));
}

TEST_CASE("model.ease pulls the weights of a track by its own plays where some are left out",
          "[ease]") {
  const std::string solver = GENERATE("cg", "inverse");
  CAPTURE(solver);
  const TinyLibrary library = two_users();
  TrainedModels models;
  models.train(
      "model.ease", library,
      {{"regularization", 1.0}, {"dropout", 0.5}, {"user_normalization", 0.0}, {"solver", solver}});
  // X^T X + I + diag(2, 1) = (5 1 / 1 3), its inverse (3 -1 / -1 5) / 14.
  CHECK(recall("recall.ease", library, models, {0}, {kNone}).tracks.at(0).score ==
        Approx(1.0 / 5).epsilon(1e-3));
  CHECK(recall("recall.ease", library, models, {1}, {kNone}).tracks.at(0).score ==
        Approx(1.0 / 3).epsilon(1e-3));
}

TEST_CASE("a disliked seed speaks against what it would speak for, and one of score 0 is silent",
          "[ease][graph]") {
  const TinyLibrary library = two_users();
  TrainedModels models;
  models.train("model.ease", library);
  models.train("model.graph_filter", library);
  for (const char* name : {"recall.ease", "recall.graph_filter"}) {
    CAPTURE(name);
    CHECK(recall(name, library, models, {0}, {1.0f}).tracks.size() == 1);
    CHECK(recall(name, library, models, {0}, {-1.0f}).tracks.empty());
    CHECK(recall(name, library, models, {0}, {0.0f}).tracks.empty());
    CHECK(recall(name, library, models, {2}, {1.0f}).tracks.empty());  // unknown to the model
    CHECK(recall(name, library, models, {0, 1}, {1.0f, 1.0f}).tracks.empty());  // seeds leave
  }
}

TEST_CASE("model.ease keeps weights against a track too, and only the strongest", "[ease]") {
  const std::string solver = GENERATE("cg", "inverse");
  CAPTURE(solver);
  TinyLibrary library;
  for (int i = 0; i < 4; ++i) library.add({.artists = {"A"}});
  // 0 and 1 with 2, and 0 and 1 never together: given 2, the one speaks against the other.
  for (const int user : {0, 1, 2}) library.user_track(user, 0), library.user_track(user, 2);
  for (const int user : {3, 4, 5}) library.user_track(user, 1), library.user_track(user, 2);
  TrainedModels models;
  models.train("model.ease", library, {{"regularization", 1.0}, {"solver", solver}});
  CHECK(recall("recall.ease", library, models, {0}, {kNone}).numbers() ==
        std::vector<std::int32_t>{2});
  // With 2 as well, what 2 says for 1 stands against what 0 says.
  const auto* all = models.find("model.ease").lists("weights");
  REQUIRE(all->offsets[1] == 2);
  CHECK(all->values[0] == 1);
  CHECK(all->weights[0] < 0);
  CHECK(all->weights[1] > 0);
  models.train("model.ease", library,
               {{"regularization", 1.0}, {"neighbours", 1.0}, {"solver", solver}});
  // One of each track.
  const auto* strongest = models.find("model.ease").lists("weights");
  REQUIRE(strongest->offsets[3] == 3);
  CHECK(strongest->values[0] == 2);
  CHECK(strongest->values[1] == 2);
}

TEST_CASE("model.ease tells its cost before it starts and refuses what does not fit", "[ease]") {
  const TinyLibrary library = two_users();
  TrainedModels models;
  const support::Told told = models.train("model.ease", library);
  REQUIRE(told.notices.size() == 1);
  CHECK_THAT(told.notices[0], Catch::Contains("2 tracks need 0.0 GiB and about 0.0 s"));
  const std::string whole = "inverse";
  const support::Told refused =
      models.train("model.ease", library, {{"memory_gigabytes", 0.0005}, {"solver", whole}});
  CHECK(refused.status == PLAYLIST_NO_DATA);
  CHECK_THAT(refused.message, Catch::Contains("2 tracks need") && Catch::Contains("max_tracks"));
  // Column by column it does fit, and is what is done unless the other is asked for.
  const support::Told small = models.train("model.ease", library, {{"memory_gigabytes", 0.0005}});
  CHECK(small.status == PLAYLIST_OK);
  REQUIRE(small.notices.size() == 1);
  CHECK_THAT(small.notices[0], Catch::Contains("by conjugate gradients"));
  models.train("model.ease", library, {{"max_tracks", 1.0}});
  CHECK(models.find("model.ease").table("tracks")->rows == 1);
}

TEST_CASE("recall.graph_filter adds co-plays and the low-pass part", "[graph]") {
  const TinyLibrary library = two_users();
  TrainedModels models;
  models.train("model.graph_filter", library, {{"rank", 1.0}});
  // N = (1/2 sqrt(1/2) / sqrt(1/2) 0): N^T N (0,1) = sqrt(1/2) / 2; its first direction is
  // (sqrt(2), 1) / sqrt(3), so the low-pass part is sqrt(1/2) * sqrt(2) / 3 = 1/3.
  const Recalled sharp =
      recall("recall.graph_filter", library, models, {0}, {kNone}, {{"smooth", 0.0}});
  REQUIRE(sharp.numbers() == std::vector<std::int32_t>{1});
  CHECK(sharp.tracks[0].score == Approx(std::sqrt(0.5) / 2));
  CHECK(sharp.tracks[0].explanation == "GRAPH: people who play \"One\" by A play it too");
  const Recalled smooth =
      recall("recall.graph_filter", library, models, {0}, {2.0f}, {{"smooth", 0.3}});
  CHECK(smooth.tracks.at(0).score == Approx(2 * (std::sqrt(0.5) / 2 + 0.1)));
  models.train("model.graph_filter", library, {{"rank", 2.0}});
  const Recalled first = recall("recall.graph_filter", library, models, {0}, {kNone},
                                {{"smooth", 0.3}, {"rank", 1.0}});
  CHECK(first.tracks.at(0).score == Approx(std::sqrt(0.5) / 2 + 0.1));
}

TEST_CASE("linear models leave out tracks that the library does not have yet", "[ease][graph]") {
  TinyLibrary later = two_users();
  TinyLibrary now;
  now.add({.title = "One", .artists = {"A"}});
  TrainedModels models;
  models.train("model.ease", later);
  models.train("model.graph_filter", later);
  for (const char* name : {"recall.ease", "recall.graph_filter"})
    CHECK(recall(name, now, models, {0}, {kNone}).tracks.empty());
}

TEST_CASE("a linear model that nobody trained is no data, and so are no seeds", "[ease][graph]") {
  const TinyLibrary library = two_users();
  TrainedModels models;
  for (const std::string name : {"ease", "graph_filter"}) {
    const Recalled without = recall("recall." + name, library, models, {0}, {kNone});
    CHECK(without.status == PLAYLIST_NO_DATA);
    CHECK_THAT(without.message, Catch::Contains("model." + name + " has not been trained") &&
                                    Catch::Contains("train it with: engine train " + name));
    CHECK(recall("recall." + name, library, models, {}, {}).status == PLAYLIST_NO_DATA);
  }
}

TEST_CASE("linear models have the same bytes for any number of threads", "[ease][graph]") {
  TinyLibrary library;
  for (int i = 0; i < 700; ++i) library.add({.artists = {"A"}});
  for (int user = 0; user < 200; ++user) {
    for (int k = 0; k < 20; ++k) library.user_track(user, (user * 37 + k * k * 11) % 700);
  }
  const engine::Arguments by_cg{{"solver", std::string("cg")}};
  for (const auto& [name, arguments] :
       {std::pair{"model.ease", engine::Arguments{}}, std::pair{"model.ease", by_cg},
        std::pair{"model.graph_filter", engine::Arguments{}}}) {
    CAPTURE(name, arguments.size());
    std::vector<std::string> hashes;
    for (const double threads : {1.0, 2.0}) {
      TrainedModels models;
      engine::Arguments with_threads = arguments;
      with_threads.emplace_back("threads", threads);
      models.train(name, library, with_threads);
      hashes.push_back(support::parse_json(models.find(name).card()).at("hash"));
    }
    CHECK(hashes[0] == hashes[1]);
  }
}

TEST_CASE("what the user alone plays together says nothing to recall.graph_filter", "[graph]") {
  const auto found_by = [](bool is_by_both) {
    TinyLibrary library = two_users();
    if (is_by_both) library.user_track(1, 1);
    for (const std::int32_t track : {0, 1}) library.listen(track, 2);  // the user is user 0
    TrainedModels models;
    REQUIRE(models.train("model.graph_filter", library, {{"rank", 2.0}}).status == PLAYLIST_OK);
    return recall("recall.graph_filter", library, models, {0}, {kNone});
  };
  CHECK(found_by(false).tracks.empty());
  const Recalled found = found_by(true);
  REQUIRE(found.numbers() == std::vector<std::int32_t>{1});
  CHECK(found.tracks[0].explanation == "GRAPH: people who play \"One\" by A play it too");
}
