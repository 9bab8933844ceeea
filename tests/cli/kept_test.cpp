// Kept playlists as a person and cron use them: refreshed, pinned, put aside, brought back, killed.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/file_lock.hpp"
#include "core/paths.hpp"
#include "store/kept_playlists.hpp"
#include "store/runs.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;

constexpr const char *kFriday = "2026-11-20T12:00:00Z", *kSaturday = "2026-11-21T12:00:00Z",
                     *kSunday = "2026-11-22T12:00:00Z", *kMonday = "2026-11-23T12:00:00Z";

/// A list that is another one every day, if :keep lets it.
constexpr const char* kRestless =
    "local pl = require 'playlist'\n"
    "return pl.recipe { title = 'Restless', random_seed = 'day',\n"
    "  params = { tracks = pl.int { 40, help = 'length' }, change = pl.share { 0.15, help = 'of "
    "the list' } },\n"
    "  build = function(p, user)\n"
    "    return user.listens:filter(pl.filtering.allowed {})\n"
    "      :score(function(t) return math.random() end):limit { tracks = p.tracks, per_artist = 8 "
    "}\n"
    "      :keep { changed_at_most = p.change, per_artist = 8 }\n"
    "      :order(pl.ordering.transitions { gap = 4, valence = 1 })\n"
    "  end }\n";

struct Home : EngineHome {
  Home() {
    fs::copy_file(support::demo_library(), path("library.db"));
    engine::write_file_atomically(path("restless.lua"), kRestless);
  }
  /// For the demo's person of that name, as of `now`.
  [[nodiscard]] Ended ask(const char* now, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"--user", "demo", "--now", now});
    return engine(arguments);
  }
  json answer(const char* now, std::vector<std::string> arguments, int exit_code = 0) const {
    arguments.insert(arguments.begin(), "--json");
    const Ended ended = ask(now, std::move(arguments));
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out);
  }
  void keep(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"playlist", "keep", "Restless", path("restless.lua")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    answer(kFriday, arguments);
  }
  json refresh(const char* now) const {
    return answer(now, {"refresh", "Restless"}).at("refreshed").at(0);
  }
  [[nodiscard]] json show(const char* now) const {
    return answer(now, {"playlist", "show", "Restless"});
  }
  [[nodiscard]] Ids list(const char* now) const { return ids(show(now).at("list")); }
  static Ids ids(const json& tracks) {
    Ids ids;
    for (const json& track : tracks)
      ids.push_back(track.is_object() ? track.at("track").get<std::int64_t>()
                                      : track.get<std::int64_t>());
    return ids;
  }
};

std::size_t lost(const Ids& before, const Ids& after) {
  return static_cast<std::size_t>(std::count_if(before.begin(), before.end(), [&](auto track) {
    return std::find(after.begin(), after.end(), track) == after.end();
  }));
}

/// The fewest others between two of one artist.
std::size_t least_gap(const json& list) {
  std::size_t least = list.size(), place = 0;
  std::map<std::string, std::size_t> last;
  for (const json& track : list) {
    const auto artist = track.at("artist").get<std::string>();
    if (const auto found = last.find(artist); found != last.end())
      least = std::min(least, place - found->second - 1);
    last[artist] = place++;
  }
  return least;
}

}  // namespace

TEST_CASE("a recipe of a kept playlist sees what is in it as user.current", "[kept]") {
  const Home home;
  engine::write_file_atomically(
      home.path("seen.lua"),
      "local pl = require 'playlist'\n"
      "return pl.recipe { title = 'Seen', random_seed = 'day', params = {},\n"
      "  build = function(p, user)\n"
      "    local new = (user.listens - user.current):score(function(t) return t.plays end)\n"
      "    return pl.concat { user.current, new }:filter(pl.filtering.allowed {})\n"
      "      :limit { tracks = 5 + #user.current }\n"
      "  end }\n");
  home.answer(kFriday, {"playlist", "keep", "Seen", home.path("seen.lua")});
  const auto refreshed = [&](const char* now) {
    return home.answer(now, {"refresh", "Seen"}).at("refreshed").at(0).at("tracks").get<int>();
  };
  CHECK(refreshed(kFriday) == 5);
  CHECK(refreshed(kSaturday) == 10);
  CHECK(refreshed(kSunday) == 15);
  CHECK(home.answer(kMonday, {"run", home.path("seen.lua"), "--no-record"}).at("tracks").size() ==
        5);
}

