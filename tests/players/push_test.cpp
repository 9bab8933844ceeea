// Lists put into a real MPD and a real OpenSubsonic server, and read back by their own clients.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "listener.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using players_test::Listener;
using players_test::song;
using support::Ended;
using support::MpdServer;
using support::SupysonicServer;

namespace {

namespace fs = std::filesystem;

void check_counts(const json& push, int added, int removed, int moved, int stayed) {
  INFO(push.dump());
  CHECK(push.at("added") == added);
  CHECK(push.at("removed") == removed);
  CHECK(push.at("moved") == moved);
  CHECK(push.at("stayed") == stayed);
}

std::vector<std::string> files(int first, int last) {
  std::vector<std::string> names;
  for (int k = first; k <= last; ++k)
    names.push_back("song" + std::string(k < 10 ? "0" : "") + std::to_string(k) + ".ogg");
  return names;
}

/// The titles of the server's list of that name, in order, with its id first.
std::vector<std::string> list_of(const SupysonicServer& server, const std::string& name) {
  const json lists =
      support::parse_json(server.ask("getPlaylists")).at("subsonic-response").at("playlists");
  std::vector<std::string> told;
  if (!lists.contains("playlist")) return told;
  for (const json& list : lists.at("playlist")) {
    if (list.at("name") != name) continue;
    const std::string id = list.at("id").get<std::string>();
    told.push_back(id);
    const json whole = support::parse_json(server.ask("getPlaylist", "id=" + id));
    for (const json& entry : whole.at("subsonic-response").at("playlist").at("entry"))
      told.push_back(entry.at("title").get<std::string>());
  }
  return told;
}

/// Where the secret stands below the folder, but in the file of accounts.
std::vector<std::string> files_with(const std::string& folder, const std::string& secret) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == "accounts.json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(secret) != std::string::npos) found.push_back(entry.path());
  }
  return found;
}

void connect_subsonic(const Listener& listener, const SupysonicServer& server,
                      const std::string& password = SupysonicServer::kPassword) {
  std::ofstream(listener.path("password")) << password << "\n";
  fs::permissions(listener.path("password"), fs::perms::owner_read | fs::perms::owner_write);
  listener.connect({"subsonic", "--address", server.address(), "--login", SupysonicServer::kUser,
                    "--secret", listener.path("password")});
  fs::remove(listener.path("password"));
}

}  // namespace

TEST_CASE("a list is put into MPD, changed in place with the fewest edits, and counted",
          "[players][mpd]") {
  if (!support::has_mpd()) return;
  const MpdServer mpd;
  const Listener listener;
  listener.connect({"mpd", "--address", mpd.address()});

  const json dry = listener.pushed({"--to", "mpd:Weekly", "--dry-run"});
  check_counts(dry, 30, 0, 0, 0);
  CHECK(mpd.mpc({"lsplaylists"}).empty());

  const json first = listener.pushed({"--to", "mpd:Weekly"});
  check_counts(first, 30, 0, 0, 0);
  REQUIRE(first.at("missing").size() == 1);
  CHECK(first.at("missing").at(0).at("track") == "Song 31 by Artist 1");
  CHECK(first.at("missing").at(0).at("place") == 31);
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Weekly"}) == files(1, 30));
  CHECK(mpd.mpc({"sticker", "song01.ogg", "get", "reason"}).size() == 1);

  // The same again; then two less at the beginning; then turned round.
  check_counts(listener.pushed({"--to", "mpd:Weekly"}), 0, 0, 0, 30);
  check_counts(listener.pushed({"--to", "mpd:Weekly", "--set", "most=29"}), 0, 2, 0, 28);
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Weekly"}) == files(3, 30));
  check_counts(listener.pushed({"--to", "mpd:Weekly"}), 2, 0, 0, 28);
  check_counts(listener.pushed({"--to", "mpd:Weekly", "--set", "turned=true"}), 0, 0, 29, 1);
  std::vector<std::string> turned = files(1, 30);
  std::reverse(turned.begin(), turned.end());
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Weekly"}) == turned);
}

