// Lists put into Spotify: how few requests a change takes, that a list is known by its id alone, and
// that whatever Spotify answers, the next push puts all right.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "spotify_listener.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::FakeSpotify;
using players_test::spotify_track;
using players_test::spotify_track_id;
using support::Ended;

namespace {

using Strings = std::vector<std::string>;

/// Tracks of this person's are numbers, as tempos: "Title 7" has 7.
constexpr const char* kByNumber =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'By number', about = 'first\\nthings first',\n"
    "  params = { first = pl.int { 1, min = 1, max = 999, help = 'number' },\n"
    "    last = pl.int { 30, min = 1, max = 999, help = 'number' },\n"
    "    without = pl.int { 0, min = 0, max = 999, help = 'number' },\n"
    "    early = pl.int { 0, min = 0, max = 999, help = 'number that comes before all' },\n"
    "    turned = pl.boolean { false, help = 'last first' } },\n"
    "  build = function(p, user)\n"
    "    local listens = user.listens:filter(function(t)\n"
    "      return t.tempo >= p.first and t.tempo <= p.last and t.tempo ~= p.without end)\n"
    "    if p.turned then return listens:score(function(t) return t.tempo end) end\n"
    "    return listens:score(function(t) return t.tempo == p.early and 0 or -t.tempo end)\n"
    "  end }\n";

struct Lists : players_test::Ann {
  /// Ann has played "Title 1" to "Title `count`", which have Spotify ids; and `more`, lines of
  /// title,artist,duration_ms,isrc,tempo, which have none.
  explicit Lists(const FakeSpotify& spotify, int count = 31, const Strings& more = {},
                 const std::string& scopes = "")
      : Ann(spotify, scopes) {
    std::ofstream tracks(path("tracks.csv")), plays(path("plays.csv"));
    tracks << "title,artist,album,duration_ms,isrc,tempo,spotify_id\n";
    plays << "title,artist,album,time\n";
    const auto play = [&](const std::string& title, const std::string& artist, int number) {
      plays << title << "," << artist << ",Album,2026-01-" << (number / 24 % 28 < 9 ? "0" : "")
            << number / 24 % 28 + 1 << " " << (number % 24 < 10 ? "0" : "") << number % 24
            << ":00:00\n";
    };
    for (int k = 1; k <= count; ++k) {
      const json one = spotify_track(k);
      tracks << one[1].get<std::string>() << "," << one[2][0].get<std::string>()
             << ",Album,215000,," << k << "," << spotify_track_id(k) << "\n";
      play(one[1], one[2][0], k);
    }
    for (std::size_t k = 0; k < more.size(); ++k) {
      const std::size_t comma = more[k].find(','), next = more[k].find(',', comma + 1);
      const std::string title = more[k].substr(0, comma),
                        artist = more[k].substr(comma + 1, next - comma - 1);
      tracks << title << "," << artist << ",Album," << more[k].substr(next + 1) << ",\n";
      play(title, artist, count + 1 + static_cast<int>(k));
    }
    tracks.close(), plays.close();
    std::ofstream(path("by_number.lua")) << kByNumber;
    for (const Strings& arguments :
         {Strings{"import", path("tracks.csv")},
          Strings{"import", path("plays.csv"), "--user", "ann", "--columns",
                  "title=title,artist=artist,album=album,time=time"}}) {
      const Ended ended = run(arguments);
      INFO(ended.err);
      REQUIRE(ended.exit_code == 0);
    }
  }
  [[nodiscard]] Strings pushing(const std::string& to, const Strings& set) const {
    Strings arguments = {"run", path("by_number.lua"), "--to", to};
    for (const std::string& one : set) arguments.insert(arguments.end(), {"--set", one});
    return arguments;
  }
  [[nodiscard]] json push(const Strings& set = {}, const std::string& to = "spotify:Weekly",
                          const std::string& now = players_test::kSpotifyNow) const {
    const Ended ended = run(pushing(to, set), now);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out).at("pushed").at(0);
  }
  /// What is told of a push that fails.
  [[nodiscard]] std::string refused(const Strings& set = {}) const {
    const Ended ended = run(pushing("spotify:Weekly", set));
    CHECK(ended.exit_code != 0);
    CHECK_THAT(ended.err, !Contains("-number-"));
    return ended.err;
  }
};