TEST_CASE("a refresh changes a share of the list, moves nobody, and keeps artists apart",
          "[kept]") {
  const Home home;
  home.keep({"--to", "m3u8:" + home.path("restless.m3u8")});
  const json first = home.refresh(kFriday);
  CHECK(first.at("version") == 1);
  CHECK(first.at("tracks") == 40);
  CHECK(first.at("left").empty());
  CHECK(first.at("snapshot").is_null());  // none is due before 30 days have passed
  Ids before = home.list(kFriday);
  for (const char* day : {kSaturday, kSunday, kMonday}) {
    const json made = home.refresh(day);
    CAPTURE(made.dump());
    CHECK(made.at("allowed") == 6);  // floor(0.15 * 40)
    CHECK(made.at("left").size() == 6);
    CHECK(made.at("came").size() == 6);
    CHECK_FALSE(made.at("waiting").empty());
    CHECK(made.at("snapshot").is_null());
    for (const json& left : made.at("left")) CHECK_FALSE(left.at("why").is_null());
    const json shown = home.show(day);
    const Ids after = Home::ids(shown.at("list"));
    CHECK(lost(before, after) == 6);
    CHECK(least_gap(shown.at("list")) >= 4);
    CHECK(made.at("moved").size() <= 2);
    before = after;
  }
  const std::string file = engine::read_file(home.path("restless.m3u8"));
  CHECK_THAT(file, Catch::StartsWith("#EXTM3U") && Contains("Restless"));

  const json diff = home.answer(kMonday, {"playlist", "diff", "Restless"});
  CHECK(diff.at("a").at("version") == 3);
  CHECK(diff.at("b").at("version") == 4);
  CHECK(diff.at("came").size() == 6);
  CHECK(diff.at("left").size() == 6);
  for (const json& track : diff.at("came")) CHECK_FALSE(track.at("reasons").empty());
  for (const json& track : diff.at("left")) CHECK(track.at("why").is_string());
  const json far = home.answer(kMonday, {"playlist", "diff", "Restless", "1", "4"});
  for (const json& track : far.at("left")) CHECK(track.at("why").is_null());
  for (const json& track : home.show(kMonday).at("list")) {
    CHECK(track.at("duration_ms").get<int>() > 0);
    CHECK_FALSE(track.at("reasons").empty());
  }
}

TEST_CASE("a refresh is repeated to the same bytes, and why-not tells who waits", "[kept]") {
  const Home home;
  home.keep();
  home.refresh(kFriday);
  const json second = home.refresh(kSaturday);
  home.refresh(kSunday);
  const std::string run = std::to_string(second.at("run").get<int>());
  const json replay = home.answer(kMonday, {"replay", run});
  CHECK(replay.at("same") == true);
  const std::string waiting = second.at("waiting").at(0).dump();
  const Ended why_not = home.ask(kMonday, {"why-not", run, "track:" + waiting});
  const Ended by_number = home.ask(kMonday, {"why-not", run, waiting});
  CHECK_THAT(why_not.out + by_number.out,
             Contains("it waits outside, as at most 6 of 40 tracks may change at a time"));
  const json record = [&] {
    const engine::Store store =
        engine::Store::open(home.path("library.db"), {.is_read_only = true});
    return support::parse_json(engine::load_run(store, std::stoll(run)).value().record);
  }();
  CHECK(record.at("kept").at("playlist") == "Restless");
  CHECK(record.at("kept").at("version") == 1);
  CHECK(record.at("kept").at("before").size() == 40);
  CHECK(record.at("title") == "Restless");
}

