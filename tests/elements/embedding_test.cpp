#include "playlist/random.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::TinyLibrary;
using support::Told;
using support::TrainedModels;
using Json = nlohmann::json;

namespace {

constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();

/// What a model wrote.
struct Written {
  const engine::Artifact& artifact;

  explicit Written(const TrainedModels& models, const char* model = "model.embedding")
      : artifact(models.find(model)) {}
  [[nodiscard]] Json card() const { return support::parse_json(artifact.card()); }
  [[nodiscard]] std::vector<std::int64_t> ids() const {
    const auto ids = engine::column_of<std::int64_t>(*artifact.table("tracks"), "id");
    return {ids.begin(), ids.end()};
  }
  [[nodiscard]] double cosine(std::size_t a, std::size_t b) const {
    const playlist_matrix& matrix = *artifact.matrix("vectors");
    double sum = 0;
    for (std::size_t k = 0; k < matrix.columns; ++k)
      sum += static_cast<double>(matrix.data[a * matrix.columns + k]) *
             matrix.data[b * matrix.columns + k];
    return sum;
  }
  [[nodiscard]] std::vector<std::int32_t> clusters() const {
    const auto found = engine::column_of<std::int32_t>(*artifact.table("clusters"), "cluster");
    return {found.begin(), found.end()};
  }
};

Told train(const TinyLibrary& library, const engine::Arguments& arguments = {}) {
  TrainedModels models;
  return models.train("model.embedding", library, arguments);
}

/// Two calm tracks of jazz, two wild ones of metal, and one without a sound.
TinyLibrary five() {
  TinyLibrary library;
  library.add({.artists = {"Ann"}, .tags = {"jazz"}, .energy = 0.1f, .valence = 0.2f});
  library.add({.artists = {"Ann"}, .tags = {"jazz"}, .energy = 0.15f, .valence = 0.3f});
  library.add({.artists = {"Bob"}, .tags = {"metal"}, .energy = 0.9f, .valence = 0.6f});
  library.add({.artists = {"Bob"}, .tags = {"metal"}, .energy = 0.95f, .valence = 0.7f});
  library.add({.artists = {"Bob"}, .energy = kNoFloat, .valence = kNoFloat});
  return library;
}

/// Tracks whose energy and valence are drawn, under a few tags.
TinyLibrary many(int tracks) {
  TinyLibrary library;
  playlist::Random random(5);
  for (int track = 0; track < tracks; ++track) {
    const auto style = static_cast<int>(random.below(4));
    library.add({.artists = {"artist " + std::to_string(random.below(20))},
                 .tags = {"style " + std::to_string(style)},
                 .energy = static_cast<float>(0.25 * style + 0.2 * random.real()),
                 .valence = static_cast<float>(random.real())});
  }
  return library;
}

}  // namespace

TEST_CASE("model.embedding puts tracks of like sound and tags together", "[embedding]") {
  const TinyLibrary library = five();
  TrainedModels models;
  const Told told = models.train("model.embedding", library);
  REQUIRE(told.status == PLAYLIST_OK);
  const Written written(models);
  REQUIRE(written.ids() == std::vector<std::int64_t>{1, 2, 3, 4});
  CHECK(written.cosine(0, 0) == Approx(1));
  CHECK(written.cosine(0, 1) > 0.8);
  CHECK(written.cosine(2, 3) > 0.8);
  CHECK(written.cosine(0, 3) < -0.8);
  CHECK(written.cosine(1, 2) < -0.8);
  const Json card = written.card();
  CHECK(card.at("tracks") == 4);
  CHECK(card.at("of") == 5);
  CHECK(card.at("dropped") == 1);
  CHECK(card.at("missing") == Json{{"energy", 1}, {"valence", 1}});
  CHECK(card.at("space") == "pca");
  CHECK(card.at("pca").at("variance_kept") >= 0.95);
  CHECK(card.at("autoencoder").is_null());  // four tracks are too few to learn one
  // Of the sound a tiny library knows energy, valence and the year; what is known of no track is
  // left out, which is told.
  CHECK(card.at("left_out") == Json{"tempo", "danceability", "loudness", "acousticness",
                                    "instrumentalness", "speechiness", "liveness", "key_sin",
                                    "key_cos", "mode", "time_signature"});
  REQUIRE(told.notices.size() == 1);
  CHECK_THAT(told.notices[0], Catch::Contains("no track has tempo, danceability"));
}

