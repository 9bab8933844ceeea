// engine discover, next and stats discovery: suggestions, and one question at a time.
#include <csignal>
#include <fcntl.h>
#include <random>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"
#include "support/tmux_screen.hpp"

using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

constexpr const char* kNow = "2026-11-21";

/// A home with the demo library of its own.
struct Home : EngineHome {
  std::string library = path("library.db");
  Home() { engine::write_file_atomically(library, engine::read_file(support::demo_library())); }

  std::vector<std::string> words(std::vector<std::string> arguments,
                                 const std::string& now = kNow) const {
    arguments.insert(arguments.end(), {"--library", library, "--user", "demo", "--now", now});
    return arguments;
  }
  json ask(std::vector<std::string> arguments, const std::string& now = kNow,
           int exit_code = 0) const {
    arguments.emplace_back("--json");
    const Ended ended = engine(words(std::move(arguments), now));
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out);
  }
};

std::set<std::int64_t> tracks_of(const json& queued) {
  std::set<std::int64_t> tracks;
  for (const json& one : queued) tracks.insert(one.at("track").at("id").get<std::int64_t>());
  return tracks;
}

}  // namespace

TEST_CASE("discover queues what is new, once, and says how probable each draw was",
          "[cli][discover]") {
  const Home home;
  const json first = home.ask({"discover", "-n", "12"});
  REQUIRE(first.at("queued").size() == 12);
  CHECK(first.at("waiting") == 12);
  std::set<std::string> sources;
  for (const json& one : first.at("queued")) {
    sources.insert(one.at("source"));
    CHECK(one.at("propensity").get<double>() > 0);
    CHECK(one.at("propensity").get<double>() <= 1);
    CHECK_FALSE(one.at("reason").get<std::string>().empty());
    CHECK(one.at("run") == first.at("run"));
    CHECK(one.at("expires") == "2026-12-21T00:00:00Z");
  }
  CHECK(sources.size() >= 2);
  const json second = home.ask({"discover", "-n", "12"});
  std::set<std::int64_t> both = tracks_of(first.at("queued"));
  both.merge(tracks_of(second.at("queued")));
  CHECK(both.size() == 24);
  CHECK(second.at("waiting") == 24);
  // The same library, seed and time draw the same.
  const Home again;
  json repeated = again.ask({"discover", "-n", "12"}).at("queued");
  CHECK(repeated == first.at("queued"));
  // What nobody answered is not asked any more, and may be found again.
  CHECK(home.ask({"next"}, "2026-12-21", 1).at("question").is_null());
  CHECK(home.ask({"discover", "-n", "3"}, "2026-12-21").at("waiting") == 3);
}

TEST_CASE("next asks about one at a time and logs the answers", "[cli][next]") {
  const Home home;
  CHECK(home.ask({"next"}, kNow, 1).at("question").is_null());
  home.ask({"discover", "-n", "6"});
  const json first = home.ask({"next"}).at("question");
  CHECK(first.at("kind") == "suggestion");
  const json approved = home.ask({"next", "--answer", "approve", "--of", first.at("reference")});
  CHECK(approved.at("answered").at("verdict") == "approve");
  CHECK(approved.at("trials") == 1);
  CHECK(approved.at("waiting") == 5);
  CHECK(approved.at("question").at("reference") != first.at("reference"));
  // Said again it is not said twice.
  const Ended twice =
      home.engine(home.words({"next", "--answer", "approve", "--of", first.at("reference")}));
  CHECK(twice.exit_code == 3);
  CHECK_THAT(twice.err, Catch::Contains("is not what is asked now"));
  const json rejected = home.ask({"next", "--answer", "reject", "--reason", "overplayed"});
  CHECK(rejected.at("answered").at("expires") == "2027-01-20T00:00:00Z");
  home.ask({"next", "--answer", "skip"});
  const json heard_first = home.ask({"next", "--answer", "listen"});
  CHECK(heard_first.at("put_off") == 2);
  CHECK(heard_first.at("waiting") == 2);
  CHECK(home.ask({"next"}, "2026-11-22").at("waiting") == 3);
  CHECK(home.ask({"next"}, "2026-11-24").at("waiting") == 4);
  const json log = home.ask({"feedback", "--list", "-n", "4"}).at("rows");
  REQUIRE(log.size() == 4);
  for (const json& row : log) {
    CHECK(row.at("run").is_number());
    CHECK(row.at("propensity").get<double>() > 0);
  }
  // Undone, the question comes back; what was said elsewhere stays.
  home.ask({"feedback", "later", "artist:3"});
  home.ask({"next", "--answer", "undo"});
  CHECK(home.ask({"next"}).at("put_off") == 1);
  home.ask({"feedback", "--undo", log.back().at("row").dump()});
  CHECK(home.ask({"next"}).at("question").at("reference") == first.at("reference"));
  const json told = home.ask({"stats", "discovery"}).at("sources");
  CHECK(told.at(0).at("answers") == 1);
  CHECK(told.at(0).at("snips").is_null());
}

