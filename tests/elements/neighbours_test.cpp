#include "playlist/columns.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::TinyLibrary;
using support::Told;
using support::TrainedModels;
using Json = nlohmann::json;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr const char *kEmbedding = "model.embedding", *kNeighbours = "model.neighbours";

struct Graph {
  const engine::Artifact& artifact;

  explicit Graph(const TrainedModels& models) : artifact(models.find(kNeighbours)) {}
  [[nodiscard]] Json card() const { return support::parse_json(artifact.card()); }
  [[nodiscard]] std::size_t rows() const {
    return static_cast<std::size_t>(artifact.lists("neighbours")->rows);
  }
  [[nodiscard]] Numbers of(std::int64_t row) const {
    const auto list = playlist::Lists(artifact.lists("neighbours"))[row];
    return {list.begin(), list.end()};
  }
  [[nodiscard]] std::vector<float> cosines(std::int64_t row) const {
    const auto list = playlist::Lists(artifact.lists("neighbours")).weights(row);
    return {list.begin(), list.end()};
  }
  [[nodiscard]] std::vector<std::int64_t> ids() const {
    const auto ids = engine::column_of<std::int64_t>(*artifact.table("tracks"), "id");
    return {ids.begin(), ids.end()};
  }
};

/// Four tracks at 0, 30, 50 and 120 degrees in a space, and one that has no vector.
TinyLibrary angles() {
  TinyLibrary library;
  for (const double degrees : {0, 30, 50, 120}) {
    const std::int32_t track = library.add({.artists = {"Ann"}});
    const double angle = degrees * std::acos(-1.0) / 180;
    library.embed(
        "clap", track,
        {static_cast<float>(2 * std::cos(angle)), static_cast<float>(2 * std::sin(angle))});
  }
  library.add({.artists = {"Ann"}});
  return library;
}

/// Tracks of one drawing: the first ones are the same however many there are.
TinyLibrary drawn(int tracks) {
  TinyLibrary library;
  playlist::Random random(8);
  for (int track = 0; track < tracks; ++track) {
    library.add({.artists = {"artist " + std::to_string(random.below(30))},
                 .tags = {"style " + std::to_string(random.below(5))},
                 .year = 1970 + static_cast<std::int32_t>(random.below(50)),
                 .energy = static_cast<float>(random.real()),
                 .valence = static_cast<float>(random.real()),
                 .loudness = static_cast<float>(-20 * random.real()),
                 .tempo = static_cast<float>(60 + 120 * random.real())});
  }
  return library;
}

std::string hash(const TrainedModels& models) {
  return Graph(models).card().at("hash").get<std::string>();
}

}  // namespace

