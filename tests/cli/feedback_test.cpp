// engine feedback: what a person says, and what lists make of it.
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

constexpr const char* kNow = "2026-01-01";

/// A home whose library has ann, who heard each of five songs some times, one of them in December.
struct Home : EngineHome {
  Home() {
    engine::write_file_atomically(path("catalogue.csv"),
                                  "track_id,track_name,artists,album_name,duration_ms,track_genre\n"
                                  "0000000000000000000001,One,A,First,200000,rock\n"
                                  "0000000000000000000002,One - Live,A,First,200000,rock\n"
                                  "0000000000000000000003,Two,B,Second,200000,rock\n"
                                  "0000000000000000000004,Three,C,Third,200000,rock\n"
                                  "0000000000000000000005,Lullaby,Nurse,Sleep,200000,children\n");
    std::string plays = "ts,track,artist,ms_played,device\n";
    const char* const songs[] = {"One,A", "One - Live,A", "Two,B", "Three,C", "Lullaby,Nurse"};
    for (int day = 1; day <= 9; ++day)
      for (int song = 0; song < 5; ++song)
        plays += "2025-1" + std::to_string(song == 4 ? 2 : 1) + "-0" + std::to_string(day) + "T1" +
                 std::to_string(song) + ":00:00Z," + songs[song] + ",200000," +
                 (song == 4 ? "Android OS 9 (nursery tablet)" : "Windows 10") + "\n";
    engine::write_file_atomically(path("plays.csv"), plays);
    REQUIRE(
        engine({"import", path("catalogue.csv"), path("plays.csv"), "--user", "ann", "--now", kNow})
            .exit_code == 0);
    engine::write_file_atomically(
        path("all.lua"),
        "local pl = require \"playlist\"\n"
        "return pl.recipe { title = \"All\", random_seed = \"week\", params = {},\n"
        "  build = function(p, user) return user.listens:filter(pl.filtering.allowed {})\n"
        "    :rank(pl.ranking.listening_statistics {}):score(function(t) return t.plays end)\n"
        "    :top(50) end }\n");
    engine::write_file_atomically(
        path("trials.lua"),
        "local pl = require \"playlist\"\n"
        "return pl.recipe { title = \"T\", random_seed = \"week\", params = {},\n"
        "  build = function(p, user) return user.trials:filter(pl.filtering.allowed {}) end }\n");
  }
  json say(std::vector<std::string> arguments, const char* now = kNow, int exit_code = 0) const {
    arguments.insert(arguments.begin(), "feedback");
    arguments.insert(arguments.end(), {"--json", "--now", now});
    const Ended ended = engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out);
  }
  /// The titles of a recipe's list, "One, Two".
  [[nodiscard]] std::string titles(const std::string& recipe, const char* now = kNow) const {
    const Ended ended = engine({"run", path(recipe), "--json", "--now", now});
    INFO(ended.err);
    std::string text;
    const json answer = support::parse_json(ended.out);
    for (const json& track : answer.at("tracks"))
      text += (text.empty() ? "" : ", ") + track.at("title").get<std::string>();
    return text;
  }
  /// A recipe's answer but for what tells one run from another.
  [[nodiscard]] std::string bytes(const std::string& recipe) const {
    json answer = support::parse_json(engine({"run", path(recipe), "--json", "--now", kNow}).out);
    for (const char* own : {"run", "timings", "data_state", "started_at"}) answer.erase(own);
    return answer.at("tracks").dump();
  }
};

}  // namespace

TEST_CASE("a rejection keeps the song out, for as long and where it says", "[cli][feedback]") {
  const Home home;
  REQUIRE(home.titles("all.lua") == "One, One - Live, Two, Three, Lullaby");
  const json said = home.say({"reject", "A - One", "--reason", "overplayed"}).at("row");
  CHECK(said.at("subject") == "song");
  CHECK(said.at("expires") == "2026-03-02T00:00:00Z");
  CHECK(home.titles("all.lua") == "Two, Three, Lullaby");
  CHECK(home.titles("all.lua", "2026-03-02") == "One, One - Live, Two, Three, Lullaby");
  // As of before it was said nothing was.
  CHECK(home.titles("all.lua", "2025-12-31") == "One, One - Live, Two, Three, Lullaby");
  home.say({"--undo", "last"});
  CHECK(home.titles("all.lua") == "One, One - Live, Two, Three, Lullaby");
  home.say({"reject", "A - One", "--reason", "dislike-version"});
  CHECK(home.titles("all.lua") == "One - Live, Two, Three, Lullaby");
  home.say({"reject", "B - Two", "--in", home.path("trials.lua")});
  CHECK(home.titles("all.lua") == "One - Live, Two, Three, Lullaby");
  CHECK(home.say({"reject", "B - Two", "--in", home.path("all.lua"), "--for", "3d"})
            .at("row")
            .at("list") == "all");
  CHECK(home.titles("all.lua") == "One - Live, Three, Lullaby");
  CHECK(home.titles("all.lua", "2026-01-04") == "One - Live, Two, Three, Lullaby");
  const json artist = home.say({"reject", "C - Three", "--reason", "dislike-artist"}).at("row");
  CHECK(artist.at("subject") == "artist");
  CHECK(home.titles("all.lua") == "One - Live, Lullaby");
  // A later word of one of the artist's songs is about that song.
  home.say({"love", "C - Three"});
  CHECK(home.titles("all.lua") == "One - Live, Three, Lullaby");
  const Ended why = home.engine({"why-not", home.path("all.lua"), "B - Two", "--now", kNow});
  CHECK_THAT(why.out + why.err, Catch::Contains("you rejected it for this list"));
}

