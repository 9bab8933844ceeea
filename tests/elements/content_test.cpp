#include "playlist/random.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::Recalled;
using support::TinyLibrary;
using support::TrackSetArgument;
using support::TrainedModels;
using Numbers = std::vector<std::int32_t>;

namespace {

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

Recalled recall(const TinyLibrary& library, TrainedModels& models,
                const std::vector<std::pair<std::int32_t, float>>& seeds,
                engine::Arguments arguments = {}) {
  Seeds set(seeds);
  arguments.emplace_back("seeds", set.argument());
  return support::run_recall("recall.content", arguments, library, {1, {}, &models});
}

constexpr float kOne = std::numeric_limits<float>::quiet_NaN();  // a seed without a score

/// Five tracks at angles 0, 30, 60, 90 and 180 degrees in a space, and one without a vector.
TinyLibrary angles() {
  TinyLibrary library;
  for (const double degrees : {0, 30, 60, 90, 180}) {
    const std::int32_t track =
        library.add({.title = std::to_string(static_cast<int>(degrees)), .artists = {"Ann"}});
    const double angle = degrees * std::acos(-1.0) / 180;
    library.embed(
        "clap", track,
        {static_cast<float>(5 * std::cos(angle)), static_cast<float>(5 * std::sin(angle))});
  }
  library.add({.title = "silent", .artists = {"Ann"}});
  return library;
}

}  // namespace

TEST_CASE("recall.content scores by the cosine to the seeds' mean", "[content]") {
  const TinyLibrary library = angles();
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const Recalled found = recall(library, models, {{0, kOne}, {2, kOne}}, {{"space", "clap"}});
  // The mean of 0 and 60 degrees lies at 30; 180 is more than a right angle away.
  REQUIRE(found.numbers() == Numbers{1, 3});
  CHECK(found.tracks[0].score == Approx(1));
  CHECK(found.tracks[1].score == Approx(0.5));
  CHECK(found.tracks[1].explanation == "CONTENT: near \"60\" by Ann in the space clap");
}

TEST_CASE("seeds of recall.content draw by their weight, skipped ones push", "[content]") {
  const TinyLibrary library = angles();
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  // 2 at 0 degrees and 1 at 180 leave 0 degrees; with a weight of 0, 90 degrees does not count.
  const Recalled found =
      recall(library, models, {{0, 2}, {4, 1}, {3, 0}}, {{"space", "clap"}, {"limit", 1.0}});
  REQUIRE(found.numbers() == Numbers{1});
  CHECK(found.tracks[0].score == Approx(std::sqrt(3) / 2));
  CHECK(found.tracks[0].explanation == "CONTENT: near \"0\" by Ann in the space clap");
  // Away from 180 degrees alone is towards 0.
  const Recalled away = recall(library, models, {{4, -1}}, {{"space", "clap"}});
  REQUIRE(away.numbers() == Numbers{0, 1, 2});
  CHECK(away.tracks[0].score == Approx(1));
  CHECK(away.tracks[0].explanation == "CONTENT: unlike what you skipped in the space clap");
}

TEST_CASE("recall.content tells why it has nothing to go by", "[content]") {
  const TinyLibrary library = angles();
  TrainedModels models;
  const auto message = [&](const std::vector<std::pair<std::int32_t, float>>& seeds,
                           const std::string& space = "clap") {
    const Recalled found = recall(library, models, seeds, {{"space", space}});
    CHECK(found.status == PLAYLIST_NO_DATA);
    CHECK(found.tracks.empty());
    return found.message;
  };
  CHECK(message({{0, kOne}}) ==
        "model.content has not been trained; train it with: engine train content");
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  CHECK(message({{0, kOne}}, "other") ==
        "model.content has no vectors of the space other; train it again with: engine train "
        "content");
  CHECK(message({}) == "there are no seeds");
  CHECK(message({{5, kOne}}) == "model.content knows none of the seeds in the space clap");
  CHECK(message({{0, 1}, {4, 1}}) ==
        "what draws towards the seeds and away from them is equally strong");
}

