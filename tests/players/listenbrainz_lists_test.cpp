// Lists put into ListenBrainz: how few requests a change takes, that a list is known by its MBID alone,
// and that whatever the service answers, the next push puts all right.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "listenbrainz_listener.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::FakeListenbrainz;
using players_test::kListenbrainzNoon;
using players_test::kListenbrainzNow;
using players_test::kListenbrainzToken;
using players_test::mbid;
using support::Ended;

namespace {

using Strings = std::vector<std::string>;

/// "Song 1" was played most.
constexpr const char* kByPlays =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'By plays', about = 'songs by how often they were played',\n"
    "  params = { size = pl.int { 30, min = 1, max = 999, help = 'songs' },\n"
    "    without = pl.int { 0, min = 0, max = 999, help = 'plays of a song that is left out' },\n"
    "    turned = pl.boolean { false, help = 'rarest first' } },\n"
    "  build = function(p, user)\n"
    "    local songs = user.listens:filter(function(t) return t.plays ~= p.without end)\n"
    "      :score(function(t) return t.plays end):limit { tracks = p.size }\n"
    "    if p.turned then return songs:score(function(t) return -t.plays end) end\n"
    "    return songs\n"
    "  end }\n";

/// Ann has played "Song 1" 32 times, "Song 2" 31 times ... "Song 32" once. The first 28 are known as
/// recordings, 29 to 31 by their names, and "Song 32" only by somebody else.
struct Lists : players_test::ListenbrainzAnn {
  explicit Lists(const FakeListenbrainz& service, const std::string& token = kListenbrainzToken)
      : ListenbrainzAnn(service, token) {
    json heard = json::array(), names = json::object();
    std::int64_t time = kListenbrainzNoon - 1'000'000;
    for (int k = 1; k <= 32; ++k) {
      const std::string title = "Song " + std::to_string(k);
      for (int play = 0; play < 33 - k; ++play) {
        json listen = {time += 600, "Artist " + std::to_string(k % 7), title, "Album"};
        if (k <= 28) listen.push_back({{"mapping", {{"recording_mbid", mbid(k)}}}});
        heard.push_back(std::move(listen));
      }
      if (k > 28)
        names["artist " + std::to_string(k % 7) + " / song " + std::to_string(k)] = {
            mbid(k), k == 32 ? "Somebody Else" : "Artist " + std::to_string(k % 7), title, "Album"};
    }
    service.put("listens.json", heard);
    service.put("names.json", names);
    CHECK(sync().at("buckets") == json{{"new", 528}});
    std::ofstream(path("by_plays.lua")) << kByPlays;
    static_cast<void>(service.requests());
  }
  [[nodiscard]] Strings pushing(const Strings& set, const std::string& to) const {
    Strings arguments = {"run", path("by_plays.lua"), "--to", to};
    for (const std::string& one : set) arguments.insert(arguments.end(), {"--set", one});
    return arguments;
  }
  [[nodiscard]] json push(const Strings& set = {},
                          const std::string& to = "listenbrainz:Weekly") const {
    const Ended ended = run(pushing(set, to));
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out).at("pushed").at(0);
  }
  /// What is told of a push that fails.
  [[nodiscard]] std::string refused(const Strings& set = {}) const {
    const Ended ended = run(pushing(set, "listenbrainz:Weekly"));
    CHECK(ended.exit_code != 0);
    return ended.err;
  }
};

void check_counts(const json& push, int added, int removed, int moved, int stayed) {
  INFO(push.dump());
  CHECK(push.at("added") == added);
  CHECK(push.at("removed") == removed);
  CHECK(push.at("moved") == moved);
  CHECK(push.at("stayed") == stayed);
}

json lists_of(const FakeListenbrainz& service) {
  const std::string text = service.text("playlists.json");
  return text.empty() ? json::array() : support::parse_json(text);
}

Strings recordings(int first, int last, int without = 0) {
  Strings all;
  const int step = first <= last ? 1 : -1;
  for (int k = first; k != last + step; k += step)
    if (k != without) all.push_back(mbid(k));
  return all;
}

