// A playlist as JSON and back.
#include "recipe/playlist_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/error.hpp"
#include "recipe/answer_bytes.hpp"

using namespace engine;
using nlohmann::ordered_json;

namespace {

Playlist some_playlist() {
  Playlist made;
  made.recipe = "recipes/weekly.lua";
  made.title = "Weekly Mix: rediscoveries";
  made.user = "ann\n\"the second\"";
  made.now = parse_time("2026-11-21T10:00:00Z");
  made.random_seed = UINT64_MAX;
  made.parameters = {{"discovery", 0.3}, {"is_loud", true}, {"mood", std::string("calm")}};
  made.fallback = "rediscoveries";
  PlaylistTrack heard;
  heard.id = 7;
  heard.title = "Étude";
  heard.artist = "B";
  heard.album = "C";
  heard.duration_ms = 201'000;
  heard.spotify_uri = "spotify:track:4uLU6hMCjMI75M1A2tKUQC";
  heard.score = 0.1f;
  heard.columns = {{"channel", std::string("als")}, {"energy", PlaylistValue()}, {"plays", 3.0}};
  heard.explanation = {"\"Étude\" by B made it to the playlist! [ALS: like D]"};
  heard.reasons = {"like D"};
  heard.found_by = {{"als", "\"D\" by E", 0.5}, {"likes", "", std::nullopt}};
  heard.plays = 3;
  heard.last_played = parse_time("2026-08-01T00:00:00Z");
  PlaylistTrack bare;
  bare.id = 8;
  bare.title = "Bare";
  bare.explanation = {"\"Bare\" by an unknown artist made it to the playlist!"};
  made.tracks = {heard, bare};
  made.statistics.minutes = 6.9;
  made.statistics.generative = 1;
  made.statistics.fallbacks = 2;
  made.statistics.channels = {{"none", 1}, {"als", 1}};
  made.statistics.branches = {{"discoveries", 0.5, true, 3, 1, 2}};
  made.statistics.feature_coverage = {{"energy", 0.25}};
  made.receipt = {{"per_artist 3", 4, true, "per_artist 4 would give 50 tracks"}, {"n 2", 0}};
  made.notices = {"model.als has not been trained"};
  made.trace = {{"user.likes", "recipes/weekly.lua:3", 0, 12, 0.25, true}};
  return made;
}

}  // namespace

TEST_CASE("a playlist read back from its JSON is the same playlist", "[playlist]") {
  Playlist made = some_playlist();
  for (const bool is_recorded : {false, true}) {
    if (is_recorded) made.run = 12;
    const std::string text = playlist_json(made).dump();
    const Playlist read = read_playlist(text);
    CHECK(playlist_json(read).dump() == text);
    CHECK(read.run == made.run);
    CHECK(read.parameters == made.parameters);
    CHECK(read.tracks[1] == made.tracks[1]);
    CHECK(read.tracks[0].columns == made.tracks[0].columns);
    CHECK(static_cast<float>(*read.tracks[0].score) == 0.1f);
    CHECK(read.tracks[0].last_played == made.tracks[0].last_played);
    CHECK(read.track_ids() == std::vector<std::int64_t>{7, 8});
    CHECK(read.trace[0].is_reused);
  }
}

TEST_CASE("an answer crosses a pipe whole", "[playlist]") {
  RunAnswer answer;
  answer.playlist = some_playlist();
  answer.playlist_hash = "ab";
  answer.recipe_hash = "cd";
  answer.elements = R"({"recall.genre":"ours 1"})";
  answer.models = {{"model.als", true}, {"model.din", false}};
  answer.answer = "two\nlines";
  const RunAnswer read = unpack_answer(pack_answer(answer));
  CHECK(playlist_json(read.playlist) == playlist_json(answer.playlist));
  CHECK(read.playlist_hash == "ab");
  CHECK(read.elements == answer.elements);
  REQUIRE(read.models.size() == 2);
  CHECK(read.models[0].name == "model.als");
  CHECK(read.models[0].is_found);
  CHECK_FALSE(read.models[1].is_found);
  CHECK(read.answer == answer.answer);
}

TEST_CASE("what found a track is told in parts, and is no part of the hash", "[playlist]") {
  const Playlist made = some_playlist();
  CHECK(playlist_json(made)["tracks"][0]["found_by"] ==
        ordered_json::parse(R"([{"channel": "als", "seed": "\"D\" by E", "value": 0.5},
                                {"channel": "likes", "seed": null, "value": null}])"));
  ordered_json hashed = tracks_json(made);
  for (ordered_json& track : hashed) track.erase("found_by");
  CHECK(hashed_tracks_json(made).dump() == hashed.dump());
}

TEST_CASE("records of older engines lack fields, and are read", "[playlist]") {
  ordered_json old = playlist_json(some_playlist());
  old.erase("fallback");
  for (ordered_json& track : old["tracks"])
    for (const char* field : {"reasons", "found_by", "plays", "last_played"}) track.erase(field);
  const Playlist read = read_playlist(old.dump());
  CHECK(read.fallback.empty());
  CHECK(read.tracks.at(0).reasons.empty());
  CHECK(read.tracks.at(0).found_by.empty());
  CHECK(read.tracks.at(0).plays == 0);
  CHECK(read.tracks.at(0).title == "Étude");
}

TEST_CASE("a list of a year that nobody writes by hand is read back", "[playlist]") {
  Playlist made = some_playlist();
  for (const std::int64_t now : {0L, 253'402'300'800L, 1'763'700'000'000L}) {
    made.now = now;
    CHECK(read_playlist(playlist_json(made).dump()).now == now);
  }
}

TEST_CASE("what is no playlist is an error of the store", "[playlist]") {
  for (const std::string& text : {"", "{", "[]", "{\"tracks\": 3}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(read_playlist(text), "the record of a run cannot be read");
  }
}