TEST_CASE("why tells what :keep did for a song of a version", "[kept]") {
  const Home home;
  home.keep();
  home.refresh(kFriday);
  home.answer(kFriday, {"playlist", "pin", "Restless", "#5"});
  const Ids first = home.list(kFriday);
  const Ids second = home.ids(home.answer(kSaturday, {"refresh", "Restless", "--set", "change=0.3"})
                                  .at("refreshed")
                                  .at(0)
                                  .at("came"));
  const json third = home.refresh(kSunday);
  const std::string run = std::to_string(third.at("run").get<int>());
  const auto kept = [&](std::int64_t track) {
    const json answer = home.answer(kMonday, {"why", run, std::to_string(track)});
    for (const json& finding : answer.at("findings"))
      if (finding.at("kind") == "kept") return finding.at("text").get<std::string>();
    return std::string();
  };
  const Ids came = home.ids(third.at("came")), list = home.list(kSunday);
  REQUIRE(came.size() == 6);
  CHECK_THAT(kept(came[0]),
             Contains("let it in, as one of 6 that are new to version 2 of Restless; "
                      "place ") &&
                 Contains(" of 40 of the recipe's own list"));
  std::size_t since_first = 0, since_second = 0, not_chosen = 0;
  for (const std::int64_t track : list) {
    if (std::find(came.begin(), came.end(), track) != came.end()) continue;
    const std::string told = kept(track);
    CAPTURE(track, told);
    const bool is_second = std::find(second.begin(), second.end(), track) != second.end();
    (is_second ? since_second : since_first) += 1;
    CHECK_THAT(told, Contains(is_second ? "; in the list since version 2"
                                        : "; in the list since version 1"));
    CHECK((told.find("as you pinned it") != std::string::npos) == (track == first[4]));
    not_chosen += told.find("the recipe does not choose it now") != std::string::npos ? 1 : 0;
  }
  CHECK(since_first > 10);
  CHECK(since_second > 0);
  CHECK(not_chosen > 0);
  // Of the first version, and of a playlist that is kept no longer.
  const std::string one = home.answer(kFriday, {"playlist", "show", "Restless"}).at("run").dump();
  CHECK_THAT(home.ask(kMonday, {"why", one, "#1"}).out,
             Contains("let it in with the first version"));
  home.answer(kMonday, {"playlist", "drop", "Restless", "--yes"});
  CHECK_THAT(kept(came[0]), Contains("new to version 2 of Restless"));
}

TEST_CASE("a refresh as of a time does not see the versions and pins that came later",
          "[kept][future]") {
  const Home with, without;
  for (const Home* home : {&with, &without}) {
    home->keep();
    home->refresh(kFriday);
  }
  with.refresh(kSunday);
  const std::string pinned = std::to_string(with.list(kFriday).at(0));
  with.answer(kSunday, {"playlist", "pin", "Restless", "track:" + pinned});
  // The runs of later times are not there either: the same list to the track.
  const json a = with.refresh(kSaturday), b = without.refresh(kSaturday);
  CHECK(a.at("version") == 3);
  CHECK(b.at("version") == 2);
  CHECK(with.list(kSaturday) == without.list(kSaturday));
  for (const char* what : {"came", "left", "moved", "waiting"})
    CHECK(Home::ids(a.at(what)) == Home::ids(b.at(what)));
  // And what is the list on Sunday is the list still.
  CHECK(with.show(kSunday).at("version") == 2);
}

TEST_CASE("a version of an earlier time than the list's leaves the files to the list", "[kept]") {
  const Home home;
  const std::string file = home.path("restless.m3u8");
  home.keep({"--to", "m3u8:" + file});
  home.refresh(kFriday);
  CHECK(home.refresh(kSunday).at("later_version").is_null());
  const std::string bytes = engine::read_file(file);
  const json past = home.refresh(kSaturday);
  CHECK(past.at("later_version") == 2);
  CHECK(past.at("files").empty());
  CHECK(engine::read_file(file) == bytes);
  const Ended told = home.ask(kSaturday, {"refresh", "Restless"});
  CHECK_THAT(told.out, Contains("left " + file +
                                " as it is: a later version stands there, 2 of "
                                "2026-11-22T12:00:00Z"));
  const json restored = home.answer(kSaturday, {"playlist", "restore", "Restless", "1"});
  CHECK(restored.at("later_version") == 2);
  CHECK(restored.at("files").empty());
  // What waits to be written is the list's, whatever was made of earlier times.
  CHECK(home.answer(kMonday, {"snapshot"}).at("snapshots").size() == 1);
  CHECK(engine::read_file(file) == bytes);
  // The version's own bytes are there to be brought back.
  home.answer(kMonday, {"playlist", "restore", "Restless", "3"});
  CHECK(engine::read_file(file) != bytes);
}