json list_of(const FakeSpotify& spotify, const std::string& name = "Weekly") {
  for (const json& list : support::parse_json(spotify.text("playlists.json")))
    if (list.at("name") == name && !list.contains("is_gone")) return list;
  return json::object();
}

/// The numbers of the list's tracks.
std::vector<int> numbers(const FakeSpotify& spotify, const std::string& name = "Weekly") {
  std::vector<int> all;
  const json list = list_of(spotify, name);
  for (const json& item : list.at("items")) all.push_back(std::stoi(item.at(0).get<std::string>()));
  return all;
}

std::vector<int> from_to(int first, int last) {
  std::vector<int> all;
  for (int k = first; first <= last ? k <= last : k >= last; k += first <= last ? 1 : -1)
    all.push_back(k);
  return all;
}

/// The methods of the requests since the last time: "GET GET PUT".
std::string methods(const FakeSpotify& spotify) {
  std::string all;
  for (const std::string& line : spotify.requests())
    all += (all.empty() ? "" : " ") + (line[0] == '/' ? "GET" : line.substr(0, line.find(' ')));
  return all;
}

}  // namespace

TEST_CASE("the fake Spotify keeps lists for a client that is not ours", "[players][spotify]") {
  if (!players_test::has_spotify_client()) return;
  const FakeSpotify spotify;
  spotify.put("mode.json", "extended");
  json tracks = json::array();
  for (int k = 1; k <= 5; ++k) tracks.push_back(spotify_track(k));
  spotify.put("tracks.json", tracks);
  const json told = players_test::proof_of_spotify(spotify, "lists");
  const auto titles = [](const std::vector<int>& all) {
    json list = json::array();
    for (const int k : all) list.push_back(spotify_track(k)[1]);
    return list;
  };
  CHECK(told.at("public") == false);
  CHECK(told.at("added") == titles({1, 2, 3}));
  CHECK(told.at("between") == titles({1, 4, 1, 2, 3}));
  CHECK(told.at("moved") == titles({2, 3, 1, 4, 1}));
  CHECK(told.at("removed") == titles({2, 3, 4}));
  CHECK(told.at("replaced") == titles({4, 5}));
  CHECK(told.at("snapshots") == 5);
  CHECK(told.at("total") == 2);
  CHECK(told.at("found") == titles({4}));
  CHECK(told.at("left") == 0);
  CHECK(told.at("answers") == "Proof");  // deleted, it is no longer listed, and still there
  CHECK(told.at("bad") == 400);
}

TEST_CASE("a list is put into Spotify and changed with few requests", "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify);
  CHECK(ann.push({}, "spotify:Weekly,public=false").at("added") == 30);
  CHECK(numbers(spotify) == from_to(1, 30));
  const json list = list_of(spotify);
  CHECK(list.at("public") == false);  // which Spotify would have made true
  CHECK(list.at("description") == "first things first");
  CHECK(methods(spotify) == "GET POST POST GET");  // its lists; made; filled; read back
  CHECK(ann.push().at("stayed") == 30);
  CHECK(methods(spotify) == "GET GET");

  SECTION("one track for another") {
    const json push = ann.push({"without=5", "last=31"});
    CHECK(push.at("added") == 1);
    CHECK(push.at("removed") == 1);
    CHECK(methods(spotify) == "GET GET DELETE POST GET");
    std::vector<int> wanted = from_to(1, 31);
    wanted.erase(wanted.begin() + 4);
    CHECK(numbers(spotify) == wanted);
  }
  SECTION("one track moved") {
    CHECK(ann.push({"early=20"}).at("moved") == 1);
    CHECK(methods(spotify) == "GET GET PUT GET");
    CHECK(numbers(spotify).at(0) == 20);
    CHECK(ann.push().at("moved") == 1);  // and back
    CHECK(numbers(spotify) == from_to(1, 30));
  }
  SECTION("a block moved") {
    std::vector<int> turned = from_to(21, 30);
    for (const int k : from_to(1, 20)) turned.push_back(k);
    json items = json::array();
    for (const int k : turned) items.push_back(spotify_track(k));
    json all = support::parse_json(spotify.text("playlists.json"));
    all[0]["items"] = items;
    spotify.put("playlists.json", all);
    CHECK(ann.push().at("moved") == 10);
    CHECK(methods(spotify) == "GET GET PUT GET");
    CHECK(numbers(spotify) == from_to(1, 30));
  }
  SECTION("turned round") {
    CHECK(ann.push({"turned=true"}).at("moved") == 29);
    CHECK(methods(spotify) == "GET GET PUT GET");  // at once: nothing would stay
    CHECK(numbers(spotify) == from_to(30, 1));
  }
  SECTION("a track that is in it twice") {
    json all = support::parse_json(spotify.text("playlists.json"));
    all[0]["items"].push_back(spotify_track(3));
    spotify.put("playlists.json", all);
    CHECK(ann.push().at("removed") == 1);
    CHECK(numbers(spotify) == from_to(1, 30));
  }
  SECTION("only told") {
    const Ended dry = ann.run({"run", ann.path("by_number.lua"), "--to", "spotify:Weekly", "--set",
                               "last=10", "--dry-run"});
    CHECK(support::parse_json(dry.out).at("pushed").at(0).at("removed") == 20);
    CHECK(methods(spotify) == "GET GET");
  }
  CHECK(ann.files_with_tokens().empty());
}