TEST_CASE("approved songs are on trial until another verdict", "[cli][feedback]") {
  const Home home;
  home.say({"approve", "B - Two"}, "2025-12-20");
  home.say({"approve", "C - Three"}, "2025-12-21");
  CHECK(home.titles("trials.lua") == "Two, Three");
  CHECK(home.titles("trials.lua", "2025-12-20") == "Two");
  home.say({"love", "B - Two"});
  CHECK(home.titles("trials.lua") == "Three");
  home.say({"later", "C - Three"});
  CHECK(home.titles("trials.lua").empty());
  home.say({"approve", "A - One"});
  home.say({"ban", "A - One"});
  CHECK(home.titles("trials.lua").empty());
}

TEST_CASE("what is forgotten tells nothing of taste, and undo brings it back byte for byte",
          "[cli][feedback][forget]") {
  const Home home;
  const std::string before = home.bytes("all.lua");
  for (const std::vector<std::string>& subject : {std::vector<std::string>{"Nurse"},
                                                  {"Nurse - Lullaby"},
                                                  {"album:nurse - sleep"},
                                                  {"device:nursery"},
                                                  {"--from", "2025-12-01", "--to", "2025-12-31"}}) {
    std::vector<std::string> words = {"forget"};
    words.insert(words.end(), subject.begin(), subject.end());
    home.say(words);
    CHECK(home.titles("all.lua") == "One, One - Live, Two, Three");
    CHECK(home.titles("all.lua", "2025-12-31") == "One, One - Live, Two, Three, Lullaby");
    home.say({"--undo", "last"});
    CHECK(home.bytes("all.lua") == before);
  }
  home.say({"forget", "--from", "2025-11-01", "--to", "2025-11-05"});
  const Ended stats = home.engine({"run", home.path("all.lua"), "--json", "--now", kNow});
  CHECK(home.bytes("all.lua") != before);
}

TEST_CASE("a device is forgotten by its name, or by what no other is called",
          "[cli][feedback][forget]") {
  const Home home;
  const json said = home.say({"forget", "device:NURSERY"}).at("row");
  CHECK(said.at("subject") == "device");
  CHECK(said.at("reference") == "device:Android OS (nursery tablet)");
  CHECK(said.at("label") == "what was heard on Android OS (nursery tablet)");
  const auto devices = [&] {
    json names = json::array();
    const json stats = support::parse_json(home.engine({"stats", "--json", "--now", kNow}).out);
    for (const json& device : stats.at("devices"))
      names.push_back({device.at("name"), device.at("plays")});
    return names;
  };
  CHECK(devices() == support::parse_json(R"([["Windows", 36]])"));
  home.say({"--undo", "last"});
  CHECK(devices() == json::array({json::array({"Windows", 36}),
                                  json::array({"Android OS (nursery tablet)", 9})}));
  struct Case {
    std::vector<std::string> words;
    const char* what;
  };
  for (const Case& one : {Case{{"forget", "device:dow"}, ""},
                          Case{{"forget", "device:o"}, "name one of these: device:"},
                          Case{{"forget", "device:"}, "device:Android OS (nursery tablet)"},
                          Case{{"forget", "device:Walkman"}, "you played nothing on \"Walkman\""},
                          Case{{"ban", "device:Windows"}, "only forget takes a device"}}) {
    std::vector<std::string> words = {"feedback", "--now", kNow};
    words.insert(words.end(), one.words.begin(), one.words.end());
    const Ended ended = home.engine(words);
    CHECK((ended.exit_code == 0) == (*one.what == '\0'));
    CHECK_THAT(ended.err, Catch::Contains(one.what));
  }
}