TEST_CASE("what others put into a list of MPD stays where that is asked for", "[players][mpd]") {
  if (!support::has_mpd()) return;
  const MpdServer mpd;
  const Listener listener;
  listener.connect({"mpd", "--address", mpd.address()});
  mpd.mpc({"clear"});
  mpd.mpc({"add", "song30.ogg"});
  mpd.mpc({"save", "Mine"});

  const Ended refused = listener.run({"--to", "mpd:Mine", "--set", "least=29"});
  CHECK(refused.exit_code != 0);
  CHECK_THAT(refused.err, Contains("which the engine has not made"));
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Mine"}) == files(30, 30));

  const json kept = listener.pushed({"--to", "mpd:Mine,keep_others=true", "--set", "least=29"});
  check_counts(kept, 3, 0, 0, 0);
  CHECK(kept.at("others") == 1);
  std::vector<std::string> wanted = files(1, 3);
  wanted.push_back("song30.ogg");
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Mine"}) == wanted);
  // What was ours and is no more goes; what is of others stays.
  check_counts(listener.pushed({"--to", "mpd:Mine,keep_others=true", "--set", "least=30"}), 0, 1, 0,
               2);
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Mine"}).back() == "song30.ogg");
  check_counts(listener.pushed({"--to", "mpd:Mine,replace=true", "--set", "least=30"}), 0, 1, 0, 2);
  CHECK(mpd.mpc({"-f", "%file%", "playlist", "Mine"}) == files(1, 2));
}

TEST_CASE("a list is put into MPD's queue around what plays", "[players][mpd]") {
  if (!support::has_mpd()) return;
  const MpdServer mpd;
  const Listener listener;
  listener.connect({"mpd", "--address", mpd.address()});
  mpd.mpc({"add", "song05.ogg"});
  mpd.mpc({"repeat", "on"});
  mpd.mpc({"single", "on"});
  mpd.mpc({"play"});
  const std::string id = mpd.mpc({"-f", "%id%", "current"}).at(0);
  check_counts(listener.pushed({"--to", "mpd:now,queue=true"}), 29, 0, 0, 1);
  CHECK(mpd.mpc({"-f", "%file%", "playlist"}) == files(1, 30));
  CHECK(mpd.mpc({"-f", "%id%", "current"}).at(0) == id);  // it went on
  CHECK_THAT(mpd.mpc({"status"}).at(1), Contains("playing"));
}

TEST_CASE("a player that is not there costs the push only", "[players]") {
  const Listener listener;
  listener.connect({"mpd", "--address", "unix://" + listener.path("nobody")});
  const Ended ended = listener.run({"--to", "mpd:Weekly"});
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.err, Contains("cannot connect to mpd") && Contains("No such file"));
  const json list = support::parse_json(ended.out);
  CHECK(list.at("tracks").size() == 31);
  CHECK(list.at("run").is_number());
  const Ended unknown = listener.run({"--to", "subsonic:Weekly"});
  CHECK_THAT(unknown.err, Contains("subsonic is not connected") && Contains("engine connect"));
}

TEST_CASE("a list is put into an OpenSubsonic server and changed under its id",
          "[players][subsonic]") {
  if (!support::has_supysonic()) return;
  const SupysonicServer server;
  const Listener listener;
  connect_subsonic(listener, server);

  check_counts(listener.pushed({"--to", "subsonic:Weekly", "--dry-run"}), 30, 0, 0, 0);
  CHECK(list_of(server, "Weekly").empty());
  check_counts(listener.pushed({"--to", "subsonic:Weekly"}), 30, 0, 0, 0);
  std::vector<std::string> list = list_of(server, "Weekly");
  REQUIRE(list.size() == 31);
  const std::string id = list[0];
  for (int k = 1; k <= 30; ++k) CHECK(list[static_cast<std::size_t>(k)] == song(k));
  CHECK_THAT(server.ask("getPlaylist", "id=" + id), Contains("how often they were played"));

  check_counts(listener.pushed({"--to", "subsonic:Weekly", "--set", "most=29"}), 0, 2, 0, 28);
  check_counts(listener.pushed({"--to", "subsonic:Weekly", "--set", "turned=true"}), 2, 0, 27, 1);
  list = list_of(server, "Weekly");
  REQUIRE(list.size() == 31);  // one list of that name, and its id
  CHECK(list[0] == id);
  CHECK(list[1] == song(30));
  CHECK(list[30] == song(1));

  const Ended json_less = listener.engine(
      {"run", listener.path("by_plays.lua"), "--to", "subsonic:Weekly", "--set", "most=29"});
  CHECK_THAT(json_less.err, Contains("put 28 tracks into \"Weekly\" of subsonic") &&
                                Contains("not there: Song 31 by Artist 1"));
}