TEST_CASE("pinned songs stay, and a ban wins", "[kept]") {
  const Home home;
  home.keep({"--set", "change=1"});
  home.refresh(kFriday);
  const Ids first = home.list(kFriday);
  home.answer(kFriday, {"playlist", "pin", "Restless", "#3"});
  home.answer(kFriday, {"playlist", "pin", "Restless", "track:" + std::to_string(first[7])});
  CHECK(home.answer(kFriday, {"playlist", "pin", "Restless", "#3"}, 1).at("changed") == false);
  home.refresh(kSaturday);
  const Ids second = home.list(kSaturday);
  const auto is_in = [](const Ids& list, std::int64_t track) {
    return std::find(list.begin(), list.end(), track) != list.end();
  };
  CHECK(is_in(second, first[2]));
  CHECK(is_in(second, first[7]));
  CHECK(lost(first, second) > 20);

  const std::string banned = "track:" + std::to_string(first[2]);
  home.answer(kSaturday, {"ban", banned});
  home.answer(kSaturday, {"playlist", "unpin", "Restless", "track:" + std::to_string(first[7])});
  const json third = home.refresh(kSunday);
  CHECK_FALSE(is_in(home.list(kSunday), first[2]));
  bool is_told = false;
  for (const json& left : third.at("left"))
    is_told |= left.at("track") == first[2] && left.at("why") == "it is banned";
  CHECK(is_told);
  CHECK_THAT(third.at("notices").dump(), Contains("1 of them banned, rejected or gone"));
}

TEST_CASE("bans beyond the share are all replaced, and others then stay", "[kept]") {
  const Home home;
  home.keep();
  home.refresh(kFriday);
  const Ids first = home.list(kFriday);
  std::set<std::int64_t> banned;
  for (std::size_t k = 0; k < 10; ++k) {
    home.ask(kFriday, {"ban", "track:" + std::to_string(first[k])});
    banned.insert(first[k]);
  }
  const json second = home.refresh(kSaturday);
  const Ids after = home.list(kSaturday);
  CHECK(after.size() == 40);
  // Other versions of what is banned go with it.
  CHECK(second.at("left").size() >= 10);
  CHECK(second.at("left").size() <= 12);
  for (const json& left : second.at("left")) CHECK(left.at("why") == "it is banned");
  for (const std::int64_t track : after) CHECK_FALSE(banned.contains(track));
}

TEST_CASE("an earlier version comes back as a new one, its file as it was", "[kept]") {
  const Home home;
  const std::string file = home.path("restless.m3u8");
  home.keep({"--to", "m3u8:" + file});
  home.refresh(kFriday);
  const Ids first = home.list(kFriday);
  const std::string bytes = engine::read_file(file);
  home.refresh(kSaturday);
  REQUIRE(engine::read_file(file) != bytes);
  const json restored = home.answer(kSunday, {"playlist", "restore", "Restless", "1"});
  CHECK(restored.at("version").at("version") == 3);
  CHECK(restored.at("version").at("restored") == 1);
  CHECK(engine::read_file(file) == bytes);
  CHECK(home.list(kSunday) == first);
  const Ended later = home.ask(kFriday, {"playlist", "restore", "Restless", "2"});
  CHECK(later.exit_code == 3);
  CHECK_THAT(later.err, Contains("version 2 of Restless is of 2026-11-21T12:00:00Z") &&
                            Contains("this asks as of 2026-11-20T12:00:00Z, which is earlier"));
  // The next refresh goes on from there.
  home.refresh(kMonday);
  CHECK(lost(first, home.list(kMonday)) == 6);

  const Ended unknown = home.ask(kMonday, {"playlist", "restore", "Restless", "9"});
  CHECK(unknown.exit_code == 3);
  CHECK_THAT(unknown.err, Contains("Restless has no version 9") && Contains("they go up to 4"));
  home.keep({"--to", "csv:" + home.path("restless.csv")});
  const Ended unwritten = home.ask(kMonday, {"playlist", "restore", "Restless", "1"});
  CHECK(unwritten.exit_code == 3);
  CHECK_THAT(unwritten.err, Contains("version 1 of Restless was not written as csv"));
}

