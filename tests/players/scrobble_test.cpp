// Plays told to a real OpenSubsonic server, through a relay that writes down what it is told.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "players/listen_journal.hpp"
#include "support/fake_server.hpp"
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
          if (request.target.find("/scrobble") != std::string::npos) told_.push_back(request.body);
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
  std::vector<std::string> told_;
  support::FakeServer relay_;
};

struct Listener : EngineHome {
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
    return json::parse(ended.out);
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
  std::ofstream(listener.path("password")) << SupysonicServer::kPassword;
  std::filesystem::permissions(listener.path("password"), std::filesystem::perms::owner_read);
  static_cast<void>(listener.ask({"connect", "subsonic", "--address", relay.address(), "--login",
                                  SupysonicServer::kUser, "--secret", listener.path("password")}));
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
  const auto ms = [](std::int64_t ago) { return std::to_string((kNoon - ago) * 1000); };
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
