// Who is what, as a listener meets it: lists without nameless tracks and without a song twice, and
// persons by any spelling of their names.
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "core/text_key.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

json answer(const EngineHome& home, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--json", "--now", "2026-11-21"});
  const Ended ended = home.engine(arguments);
  INFO(ended.err);
  REQUIRE((ended.exit_code == 0 || ended.exit_code == 1));
  return support::parse_json(ended.out);
}

void import_text(const EngineHome& home, const std::string& name, const std::string& text) {
  engine::write_file_atomically(home.path(name), text);
  answer(home, {"import", home.path(name)});
}

std::string track_id(int number) {
  std::string id = std::to_string(number);
  return std::string(22 - id.size(), '0') + id;
}

}  // namespace

TEST_CASE("a track known by its id alone is never recommended", "[names]") {
  const EngineHome home;
  std::string table = "track_id,track_name,artists,energy\n";
  for (int k = 1; k <= 12; ++k) {
    const bool has_title = k <= 8, has_artist = k <= 4;
    table += track_id(k) + "," + (has_title ? "Song " + std::to_string(k) : "") + "," +
             (has_artist ? "Artist " + std::to_string(k) : "") + ",0.5\n";
  }
  import_text(home, "catalogue.csv", table);
  // "Song 5" has a title and no artist: it is the heard one under another id.
  import_text(home, "Streaming_History_Audio_2026.json",
              R"([{"ts":"2026-01-01T10:03:00Z","ms_played":180000,"master_metadata_track_name":)"
              R"("Song 5","master_metadata_album_artist_name":"Heard","spotify_track_uri":)"
              R"("spotify:track:0000000000000000000099","reason_end":"trackdone"}])");
  engine::write_file_atomically(
      home.path("all.lua"),
      "local pl = require \"playlist\"\n"
      "return pl.recipe { title = \"All\", build = function(p, user)\n"
      "  return pl.recall.catalogue {}:filter(pl.filtering.not_in { user.history }):top(100)\n"
      "end }\n");
  const json run = answer(home, {"run", home.path("all.lua")});
  std::set<std::string> titles;
  for (const json& track : run.at("tracks")) titles.insert(track.at("title").get<std::string>());
  CHECK(titles == std::set<std::string>{"Song 1", "Song 2", "Song 3", "Song 4"});
  CHECK(answer(home, {"library"}).at("tracks") == 12);
}

TEST_CASE("no list has a song twice in any edition", "[names]") {
  const EngineHome home;
  const std::vector<std::string> editions = {"",
                                             " - 2011 Remaster",
                                             " (Deluxe Edition)",
                                             " - Radio Edit",
                                             " (feat. B)",
                                             " - Ao Vivo",
                                             " (Acústico)",
                                             " - Sped Up",
                                             " - From \"\"The Film\"\"",
                                             " (Taylor's Version)",
                                             " (Official Video)",
                                             " (リマスター)",
                                             " [Prod. B]",
                                             " - En Vivo en Madrid"};
  std::string table = "track_id,track_name,artists,album_name,duration_ms,track_genre\n";
  int number = 0;
  for (const char* song : {"Harbour", "Gulls", "Ferry", "Kitchen"}) {
    for (const std::string& edition : editions) {
      ++number;
      table += track_id(number) + ",\"" + song + edition + "\",A,Album " + std::to_string(number) +
               "," + std::to_string(200000 + 11000 * number) + ",pop\n";
    }
  }
  import_text(home, "catalogue.csv", table);
  import_text(home, "YourLibrary.json",
              R"({"tracks":[{"artist":"A","album":"x","track":"Harbour","uri":"spotify:track:)" +
                  track_id(1) + R"("}],"albums":[],"artists":[{"name":"A"}],"bannedTracks":[]})");
  for (const char* recipe : {"weekly", "discover-weekly"}) {
    for (int seed = 1; seed <= 3; ++seed) {
      const json run =
          answer(home, {"run", recipe, "--random-seed", std::to_string(seed), "--set", "tracks=12",
                        "--set", recipe == std::string("weekly") ? "per_artist=12" : "tracks=12"});
      std::set<std::string> songs;
      for (const json& track : run.at("tracks")) {
        CAPTURE(recipe, seed, track.at("title"));
        CHECK(songs.insert(engine::text_key("A", track.at("title").get<std::string>()).song_key())
                  .second);
      }
      if (recipe == std::string("weekly")) CHECK(songs.size() == 4);
    }
  }
}

TEST_CASE("a person is found by either way to write an accent", "[names]") {
  const EngineHome home;
  engine::write_file_atomically(
      home.path("StreamingHistory_music_0.json"),
      R"([{"endTime":"2026-01-01 10:00","artistName":"A","trackName":"S","msPlayed":200000}])");
  for (const char* name : {"Jos\xc3\xa9", "Jose\xcc\x81"}) {
    answer(home, {"import", "--user", name, home.path("StreamingHistory_music_0.json")});
    CHECK(answer(home, {"stats", "--user", name}).at("listens") == 1);
  }
  CHECK(answer(home, {"library", "users"}).at("users").size() == 1);
  const Ended ended = home.engine({"stats", "--user", "jose"});
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.err, Catch::Contains("did you mean Jos\xc3\xa9?"));
}