TEST_CASE("the space audio puts tracks of like tags and sound together", "[content]") {
  TinyLibrary library;
  library.add({.title = "Seed", .artists = {"Ann"}, .tags = {"jazz"}, .energy = 0.1f});
  library.add({.artists = {"Bob"}, .tags = {"jazz"}, .energy = 0.1f});
  library.add({.artists = {"Cy"}, .tags = {"metal"}, .energy = 0.9f});
  library.add({.artists = {"Di"}, .tags = {"metal"}, .energy = 0.9f});
  library.add({.artists = {"Ed"}});
  library.tag_artist("Ed", "jazz", 3);  // by way of the artist
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const Recalled found = recall(library, models, {{0, kOne}});
  // 1 is the same in all; 4 shares the tag and has the mean energy; 2 and 3 share nothing.
  REQUIRE(found.numbers() == Numbers{1, 4});
  CHECK(found.tracks[0].score == Approx(1));
  // Energy: mean 0.5, deviation sqrt(4 * 0.16 / 5) = 0.3578, z = -1.118 for the seed, 0 for 4, of
  // the sound's length sqrt(0.5) over ten columns; the one tag each has is sqrt(0.5) long.
  const double sound = std::sqrt(0.5) / std::sqrt(10.0) * 0.4 / std::sqrt(0.128);
  const double tag = std::sqrt(0.5);
  CHECK(found.tracks[1].score == Approx(tag / std::hypot(tag, sound)));
  CHECK(found.tracks[1].explanation == "CONTENT: near \"Seed\" by Ann in sound and tags");
}

TEST_CASE("the card of model.content says how much of the library it covers", "[content]") {
  TinyLibrary library = angles();
  library.add({.artists = {"Bob"}, .tags = {"jazz"}, .energy = 0.9f});
  library.add({.artists = {"Bob"}, .tags = {"jazz"}, .energy = 0.1f});
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const auto spaces = support::parse_json(models.find("model.content").card()).at("spaces");
  // Energy is 0.5, the mean, for the six of angles(); only the two others have something to say.
  CHECK(spaces.at("audio").at("tracks") == 2);
  CHECK(spaces.at("audio").at("of") == 8);
  CHECK(spaces.at("audio").at("with_features") == 8);
  CHECK(spaces.at("audio").at("with_tags") == 2);
  CHECK(spaces.at("clap").at("tracks") == 5);
  CHECK(spaces.at("clap").at("dim") == 2);
}

TEST_CASE("model.content learns the spaces it is asked for, and says which it cannot",
          "[content]") {
  TinyLibrary library = angles();
  library.embed("mert", 0, {1, 0, 0});
  library.embed("mert", 1, {0, 0, 0});
  TrainedModels models;
  REQUIRE(models.train("model.content", library, {{"spaces", "mert, mert"}}).status == PLAYLIST_OK);
  const auto spaces = support::parse_json(models.find("model.content").card()).at("spaces");
  CHECK(spaces.size() == 1);
  CHECK(spaces.at("mert").at("tracks") == 1);  // a vector of zeros points nowhere
  const support::Told told = models.train("model.content", library, {{"spaces", "none"}});
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK(told.message == "no track has an embedding of the space none");
}

namespace {

/// Sixty songs of three themes, each of ten words of its theme, which has twelve, in turn.
TinyLibrary songs_of_themes() {
  TinyLibrary library;
  playlist::Random random(7);
  for (int song = 0; song < 60; ++song) {
    const std::int32_t track = library.add({.title = "s" + std::to_string(song), .artists = {"A"}});
    std::string text = "you and me and the\n";
    for (int word = 0; word < 10; ++word)
      text += "theme" + std::to_string(song % 3) + "word" + std::to_string(random.below(12)) + "\n";
    library.lyrics(track, text);
  }
  return library;
}

}  // namespace