TEST_CASE("model.neighbours finds the nearest in an imported space", "[neighbours]") {
  const TinyLibrary library = angles();
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  REQUIRE(models.train(kNeighbours, library, {{"space", "clap"}, {"k", 2.0}}).status ==
          PLAYLIST_OK);
  const Graph graph(models);
  CHECK(graph.ids() == std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(graph.of(0) == Numbers{1, 2});
  CHECK(graph.of(1) == Numbers{2, 0});
  CHECK(graph.of(2) == Numbers{1, 0});
  CHECK(graph.of(3) == Numbers{2, 1});
  CHECK(graph.cosines(0)[0] == Approx(std::sqrt(3) / 2));
  const Json card = graph.card();
  CHECK(card.at("space") == "clap");
  CHECK(card.at("tracks") == 4);
  CHECK(card.at("of") == 5);
  CHECK(card.at("edges") == 8);
  CHECK(card.at("index") == "exact");
  // The one at 120 degrees is nobody's neighbour, and no walk comes to it.
  CHECK(card.at("before").at("never_named") == 0.25);
  CHECK(card.at("before").at("unreachable") == 0.25);
  CHECK_FALSE(card.contains("after"));
}

TEST_CASE("model.neighbours of a library are those in it, and the user's own", "[neighbours]") {
  TinyLibrary library = angles();
  for (const std::int32_t track : {0, 2, 4}) library.own(track);
  TrainedModels models;
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  REQUIRE(models.train(kNeighbours, library, {{"space", "clap"}, {"over", "library"}}).status ==
          PLAYLIST_OK);
  const Graph graph(models);
  CHECK(graph.ids() == std::vector<std::int64_t>{1, 3});
  CHECK(graph.of(0) == Numbers{1});
  CHECK(graph.card().at("of") == 3);
}

TEST_CASE("damped hubs keep the lists they were made of", "[neighbours]") {
  const TinyLibrary library = drawn(300);
  TrainedModels models;
  REQUIRE(models.train(kEmbedding, library).status == PLAYLIST_OK);
  const auto card_of = [&](const char* hubs) {
    REQUIRE(models.train(kNeighbours, library, {{"hubs", hubs}, {"k", 10.0}}).status ==
            PLAYLIST_OK);
    return Graph(models).card();
  };
  const Json plain = card_of("none"), mutual = card_of("mutual"), scaled = card_of("local_scaling");
  CHECK(plain.at("edges") == 3000);
  CHECK(mutual.at("edges") < 3000);
  CHECK(scaled.at("edges") == 3000);
  CHECK(mutual.at("before") == plain.at("before"));
  CHECK(scaled.at("before") == plain.at("before"));
  CHECK(scaled.at("after") != scaled.at("before"));
  CHECK(Graph(models).artifact.lists("nearest")->rows == 300);
}

TEST_CASE("new tracks join the graph without a rebuild, to the same bytes", "[neighbours]") {
  const TinyLibrary before = drawn(400), after = drawn(440);
  for (const char* hubs : {"none", "mutual", "local_scaling"}) {
    CAPTURE(hubs);
    const engine::Arguments arguments{{"hubs", hubs}, {"k", 12.0}};
    TrainedModels updated, rebuilt;
    REQUIRE(updated.train(kEmbedding, before).status == PLAYLIST_OK);
    REQUIRE(rebuilt.train(kEmbedding, before).status == PLAYLIST_OK);
    REQUIRE(updated.train(kNeighbours, before, arguments).status == PLAYLIST_OK);
    CHECK(Graph(updated).card().at("inserted") == 0);
    REQUIRE(updated.train(kNeighbours, after, arguments).status == PLAYLIST_OK);
    REQUIRE(rebuilt.train(kNeighbours, after, arguments).status == PLAYLIST_OK);
    CHECK(Graph(updated).rows() == 440);
    CHECK(Graph(updated).card().at("inserted") == 40);
    CHECK(Graph(updated).card().at("reused") == 400);
    CHECK(Graph(rebuilt).card().at("reused") == 0);
    CHECK(hash(updated) == hash(rebuilt));
    // And once more, from what was inserted.
    REQUIRE(updated.train(kNeighbours, after, arguments).status == PLAYLIST_OK);
    CHECK(Graph(updated).card().at("reused") == 440);
    CHECK(hash(updated) == hash(rebuilt));
  }
}

TEST_CASE("a track placed later lies where training would have put it", "[neighbours]") {
  // Of the same track twice, one came after the embedding was learned.
  TinyLibrary before = drawn(300), after = drawn(300);
  const support::TinyTrack twin = after.track(7);
  after.add(twin);
  TrainedModels models;
  REQUIRE(models.train(kEmbedding, before).status == PLAYLIST_OK);
  REQUIRE(models.train(kNeighbours, after).status == PLAYLIST_OK);
  const Graph graph(models);
  CHECK(graph.card().at("inserted") == 1);
  CHECK(graph.of(300).front() == 7);
  CHECK(graph.cosines(300).front() == Approx(1));
}

TEST_CASE("model.neighbours finds nearly the same by a graph", "[neighbours]") {
  const TinyLibrary library = drawn(3000);
  TrainedModels models;
  REQUIRE(models.train(kEmbedding, library, {{"epochs", 0.0}}).status == PLAYLIST_OK);
  REQUIRE(models.train(kNeighbours, library, {{"index", "hnsw"}}).status == PLAYLIST_OK);
  std::vector<Numbers> by_graph;
  for (std::int64_t row = 0; row < 3000; row += 50) by_graph.push_back(Graph(models).of(row));
  CHECK(Graph(models).card().at("index") == "hnsw");
  REQUIRE(models.train(kNeighbours, library, {{"index", "exact"}}).status == PLAYLIST_OK);
  std::size_t hits = 0;
  for (std::size_t k = 0; k < by_graph.size(); ++k) {
    Numbers exact = Graph(models).of(static_cast<std::int64_t>(50 * k));
    REQUIRE(exact.size() == 50);
    std::sort(exact.begin(), exact.end());
    for (const std::int32_t row : by_graph[k])
      hits += std::binary_search(exact.begin(), exact.end(), row);
  }
  CHECK(hits >= 2940);  // of 60 x 50
}

TEST_CASE("model.neighbours says what is missing and what to do", "[neighbours]") {
  TrainedModels models;
  const auto message = [&](const TinyLibrary& library, const engine::Arguments& arguments = {}) {
    const Told told = models.train(kNeighbours, library, arguments);
    CHECK(told.status == PLAYLIST_NO_DATA);
    return told.message;
  };
  CHECK(message({}) ==
        "model.embedding has not been trained; train it with: engine train embedding");
  TinyLibrary library = angles();
  REQUIRE(models.train("model.content", library).status == PLAYLIST_OK);
  CHECK(message(library, {{"space", "mert"}}) ==
        "model.content has no matrix vectors.mert; train it again with: engine train content");
  CHECK_THAT(message(library, {{"space", "clap"}, {"over", "library"}}),
             Catch::Contains("no track in the user's library has a place in the space clap"));
  TinyLibrary two;
  two.add({.artists = {"Ann"}, .energy = 0.2f});
  two.add({.artists = {"Ann"}, .energy = 0.8f});
  REQUIRE(models.train(kEmbedding, two).status == PLAYLIST_OK);
  REQUIRE(models.train(kNeighbours, two).status == PLAYLIST_OK);
  CHECK(Graph(models).of(0) == Numbers{1});
  TinyLibrary one;
  one.add({.artists = {"Ann"}, .energy = 0.2f});
  CHECK_THAT(message(one), Catch::StartsWith("only one track has a place in the space embedding"));
}