TEST_CASE("a snapshot is a copy under the date, once for a version", "[kept]") {
  const Home home;
  const std::string file = home.path("restless.m3u8");
  home.keep({"--to", "m3u8:" + file});
  home.refresh(kFriday);
  home.answer(kFriday, {"snapshot", "Restless"});
  const json again = home.answer(kSaturday, {"snapshot", "Restless"}, 1);
  CHECK(again.at("snapshots").at(0).at("new") == false);
  home.refresh(kSaturday);
  const std::string bytes = engine::read_file(file);
  const json made = home.answer(kSaturday, {"snapshot"});
  CHECK(made.at("snapshots").at(0).at("name") == "Restless 2026-11-21");
  CHECK(engine::read_file(home.path("restless 2026-11-21.m3u8")) == bytes);
  home.refresh(kSunday);
  CHECK(engine::read_file(home.path("restless 2026-11-21.m3u8")) == bytes);
  // Another of one day, beside the first.
  home.answer("2026-11-21T20:00:00Z", {"refresh"});
  const json second = home.answer("2026-11-21T21:00:00Z", {"snapshot", "Restless"});
  CHECK(second.at("snapshots").at(0).at("name") == "Restless 2026-11-21 (2)");
  // 30 days after the latest the next is due.
  CHECK(home.refresh("2026-12-20T12:00:00Z").at("snapshot").is_null());
  const json due = home.refresh("2026-12-22T12:00:00Z");
  CHECK(due.at("snapshot").at("name") == "Restless 2026-12-22");
}

TEST_CASE("a run that is of no kept playlist takes all, and says so", "[kept]") {
  const Home home;
  const json run = home.answer(kFriday, {"run", home.path("restless.lua")});
  CHECK(run.at("tracks").size() == 40);
  CHECK_FALSE(run.contains("kept"));
  CHECK_THAT(run.at("notices").dump(), Contains("there is no current version, so :keep takes all"));
  engine::write_file_atomically(
      home.path("twice.lua"),
      "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user)\n"
      "return user.likes:keep {}:keep {} end }\n");
  const Ended twice = home.ask(kFriday, {"run", home.path("twice.lua")});
  CHECK(twice.exit_code == 4);
  CHECK_THAT(twice.err, Contains("a recipe keeps once, and this is the second :keep"));
  CHECK(home.ask(kFriday, {"check", home.path("twice.lua")}).exit_code == 4);
}

TEST_CASE("what cannot be kept is told before anything is kept", "[kept]") {
  const Home home;
  const auto refused = [&](const std::vector<std::string>& arguments, int exit_code) {
    const Ended ended = home.ask(kFriday, arguments);
    CHECK(ended.exit_code == exit_code);
    return ended.err;
  };
  CHECK_THAT(refused({"playlist", "keep", "X", "no-such-recipe"}, 3), Contains("no-such-recipe"));
  CHECK_THAT(refused({"playlist", "keep", "X", home.path("restless.lua"), "--set", "trakcs=3"}, 2),
             Contains("did you mean tracks?"));
  CHECK_THAT(refused({"playlist", "keep", "X", "weekly", "--to", "m3u9:" + home.path("x")}, 2),
             Contains("there is no output format \"m3u9\""));
  CHECK_THAT(refused({"playlist", "keep", "X", "weekly", "--to", "m3u8:-"}, 2),
             Contains("written to files"));
  CHECK_THAT(refused({"playlist", "keep", "X\nY", "weekly"}, 2), Contains("its name is one line"));
  CHECK_THAT(refused({"refresh"}, 3), Contains("no playlist is kept for demo"));
  CHECK(home.answer(kFriday, {"playlist", "list"}, 1).at("playlists").empty());
  home.keep({"--to", "m3u8:" + home.path("taken.m3u8")});
  CHECK_THAT(
      refused({"playlist", "keep", "X", "weekly", "--to", "csv:" + home.path("taken.m3u8")}, 2),
      Contains("is written by the kept playlist Restless"));
  CHECK(home.answer("2020-01-01", {"playlist", "list"}, 1).at("playlists").empty());  // as of then
  CHECK(home.answer(kFriday, {"playlist", "list"}).at("playlists").size() == 1);
  CHECK_THAT(refused({"refresh", "Restles"}, 3), Contains("did you mean Restless?"));
  CHECK_THAT(refused({"playlist", "pin", "Restless", "#1"}, 3), Contains("has no version yet"));
  CHECK_THAT(refused({"playlist", "diff", "Restless"}, 3), Contains("has no two versions yet"));
  CHECK(home.answer(kFriday, {"playlist", "drop", "Restless"}, 1).at("removed") == false);
  CHECK(home.answer(kFriday, {"playlist", "drop", "Restless", "--yes"}).at("removed") == true);
}