TEST_CASE("three hundred tracks stand in Spotify in their order", "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify, 300);
  CHECK(ann.push({"last=300"}).at("added") == 300);
  CHECK(numbers(spotify) == from_to(1, 300));
  CHECK(methods(spotify) == "GET POST POST POST POST GET GET GET GET GET GET");
  CHECK(ann.push({"last=300", "turned=true"}).at("moved") == 299);
  CHECK(numbers(spotify) == from_to(300, 1));
  CHECK(methods(spotify) == "GET GET GET GET GET GET GET PUT POST POST GET GET GET GET GET GET");
}

TEST_CASE("a list of Spotify is known by its id, never by its name", "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify);
  const json own = {{"id", "own"},
                    {"name", "Weekly"},
                    {"owner", "ann0"},
                    {"snapshot_id", "s1"},
                    {"items", json::array({spotify_track(99)})}};
  spotify.put("playlists.json", json::array({own}));
  CHECK(ann.push().at("added") == 30);
  json all = support::parse_json(spotify.text("playlists.json"));
  REQUIRE(all.size() == 2);
  CHECK(all[1] == own);
  // Called otherwise over there it is the same list.
  all[0]["name"] = "My weekly";
  spotify.put("playlists.json", all);
  CHECK(ann.push({"last=29"}).at("removed") == 1);
  CHECK(support::parse_json(spotify.text("playlists.json")).size() == 2);
  // Deleted over there it is made anew, though the id still answers.
  all = support::parse_json(spotify.text("playlists.json"));
  all[0]["is_gone"] = true;
  spotify.put("playlists.json", all);
  CHECK(ann.push().at("added") == 30);
  all = support::parse_json(spotify.text("playlists.json"));
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("items").size() == 30);
  CHECK(all[0].at("id") != all[1].at("id"));
  CHECK(all[2] == own);
}

TEST_CASE("an app of extended quota is asked by the paths that it has", "[players][spotify]") {
  const FakeSpotify spotify;
  spotify.put("mode.json", "extended");
  const Lists ann(spotify);
  CHECK(ann.push().at("added") == 30);
  CHECK(numbers(spotify) == from_to(1, 30));
  const auto closed = [&] {
    int count = 0;
    for (const std::string& line : spotify.requests()) count += line.find("/items") != line.npos;
    return count;
  };
  CHECK(closed() == 1);
  CHECK(ann.push({"without=5"}).at("removed") == 1);
  CHECK(ann.push({"turned=true"}).at("added") == 1);
  CHECK(ann.push({}, "spotify:Other").at("added") == 30);  // another list knows, too
  CHECK(closed() == 0);
  CHECK(ann.push({}, "spotify:Other", "2026-11-22T11:00:00Z").at("stayed") == 30);
  CHECK(closed() == 0);
  CHECK(ann.push({}, "spotify:Other", "2026-11-22T13:00:00Z").at("stayed") == 30);
  CHECK(closed() == 1);  // a day later it might have changed
  // The app is one in development mode now: the other way round.
  spotify.put("mode.json", "development");
  CHECK(ann.push({}, "spotify:Other", "2026-11-22T14:00:00Z").at("stayed") == 30);
  CHECK(ann.push({}, "spotify:Other", "2026-11-22T15:00:00Z").at("stayed") == 30);
  CHECK(closed() == 2);
}