TEST_CASE("a track without a sound of its own takes its artist's, if asked", "[embedding]") {
  const TinyLibrary library = five();
  TrainedModels models;
  REQUIRE(models
              .train("model.embedding", library,
                     {{"missing", "artist"}, {"features", "energy valence"}})
              .status == PLAYLIST_OK);
  const Written written(models);
  CHECK(written.card().at("imputed") == 1);
  REQUIRE(written.ids().size() == 5);
  // Bob's two tracks have it in their middle.
  CHECK(written.cosine(4, 2) > 0.99);
  CHECK(written.cosine(4, 3) > 0.99);
}

TEST_CASE("the mean of all stands for what no track of the artist tells", "[embedding]") {
  TinyLibrary library = five();
  library.add({.artists = {"Cy"}, .tags = {"jazz"}, .energy = kNoFloat, .valence = kNoFloat});
  const auto ids = [&](const char* missing) {
    TrainedModels models;
    REQUIRE(models.train("model.embedding", library, {{"missing", missing}}).status == PLAYLIST_OK);
    return Written(models).ids();
  };
  CHECK(ids("artist") == std::vector<std::int64_t>{1, 2, 3, 4, 5});
  CHECK(ids("mean") == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("model.embedding says what is missing and what to do", "[embedding]") {
  SECTION("without tracks") {
    const Told told = train({});
    CHECK(told.status == PLAYLIST_NO_DATA);
    CHECK(told.message == "there are no tracks; import some: engine import FILE");
  }
  SECTION("of one track") {
    TinyLibrary library;
    library.add({.artists = {"Ann"}});
    const Told told = train(library, {{"features", "energy"}});
    CHECK(told.status == PLAYLIST_NO_DATA);
    CHECK_THAT(told.message, Catch::Contains("all tracks are alike in energy"));
  }
  SECTION("of two tracks that are the same") {
    TinyLibrary library;
    library.add({.artists = {"Ann"}, .tags = {"jazz"}});
    library.add({.artists = {"Ann"}, .tags = {"jazz"}});
    const Told told = train(library);
    CHECK(told.status == PLAYLIST_NO_DATA);
    CHECK_THAT(told.message, Catch::Contains("tracks are alike in energy, valence, year and tags"));
  }
  SECTION("without features") {
    TinyLibrary library;
    library.add({.artists = {"Ann"},
                 .year = std::numeric_limits<std::int32_t>::min(),
                 .energy = kNoFloat,
                 .valence = kNoFloat});
    const Told told = train(library);
    CHECK(told.status == PLAYLIST_NO_DATA);
    CHECK_THAT(told.message, Catch::StartsWith("no track has tempo, energy") &&
                                 Catch::Contains("or tags; import a table of tracks"));
  }
  SECTION("where no track has all") {
    TinyLibrary library;
    library.add({.artists = {"Ann"}, .valence = kNoFloat});
    library.add({.artists = {"Ann"}, .energy = kNoFloat});
    const Told told = train(library);
    CHECK(told.status == PLAYLIST_NO_DATA);
    CHECK_THAT(told.message, Catch::Contains("energy of 1 track, valence of 1 track") &&
                                 Catch::Contains("--set missing=artist"));
  }
  SECTION("by a name that is no feature") {
    CHECK_THROWS_WITH(train(five(), {{"features", "enrgy"}}),
                      Catch::Contains("there is no feature \"enrgy\"; there are tempo"));
  }
}

TEST_CASE("two tracks that differ are an embedding, so are those of one artist", "[embedding]") {
  TinyLibrary library;
  library.add({.artists = {"Ann"}, .energy = 0.2f});
  library.add({.artists = {"Ann"}, .energy = 0.8f});
  TrainedModels models;
  REQUIRE(models.train("model.embedding", library).status == PLAYLIST_OK);
  CHECK(Written(models).cosine(0, 1) == Approx(-1));
  CHECK(Written(models).clusters() == std::vector<std::int32_t>{0, 0});
}

TEST_CASE("clusters of model.embedding are as many as asked, fewer of few tracks", "[embedding]") {
  const TinyLibrary library = many(400);
  TrainedModels models;
  REQUIRE(models.train("model.embedding", library, {{"clusters", 4.0}}).status == PLAYLIST_OK);
  CHECK(Written(models).card().at("clusters") == 4);
  REQUIRE(models.train("model.embedding", library).status == PLAYLIST_OK);
  CHECK(Written(models).card().at("clusters") == 14);  // sqrt(400 / 2)
  CHECK(Written(models).clusters().size() == 400);
}

TEST_CASE("the card of model.embedding compares it with what is heard together", "[embedding]") {
  TinyLibrary library = many(400);
  // A session of ten tracks of one style a day, of each of eight people.
  std::vector<std::vector<std::int32_t>> of_style(4);
  for (std::int32_t track = 0; track < 400; ++track)
    of_style[static_cast<std::size_t>(library.track(track).tags[0].back() - '0')].push_back(track);
  playlist::Random random(1);
  for (int user = 0; user < 8; ++user) {
    for (int day = 1; day < 40; ++day) {
      const auto& tracks = of_style[random.below(4)];
      for (int k = 0; k < 10; ++k)
        library.user_listen(user, tracks[random.below(tracks.size())], day - 0.002 * k);
    }
  }
  TrainedModels models;
  REQUIRE(models.train("model.embedding", library).status == PLAYLIST_OK);
  const Json card = Written(models).card(), heard = card.at("co_listening"),
             autoencoder = card.at("autoencoder");
  CHECK(heard.at("by") == "sessions");
  CHECK(heard.at("probes") == 400);
  CHECK(heard.at("chance") > 0.05);
  CHECK(heard.at("chance") < 0.3);
  // Styles are what is near and what is heard together.
  CHECK(heard.at("pca") > 2 * heard.at("chance").get<double>());
  CHECK(autoencoder.at("dim") == (card.at("pca").at("dim").get<int>() + 1) / 2);
  CHECK(autoencoder.at("held_out") == 40);
  CHECK(autoencoder.at("lost") > 0);
  CHECK(autoencoder.at("lost") < 1);
  const bool is_better =
      heard.at("difference").get<double>() > 2 * heard.at("standard_error").get<double>();
  CHECK(card.at("space") == (is_better ? "autoencoder" : "pca"));
  const std::size_t dim = Written(models).artifact.matrix("vectors")->columns;
  CHECK(card.at("dim") == dim);
  CHECK(dim == card.at(is_better ? "autoencoder" : "pca").at("dim").get<std::size_t>());
}

TEST_CASE("without sessions model.embedding goes by what each person played", "[embedding]") {
  TinyLibrary library = many(50);
  for (std::int32_t track = 0; track < 50; ++track) library.user_track(track % 2, track);
  TrainedModels models;
  REQUIRE(models.train("model.embedding", library).status == PLAYLIST_OK);
  CHECK(Written(models).card().at("co_listening").at("by") == "users");
  CHECK(Written(models).card().at("co_listening").at("probes") == 50);
}

TEST_CASE("training model.embedding again gives the same bytes on any number of threads",
          "[embedding]") {
  const TinyLibrary library = many(600);
  const auto hash = [&](double threads) {
    TrainedModels models;
    REQUIRE(models.train("model.embedding", library, {{"threads", threads}}).status == PLAYLIST_OK);
    return Written(models).card().at("hash").get<std::string>();
  };
  const std::string one = hash(1);
  CHECK(hash(1) == one);
  CHECK(hash(3) == one);
}