TEST_CASE("a wrong password is told, and no secret is written anywhere", "[players][subsonic]") {
  if (!support::has_supysonic()) return;
  const SupysonicServer server;
  const Listener listener;
  connect_subsonic(listener, server, "wr0ng&pass");
  const Ended wrong = listener.run({"--to", "subsonic:Weekly", "--verbose"});
  CHECK(wrong.exit_code != 0);
  CHECK_THAT(wrong.err, Contains("does not know this user with this password"));
  CHECK_THAT(wrong.err + wrong.out, !Contains("wr0ng"));
  connect_subsonic(listener, server);
  const Ended right = listener.run({"--to", "subsonic:Weekly", "--verbose"});
  CHECK(right.exit_code == 0);
  const std::string hex = "7333637265742670617373";  // of s3cret&pass
  for (const std::string& secret : {std::string("s3cret"), hex, std::string("wr0ng")}) {
    CHECK_THAT(right.err + right.out + listener.engine({"accounts"}).out, !Contains(secret));
    CHECK(files_with(fs::path(listener.path("x")).parent_path(), secret).empty());
  }
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(listener.path("x")).parent_path()))
    if (entry.path().filename() == "accounts.json")
      CHECK((entry.status().permissions() & fs::perms::all) ==
            (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a kept playlist goes to its accounts, once more where that failed",
          "[players][subsonic]") {
  if (!support::has_supysonic()) return;
  SupysonicServer server;
  const Listener listener;
  connect_subsonic(listener, server);
  const auto refresh = [&](const char* now) {
    const Ended ended = listener.engine({"--json", "--now", now, "refresh", "Best"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return std::pair(support::parse_json(ended.out).at("refreshed").at(0), ended.err);
  };
  const Ended kept =
      listener.engine({"--now", "2026-11-20T00:00:00Z", "--set", "least=20", "playlist", "keep",
                       "Best", listener.path("by_plays.lua"), "--to", "subsonic:Best", "--to",
                       "m3u8:" + listener.path("best.m3u8")});
  INFO(kept.err);
  REQUIRE(kept.exit_code == 0);
  const auto [first, none] = refresh("2026-11-21T00:00:00Z");
  check_counts(first.at("pushed").at(0), 12, 0, 0, 0);
  CHECK(list_of(server, "Best").size() == 13);
  CHECK(fs::exists(listener.path("best.m3u8")));

  server.stop();
  const auto [second, told] = refresh("2026-11-22T00:00:00Z");
  CHECK(second.at("pushed").empty());
  CHECK(second.at("version") == 2);
  CHECK_THAT(told, Contains("subsonic"));
  server.start();
  const auto [third, caught_up] = refresh("2026-11-23T00:00:00Z");
  CHECK_THAT(caught_up, Contains("put 12 tracks into \"Best\" of subsonic"));
  CHECK(list_of(server, "Best").size() == 13);
}

TEST_CASE("who is killed in a push is followed by one that puts all right", "[players][kill]") {
  if (!support::has_mpd()) return;
  const MpdServer mpd;
  const Listener listener;
  listener.connect({"mpd", "--address", mpd.address()});
  const auto began = std::chrono::steady_clock::now();
  static_cast<void>(listener.pushed({"--to", "mpd:Weekly"}));
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::minstd_rand random(7);
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    const std::string turned = round % 2 == 0 ? "turned=true" : "turned=false";
    const pid_t child = ::fork();
    if (child == 0) {
      const Ended ended = listener.run({"--to", "mpd:Weekly", "--set", turned});
      ::_exit(ended.exit_code);
    }
    ::usleep(static_cast<useconds_t>(took.count() * 1e3 * static_cast<double>(random() % 1100)));
    support::run_program({"pkill", "-KILL", "-f", listener.path("by_plays.lua")});
    int status = 0;
    ::waitpid(child, &status, 0);
    const bool was_killed = WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL;
    killed += was_killed;
    if (!was_killed) took *= 0.8;  // the machine was busier while it was measured
    if (round % 5 != 4) continue;
    const json push = listener.pushed({"--to", "mpd:Weekly", "--set", turned});
    std::vector<std::string> wanted = files(1, 30);
    if (round % 2 == 0) std::reverse(wanted.begin(), wanted.end());
    INFO(push.dump());
    CHECK(mpd.mpc({"-f", "%file%", "playlist", "Weekly"}) == wanted);
  }
  CHECK(killed >= 10);
}
