#include "playlist/columns.hpp"
#include "playlist/random.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::TinyLibrary;
using support::TinyTrack;
using support::Told;
using support::TrainedModels;
using Json = nlohmann::json;

namespace {

constexpr const char* kMoods = "model.moods";

/// How three kinds of tracks sound: loud and glad, quiet and sad, in between and without words.
TinyTrack sound(int kind, int k) {
  playlist::Random random(static_cast<std::uint64_t>(1000 * kind + k));
  const auto near = [&](double value) {
    return static_cast<float>(value + 0.08 * (random.real() - 0.5));
  };
  TinyTrack track;
  track.artists = {"artist " + std::to_string(kind)};
  track.energy = near(kind == 0 ? 0.9 : kind == 1 ? 0.2 : 0.5);
  track.valence = near(kind == 0 ? 0.8 : kind == 1 ? 0.2 : 0.5);
  track.danceability = near(0.5);
  track.acousticness = near(kind == 1 ? 0.9 : 0.1);
  track.instrumentalness = near(kind == 2 ? 0.9 : 0.1);
  track.tempo = 250 * near(0.4);
  return track;
}

/// `each` tracks of the third kind, one more of the second, two of the first, which are heard three
/// times, the others once.
TinyLibrary three_kinds(int each) {
  TinyLibrary library;
  for (int kind = 0; kind < 3; ++kind)
    for (int k = 0; k < each + 2 - kind; ++k) {
      const std::int32_t track = library.add(sound(kind, k));
      for (int time = 0; time < (kind == 0 ? 3 : 1); ++time)
        library.listen(track, 100 - kind - 0.01 * k - 10 * time);
    }
  return library;
}

Told train(TrainedModels& models, const TinyLibrary& library, engine::Arguments arguments = {},
           std::uint64_t seed = 1) {
  return models.train(kMoods, library, arguments, {.random_seed = seed});
}

Json card(const TrainedModels& models) {
  return support::parse_json(models.find(kMoods).card());
}

template <typename T>
std::vector<T> column(const TrainedModels& models, const char* table, const char* name) {
  const auto found = engine::column_of<T>(*models.find(kMoods).table(table), name);
  return {found.begin(), found.end()};
}

std::vector<std::string> labels(const TrainedModels& models) {
  const playlist::Table table(models.find(kMoods).table("moods"));
  const playlist::Strings texts = table["label"].texts();
  std::vector<std::string> all;
  for (std::size_t k = 0; k < texts.size(); ++k) all.emplace_back(texts[k]);
  return all;
}

}  // namespace

TEST_CASE("model.moods finds how tracks sound, and says what it is of", "[moods]") {
  TinyLibrary library = three_kinds(30);
  // Of an artist's track nothing of its own is known, of the other nothing at all.
  TinyTrack bare = sound(1, 0);
  bare.energy = bare.valence = bare.danceability = bare.acousticness = bare.instrumentalness =
      TinyTrack::kUnknown;
  library.listen(library.add(bare), 5);
  TrainedModels models;
  const Told told = train(models, library);
  REQUIRE(told.status == PLAYLIST_OK);
  CHECK(labels(models) == std::vector<std::string>{"High energy, positive, electronic",
                                                   "Low energy, negative, acoustic",
                                                   "Medium energy, neutral, electronic"});
  CHECK(column<std::int32_t>(models, "moods", "id") == std::vector<std::int32_t>{1, 2, 3});
  CHECK(column<std::int32_t>(models, "moods", "tracks") == std::vector<std::int32_t>{32, 31, 30});
  CHECK(column<std::int64_t>(models, "moods", "plays") == std::vector<std::int64_t>{96, 31, 30});
  CHECK(column<float>(models, "moods", "energy")[0] == Approx(0.9).margin(0.01));
  CHECK(column<float>(models, "moods", "tempo_norm")[0] == Approx(0.4).margin(0.01));
  const auto mood = column<std::int32_t>(models, "tracks", "mood");
  REQUIRE(mood.size() == 93);
  for (std::size_t k = 0; k < 93; ++k) CHECK(mood[k] == (k < 32 ? 1 : k < 63 ? 2 : 3));
  CHECK(std::ranges::count(column<std::uint8_t>(models, "tracks", "own"), 1) == 93);
  const Json told_of = card(models);
  CHECK(told_of.at("is_continuum") == false);
  CHECK(told_of.at("chosen_by") == "silhouette");
  CHECK(told_of.at("heard") == 94);
  CHECK(told_of.at("plays") == 158);
  CHECK(told_of.at("plays_own").get<double>() == Approx(157.0 / 158).margin(1e-4));
  CHECK(told_of.at("plays_unknown").get<double>() == Approx(1.0 / 158).margin(1e-4));
  CHECK(told_of.at("moods").at("Low energy, negative, acoustic").at("plays") == 31);
  REQUIRE(told.notices.size() == 1);
  CHECK(told.notices[0] ==
        "3 moods of 93 tracks; of 158 plays 99 % are of tracks with features, 0 % go "
        "by their artist's mean, 1 % have no mood");
}

