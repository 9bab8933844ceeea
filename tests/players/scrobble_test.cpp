// Plays told to a real OpenSubsonic server, through a relay that writes down what it is told.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "players/listen_journal.hpp"
#include "support/fake_server.hpp"
#include "support/json.hpp"
#include "support/music_players.hpp"
#include "support/program.hpp"

using Catch::Contains;
using engine::players::HeardSong;
using engine::players::ListenJournal;
using nlohmann::json;
using support::Ended;
using support::EngineHome;
using support::FakeReply;
using support::FakeRequest;
using support::SupysonicServer;

namespace {

constexpr std::int64_t kNoon = 1'795'262'400;  // 2026-11-21T12:00:00Z

/// Hands everything on, and keeps what scrobble was asked.
class Relay {
 public:
  explicit Relay(const SupysonicServer& server)
      : relay_(support::FakeServer::Answer([&server, this](const FakeRequest& request) {
          if (request.target.find("/scrobble") != std::string::npos) {
            const std::lock_guard lock(mutex_);
            told_.push_back(request.body);
          }
          const Ended answer = support::run_program(
              {"curl", "-s", "--data-binary", request.body, server.address() + request.target});
          return FakeReply{
              .pieces = {{"HTTP/1.1 " + std::string(answer.exit_code == 0 ? "200 OK" : "502 Gone") +
                          "\r\nContent-Type: application/json\r\nContent-Length: " +
                          std::to_string(answer.out.size()) + "\r\nConnection: close\r\n\r\n" +
                          answer.out}}};
        })) {}
  [[nodiscard]] std::string address() const { return relay_.origin(); }
  /// The times that plays were told with since this was last asked.
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> times;
    for (const std::string& body : told_) {
      CHECK_THAT(body, Contains("submission=true"));
      const std::size_t at = body.find("time=") + 5;
      times.push_back(body.substr(at, body.find('&', at) - at));
    }
    told_.clear();
    return times;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> told_;
  support::FakeServer relay_;
};

std::string ms(std::int64_t ago) {
  return std::to_string((kNoon - ago) * 1000);
}

struct Listener : EngineHome {
  void connect(const Relay& relay) const {
    std::ofstream(path("password")) << SupysonicServer::kPassword;
    std::filesystem::permissions(path("password"), std::filesystem::perms::owner_read);
    static_cast<void>(ask({"connect", "subsonic", "--address", relay.address(), "--login",
                           SupysonicServer::kUser, "--secret", path("password")}));
  }
  [[nodiscard]] std::string library() const { return path("library.db"); }
  [[nodiscard]] Ended run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"--library", library(), "--now", "2026-11-21T12:00:00Z", "--json"});
    return engine(arguments);
  }
  [[nodiscard]] json ask(const std::vector<std::string>& arguments) const {
    const Ended ended = run(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_json(ended.out);
  }
  void hear(const std::string& title, std::int64_t ago, std::int64_t ms = 180'000,
            bool is_skipped = false) const {
    const ListenJournal journal(library() + ".listens", "mpd-me", "mpd");
    HeardSong song;
    song.title = title;
    song.artist = "Artist " + std::to_string((std::stoi(title.substr(5)) - 1) % 10 + 1);
    song.album = "Album " + std::to_string((std::stoi(title.substr(5)) - 1) / 10 + 1);
    song.started_at = kNoon - ago;
    song.ms_played = ms;
    song.duration_ms = 200'000;
    song.is_skipped = is_skipped;
    REQUIRE(run({"--user", "me", "import", journal.add(song)}).exit_code == 0);
  }
};

}  // namespace