/// What the requests since the last time did: "GET GET POST".
std::string methods(const FakeListenbrainz& service) {
  std::string all;
  for (const std::string& line : service.requests())
    all += (all.empty() ? "" : " ") + line.substr(4, line.find(' ', 4) - 4);
  return all;
}

}  // namespace

TEST_CASE("a list goes into ListenBrainz, and a change of it takes the fewest edits",
          "[players][listenbrainz]") {
  const FakeListenbrainz service;
  const Lists ann(service);
  check_counts(ann.push({}, "listenbrainz:Weekly,public=false"), 30, 0, 0, 0);
  // Two songs are looked up; then the list is made, filled and read back.
  CHECK(methods(service) == "GET GET POST POST GET");
  json lists = lists_of(service);
  REQUIRE(lists.size() == 1);
  CHECK(lists[0].at("tracks") == recordings(1, 30));
  CHECK(lists[0].at("title") == "Weekly");
  CHECK(lists[0].at("public") == false);
  CHECK(lists[0].at("annotation") == "songs by how often they were played");
  for (const json& reason : lists[0].at("annotations")) CHECK(reason != "");

  // The same again: found and read. What was looked up is known.
  check_counts(ann.push(), 0, 0, 0, 30);
  CHECK(methods(service) == "GET GET");
  // One song for another: a delete and an add.
  check_counts(ann.push({"without=28"}), 1, 1, 0, 29);
  CHECK(methods(service) == "GET GET GET POST POST GET");
  Strings wanted = recordings(1, 31, 5);
  CHECK(lists_of(service).at(0).at("tracks") == wanted);
  // Turned round: a move each, but for one.
  check_counts(ann.push({"without=28", "turned=true"}), 0, 0, 29, 1);
  std::reverse(wanted.begin(), wanted.end());
  CHECK(lists_of(service).at(0).at("tracks") == wanted);
  CHECK(lists_of(service).size() == 1);
  CHECK(lists_of(service).at(0).at("mbid") == lists[0].at("mbid"));
}

TEST_CASE("what ListenBrainz does not have is told with the nearest", "[players][listenbrainz]") {
  const FakeListenbrainz service;
  const Lists ann(service);
  const json push = ann.push({"size=32"}, "listenbrainz:Weekly,public=true");
  check_counts(push, 31, 0, 0, 0);
  REQUIRE(push.at("missing").size() == 1);
  CHECK(push.at("missing").at(0).at("track") == "Song 32 by Artist 4");
  CHECK(push.at("missing").at(0).at("why") == "of that title only by others");
  CHECK(push.at("missing").at(0).at("nearest") == "Song 32 by Somebody Else (Album)");
  CHECK(lists_of(service).at(0).at("public") == true);
}

TEST_CASE("more tracks than ListenBrainz takes at once go in hundreds", "[players][listenbrainz]") {
  const FakeListenbrainz service;
  const Lists ann(service);
  json heard = json::array();
  for (int k = 0; k < 230; ++k)
    heard.push_back({kListenbrainzNoon - 90'000 + 300 * k,
                     "Artist",
                     "More " + std::to_string(k),
                     "Album",
                     {{"mapping", {{"recording_mbid", mbid(1000 + k)}}}}});
  service.put("listens.json", heard);
  CHECK(ann.sync().at("error") == nullptr);
  static_cast<void>(service.requests());
  check_counts(ann.push({"size=262"}), 261, 0, 0, 0);
  CHECK_THAT(methods(service), Catch::EndsWith("POST POST POST POST GET"));
  CHECK(lists_of(service).at(0).at("tracks").size() == 261);
}

