// engine ban, unban, like, unlike: what a person says themselves, and what lists make of it.
#include <filesystem>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

/// A home whose library has a few tracks and one listener, ann.
struct Home : EngineHome {
  Home() {
    engine::write_file_atomically(path("catalogue.csv"),
                                  "track_id,track_name,artists,album_name,duration_ms,track_genre\n"
                                  "0000000000000000000001,One,A,First,200000,rock\n"
                                  "0000000000000000000002,One - Live,A,First,200000,rock\n"
                                  "0000000000000000000003,Two,A;B,First,200000,rock\n"
                                  "0000000000000000000004,Two,C,First,200000,rock\n"
                                  "0000000000000000000005,Noise,Noise,First,200000,rock\n"
                                  "0000000000000000000006,Three,D,First,200000,rock\n");
    engine::write_file_atomically(
        path("YourLibrary.json"),
        R"({"tracks":[{"artist":"D","album":"First","track":"Three"}],"albums":[],"shows":[],)"
        R"("bannedTracks":[],"artists":[],"bannedArtists":[{"name":"C"}]})");
    REQUIRE(engine({"import", path("catalogue.csv"), path("YourLibrary.json"), "--user", "ann",
                    "--now", "2026-01-01"})
                .exit_code == 0);
  }
  /// The verb's --json answer.
  json say(std::vector<std::string> arguments, int exit_code = 0) const {
    arguments.emplace_back("--json");
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out);
  }
  /// References of what is banned, as `engine library banned` lists them.
  [[nodiscard]] std::string banned(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--json", "library", "banned"});
    std::string text;
    const json answer = support::parse_json(engine(more).out);
    for (const json& it : answer.at("banned")) {
      text += (text.empty() ? "" : " ") + it.at("kind").get<std::string>() + ":" +
              std::to_string(it.at("id").get<int>());
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a track or an artist is banned by name or id, and let in again", "[opinions]") {
  const Home home;
  // Whatever numbers they have.
  const json one = home.say({"ban", "A - One"});
  CHECK(one.at("kind") == "track");
  CHECK(one.at("title") == "One");
  CHECK(one.at("artist") == "A");
  CHECK(one.at("user") == "ann");
  CHECK(one.at("changed") == true);
  const std::string track = "track:" + std::to_string(one.at("id").get<int>());
  CHECK(home.say({"ban", "spotify:track:0000000000000000000001"}).at("changed") == false);
  CHECK(home.say({"ban", track}).at("id") == one.at("id"));
  const json artist = home.say({"ban", "d"});
  CHECK(artist.at("kind") == "artist");
  CHECK(artist.at("title") == nullptr);

  const std::string d = "artist:" + std::to_string(artist.at("id").get<int>());
  CHECK_THAT(home.banned(), Catch::Contains(track) && Catch::Contains(d));
  CHECK_THAT(home.engine({"library", "banned"}).out, Catch::Contains("\"One\" by A, since ") &&
                                                         Catch::Contains("told by you") &&
                                                         Catch::Contains("told by spotify"));
  CHECK_THAT(home.engine({"library", "users"}).out, Catch::Contains("3 banned"));

  const Ended lifted = home.engine({"unban", "one"});
  CHECK(lifted.exit_code == 0);
  CHECK_THAT(lifted.out,
             Catch::Contains("\"One\" by A (" + track + ") is no longer banned by ann") &&
                 Catch::Contains("undo with: engine ban " + track));
  CHECK_THAT(home.banned(), !Catch::Contains(track));
  const Ended again = home.engine({"unban", "A - One"});
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.out, Catch::Contains("was not banned"));
}

TEST_CASE("as of an earlier time what was banned later is not", "[opinions]") {
  const Home home;
  home.say({"ban", "A - One", "--now", "2026-03-01"});
  home.say({"unban", "A - One", "--now", "2026-05-01"});
  const std::string c = home.banned({"--now", "2026-02-01"});  // spotify's, of no date
  CHECK(home.banned({"--now", "2026-04-01"}).size() > c.size());
  CHECK(home.banned({"--now", "2026-06-01"}) == c);
}

TEST_CASE("a name of several things is refused with what to type", "[opinions]") {
  const Home home;
  const Ended two = home.engine({"ban", "two"});
  CHECK(two.exit_code == 3);
  CHECK_THAT(two.err, Catch::Contains("\"two\" names 2 things") && Catch::Contains("track:") &&
                          Catch::Contains("\"Two\" by A") && Catch::Contains("\"Two\" by C") &&
                          Catch::Contains("fix:   type the one you mean, such as track:"));
  const Ended noise = home.engine({"like", "Noise"});
  CHECK(noise.exit_code == 3);
  CHECK_THAT(noise.err, Catch::Contains("artist:") && Catch::Contains("\"Noise\" by Noise"));
  const Ended nothing = home.engine({"like", "Noize"});
  CHECK(nothing.exit_code == 3);
  CHECK_THAT(nothing.err, Catch::Contains("no track or artist \"Noize\"") &&
                              Catch::Contains("did you mean \"Noise\"?"));
  CHECK(home.engine({"ban", "track:999"}).exit_code == 3);
  CHECK(home.engine({"ban", "One", "--user", "bob"}).exit_code == 3);
  CHECK(home.engine({"ban"}).exit_code == 2);
}