TEST_CASE("a server is told of each play once", "[players][scrobble]") {
  if (!support::has_supysonic()) return;
  SupysonicServer server;
  Relay relay(server);
  const Listener listener;
  listener.connect(relay);
  listener.hear("Song 01", 7'200);
  listener.hear("Song 02", 6'900, 20'000, true);  // skipped
  listener.hear("Song 03", 6'600, 20'000);        // stopped soon
  listener.hear("Song 01", 6'000);
  listener.hear("Song 44", 5'000);  // which the server lacks
  listener.hear("Song 05", 4'000);
  // An export of old plays is nobody's business there.
  std::ofstream(listener.path("plays.csv"))
      << "time,artist,title,album,seconds\n"
         "2020-01-01T10:00:00Z,Artist 9,Song 09,Album 1,200\n";
  static_cast<void>(listener.ask({"import", listener.path("plays.csv")}));

  const json dry = listener.ask({"scrobble", "subsonic", "--dry-run"});
  CHECK(dry.at("plays") == 4);
  CHECK(dry.at("told") == 3);
  CHECK(relay.told().empty());
  const json first = listener.ask({"scrobble", "subsonic"});
  CHECK(first.at("told") == 3);
  REQUIRE(first.at("missing").size() == 1);
  CHECK(first.at("missing")[0].at("track") == "Song 44 by Artist 4");
  CHECK(relay.told() == std::vector<std::string>{ms(7'200), ms(6'000), ms(4'000)});
  CHECK(listener.ask({"scrobble", "subsonic"}).at("plays") == 0);
  CHECK(relay.told().empty());

  // One that cannot be told is told the next time.
  server.stop();
  listener.hear("Song 06", 3'000);
  CHECK(listener.run({"scrobble", "subsonic"}).exit_code == 5);
  server.start();
  listener.hear("Song 07", 2'000);
  static_cast<void>(relay.told());
  CHECK(listener.ask({"scrobble", "subsonic"}).at("told") == 2);
  CHECK(relay.told() == std::vector<std::string>{ms(3'000), ms(2'000)});

  const Ended mpd = listener.run({"scrobble", "mpd"});
  CHECK(mpd.exit_code == 2);
  CHECK_THAT(mpd.err, Contains("mpd takes no plays"));
}

TEST_CASE("killed at any moment scrobbling tells each play, and few twice",
          "[players][scrobble][kill]") {
  if (!support::has_supysonic()) return;
  SupysonicServer server;
  Relay relay(server);
  const Listener listener;
  listener.connect(relay);
  constexpr int kPlays = 30;
  const ListenJournal journal(listener.library() + ".listens", "mpd-me", "mpd");
  std::string file;
  std::vector<std::string> all;
  for (int k = 0; k < kPlays; ++k) {
    HeardSong song;
    song.title = std::string("Song ") + (k < 9 ? "0" : "") + std::to_string(k + 1);
    song.artist = "Artist " + std::to_string(k % 10 + 1);
    song.started_at = kNoon - 10'000 + 200 * k;
    song.ms_played = 180'000;
    file = journal.add(song);
    all.push_back(ms(10'000 - 200 * k));
  }
  static_cast<void>(listener.ask({"--user", "me", "import", file}));
  std::vector<std::string> told;
  std::mt19937 random(7);
  std::size_t kills = 0;
  for (bool is_done = false; !is_done;) {
    support::Background scrobbling({PLAYLIST_BUILD_DIR "/engine", "--library", listener.library(),
                                    "--now", "2026-11-21T12:00:00Z", "scrobble", "subsonic"},
                                   listener.path("log"), listener.environment());
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(150 + random() % 400);
    while (scrobbling.is_running() && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    is_done = !scrobbling.is_running() || kills > 60;
    if (!is_done) ++kills;
    scrobbling.kill();
  }
  static_cast<void>(listener.ask({"scrobble", "subsonic"}));
  told = relay.told();
  std::map<std::string, std::size_t> times;
  for (const std::string& time : told) ++times[time];
  CAPTURE(kills);
  CHECK(kills > 1);
  CHECK(times.size() == all.size());
  for (const std::string& time : all) CHECK(times[time] >= 1);
  CHECK(told.size() <= all.size() + kills);
}
