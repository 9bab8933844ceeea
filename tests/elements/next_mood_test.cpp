// model.next_mood and ranking.next_mood on a listener whose moods follow each other.
#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::candidates_of;
using support::TinyLibrary;
using support::TinyTrack;
using support::Told;
using support::TrainedModels;
using Json = nlohmann::json;

namespace {

constexpr double kMinute = 1.0 / (24 * 60);
constexpr std::int32_t kEach = 12, kKinds = 3;

TinyTrack sound(int kind, int k) {
  playlist::Random random(static_cast<std::uint64_t>(1000 * kind + k));
  const auto near = [&](double value) {
    return static_cast<float>(value + 0.08 * (random.real() - 0.5));
  };
  TinyTrack track;
  track.artists = {"artist " + std::to_string(k)};
  track.energy = near(kind == 0 ? 0.9 : kind == 1 ? 0.2 : 0.5);
  track.valence = near(kind == 0 ? 0.8 : kind == 1 ? 0.2 : 0.5);
  track.danceability = near(0.5);
  track.acousticness = near(kind == 1 ? 0.9 : 0.1);
  track.instrumentalness = near(kind == 2 ? 0.9 : 0.1);
  track.tempo = 250 * near(0.4);
  return track;
}

/// Sessions of ten, one every other day, each of which goes loud, quiet, wordless, loud ...; they
/// begin loud. The last one `ended_minutes` before now, after `last` tracks.
TinyLibrary cycle(int sessions, double ended_minutes = 5 * 60, int last = 10) {
  TinyLibrary library;
  for (std::int32_t kind = 0; kind < kKinds; ++kind)
    for (std::int32_t k = 0; k < kEach; ++k) library.add(sound(kind, k));
  playlist::Random random(1);
  for (int session = sessions; session-- > 0;) {
    const int count = session == 0 ? last : 10;
    const double end = 2 * session + ended_minutes * kMinute;
    for (int k = 0; k < count; ++k) {
      const std::int32_t kind = k % kKinds;
      library.listen(kind * kEach + static_cast<std::int32_t>(random.below(kEach)),
                     end + 5 * (count - k) * kMinute);
    }
  }
  return library;
}

void train(TrainedModels& models, const TinyLibrary& library) {
  REQUIRE(models.train("model.moods", library).status == PLAYLIST_OK);
  const Told told =
      models.train("model.next_mood", library, {{"published", true}, {"rounds", 10.0}});
  INFO(told.message);
  REQUIRE(told.status == PLAYLIST_OK);
}

support::Ranked rank(TrainedModels& models, const TinyLibrary& library,
                     const std::vector<std::int32_t>& tracks) {
  auto ranked =
      support::run_rank("ranking.next_mood", {}, library, candidates_of(tracks), {1, {}, &models});
  REQUIRE(ranked.status == PLAYLIST_OK);
  return ranked;
}

const std::vector<std::int32_t> kOneOfEach{0, kEach, 2 * kEach};

}  // namespace

TEST_CASE("the mood that follows is likely, and the card tells how well that is known",
          "[next_mood]") {
  const TinyLibrary library = cycle(120);
  TrainedModels models;
  train(models, library);
  const Json card = support::parse_json(models.find("model.next_mood").card());
  CHECK(card.at("windows") == 840);
  CHECK(card.at("held_out") == 168);
  CHECK(card.at("changes") == 168);
  CHECK(card.at("plays_own") == 1);
  CHECK(card.at("plays_unknown") == 0);
  CHECK(card.at("split").at("moods") == 3);
  CHECK(card.at("ways").size() == 7);
  CHECK(card.at("ways").at("markov_1").at("accuracy") == 1);
  CHECK(card.at("ways").at("forecast").at("log_loss") <
        card.at("ways").at("session").at("log_loss"));
  CHECK(card.at("changes_only").at("published").at("log_loss_gain_interval").size() == 2);
}

TEST_CASE("where nothing was learned the columns are empty if that may be, else it is said",
          "[next_mood]") {
  TrainedModels models;
  const TinyLibrary library = cycle(20);
  const auto refused = support::run_rank("ranking.next_mood", {}, library,
                                         candidates_of(kOneOfEach), {1, {}, &models});
  CHECK(refused.status == PLAYLIST_NO_DATA);
  const auto empty = support::run_rank("ranking.next_mood", {{"optional", true}}, library,
                                       candidates_of(kOneOfEach), {1, {}, &models});
  REQUIRE(empty.status == PLAYLIST_OK);
  CHECK(empty.notices.empty());
  CHECK(std::isnan(empty.columns.at("next_mood")[0]));
}