TEST_CASE("the space lyrics puts songs of one theme together", "[content][lyrics]") {
  TinyLibrary library = songs_of_themes();
  const std::int32_t silent = library.add({.title = "instrumental", .artists = {"A"}});
  library.lyrics(silent, "");
  const std::int32_t untold = library.add({.title = "untold", .artists = {"A"}});
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const auto spaces = support::parse_json(models.find("model.content").card()).at("spaces");
  const auto& card = spaces.at("lyrics");
  CHECK(card.at("with_lyrics") == 60);
  CHECK(card.at("of") == 62);
  CHECK(card.at("tracks") > 50);
  CHECK(card.at("words") == 36);  // "you" and the like stand in all, and say nothing
  const Recalled found = recall(library, models, {{4, kOne}}, {{"space", "lyrics"}});
  REQUIRE(found.tracks.size() > 15);
  for (std::size_t k = 0; k < 15; ++k) {
    CAPTURE(k, found.tracks[k].track);
    CHECK(found.tracks[k].track % 3 == 1);
  }
  CHECK_THAT(found.tracks[0].explanation, Catch::EndsWith("in the space lyrics"));
  for (const std::int32_t track : {silent, untold})
    CHECK(recall(library, models, {{track, kOne}}, {{"space", "lyrics"}}).status ==
          PLAYLIST_NO_DATA);
}

TEST_CASE("with few lyrics there is no space of them, and who asks for it is told",
          "[content][lyrics]") {
  TinyLibrary library = angles();
  for (std::int32_t track = 0; track < 3; ++track) library.lyrics(track, "a few words of it");
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const auto spaces = support::parse_json(models.find("model.content").card()).at("spaces");
  CHECK_FALSE(spaces.contains("lyrics"));
  const support::Told told = models.train("model.content", library, {{"spaces", "lyrics"}});
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK(told.message == "lyrics are known of 3 tracks, and the space lyrics needs 50");
}

TEST_CASE("vectors that were imported as lyrics go before those that are made of texts",
          "[content][lyrics]") {
  TinyLibrary library = songs_of_themes();
  library.embed("lyrics", 0, {1, 0});
  library.embed("lyrics", 1, {1, 1});
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const auto spaces = support::parse_json(models.find("model.content").card()).at("spaces");
  CHECK(spaces.at("lyrics").at("dim") == 2);
  CHECK(spaces.at("lyrics").at("tracks") == 2);
}

TEST_CASE("recall.content finds in a graph of near neighbours what reading all finds",
          "[content]") {
  TinyLibrary library;
  playlist::Random random(3);
  for (int track = 0; track < 8000; ++track) {
    library.add({.artists = {"Ann"}});
    std::vector<float> vector(8);
    for (float& value : vector) value = static_cast<float>(random.real() - 0.5);
    library.embed("clap", track, vector);
  }
  TrainedModels exact, graph;
  REQUIRE(exact.train("model.content", library, {{"index", "exact"}}).status == PLAYLIST_OK);
  REQUIRE(graph.train("model.content", library, {{"index", "hnsw"}}).status == PLAYLIST_OK);
  const auto card = [](const TrainedModels& models) {
    return support::parse_json(models.find("model.content").card()).at("spaces").at("clap");
  };
  CHECK(card(exact).at("index") == "exact");
  CHECK(card(graph).at("index") == "hnsw");
  CHECK(card(graph).at("recall_at_50") >= 0.98);
  std::size_t hits = 0;
  for (std::int32_t seed = 0; seed < 8000; seed += 400) {
    const engine::Arguments arguments{{"space", "clap"}, {"limit", 50.0}};
    const Numbers truth =
        recall(library, exact, {{seed, kOne}, {seed + 1, kOne}}, arguments).numbers();
    const Recalled found = recall(library, graph, {{seed, kOne}, {seed + 1, kOne}}, arguments);
    REQUIRE(found.tracks.size() == 50);
    const std::set<std::int32_t> true_tracks(truth.begin(), truth.end());
    for (const std::int32_t track : found.numbers()) hits += true_tracks.count(track);
  }
  CHECK(hits >= 980);  // of 20 x 50
}

TEST_CASE("the space audio is not searched by a graph while it is quickly read", "[content]") {
  const TinyLibrary library = angles();
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  const auto spaces = support::parse_json(models.find("model.content").card()).at("spaces");
  CHECK(spaces.at("clap").at("index") == "exact");
}
