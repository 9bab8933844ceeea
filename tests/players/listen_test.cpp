// What a player plays, as it is played: by statuses that are made up, and by a real MPD.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "players/listen_journal.hpp"
#include "players/mpd_follower.hpp"
#include "store/store.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"

using engine::players::HeardSong;
using engine::players::HeardSongs;
using engine::players::PlayerStatus;
using support::Ended;
using support::EngineHome;
using support::MpdServer;
using State = PlayerStatus::State;

namespace {

namespace fs = std::filesystem;

/// A clock that both sides go by, in seconds.
struct Follower {
  HeardSongs songs;
  std::optional<HeardSong> at(double seconds, State state, int song, double elapsed,
                              double duration = 200) {
    HeardSong told;
    told.title = "Song " + std::to_string(song);
    told.artist = "Ann";
    PlayerStatus status{state, song, static_cast<std::int64_t>(elapsed * 1000),
                        static_cast<std::int64_t>(duration * 1000)};
    if (state == State::kStopped) status = {};
    return songs.take(status, told, static_cast<std::int64_t>(seconds * 1000),
                      1'000'000 + static_cast<std::int64_t>(seconds));
  }
};

}  // namespace

TEST_CASE("a song that ends by itself is heard, one that gives way before is skipped",
          "[players][listen]") {
  Follower follower;
  CHECK_FALSE(follower.at(10, State::kPlaying, 1, 0));
  const auto first = follower.at(210, State::kPlaying, 2, 0);
  REQUIRE(first);
  CHECK(first->title == "Song 1");
  CHECK(first->started_at == 1'000'010);
  CHECK(first->ms_played == 200'000);
  CHECK_FALSE(first->is_skipped);
  const auto second = follower.at(240, State::kPlaying, 3, 0);
  REQUIRE(second);
  CHECK(second->ms_played == 30'000);
  CHECK(second->is_skipped);
}

TEST_CASE("pauses and jumps are not heard", "[players][listen]") {
  Follower follower;
  follower.at(0, State::kPlaying, 1, 0);
  CHECK_FALSE(follower.at(20, State::kPaused, 1, 20));
  CHECK_FALSE(follower.at(500, State::kPlaying, 1, 20));
  CHECK_FALSE(follower.at(510, State::kPlaying, 1, 190));  // jumped to near its end
  const auto over = follower.at(520, State::kPlaying, 2, 0);
  REQUIRE(over);
  CHECK(over->ms_played == 40'000);
  CHECK_FALSE(over->is_skipped);  // it came to its end
}

TEST_CASE("what is stopped is no skip, and a song repeated is heard twice", "[players][listen]") {
  Follower follower;
  follower.at(0, State::kPlaying, 1, 0);
  const auto stopped = follower.at(50, State::kStopped, -1, 0);
  REQUIRE(stopped);
  CHECK(stopped->ms_played == 50'000);
  CHECK_FALSE(stopped->is_skipped);
  CHECK_FALSE(follower.songs.under_way(60'000));
  follower.at(100, State::kPlaying, 2, 0, 100);
  const auto once = follower.at(200, State::kPlaying, 2, 0, 100);
  REQUIRE(once);
  CHECK(once->ms_played == 100'000);
  const auto now = follower.songs.under_way(230'000);
  REQUIRE(now);
  CHECK(now->ms_played == 30'000);
  // A jump back to the beginning is no repeat.
  CHECK_FALSE(follower.at(240, State::kPlaying, 2, 0, 100));
}

TEST_CASE("the journal's lines are whole whoever was killed", "[players][listen]") {
  const TemporaryFolder folder;
  const engine::players::ListenJournal journal(folder.file("listens"), "mpd-ann", "mpd");
  HeardSong song{"A \"Song\"", "Ann, Bob", "", "", 1'790'000'000, 60'000, 200'000, true};
  const std::string path = journal.add(song);
  std::ofstream(path, std::ios::app) << "2026-11-2";  // cut off in the middle
  CHECK(journal.add(song) == path);
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1] == lines[3]);
  CHECK(lines[2] == "2026-11-2");
  CHECK_THAT(lines[1],
             Catch::Contains("\"Ann, Bob\",\"A \"\"Song\"\"\",\"\",\"\",200000,60000,true"));
}

TEST_CASE("what MPD plays becomes listens, with what was skipped", "[players][listen][mpd]") {
  if (!support::has_mpd()) return;
  const MpdServer mpd;
  const EngineHome home;
  REQUIRE(home.engine({"config", "set", "play.min_seconds", "1"}).exit_code == 0);
  REQUIRE(home.engine({"connect", "mpd", "--address", mpd.address()}).exit_code == 0);
  for (const char* file : {"song01.ogg", "song02.ogg", "song03.ogg"}) mpd.mpc({"add", file});
  std::map<std::string, std::string> environment = home.environment();
  support::Background following({PLAYLIST_BUILD_DIR "/engine", "listen", "mpd"}, home.path("said"),
                                environment);
  const auto said = [&] {
    std::ifstream in(home.path("said"));
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  const auto wait_for = [&](const std::string& text) {
    for (int k = 0; k < 600 && said().find(text) == std::string::npos; ++k) ::usleep(50'000);
    INFO(said());
    REQUIRE(said().find(text) != std::string::npos);
  };
  wait_for("following mpd");
  ::usleep(500'000);
  mpd.mpc({"play", "2"});
  mpd.mpc({"pause"});
  ::usleep(1'000'000);  // which is not heard
  mpd.mpc({"play", "1"});
  wait_for("Song 02 by Artist 2, ");
  CHECK(said().find(" s, skipped") != std::string::npos);
  wait_for("Song 01 by Artist 1, 2 s\n");  // by itself
  wait_for("Song 03 by Artist 3");
  following.kill();  // at any moment
  const auto listens = [&] {
    return engine::Store::open(home.path("library.db"), {.is_read_only = true})
        .integer("SELECT count(*) FROM listens");
  };
  const std::int64_t heard = listens();
  CHECK(heard >= 2);
  const Ended again = home.engine({"import", home.path("library.db.listens")});
  INFO(again.out << again.err);
  CHECK(listens() == heard);  // each once
}