TEST_CASE("while a session goes on what comes next has the mood that follows", "[next_mood]") {
  TrainedModels models;
  train(models, cycle(120));
  // Until a moment ago: loud, quiet, wordless, loud.
  const TinyLibrary now = cycle(120, 2, 4);
  const auto ranked = rank(models, now, kOneOfEach);
  const auto& chance = ranked.columns.at("next_mood");
  CHECK(chance[1] > 0.8);
  CHECK(chance[0] + chance[1] + chance[2] == Approx(1).margin(1e-5));
  REQUIRE(ranked.notices.size() == 1);
  CHECK_THAT(ranked.notices[0],
             Catch::Contains("after what you hear the mood to come is most likely \"Low energy, "
                             "negative, acoustic\""));
  CHECK_THAT(ranked.explanations[1],
             Catch::StartsWith("Low energy, negative, acoustic: what you hear next is that with a "
                               "chance of "));
  // What the next listen changes is known at once.
  CHECK(rank(models, cycle(120, 2, 5), kOneOfEach).columns.at("next_mood")[2] > 0.8);
}

TEST_CASE("when no session goes on it is the mood that sessions begin with", "[next_mood]") {
  TrainedModels models;
  train(models, cycle(120));
  for (const TinyLibrary& library : {cycle(120), cycle(120, 2, 2)}) {
    const auto ranked = rank(models, library, kOneOfEach);
    CHECK(ranked.columns.at("next_mood")[0] > 0.6);
    CHECK_THAT(ranked.notices.at(0), Catch::Contains("a session that begins now most likely"));
  }
}

TEST_CASE("a track that came after the training has its nearest mood, one without sound none",
          "[next_mood]") {
  TrainedModels models;
  train(models, cycle(120));
  TinyLibrary library = cycle(120, 2, 4);
  const std::int32_t quiet = library.add(sound(1, 40));
  TinyTrack bare;
  bare.artists = {"nobody known"};
  const std::int32_t silent = library.add(bare);
  const auto ranked = rank(models, library, {0, kEach, quiet, silent});
  const auto& chance = ranked.columns.at("next_mood");
  const auto& id = ranked.columns.at("mood_id");
  CHECK(chance[2] == chance[1]);
  CHECK(id[2] == id[1]);
  CHECK(std::isnan(id[3]));
  CHECK(chance[3] > chance[0]);
  CHECK(chance[3] < chance[1]);
  CHECK_THAT(ranked.notices.at(0), Catch::EndsWith("; of 1 candidate the mood is not known"));
  CHECK(ranked.explanations[3] == "its mood is not known");
}

TEST_CASE("moods that were learned again meanwhile do not change what is said", "[next_mood]") {
  TrainedModels models;
  const TinyLibrary library = cycle(120, 2, 4);
  train(models, library);
  const auto before = rank(models, library, kOneOfEach).columns.at("next_mood");
  REQUIRE(models.train("model.moods", library, {{"fewest", 5.0}}).status == PLAYLIST_OK);
  CHECK(rank(models, library, kOneOfEach).columns.at("next_mood") == before);
}

TEST_CASE("little to judge by, and moods that are not there, are told", "[next_mood]") {
  TrainedModels models;
  const TinyLibrary few = cycle(10);
  CHECK_THAT(models.train("model.next_mood", few).message,
             Catch::Contains("model.moods has not been trained"));
  train(models, few);
  const Json card = support::parse_json(models.find("model.next_mood").card());
  CHECK(card.at("serves") == "markov_2");
  CHECK_THAT(card.at("why").get<std::string>(), Catch::Contains("70 listens with three before"));
  const auto ranked = rank(models, cycle(10, 2, 4), kOneOfEach);
  CHECK(ranked.columns.at("next_mood")[1] > 0.5);
  TrainedModels none;
  const auto untrained =
      support::run_rank("ranking.next_mood", {}, few, candidates_of({0}), {1, {}, &none});
  CHECK(untrained.status == PLAYLIST_NO_DATA);
  CHECK_THAT(untrained.message, Catch::Contains("model.next_mood has not been trained"));
}