TEST_CASE("what the person says stands whatever an export says later", "[opinions]") {
  const Home home;
  const auto likes = [&] { return home.say({"stats"}).at("likes").get<int>(); };
  CHECK(likes() == 1);
  home.say({"like", "A - One"});
  CHECK(likes() == 2);
  CHECK(home.say({"unlike", "Three"}).at("ended") == json{"spotify"});
  CHECK(likes() == 1);
  CHECK(home.say({"unban", "C"}).at("ended") == json{"spotify"});
  // The same export with one more line, still listing what the person took back.
  engine::write_file_atomically(
      home.path("YourLibrary.json"),
      R"({"tracks":[{"artist":"D","album":"First","track":"Three"}],"albums":[],"shows":[],)"
      R"("bannedTracks":[],"artists":[{"name":"B"}],"bannedArtists":[{"name":"C"}]})");
  REQUIRE(home.engine({"import", home.path("YourLibrary.json")}).exit_code == 0);
  CHECK(likes() == 1);
  CHECK(home.banned() == "");
  // A like does not lift a ban, and is told so.
  home.say({"ban", "B"});
  const Ended kept_out = home.engine({"like", "A - Two"});
  CHECK(kept_out.exit_code == 0);
  CHECK_THAT(kept_out.err, Catch::Contains("it stays out of lists: artist:"));
}

TEST_CASE("nothing banned is in any list, by every recipe over many seeds", "[opinions][banned]") {
  const EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  {
    engine::Store store = engine::Store::open(home.path("library.db"));
    // Half of the artists and a third of the tracks.
    store.execute(
        "INSERT INTO holdings (user_id, kind, id, teller, ts) SELECT user_id, 5, artist_id, 'you', "
        "0 FROM users, artists WHERE artist_id % 2 = 0;"
        "INSERT INTO holdings (user_id, kind, id, teller, ts) SELECT user_id, 4, track_id, 'you', "
        "0 "
        "FROM users, tracks WHERE track_id % 3 = 0");
    store.bump_data_version();
  }
  std::set<std::int64_t> banned;
  {
    const engine::Store store = engine::Store::open(home.path("library.db"));
    engine::Statement select = store.prepare(
        "SELECT track_id FROM tracks WHERE track_id % 3 = 0 UNION SELECT track_id FROM "
        "track_artists WHERE artist_id % 2 = 0");
    for (select.start(); select.step();) banned.insert(select.integer(0));
  }
  const auto check = [&](const json& tracks) {
    for (const json& track : tracks) {
      CAPTURE(track.dump());
      CHECK(banned.count(track.at("track").get<std::int64_t>()) == 0);
    }
    return tracks.size();
  };
  const std::vector<std::string> common = {"--library", home.path("library.db"), "--now",
                                           "2026-11-21", "--json"};
  std::size_t count = 0;
  for (const char* recipe : {"weekly", "discover-weekly"}) {
    for (int seed = 1; seed <= 5; ++seed) {
      std::vector<std::string> arguments = common;
      arguments.insert(arguments.end(),
                       {"run", recipe, "--no-record", "--random-seed", std::to_string(seed)});
      const Ended ended = home.engine(arguments);
      INFO(ended.err);
      REQUIRE(ended.exit_code == 0);
      count += check(support::parse_json(ended.out).at("tracks"));
    }
  }
  CHECK(count > 100);

  // Why one is not there: it names the ban.
  std::vector<std::string> why = common;
  why.insert(why.end(), {"why-not", "weekly", std::to_string(*banned.begin())});
  CHECK_THAT(home.engine(why).out, Catch::Contains("banned") || Catch::Contains("never recalled"));

  // A batch runs the same recipes.
  std::vector<std::string> batch = common;
  batch.insert(batch.end(), {"batch", "weekly", "--out", home.path("lists")});
  REQUIRE(home.engine(batch).exit_code == 0);
  std::size_t lines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(home.path("lists"))) {
    std::istringstream text(engine::read_file(entry.path().string()));
    for (std::string line; std::getline(text, line);) {
      const json list = json::parse(line, nullptr, false);
      if (list.is_discarded() || !list.contains("tracks")) continue;
      ++lines;
      check(list.at("tracks"));
    }
  }
  CHECK(lines > 0);
}