TEST_CASE("the log lists what was said, newest first, and what became of it", "[cli][feedback]") {
  const Home home;
  CHECK(home.say({"--list"}, kNow, 1).at("rows").empty());
  home.say({"rate", "A - One", "--stars", "4.5"}, "2025-12-01");
  home.say({"ban", "Nurse"}, "2025-12-02");
  home.say({"later", "C - Three", "--for", "12h"}, "2025-12-03");
  home.say({"--undo", "2"}, "2025-12-04");
  const json rows = home.say({"--list"}).at("rows");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("verdict") == "undo");
  CHECK(rows[0].at("undoes") == 2);
  CHECK(rows[1].at("state") == "over");
  CHECK(rows[2].at("state") == "undone");
  CHECK(rows[2].at("undone_by") == 4);
  CHECK(rows[3].at("state") == "holds");
  CHECK(rows[3].at("stars") == 4.5);
  CHECK(home.say({"--list", "-n", "1"}).at("rows").size() == 1);
  CHECK(home.say({"--list"}, "2025-12-02").at("rows").size() == 2);
  // The ban is over for `engine library banned`, too; undoing the undo bans again.
  CHECK(home.engine({"library", "banned", "--now", kNow}).exit_code == 1);
  home.say({"--undo", "4"});
  CHECK(home.engine({"library", "banned", "--now", kNow}).exit_code == 0);
  CHECK(home.titles("all.lua") == "One, One - Live, Two, Three");
}

TEST_CASE("a ban for a time is listed, and unban ends it", "[cli][feedback]") {
  const Home home;
  home.say({"ban", "A - One", "--for", "1w"});
  home.say({"ban", "Nurse", "--in", home.path("all.lua")});
  const json listed =
      support::parse_json(home.engine({"library", "banned", "--json", "--now", kNow}).out)
          .at("banned");
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].at("until") == "2026-01-08T00:00:00Z");
  CHECK(listed[1].at("list") == "all");
  CHECK(home.titles("all.lua") == "One - Live, Two, Three");
  CHECK(home.engine({"unban", "A - One", "--now", kNow}).exit_code == 0);
  CHECK(home.engine({"unban", "Nurse", "--now", kNow}).exit_code == 0);
  CHECK(home.titles("all.lua") == "One, One - Live, Two, Three, Lullaby");
  CHECK(home.engine({"library", "banned", "--now", kNow}).exit_code == 1);
}

TEST_CASE("an undo is taken back once", "[cli][feedback]") {
  const Home home;
  home.say({"reject", "A - One"});
  home.say({"--undo", "last"});
  home.say({"--undo", "2"});
  CHECK(home.titles("all.lua") == "Two, Three, Lullaby");
  CHECK(home.engine({"feedback", "--undo", "2"}).exit_code == 3);
  home.say({"--undo", "3"});
  CHECK(home.titles("all.lua") == "One, One - Live, Two, Three, Lullaby");
}

TEST_CASE("what cannot be said is refused, and nothing is logged", "[cli][feedback]") {
  const Home home;
  const std::pair<std::vector<std::string>, const char*> refused[] = {
      {{}, "needs a verdict"},
      {{"reject"}, "needs a subject"},
      {{"rate", "A - One"}, "--stars"},
      {{"rate", "Nurse", "--stars", "3"}, "takes a track"},
      {{"love", "A - One", "--stars", "3"}, "stars go with rate only"},
      {{"love", "A - One", "--reason", "overplayed"}, "reason goes with reject only"},
      {{"love", "A - One", "--from", "2025-01-01"}, "times go with forget only"},
      {{"forget"}, "needs a subject"},
      {{"forget", "Nurse", "--from", "2025-01-01"}, "not both"},
      {{"forget", "--from", "2025-01-02", "--to", "2025-01-01"}, "no time lies between"},
      {{"forget", "playlist:None"}, "there is no playlist"},
      {{"reject", "album:A - None"}, "knows no album"},
      {{"reject", "Nobody - Nothing"}, "knows no track or artist"},
      {{"reject", "A - One", "--for", "soon"}, "cannot read the time span"},
      {{"reject", "A - One", "--in", "weekli"}, "did you mean weekly?"},
      {{"reject", "A - One", "--run", "99"}, "there is no run 99"},
      {{"love", "A - One", "--for", "3d"}, "leave --in and --for out"},
      {{"rate", "A - One", "--stars", "3.7"}, "whole or half"},
      {{"--undo", "last"}, "nothing to take back"},
      {{"--undo", "77"}, "no row 77"},
      {{"--undo", "x"}, "--undo cannot be"}};
  for (const auto& [words, what] : refused) {
    std::vector<std::string> arguments = {"feedback"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Ended ended = home.engine(arguments);
    CAPTURE(arguments, ended.err);
    CHECK(ended.exit_code >= 2);
    CHECK_THAT(ended.err, Catch::Contains(what));
  }
  CHECK(home.engine({"feedback", "--list"}).exit_code == 1);
}