TEST_CASE("a song on trial is asked about again once it was heard often enough", "[cli][next]") {
  const Home home;
  home.ask({"discover", "-n", "2"});
  const json question = home.ask({"next"}).at("question");
  const std::int64_t track = question.at("track").at("id");
  home.ask({"next", "--answer", "approve"});
  const auto listen = [&](int day) {
    engine::Store store = engine::Store::open(home.library);
    store.execute("INSERT INTO listens VALUES (1, strftime('%s', '2026-11-21') + 86400 * " +
                  std::to_string(day) + ", " + std::to_string(track) + ", 200000, 0, NULL, 1)");
    store.bump_data_version();
  };
  listen(1);
  listen(2);
  CHECK(home.ask({"next"}, "2026-11-25").at("question").at("kind") == "suggestion");
  listen(3);
  const json trial = home.ask({"next"}, "2026-11-25").at("question");
  CHECK(trial.at("kind") == "trial");
  CHECK(trial.at("track").at("id") == track);
  CHECK(trial.at("plays") == 3);
  const json kept = home.ask({"next", "--answer", "approve"}, "2026-11-25");
  CHECK(kept.at("answered").at("verdict") == "love");
  CHECK(kept.at("trials") == 0);
}

TEST_CASE("rejections in a row say what to leave out", "[cli][next]") {
  const Home home;
  engine::write_file_atomically(home.path("engine.lua"),
                                "return { discovery = { rejections = 2, off = { \"genre\", "
                                "\"similar_artists\" } } }");
  home.ask({"discover", "-n", "8", "--config", home.path("engine.lua")});
  json answer;
  for (int k = 0; k < 2; ++k)
    answer = home.ask({"next", "--answer", "reject", "--config", home.path("engine.lua")});
  CHECK_THAT(answer.at("advice").get<std::string>(),
             Catch::StartsWith("the last 2 rejections are all "));
}

TEST_CASE("on a terminal next asks until one quits", "[cli][next]") {
  if (!support::TmuxScreen::is_there()) {
    WARN("tmux is not there");
    return;
  }
  const Home home;
  home.ask({"discover", "-n", "5"});
  const support::TmuxScreen screen(
      home, std::string("'") + PLAYLIST_BUILD_DIR + "/engine' next --library '" + home.library +
                "' --user demo --now 2026-11-21; echo ended; sleep 60");
  CHECK_THAT(screen.until("q quit>"), Catch::Contains("5 waiting"));
  screen.type("approve");
  screen.press("Enter");
  CHECK_THAT(screen.until("4 waiting"), Catch::Contains("is on trial"));
  screen.type("r");
  screen.press("Enter");
  CHECK_THAT(screen.until("Enter for none>"), Catch::Contains("o overplayed"));
  screen.type("o");
  screen.press("Enter");
  CHECK_THAT(screen.until("3 waiting"), Catch::Contains("is rejected (overplayed)"));
  screen.type("x");
  screen.press("Enter");
  CHECK_THAT(screen.until("it takes a approve"), Catch::Contains("it takes a approve"));
  screen.type("u");
  screen.press("Enter");
  CHECK_THAT(screen.until("is taken back"), Catch::Contains("is taken back"));
  screen.type("q");
  screen.press("Enter");
  CHECK_THAT(screen.until("ended"), Catch::Contains("ended"));
  CHECK(home.ask({"next"}).at("waiting") == 4);
}

TEST_CASE("killed at any moment, nothing that was said is lost or said twice",
          "[cli][next][discover][feedback][kill]") {
  const Home home;
  home.ask({"discover", "-n", "40"});
  std::mt19937 random(11);
  int said = 0;
  const auto killed = [&](const std::vector<std::string>& arguments) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
      std::vector<std::string> argv = home.words(arguments);
      argv.insert(argv.begin(), std::string(PLAYLIST_BUILD_DIR) + "/engine");
      std::vector<char*> words;
      for (std::string& word : argv) words.push_back(word.data());
      words.push_back(nullptr);
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDOUT_FILENO);
      ::dup2(nowhere, STDERR_FILENO);
      ::execv(words[0], words.data());
      ::_exit(127);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  };
  for (int round = 0; round < 30; ++round) {
    // An answer that was killed is given again to the same question, as somebody would.
    const std::string reference = home.ask({"next"}).at("question").at("reference");
    const std::vector<std::string> answer = {"next", "--answer", round % 2 ? "approve" : "reject",
                                             "--of", reference};
    if (killed(answer)) home.engine(home.words(answer));
    ++said;
    killed({"feedback", "later", "track:" + std::to_string(round + 1)});
    killed({"discover", "-n", "2"});
  }
  engine::Store store = engine::Store::open(home.library);
  CHECK(store.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") ==
        1);
  // Every answered question has one answer, and every question is about another song.
  CHECK(store.integer("SELECT count(*) FROM feedback WHERE propensity IS NOT NULL") == said);
  CHECK(store.integer(
            "SELECT count(DISTINCT track_id) FROM feedback WHERE propensity IS NOT NULL") == said);
  CHECK(store.integer("SELECT count(*) FROM suggestions") ==
        store.integer("SELECT count(DISTINCT track_id) FROM suggestions"));
  CHECK(store.integer("SELECT count(*) FROM suggestions WHERE run_id NOT IN (SELECT run_id FROM "
                      "runs)") == 0);
}