TEST_CASE("what puts tracks into Spotify is not sent twice", "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify);
  SECTION("it was done, and the answer lost") {
    spotify.put("trouble.json", {nullptr, nullptr, "done:502"});
    CHECK(ann.push().at("added") == 30);
    CHECK(methods(spotify) == "GET POST POST GET");
  }
  SECTION("it was not done") {
    spotify.put("trouble.json", {nullptr, nullptr, 502});
    CHECK(ann.push().at("added") == 30);
    CHECK(methods(spotify) == "GET POST POST GET PUT GET");
  }
  SECTION("the list was made, and the answer lost") {
    spotify.put("trouble.json", {nullptr, "done:502"});
    CHECK(ann.push().at("added") == 30);
    CHECK(support::parse_json(spotify.text("playlists.json")).size() == 1);
  }
  SECTION("the list was not made") {
    spotify.put("trouble.json", {nullptr, 502});
    CHECK_THAT(ann.refused(), Contains("status 502"));
    CHECK(ann.push().at("added") == 30);
    CHECK(support::parse_json(spotify.text("playlists.json")).size() == 1);
  }
  CHECK(numbers(spotify) == from_to(1, 30));
}

TEST_CASE("who is killed while Spotify is changed is followed by a push that puts all right",
          "[players][spotify][kill]") {
  const FakeSpotify spotify;
  const Lists ann(spotify, 300);
  // Behind which request of the first push: its lists, made, a hundred put in, two hundred.
  const int requests = GENERATE(2, 3, 4);
  CAPTURE(requests);
  json troubles = json(std::vector<json>(static_cast<std::size_t>(requests - 1), nullptr));
  troubles.push_back("hold");
  spotify.put("trouble.json", troubles);
  {
    Strings arguments = ann.pushing("spotify:Weekly", {"last=300"});
    arguments.insert(arguments.begin(),
                     {PLAYLIST_BUILD_DIR "/engine", "--library", ann.path("library.db"), "--now",
                      players_test::kSpotifyNow});
    support::Background engine(arguments, ann.path("log"), ann.environment(), PLAYLIST_SOURCE_DIR);
    while (spotify.text("held.json").empty() && engine.is_running())
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    INFO(players_test::text_of_file(ann.path("log")));
    REQUIRE(engine.is_running());
    engine.kill();
  }
  CHECK(ann.push({"last=300", "turned=true"}).at("missing").empty());
  CHECK(numbers(spotify) == from_to(300, 1));
  CHECK(support::parse_json(spotify.text("playlists.json")).size() == 1);
}

TEST_CASE("a login without the right to change playlists is told before the run",
          "[players][spotify]") {
  const FakeSpotify spotify;
  {
    const Lists ann(spotify, 3, {}, "user-library-read playlist-read-private");
    const std::string told = ann.refused();
    CHECK_THAT(told, Contains("the login to spotify may not change playlists") &&
                         Contains("no right called playlist-modify-private") &&
                         Contains("engine connect spotify logs in anew"));
    CHECK(spotify.requests().empty());
  }
  // Where Spotify had not said what it gives, it says so now.
  spotify.put("tokens.json", {{"access", {"access-number-1"}},
                              {"refresh", "refresh-number-1"},
                              {"scope", "user-library-read"}});
  const Lists ann(spotify, 3);
  CHECK_THAT(ann.refused(),
             Contains("Insufficient client scope; the login was not given the right") &&
                 Contains("engine connect spotify logs in anew"));
}

