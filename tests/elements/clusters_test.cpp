#include "playlist/columns.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::TinyLibrary;
using support::Told;
using support::TrainedModels;
using Json = nlohmann::json;

namespace {

constexpr const char *kContent = "model.content", *kClusters = "model.clusters";

/// `each` tracks around each of three directions, the first calm, the second wild, the third happy;
/// the user owns all but the last of each.
TinyLibrary three_kinds(int each, bool is_owned = true) {
  TinyLibrary library;
  playlist::Random random(5);
  for (int kind = 0; kind < 3; ++kind) {
    for (int k = 0; k < each; ++k) {
      const std::vector<std::string> tags{kind == 0 ? "folk" : kind == 1 ? "metal" : "disco"};
      const std::int32_t track = library.add({.artists = {"artist " + std::to_string(kind)},
                                              .tags = tags,
                                              .energy = kind == 0   ? 0.1f
                                                        : kind == 1 ? 0.9f
                                                                    : 0.5f,
                                              .valence = kind == 2 ? 0.9f : 0.4f});
      std::vector<float> vector(6);
      for (float& value : vector) value = static_cast<float>(0.15 * (random.real() - 0.5));
      vector[static_cast<std::size_t>(kind)] += 1;
      library.embed("clap", track, vector);
      if (is_owned && k + 1 < each) library.own(track);
    }
  }
  return library;
}

void train_space(TrainedModels& models, const TinyLibrary& library) {
  REQUIRE(models.train(kContent, library).status == PLAYLIST_OK);
}

Told train(TrainedModels& models, const TinyLibrary& library, engine::Arguments arguments = {},
           std::uint64_t seed = 1) {
  arguments.emplace_back("space", "clap");
  return models.train(kClusters, library, arguments, {.random_seed = seed});
}

struct Clusters {
  const engine::Artifact& artifact;
  explicit Clusters(const TrainedModels& models) : artifact(models.find(kClusters)) {}
  [[nodiscard]] Json card() const { return support::parse_json(artifact.card()); }
  [[nodiscard]] std::vector<std::int32_t> of_tracks() const {
    const auto found = engine::column_of<std::int32_t>(*artifact.table("tracks"), "cluster");
    return {found.begin(), found.end()};
  }
  [[nodiscard]] std::vector<std::int32_t> ids() const {
    const auto found = engine::column_of<std::int32_t>(*artifact.table("clusters"), "id");
    return {found.begin(), found.end()};
  }
  [[nodiscard]] std::vector<std::string> texts(const char* column) const {
    const playlist::Table table(artifact.table("clusters"), "clusters");
    const playlist::Strings texts = table[column].texts();
    std::vector<std::string> all;
    for (std::size_t k = 0; k < texts.size(); ++k) all.emplace_back(texts[k]);
    return all;
  }
};

}  // namespace

TEST_CASE("model.clusters finds the kinds of music and names them by what tells them apart",
          "[clusters]") {
  const TinyLibrary library = three_kinds(40);
  for (const char* method : {"hdbscan", "kmeans"}) {
    CAPTURE(method);
    TrainedModels models;
    train_space(models, library);
    REQUIRE(train(models, library, {{"method", method}}).status == PLAYLIST_OK);
    const Clusters found(models);
    const std::vector<std::int32_t> of = found.of_tracks();
    REQUIRE(of.size() == 117);
    for (std::size_t row = 0; row < of.size(); ++row) CHECK(of[row] == of[row / 39 * 39]);
    CHECK(std::set<std::int32_t>(of.begin(), of.end()) == std::set<std::int32_t>{1, 2, 3});
    std::vector<std::string> names = found.texts("name");
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"calm sad folk", "energetic sad metal", "happy disco"});
    const Json card = found.card();
    CHECK(card.at("method") == method);
    CHECK(card.at("clusters") == 3);
    CHECK(card.at("clustered") == 1);
    CHECK(card.at("silhouette") > 0.7);
    CHECK(card.at("stability").at("rand_index") == 1);
    CHECK(card.at("sizes").at("happy disco") == 39);
    CHECK_FALSE(card.contains("changed"));
  }
}

TEST_CASE("clusters are the same bytes on any number of threads", "[clusters]") {
  const TinyLibrary library = three_kinds(30);
  TrainedModels models;
  train_space(models, library);
  std::set<std::string> hashes;
  for (const double threads : {1.0, 3.0}) {
    TrainedModels own;
    train_space(own, library);
    REQUIRE(train(own, library, {{"threads", threads}}).status == PLAYLIST_OK);
    hashes.insert(Clusters(own).card().at("hash"));
  }
  CHECK(hashes.size() == 1);
}