TEST_CASE("one playlist's failure costs itself only, and an empty list changes nothing", "[kept]") {
  const Home home;
  home.keep();
  home.refresh(kFriday);
  const Ids list = home.list(kFriday);
  engine::write_file_atomically(
      home.path("changing.lua"),
      "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user)\n"
      "return user.listens:top(3) end }\n");
  home.answer(kFriday, {"playlist", "keep", "Another", home.path("changing.lua"), "--to",
                        "uris:" + home.path("out/another.txt"), "--make-folders"});
  home.answer(kFriday, {"refresh", "Another"});
  engine::write_file_atomically(home.path("changing.lua"), "this is no recipe");
  const Ended broken = home.ask(kSaturday, {"refresh"});
  CHECK(broken.exit_code == 4);
  CHECK_THAT(broken.err, Contains("Another: "));
  CHECK_THAT(broken.out, Contains("Restless, version 2"));
  engine::write_file_atomically(
      home.path("changing.lua"),
      "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user)\n"
      "return user.listens:filter(function(t) return t.plays > 1e6 end) end }\n");
  const Ended empty = home.ask(kSunday, {"refresh", "Another"});
  CHECK(empty.exit_code == 1);
  CHECK_THAT(empty.err, Contains("Another stays as it is: its recipe gave no tracks"));
  CHECK(home.answer(kSunday, {"playlist", "show", "Another"}).at("version") == 1);
  fs::remove_all(home.path("out"));
  const Ended unwritable = home.ask(kSunday, {"refresh", "Another"});
  CHECK(unwritable.exit_code == 2);
  CHECK_THAT(unwritable.err,
             Contains("there is no folder") && Contains("keep the playlist again with --make"));
  engine::write_file_atomically(
      home.path("changing.lua"),
      "local pl = require 'playlist'\nreturn pl.recipe { title = 'x', build = function(p, user)\n"
      "return user.listens:top(4) end }\n");
  home.answer(kSunday,
              {"playlist", "keep", "Another", home.path("changing.lua"), "--make-folders"});
  CHECK(home.answer(kSunday, {"refresh", "Another"}).at("refreshed").at(0).at("version") == 2);
  CHECK(fs::exists(home.path("out/another.txt")));
}

TEST_CASE("keeping again changes what is named, and leaves the rest as it was kept", "[kept]") {
  const Home home;
  home.keep({"--set", "tracks=20", "--to", "m3u8:" + home.path("restless.m3u8")});
  const std::vector<std::string> again = {"playlist", "keep", "Restless",
                                          home.path("restless.lua")};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = again;
    all.insert(all.end(), more.begin(), more.end());
    return home.answer(kSaturday, all);
  };
  const json same = with({});
  CHECK(same.at("set") == json{"tracks=20"});
  CHECK(same.at("outputs").size() == 1);
  CHECK(same.at("stays") == json{"versions", "outputs", "parameters"});
  CHECK_THAT(home.ask(kSaturday, again).out,
             Contains("Restless is changed, its versions, outputs and parameters stay"));
  const json other_set = with({"--set", "change=0.5"});
  CHECK(other_set.at("set") == json{"change=0.5"});
  CHECK(other_set.at("stays") == json{"versions", "outputs"});
  const json other_file = with({"--to", "csv:" + home.path("restless.csv")});
  CHECK(other_file.at("set") == json{"change=0.5"});
  REQUIRE(other_file.at("outputs").size() == 1);
  CHECK(other_file.at("outputs").at(0).at("format") == "csv");
  // A recipe that has no such parameter.
  const Ended refused = home.ask(kSaturday, {"playlist", "keep", "Restless", "weekly"});
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err,
             Contains("it has no parameter \"change\"") &&
                 Contains("it was kept with change=0.5: give the parameters of this recipe with"));
  const json listed = home.answer(kSaturday, {"playlist", "list"}).at("playlists").at(0);
  CHECK(listed.at("recipe") == same.at("recipe"));
  CHECK(listed.at("set") == json{"change=0.5"});
}