TEST_CASE("moods are found of tracks with features of their own, where there are many", "[moods]") {
  // Of one artist nothing but the mean is known: many tracks at one place, apart from all others.
  const auto with_artist = [](int each) {
    TinyLibrary library = three_kinds(each);
    TinyTrack bare = sound(0, 0);
    bare.artists = {"known by the mean"};
    bare.energy = 0.1F;
    bare.valence = 0.9F;
    bare.tempo = TinyTrack::kUnknown;
    for (int k = 0; k < 60; ++k) library.listen(library.add(bare), 5);
    return library;
  };
  TrainedModels few, many;
  REQUIRE(train(few, with_artist(20)).status == PLAYLIST_OK);
  CHECK(card(few).at("learned_of") == 123);
  CHECK(labels(few).size() == 4);
  REQUIRE(train(many, with_artist(40)).status == PLAYLIST_OK);
  CHECK(card(many).at("learned_of") == 123);
  CHECK(card(many).at("tracks") == 183);
  CHECK(labels(many).size() == 3);
  CHECK(std::ranges::count(column<std::uint8_t>(many, "tracks", "own"), 0) == 60);
}

TEST_CASE("what is played counts as often, where that is asked for", "[moods]") {
  // Of two that lie close together one is played always: it draws the centroid to itself.
  TinyLibrary library = three_kinds(10);
  TinyTrack odd = sound(0, 3);
  odd.energy = 0.7F;
  const std::int32_t track = library.add(odd);
  for (int k = 0; k < 200; ++k) library.listen(track, 50 - 0.1 * k);
  TrainedModels models;
  REQUIRE(train(models, library).status == PLAYLIST_OK);
  CHECK(column<float>(models, "moods", "energy")[0] > 0.85F);
  REQUIRE(train(models, library, {{"weight", "plays"}, {"most", 3.0}}).status == PLAYLIST_OK);
  const auto energy = column<float>(models, "moods", "energy");
  CHECK(std::ranges::any_of(energy, [](float value) { return value > 0.68F && value < 0.76F; }));
  CHECK(card(models).at("weight") == "plays");
}

TEST_CASE("sounds without clusters are cut, and that is said", "[moods]") {
  TinyLibrary library;
  playlist::Random random(3);
  const auto drawn = [&] { return static_cast<float>(random.real()); };
  for (int k = 0; k < 400; ++k) {
    TinyTrack track;
    track.artists = {"a"};
    track.energy = drawn();
    track.valence = drawn();
    track.danceability = drawn();
    track.acousticness = drawn();
    track.instrumentalness = drawn();
    track.tempo = 250 * drawn();
    library.listen(library.add(track), 10);
  }
  TrainedModels models;
  REQUIRE(train(models, library, {{"starts", 5.0}}).status == PLAYLIST_OK);
  CHECK(card(models).at("is_continuum") == true);
  CHECK(card(models).at("chosen_by") == "elbow");
  CHECK_THAT(card(models).at("answer").get<std::string>(), Catch::Contains("parts of a continuum"));
  const std::vector<std::string> names = labels(models);
  CHECK(names.size() >= 3);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("moods keep their numbers when they are trained again", "[moods]") {
  TrainedModels models;
  REQUIRE(train(models, three_kinds(20)).status == PLAYLIST_OK);
  std::map<std::string, std::int32_t> before;
  for (std::size_t k = 0; k < 3; ++k)
    before[labels(models)[k]] = column<std::int32_t>(models, "moods", "id")[k];
  // Another kind comes up, which has most tracks and so comes first.
  TinyLibrary after = three_kinds(20);
  for (int k = 0; k < 60; ++k) {
    TinyTrack track = sound(0, k);
    track.energy -= 0.8F;
    after.listen(after.add(track), 3);
  }
  REQUIRE(train(models, after, {}, 5).status == PLAYLIST_OK);
  const auto ids = column<std::int32_t>(models, "moods", "id");
  REQUIRE(ids.size() == 4);
  CHECK(labels(models)[0] == "Low energy, positive, electronic");
  CHECK(ids[0] == 4);
  for (std::size_t k = 1; k < 4; ++k) CHECK(ids[k] == before.at(labels(models)[k]));
  CHECK(card(models).at("changed").at("kept") == 3);
  CHECK(card(models).at("changed").at("new") == Json::array({"Low energy, positive, electronic"}));
}

TEST_CASE("moods are the same bytes on any number of threads", "[moods]") {
  std::set<std::string> hashes;
  for (const double threads : {1.0, 3.0}) {
    TrainedModels models;
    REQUIRE(train(models, three_kinds(30), {{"threads", threads}}).status == PLAYLIST_OK);
    hashes.insert(card(models).at("hash"));
  }
  CHECK(hashes.size() == 1);
}

TEST_CASE("too few known sounds, and too many moods asked for, are told", "[moods]") {
  TrainedModels models;
  CHECK(train(models, TinyLibrary()).message ==
        "of 0 tracks heard, 0 have a known sound: moods take 10; import what they listen to: "
        "engine import FILE");
  TinyLibrary silent;
  for (int k = 0; k < 12; ++k) {
    TinyTrack track;
    track.artists = {"a"};
    silent.listen(silent.add(track), 3);
  }
  CHECK_THAT(train(models, silent).message, Catch::Contains("of 12 tracks heard, 0 have a known") &&
                                                Catch::Contains("engine help formats"));
  CHECK_THROWS_WITH(train(models, three_kinds(10), {{"fewest", 9.0}, {"most", 4.0}}),
                    Catch::Contains("most, 4, is less than fewest, 9"));
}