TEST_CASE("clusters keep their numbers and names when they are trained again", "[clusters]") {
  const TinyLibrary before = three_kinds(30), after = three_kinds(45);
  TrainedModels models;
  train_space(models, before);
  REQUIRE(train(models, before, {}, 1).status == PLAYLIST_OK);
  const std::vector<std::string> names = Clusters(models).texts("name");
  const std::vector<std::int32_t> ids = Clusters(models).ids();
  REQUIRE(ids.size() == 3);
  // Another seed numbers what it finds otherwise, and k-means looks for them in another way.
  REQUIRE(train(models, before, {{"method", "kmeans"}}, 9).status == PLAYLIST_OK);
  const Clusters again(models);
  for (std::size_t k = 0; k < 3; ++k) {
    const auto at = std::find(ids.begin(), ids.end(), again.ids()[k]);
    REQUIRE(at != ids.end());
    CHECK(again.texts("name")[k] == names[static_cast<std::size_t>(at - ids.begin())]);
  }
  const Json changed = again.card().at("changed");
  CHECK(changed.at("kept") == 3);
  CHECK(changed.at("new") == Json::array());
  CHECK(changed.at("gone") == Json::array());
  CHECK(changed.at("moved") == 0);
}

TEST_CASE("a cluster that comes up has a number that none had, one that goes is told",
          "[clusters]") {
  TinyLibrary library = three_kinds(30);
  TrainedModels models;
  train_space(models, library);
  REQUIRE(train(models, library).status == PLAYLIST_OK);
  const std::vector<std::int32_t> first = Clusters(models).ids();
  // 25 is more than the tracks of any: all fall out.
  REQUIRE(train(models, library, {{"min_cluster_size", 80.0}}).status == PLAYLIST_OK);
  CHECK(Clusters(models).ids().empty());
  CHECK(Clusters(models).card().at("answer") == "there are no clusters");
  CHECK(Clusters(models).card().at("changed").at("gone").size() == 3);
  REQUIRE(train(models, library).status == PLAYLIST_OK);
  CHECK(Clusters(models).card().at("changed").at("new").size() == 3);
  for (const std::int32_t id : Clusters(models).ids())
    CHECK(std::find(first.begin(), first.end(), id) == first.end());
}

TEST_CASE("what was played counts beside the library, unless the library alone is asked for",
          "[clusters]") {
  TinyLibrary library = three_kinds(20);
  library.listen(19, 3);
  library.listen(39, 3, /*is_play=*/false, /*is_skip=*/true);
  TrainedModels models;
  train_space(models, library);
  const auto tracks = [&](engine::Arguments arguments) {
    REQUIRE(train(models, library, std::move(arguments)).status == PLAYLIST_OK);
    return Clusters(models).of_tracks().size();
  };
  CHECK(tracks({}) == 58);
  CHECK(tracks({{"over", "library"}}) == 57);
  CHECK(tracks({{"min_plays", 2.0}}) == 57);
}

TEST_CASE("too few tracks, and a space that is not there, are told", "[clusters]") {
  TrainedModels models;
  const TinyLibrary library = three_kinds(20, /*is_owned=*/false);
  CHECK_THAT(train(models, library).message, Catch::Contains("model.content has not been trained"));
  train_space(models, library);
  const Told told = train(models, library);
  CHECK(told.status == PLAYLIST_NO_DATA);
  CHECK(told.message ==
        "of 0 tracks in the library or played, 0 have a place in the space clap: clusters take 10; "
        "import what they listen to: engine import FILE");
}

TEST_CASE("ranking.clusters tells each track's cluster, of new ones the nearest", "[clusters]") {
  TinyLibrary library = three_kinds(40);
  const std::int32_t apart = library.add({.artists = {"other"}}), bare = library.add({});
  library.embed("clap", apart, {0, 0, 0, 0, 0, 1});
  TrainedModels models;
  train_space(models, library);
  REQUIRE(train(models, library).status == PLAYLIST_OK);
  const std::vector<std::int32_t> of = Clusters(models).of_tracks();
  // Tracks 39, 79 and 119 are not the user's.
  const auto ranked =
      support::run_rank("ranking.clusters", {}, library,
                        candidates_of({0, 40, 80, 79, apart, bare}), {1, {}, &models});
  const std::vector<double>& cluster = ranked.columns.at("cluster");
  CHECK(cluster[0] == of[0]);
  CHECK(cluster[1] == of[39]);
  CHECK(cluster[2] == of[78]);
  CHECK((std::isnan(cluster[3]) || cluster[3] == of[39]));
  CHECK(std::isnan(cluster[4]));
  CHECK(std::isnan(cluster[5]));
  const std::vector<double>& distance = ranked.columns.at("cluster_distance");
  CHECK(distance[0] < 0.1);
  CHECK(std::isnan(distance[4]));
  // Vectors that are learned anew are others: what is not known has none.
  library.embed("clap", 0, {0, 0, 0, 1, 0, 0});
  train_space(models, library);
  const auto later =
      support::run_rank("ranking.clusters", {}, library, candidates_of({40, 79}), {1, {}, &models});
  CHECK(later.columns.at("cluster")[0] == of[39]);
  CHECK(std::isnan(later.columns.at("cluster")[1]));
}