TEST_CASE("a list of ListenBrainz is known by its MBID, not by its name",
          "[players][listenbrainz]") {
  const FakeListenbrainz service;
  const Lists ann(service);
  const json own = {
      {"mbid", mbid(77)}, {"title", "Weekly"},          {"public", true},
      {"annotation", ""}, {"tracks", recordings(3, 4)}, {"annotations", json::array({"", ""})}};
  service.put("playlists.json", json::array({own}));
  check_counts(ann.push(), 30, 0, 0, 0);
  json lists = lists_of(service);
  REQUIRE(lists.size() == 2);
  CHECK(lists[0] == own);
  // Called otherwise over there it is the same list; what others put in stays where that is asked.
  lists[1]["title"] = "Mine";
  lists[1]["tracks"].push_back(mbid(500));
  lists[1]["annotations"].push_back("");
  service.put("playlists.json", lists);
  const json kept = ann.push({"size=29"}, "listenbrainz:Weekly,keep_others=true");
  check_counts(kept, 0, 1, 0, 29);
  CHECK(kept.at("others") == 1);
  lists = lists_of(service);
  CHECK(lists[1].at("tracks").size() == 30);
  CHECK(lists[1].at("tracks").at(29) == mbid(500));
  // Its owner deletes it: there is a new one.
  lists.erase(1);
  service.put("playlists.json", lists);
  check_counts(ann.push(), 30, 0, 0, 0);
  CHECK(lists_of(service).size() == 2);
}

TEST_CASE("an edit of which nobody knows whether it was done is not made twice",
          "[players][listenbrainz]") {
  const FakeListenbrainz service;
  const Lists ann(service);
  // Made, filled: both done, and no answer.
  service.put("post_trouble.json", {"done", "done"});
  check_counts(ann.push(), 30, 0, 0, 0);
  CHECK(lists_of(service).size() == 1);
  CHECK(lists_of(service).at(0).at("tracks") == recordings(1, 30));
  // Not done, and then done.
  service.put("post_trouble.json", {"lost", 500, "done", "lost", nullptr});
  check_counts(ann.push({"without=28"}), 1, 1, 0, 29);
  CHECK(lists_of(service).at(0).at("tracks") == recordings(1, 31, 5));
  // Never done: told, and the next push puts it right.
  service.put("post_trouble.json", {500, 500, 500});
  CHECK_THAT(ann.refused(), Contains("does not change the list") && Contains("status 500"));
  check_counts(ann.push(), 1, 1, 0, 29);
  // Killed once the list was made, and before its MBID was kept.
  service.put("post_trouble.json", {"done", "lost", "lost", "lost"});
  const Ended cut = ann.run(ann.pushing({}, "listenbrainz:Other"));
  CHECK(cut.exit_code != 0);
  CHECK(lists_of(service).size() == 2);
  check_counts(ann.push({}, "listenbrainz:Other"), 30, 0, 0, 0);
  CHECK(lists_of(service).size() == 2);
}

TEST_CASE("without a token, or with a wrong one, a push says what to do",
          "[players][listenbrainz]") {
  const FakeListenbrainz service;
  const Lists without(service, "");
  CHECK_THAT(without.refused(), Contains("takes your token") && Contains("--secret-field token"));
  CHECK(lists_of(service).empty());
  const Lists wrong(service, "s3cret&wrong");
  const std::string told = wrong.refused();
  CHECK_THAT(told, Contains("does not take this token") && !Contains("s3cret"));
}

TEST_CASE("who is killed while ListenBrainz is changed is followed by a push that puts all right",
          "[players][listenbrainz][kill]") {
  const FakeListenbrainz service;
  const Lists ann(service);
  static_cast<void>(ann.push());
  int killed = 0;
  for (int round = 0; round < 5; ++round) {
    Strings command =
        ann.pushing({round % 2 == 0 ? "turned=true" : "turned=false"}, "listenbrainz:Weekly");
    command.insert(command.begin(), {PLAYLIST_BUILD_DIR "/engine", "--library", ann.library(),
                                     "--now", kListenbrainzNow});
    static_cast<void>(service.requests());
    support::Background engine(command, ann.path("log"), ann.environment());
    // In the middle of its edits.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto edits = [&] { return service.text("requests.log").find("POST"); };
    while (edits() == std::string::npos && engine.is_running() &&
           std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * round));
    killed += engine.is_running() ? 1 : 0;
    engine.kill();
  }
  CHECK(killed >= 2);
  static_cast<void>(ann.push({"turned=true"}));
  CHECK(lists_of(service).size() == 1);
  CHECK(lists_of(service).at(0).at("tracks") == recordings(30, 1));
}