TEST_CASE("what Spotify refuses is told with what to do, and costs the push alone",
          "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify, 3);
  CHECK(ann.push().at("added") == 3);
  const auto [trouble, told] = GENERATE(table<json, std::string>(
      {{"403:Active premium subscription required for the owner of the app.", "Spotify Premium"},
       {"403:User not registered in the Developer Dashboard", "User Management"},
       {"quota", "quota"},
       {"html", "not Spotify"},
       {"429:86400", "left alone until"}}));
  CAPTURE(trouble);
  spotify.put("trouble.json", std::vector<json>(3, trouble));
  CHECK_THAT(ann.refused({"last=2"}), Contains(told));
  CHECK(spotify.requests().size() <= 8);
  CHECK(ann.login().at("refresh_token") == "refresh-number-1");  // nobody was logged out
  CHECK(numbers(spotify) == from_to(1, 3));
}

TEST_CASE("a Spotify that is busy is asked again", "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify, 3);
  spotify.put("trouble.json", {nullptr, "429:0", nullptr, 502});
  CHECK(ann.push().at("added") == 3);
  spotify.put("trouble.json", {nullptr, nullptr, "429:"});
  CHECK(ann.push({"last=2"}).at("removed") == 1);
  CHECK(numbers(spotify) == from_to(1, 2));
}

TEST_CASE("tracks without a Spotify id are looked for, and taken where they are surely the same",
          "[players][spotify]") {
  const FakeSpotify spotify;
  const auto known = [](int number, const std::string& title, const std::string& artist,
                        int milliseconds = 200'000, const std::string& isrc = "") {
    return json{spotify_track_id(number),
                title,
                {artist},
                "Album",
                {{"duration_ms", milliseconds}, {"isrc", isrc}}};
  };
  spotify.put("tracks.json",
              {known(401, "By Name", "Someone"),
               known(402, "Spelled otherwise", "Sömeone", 200'000, "XXABC2600402"),
               known(403, "Only Live (Live)", "Someone"), known(404, "Longer", "Someone", 300'000),
               known(405, "Of Another", "Somebody Else")});
  const Lists ann(spotify, 1,
                  {"By Name,Someone,200000,,2", "Spelled,Someone,200000,XXABC2600402,3",
                   "Only Live,Someone,200000,,4", "Longer,Someone,200000,,5",
                   "Of Another,Someone,200000,,6", "My \"own\" file,Someone,200000,,7"});
  const json push = ann.push();
  INFO(push.dump());
  CHECK(push.at("added") == 3);
  CHECK(numbers(spotify) == std::vector<int>{1, 401, 402});
  REQUIRE(push.at("missing").size() == 4);
  CHECK(push.at("missing").at(0).at("why") == "only in another version");
  CHECK(push.at("missing").at(0).at("nearest") == "Only Live (Live) by Someone (Album)");
  CHECK_THAT(push.at("missing").at(1).at("why").get<std::string>(), Contains("of 5:00 minutes"));
  CHECK(push.at("missing").at(3).at("nearest").is_null());
  for (const std::string& line : spotify.requests())
    if (line.starts_with("/search")) CHECK_THAT(line, Contains("limit=10"));
  CHECK(ann.push().at("stayed") == 3);
  CHECK(methods(spotify) == "GET GET");  // what a search said is kept
}

TEST_CASE("what others put into a list of Spotify stays where that is asked for",
          "[players][spotify]") {
  const FakeSpotify spotify;
  const Lists ann(spotify);
  CHECK(ann.push({"last=5"}).at("added") == 5);
  json all = support::parse_json(spotify.text("playlists.json"));
  json& items = all[0]["items"];
  items.insert(items.begin(), json{"spotify:local:Own::Own+Song:200", "Own Song", {"Own"}, ""});
  items.push_back("episode");
  items.push_back(nullptr);
  spotify.put("playlists.json", all);
  const json kept = ann.push({"last=6", "without=2"}, "spotify:Weekly,keep_others=true");
  INFO(kept.dump());
  CHECK(kept.at("others") == 3);
  json now = list_of(spotify).at("items");
  REQUIRE(now.size() == 8);
  for (const int k : {1, 3, 4, 5, 6}) {
    CHECK(now[0][0] == spotify_track_id(k));
    now.erase(0);
  }
}