TEST_CASE("a snapshot that cannot be written is not made", "[kept]") {
  const Home home;
  home.keep({"--to", "m3u8:" + home.path("here.m3u8"), "--to", "csv:" + home.path("there/list.csv"),
             "--make-folders"});
  home.refresh(kFriday);
  fs::remove_all(home.path("there"));
  for (const bool is_named : {true, false}) {
    const Ended failed =
        home.ask(kFriday, is_named ? std::vector<std::string>{"snapshot", "Restless"}
                                   : std::vector<std::string>{"snapshot"});
    CHECK(failed.exit_code == 2);
    CHECK_THAT(failed.err, Contains("list 2026-11-20.csv") && Contains("there is no folder") &&
                               Contains("make the folder, or keep the playlist again"));
    CHECK(home.show(kFriday).at("snapshots").empty());
    CHECK_FALSE(fs::exists(home.path("here 2026-11-20.m3u8")));
  }
  fs::create_directory(home.path("there"));
  const json made = home.answer(kFriday, {"snapshot"}).at("snapshots");
  REQUIRE(made.size() == 1);
  CHECK(made.at(0).at("name") == "Restless 2026-11-20");
  CHECK(fs::exists(home.path("there/list 2026-11-20.csv")));
  CHECK(fs::exists(home.path("here 2026-11-20.m3u8")));
}

TEST_CASE("a kept playlist's name is one name in any spelling, and hints can be typed", "[kept]") {
  const Home home;
  for (const char* spaced : {" ", " Restless", "Restless "}) {
    const Ended ended = home.ask(kFriday, {"playlist", "keep", spaced, home.path("restless.lua")});
    CHECK(ended.exit_code == 2);
    CHECK_THAT(ended.err, Contains("begins and ends with no space"));
  }
  const std::string composed = "Caf\u00e9", decomposed = "Cafe\u0301";
  const json kept =
      home.answer(kFriday, {"playlist", "keep", decomposed, home.path("restless.lua")});
  CHECK(kept.at("playlist") == composed);
  CHECK(home.answer(kFriday, {"playlist", "keep", composed, home.path("restless.lua")}).at("new") ==
        false);
  for (const std::string& name : {composed, decomposed})
    CHECK(home.answer(kFriday, {"refresh", name}).at("refreshed").at(0).at("playlist") == composed);

  const Ended dashed =
      home.ask(kFriday, {"playlist", "keep", "--", "-x", home.path("restless.lua")});
  CHECK(dashed.exit_code == 0);
  CHECK_THAT(dashed.err, Contains("engine refresh -- \"-x\" makes"));
  CHECK(home.ask(kFriday, {"refresh", "--", "-x"}).exit_code == 0);
}

TEST_CASE("the last two versions are the last by time", "[kept]") {
  const Home home;
  home.keep();
  for (const char* now : {kFriday, kMonday, kSunday}) home.refresh(now);
  const json diff = home.answer(kMonday, {"playlist", "diff", "Restless"});
  CHECK(diff.at("a").at("version") == 3);
  CHECK(diff.at("b").at("version") == 2);
  const json history = home.show(kMonday).at("history");
  REQUIRE(history.size() == 3);
  CHECK(history.at(1).at("version") == 3);
  const Ended early = home.ask("2026-11-19T12:00:00Z", {"playlist", "pin", "Restless", "#1"});
  CHECK(early.exit_code == 3);
  CHECK_THAT(early.err, Contains("Restless has no version as of 2026-11-19T12:00:00Z"));
}

TEST_CASE("two refreshes do not go on at once", "[kept]") {
  const Home home;
  home.keep();
  const engine::FileLock held(home.path("library.db.kept.lock"), "test");
  const Ended ended = home.ask(kFriday, {"refresh"});
  CHECK(ended.exit_code == 6);
  CHECK_THAT(ended.err, Contains("another refresh of kept playlists is under way"));
}

// ---- killed ----

namespace {

/// A home with a version, and what is to be found there after something was killed: nothing lost,
/// nothing twice.
struct KilledHome : Home {
  KilledHome() {
    keep({"--to", "m3u8:" + path("restless.m3u8"), "--to", "csv:" + path("restless.csv")});
    refresh(kFriday);
  }

  /// Starts `engine ARGUMENTS` and kills it after so long. Returns whether it was still at work.
  [[nodiscard]] bool kill_after(std::chrono::duration<double> time,
                                std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"engine", "--quiet", "--user", "demo"});
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, value] : environment()) ::setenv(name.c_str(), value.c_str(), 1);
      std::vector<char*> words;
      for (std::string& word : arguments) words.push_back(word.data());
      words.push_back(nullptr);
      ::execv(PLAYLIST_BUILD_DIR "/engine", words.data());
      ::_exit(127);
    }
    std::this_thread::sleep_for(time);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }

  /// The next verb that works on versions, once the killed one's worker has let go of the lock.
  json go_on(const char* now, const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"--json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    Ended ended;
    for (int wait = 0; wait < 300; ++wait) {
      ended = ask(now, all);
      if (ended.exit_code != 6) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    INFO(ended.err);
    REQUIRE(ended.exit_code <= 1);
    return support::parse_json(ended.out);
  }

  /// Versions are numbered without a hole, each with a run and its files; what is on the disk is
  /// what the list is; nothing waits.
  void check_whole() const {
    const engine::Store store = engine::Store::open(path("library.db"), {.is_read_only = true});
    CHECK(store.check().empty());
    CHECK(engine::unwritten_files(store).empty());
    const std::int64_t id =
        store.integer("SELECT playlist_id FROM kept_playlists WHERE name = 'Restless'");
    const auto versions = engine::kept_versions(store, id, INT64_MAX);
    for (std::size_t k = 0; k < versions.size(); ++k) {
      CHECK(versions[k].number == static_cast<std::int64_t>(k + 1));
      CHECK(engine::load_run(store, versions[k].run_id));
      CHECK(engine::version_files(store, versions[k].id).size() == 2);
    }
    const auto current = engine::current_version(store, id, INT64_MAX);
    REQUIRE(current);
    for (const engine::KeptFile& file : engine::version_files(store, current->id))
      CHECK(engine::read_file(file.file) == file.bytes);
    for (const engine::KeptSnapshot& snapshot : engine::snapshots_of(store, id, INT64_MAX))
      for (const std::string& file : snapshot.files) CHECK(fs::exists(file));
    // No run without its version.
    CHECK(store.integer("SELECT count(*) FROM runs") == static_cast<std::int64_t>(versions.size()));
  }
};

}  // namespace

TEST_CASE("a refresh killed at any moment has made the version and its files, or nothing",
          "[kept][kill]") {
  const KilledHome home;
  const auto began = std::chrono::steady_clock::now();
  home.refresh("2026-11-20T13:00:00Z");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::mt19937 random(2026);
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    const Ids before = home.list(kMonday);
    const std::string now =
        "2026-11-21T00:" + std::string(round < 10 ? "0" : "") + std::to_string(round) + ":00Z";
    // Most of them where it writes.
    const double share = round % 3 == 0 ? static_cast<double>(random() % 1000) / 1000
                                        : 0.7 + static_cast<double>(random() % 350) / 1000;
    killed += home.kill_after(took * share, {"--now", now, "refresh", "Restless"}) ? 1 : 0;
    home.go_on(kMonday, {"snapshot", "Restless"});  // ends what was left to do
    home.check_whole();
    const Ids after = home.list(kMonday);
    CHECK(lost(before, after) <= 6);
  }
  CHECK(killed >= 5);
}

TEST_CASE("a snapshot killed at any moment is there with its files, or is not", "[kept][kill]") {
  const KilledHome home;
  std::mt19937 random(7);
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    const std::string day =
        "2026-12-" + std::string(round < 9 ? "0" : "") + std::to_string(round + 1) + "T12:00:00Z";
    if (round % 6 == 0)
      home.go_on(day.c_str(), {"refresh", "Restless"});  // another list to put aside
    killed += home.kill_after(std::chrono::milliseconds(random() % 60),
                              {"--now", day, "snapshot", "Restless"})
                  ? 1
                  : 0;
    home.go_on(day.c_str(), {"snapshot", "Restless"});
    home.check_whole();
  }
  CHECK(killed >= 5);
  // Once for each of the five lists that refreshes made.
  CHECK(home.show("2027-01-01T00:00:00Z").at("snapshots").size() == 5);
}
