// engine update, engine retrain and engine metrics, as a person, cron and a killer call them.
#include <cmath>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/file_lock.hpp"
#include "core/paths.hpp"
#include "store/metrics.hpp"
#include "store/store.hpp"
#include "support/browser.hpp"
#include "support/import_run.hpp"
#include "support/json.hpp"
#include "support/music_sound.hpp"
#include "support/program.hpp"

using Catch::Contains;
using engine::format_time;
using engine::kDay;
using engine::kHour;
using engine::kMinute;
using engine::parse_time;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

const std::int64_t kNow = parse_time("2026-11-21T10:30:00Z");

/// "2026-11-21 10:30", as this export writes the end of a play.
std::string minute_text(std::int64_t ts) {
  std::string text = format_time(ts).substr(0, 16);
  text[10] = ' ';
  return text;
}

class UpdateHome : public EngineHome {
 public:
  /// `library`: a copy of the demo's, else none.
  explicit UpdateHome(bool has_demo = false) {
    if (has_demo) fs::copy_file(support::demo_library(), path("library.db"));
    fs::create_directories(path("exports"));
  }

  /// A file of plays, three minutes each, the first of which ends at `end`.
  [[nodiscard]] std::string add_file(const std::string& name, std::int64_t end, int plays,
                                     const std::string& track = "Song",
                                     int ms_played = 180'000) const {
    json rows = json::array();
    for (int k = 0; k < plays; ++k)
      rows.push_back({{"endTime", minute_text(end + k * 3 * kMinute)},
                      {"artistName", "Band"},
                      {"trackName", track + " " + std::to_string(k)},
                      {"msPlayed", ms_played}});
    const std::string file = path("exports/StreamingHistory_music_" + name + ".json");
    std::ofstream(file) << rows.dump();
    return file;
  }

  [[nodiscard]] Ended ask(std::int64_t now, std::vector<std::string> words) const {
    words.insert(words.begin(), {"--now", format_time(now)});
    return engine(words);
  }
  /// The verb's steps by name, of its only person.
  [[nodiscard]] json steps(std::int64_t now, std::vector<std::string> words,
                           int exit_code = 0) const {
    words.insert(words.begin(), "--json");
    const Ended ended = ask(now, words);
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    json steps;
    const json report = support::parse_json(ended.out);
    for (const json& step : report.at("people").back().at("steps"))
      steps[step.at("step").get<std::string>()] = step;
    return steps;
  }
  [[nodiscard]] std::int64_t integer(const std::string& sql) const {
    return engine::Store::open(path("library.db"), {.is_read_only = true}).integer(sql);
  }

  /// Kills the verb after a while; whether it was still at it.
  [[nodiscard]] bool kill_after(std::chrono::duration<double> time,
                                std::vector<std::string> words) const {
    words.insert(words.begin(), {"engine", "--quiet"});
    const pid_t child = ::fork();
    if (child == 0) {
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDOUT_FILENO);
      for (const auto& [name, value] : environment()) ::setenv(name.c_str(), value.c_str(), 1);
      std::vector<char*> pointers;
      for (std::string& word : words) pointers.push_back(word.data());
      pointers.push_back(nullptr);
      ::execv(PLAYLIST_BUILD_DIR "/engine", pointers.data());
      ::_exit(127);
    }
    std::this_thread::sleep_for(time);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }
  /// The verb, once the killed one's worker has let go of what only one may hold.
  [[nodiscard]] Ended go_on(std::int64_t now, const std::vector<std::string>& words) const {
    Ended ended;
    for (int wait = 0; wait < 300; ++wait) {
      ended = ask(now, words);
      if (ended.exit_code != 6) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return ended;
  }
};

double figure(const json& steps, const char* step, const char* name) {
  return steps.at(step).at("figures").at(name).get<double>();
}

}  // namespace

TEST_CASE("an update looks at the library's music again", "[update][music]") {
  const UpdateHome home;
  const auto song = [](const std::string& title) {
    return test::mp3({{"TIT2", title}, {"TPE1", "Low"}}, 400);
  };
  const std::string music = home.path("music"), single = home.path("single.mp3");
  test::write_file(music + "/album/1.mp3", song("One"));
  test::write_file(music + "/album/2.mp3", song("Two"));
  test::write_file(single, song("Three"));
  // Nobody listens yet.
  CHECK(home.ask(kNow, {"update"}).exit_code == 1);
  REQUIRE(home.ask(kNow, {"import", "--files", music + "/album"}).exit_code == 0);
  const Ended alone = home.ask(kNow, {"update"});
  CHECK(alone.exit_code == 0);
  CHECK(alone.out == "music files: nothing has changed at 1 place\n");
  const std::string plays = home.add_file("0", kNow - kHour, 3);
  REQUIRE(home.ask(kNow, {"import", plays}).exit_code == 0);
  const auto music_of = [&](std::vector<std::string> words, int exit_code = 0) {
    words.insert(words.begin(), "--json");
    const Ended ended = home.ask(kNow, words);
    INFO(ended.err);
    REQUIRE(ended.exit_code == exit_code);
    return support::parse_json(ended.out).at("music");
  };
  const auto with = [](int places, const json& buckets, int gone = 0) {
    return json{{"places", places},   {"missing", json::array()},
                {"buckets", buckets}, {"gone", gone},
                {"measured", 0},      {"encoded", 0}};
  };
  CHECK(music_of({"update"}) == with(1, json::object()));
  // What is below a place that was named is no other place.
  REQUIRE(home.ask(kNow, {"import", "--files", music, single}).exit_code == 0);
  REQUIRE(home.ask(kNow, {"import", "--files", music + "/album/1.mp3"}).exit_code == 0);
  CHECK(music_of({"update"}) == with(2, json::object()));
  CHECK(home.ask(kNow, {"update"}).out.find("music") == std::string::npos);

  test::write_file(music + "/new/4.mp3", song("Four"));
  fs::remove(music + "/album/2.mp3");
  test::write_file(single, song("Another three"));
  CHECK(music_of({"update", plays}) == with(0, json::object()));  // which reads what it is told to
  CHECK_THAT(home.ask(kNow, {"update"}).out, Contains("music files: 2 new, 1 gone\n"));
  CHECK(music_of({"update"}) == with(2, json::object()));

  // New music of a place that is listened to is listened to as well, and no other.
  REQUIRE(home.ask(kNow, {"import", "--files", "--audio", single}).exit_code == 0);
  test::write_file(single, song("Three again"));
  test::write_file(music + "/new/5.mp3", song("Five"));
  CHECK(music_of({"update"}).at("buckets") == json{{"new", 2}});
  CHECK(home.integer("SELECT count(*) FROM track_files WHERE unheard <> '' AND path = '" + single +
                     "'") == 1);  // it is silent
  CHECK(home.integer("SELECT count(*) FROM track_files WHERE unheard <> ''") == 1);

  // A disc that is not there: nothing is forgotten, also where it leaves an empty folder.
  fs::rename(music, home.path("unmounted"));
  for (const bool has_folder : {false, true}) {
    if (has_folder) fs::create_directory(music);
    const Ended ended = home.ask(kNow, {"update", "--json"});
    CHECK(ended.exit_code == 0);
    CHECK(support::parse_json(ended.out).at("music").at("missing") == json{music});
    CHECK_THAT(ended.err, Contains("no music is at " + music + " now"));
    CHECK(home.integer("SELECT count(*) FROM track_files") == 4);
  }
  REQUIRE(home.ask(kNow, {"import", "--files", music}).exit_code == 0);
  CHECK(home.integer("SELECT count(*) FROM track_files") == 1);
}

TEST_CASE("an update writes dashboards where it is asked to, when something came",
          "[update][dashboard]") {
  const UpdateHome home;
  const std::string file = home.add_file("0", kNow - kHour, 3);
  const std::string folder = home.path("boards");
  const auto outcome = [&](const Ended& ended) {
    INFO(ended.err);
    const json steps = support::parse_json(ended.out).at("people").at(0).at("steps");
    REQUIRE(steps.back().at("step") == "dashboard");
    return steps.back().at("outcome").get<std::string>();
  };
  CHECK(outcome(home.ask(kNow, {"update", file, "--dashboards", folder, "--json"})) == "done");
  const json board = support::parse_json(engine::read_file(folder + "/me.json"));
  CHECK(board == support::parse_json(home.ask(kNow, {"dashboard", "--json"}).out));
  CHECK(fs::file_size(folder + "/me.html") > 1000);
  CHECK(outcome(home.ask(kNow + kHour, {"update", "--dashboards", folder, "--json"})) == "nothing");
  CHECK(outcome(home.ask(kNow + kHour, {"update", "--dashboards", folder + "2", "--json"})) ==
        "done");
  CHECK(outcome(home.ask(kNow + 2 * kDay, {"update", "--dashboards", folder, "--json"})) == "done");
  // What somebody deleted comes back.
  for (const char* name : {"/me.html", "/me.json"}) {
    fs::remove(folder + name);
    CHECK(outcome(home.ask(kNow + 2 * kDay + kHour,
                           {"update", "--dashboards", folder, "--json"})) == "done");
    CHECK(fs::exists(folder + name));
  }
}

TEST_CASE("of days long ago the rows are left that have figures and by which a step goes on",
          "[update]") {
  const UpdateHome home;
  static_cast<void>(home.add_file("0", kNow - kHour, 3));
  static_cast<void>(home.steps(kNow, {"update", home.path("exports")}));
  static_cast<void>(home.steps(kNow + kHour / 2, {"update"}));
  static_cast<void>(home.steps(kNow + kDay, {"update"}));
  const auto rows = [&](const std::string& where) {
    return home.integer("SELECT count(*) FROM metrics WHERE " + where);
  };
  const std::string first_day = "at < " + std::to_string(kNow + kDay / 2);
  CHECK(rows(first_day) == 10);
  // The 90th day after it still has all rows; the day after that does not, and only of that day.
  static_cast<void>(home.steps(kNow + 90 * kDay, {"update"}));
  CHECK(rows(first_day) == 10);
  const json steps = home.steps(kNow + 91 * kDay, {"update"});
  CHECK(rows(first_day) == 6);  // two of ingest: what came, and that nothing came since
  CHECK(rows(first_day + " AND step = 'ingest' AND outcome = 'done'") == 1);
  CHECK(rows(first_day + " AND step = 'predict' AND state <> ''") == 1);
  CHECK(rows("at BETWEEN " + std::to_string(kNow + kDay) + " AND " +
             std::to_string(kNow + 2 * kDay)) == 5);
  CHECK(steps.at("ingest").at("outcome") == "nothing");  // it goes on from what is left
  CHECK(figure(steps, "metrics", "history_listens") == 3);
}

TEST_CASE("an update takes in what has come where earlier imports came from, and once",
          "[update]") {
  const UpdateHome home;
  static_cast<void>(home.add_file("0", kNow - kDay, 4));
  REQUIRE(home.ask(kNow - kDay + kHour, {"import", home.path("exports")}).exit_code == 0);
  // What the import brought is counted by the first update.
  json steps = home.steps(kNow - kHour, {"update"});
  CHECK(figure(steps, "ingest", "files") == 0);
  CHECK(figure(steps, "ingest", "listens") == 4);

  steps = home.steps(kNow - kHour, {"update"});
  CHECK(steps.at("ingest").at("outcome") == "nothing");
  CHECK_THAT(steps.at("ingest").at("reason").get<std::string>(),
             Contains("nothing has changed at 1 place of earlier imports"));
  CHECK(steps.at("metrics").at("outcome") == "nothing");
  CHECK(steps.at("predict").at("outcome") == "nothing");

  static_cast<void>(home.add_file("1", kNow - 30 * kMinute, 3));
  steps = home.steps(kNow, {"update"});
  CHECK(figure(steps, "ingest", "files") == 1);
  CHECK(figure(steps, "ingest", "imports") == 1);
  CHECK(figure(steps, "ingest", "listens") == 3);
  CHECK(steps.at("metrics").at("outcome") == "done");
  CHECK(steps.at("assign").at("outcome") == "skipped");
  CHECK(home.integer("SELECT count(*) FROM listens") == 7);
  // The file grows: what it said before is known.
  static_cast<void>(home.add_file("1", kNow - 30 * kMinute, 5));
  steps = home.steps(kNow, {"update"});
  CHECK(figure(steps, "ingest", "listens") == 2);
  CHECK(figure(steps, "ingest", "duplicates") == 3);
  CHECK(home.integer("SELECT count(*) FROM listens") == 9);
}

TEST_CASE("an update's figures are those of the last four weeks", "[update]") {
  const UpdateHome home;
  // Two songs long ago; then one of them, two new ones, one of these again, and one cut short.
  static_cast<void>(home.add_file("0", kNow - 40 * kDay, 2));
  static_cast<void>(home.add_file("1", kNow - 2 * kDay, 1));
  static_cast<void>(home.add_file("2", kNow - kDay, 2, "New"));
  static_cast<void>(home.add_file("3", kNow - kDay + 6 * kHour, 1, "New"));
  static_cast<void>(home.add_file("4", kNow - kDay + 7 * kHour, 1, "Short", 3'000));
  const json steps = home.steps(kNow, {"update", home.path("exports")});
  CHECK(figure(steps, "ingest", "listens") == 7);
  CHECK(figure(steps, "metrics", "history_listens") == 7);
  CHECK(figure(steps, "metrics", "listens") == 5);
  CHECK(figure(steps, "metrics", "plays") == 4);
  CHECK(figure(steps, "metrics", "sessions") == 4);
  CHECK(figure(steps, "metrics", "tracks") == 3);
  CHECK(figure(steps, "metrics", "artists") == 1);
  CHECK(figure(steps, "metrics", "discovery") == Approx(0.5));
  CHECK(figure(steps, "metrics", "artist_discovery") == 0);
  CHECK(figure(steps, "metrics", "without_features") == 1);
  CHECK(figure(steps, "metrics", "minutes") == Approx(4 * 3 + 0.05));
  CHECK(figure(steps, "metrics", "days_since_listen") == Approx(17.0 / 24).margin(0.001));
}

TEST_CASE("tracks of lists that were heard afterwards are accepted", "[update]") {
  const UpdateHome home;
  static_cast<void>(home.add_file("0", kNow - 3 * kDay, 4));
  REQUIRE(home.ask(kNow, {"import", home.path("exports")}).exit_code == 0);
  std::ofstream(home.path("all.lua"))
      << "local pl = require 'playlist'\nreturn pl.recipe { title = 'all', random_seed = 1,\n"
         "  build = function(p, user) return pl.recall.popular { limit = 4 } end }\n";
  REQUIRE(home.ask(kNow - 2 * kDay, {"run", home.path("all.lua")}).exit_code == 0);
  static_cast<void>(home.add_file("1", kNow - kDay, 1));
  const json steps = home.steps(kNow, {"update"});
  CHECK(figure(steps, "metrics", "list_tracks") == 4);
  CHECK(figure(steps, "metrics", "acceptance") == Approx(0.25));
}

TEST_CASE("what an update foretold is judged once it is known what came", "[update]") {
  const UpdateHome home;
  for (int day = 1; day <= 30; ++day)
    static_cast<void>(home.add_file(std::to_string(day), kNow - day * kDay + kHour, 2));
  json steps = home.steps(kNow, {"update", home.path("exports")});
  // Every day of the last weeks somebody listened between 11 and 12.
  const double chance = figure(steps, "predict", "session_start");
  CHECK(chance > 0.2);
  CHECK(figure(steps, "predict", "session_start_share") == Approx(chance));
  CHECK(figure(steps, "predict", "session_start_judged") == 0);
  CHECK_THAT(steps.at("predict").at("reason").get<std::string>(),
             Contains("2026-11-21T11:00:00Z") && Contains("was not trained"));
  // The hour is over, but nothing was heard since: nobody knows.
  steps = home.steps(kNow + 2 * kHour, {"update"});
  CHECK(figure(steps, "predict", "session_start_judged") == 0);
  // A listen in the hour, and one later.
  static_cast<void>(home.add_file("31", kNow + kHour, 1));
  static_cast<void>(home.add_file("32", kNow + 5 * kHour, 1));
  steps = home.steps(kNow + 6 * kHour, {"update"});
  CHECK(figure(steps, "predict", "session_start_judged") == 2);  // 11:00, and 13:00 without one
  const double quiet =
      figure(home.steps(kNow + 2 * kHour, {"update"}, 0), "predict", "session_start_judged");
  CHECK(quiet == 0);  // as of then
}

TEST_CASE("new tracks are assigned to the moods that were found", "[update]") {
  const UpdateHome home(true);
  CHECK(home.steps(kNow, {"--user", "demo", "update"}).at("assign").at("outcome") == "skipped");
  static_cast<void>(home.steps(kNow, {"--user", "demo", "retrain", "moods"}));
  static_cast<void>(home.steps(kNow, {"--user", "demo", "update"}));
  // One that the catalogue has and nobody heard, one that nothing is known of.
  json row = {{"endTime", minute_text(kNow)}, {"msPlayed", 180'000}};
  {
    const engine::Store store = engine::Store::open(home.path("library.db"));
    engine::Statement unheard = store.prepare(
        "SELECT title, name FROM tracks t JOIN artists a USING (artist_id) WHERE t.energy NOT NULL "
        "AND t.track_id NOT IN (SELECT track_id FROM listens) LIMIT 1");
    unheard.start();
    REQUIRE(unheard.step());
    row["trackName"] = std::string(unheard.text(0));
    row["artistName"] = std::string(unheard.text(1));
  }
  std::ofstream(home.path("exports/StreamingHistory_music_0.json")) << json::array({row}).dump();
  static_cast<void>(home.add_file("1", kNow + 10 * kMinute, 1));
  const json steps = home.steps(kNow + kHour, {"--user", "demo", "update", home.path("exports")});
  CHECK(figure(steps, "assign", "tracks") == 2);
  CHECK(figure(steps, "assign", "assigned") == 1);
  CHECK(figure(steps, "assign", "without_features") == 1);
  CHECK(home.steps(kNow + kHour, {"--user", "demo", "update"}).at("assign").at("outcome") ==
        "nothing");
}

TEST_CASE("an update foretells the next mood as ranking.next_mood does", "[update]") {
  const UpdateHome home(true);
  std::ofstream(home.path("ahead.lua")) << R"(
local pl = require "playlist"
return pl.recipe {
  title = "Ahead",
  build = function(p, user) return user.listens:most_played(20):rank(pl.ranking.next_mood {}) end,
})";
  const std::int64_t last = home.integer(  // the fourth in a quarter of an hour
      "SELECT max(a.ts) FROM listens a JOIN users u USING (user_id) WHERE u.name = 'demo' AND "
      "(SELECT count(*) FROM listens b WHERE b.user_id = a.user_id AND b.ts BETWEEN a.ts - 900 AND "
      "a.ts) >= 4");
  for (const std::int64_t now : {last + 5 * kMinute, last + 3 * kHour}) {
    const bool goes_on = now < last + kHour;
    CAPTURE(goes_on);
    if (goes_on) {
      const json before = home.steps(now - kHour, {"--user", "demo", "update"});
      CHECK_FALSE(before.at("predict").at("figures").contains("next_mood"));
      static_cast<void>(home.steps(now, {"--user", "demo", "retrain", "moods", "next_mood"}));
    }
    const json step = home.steps(now, {"--user", "demo", "update"}).at("predict");
    double sum = 0, most = 0;
    std::string likeliest;
    for (const auto& [name, chance] : step.at("figures").items()) {
      if (!name.starts_with("next_mood.")) continue;
      sum += chance.get<double>();
      if (chance.get<double>() > most) likeliest = name.substr(std::string("next_mood.").size());
      most = std::max(most, chance.get<double>());
    }
    CHECK(sum == Approx(1).margin(1e-4));
    CHECK(step.at("figures").at("next_mood") == most);
    const std::string says = "\"" + likeliest + "\" (" + std::to_string(std::lround(100 * most));
    CHECK_THAT(step.at("reason").get<std::string>(),
               Contains(says) && Contains(goes_on ? "next in the session" : "begins with"));
    const json ranked = support::parse_json(
        home.ask(now, {"--user", "demo", "run", home.path("ahead.lua"), "--json"}).out);
    CHECK_THAT(ranked.at("notices").dump(),
               Contains(likeliest + "\\\" (" + std::to_string(std::lround(100 * most))) &&
                   Contains(goes_on ? "after what you hear" : "begins with"));
  }
}

TEST_CASE("drift is looked for once a day", "[update]") {
  const UpdateHome home(true);
  json steps = home.steps(kNow, {"--user", "demo", "update"});
  CHECK(steps.at("drift").at("outcome") == "done");
  CHECK(figure(steps, "drift", "p.sessions_per_day") <= 1);
  steps = home.steps(kNow + 3 * kHour, {"--user", "demo", "update"});
  CHECK(steps.at("drift").at("outcome") == "skipped");
  CHECK_THAT(steps.at("drift").at("reason").get<std::string>(), Contains("looked 3 hours ago: "));
  steps = home.steps(kNow + 25 * kHour, {"--user", "demo", "update"});
  CHECK(steps.at("drift").at("outcome") == "done");
}

TEST_CASE("an update of nobody says what to do", "[update]") {
  const UpdateHome home;
  const Ended ended = home.ask(kNow, {"update"});
  CHECK(ended.exit_code == 1);
  CHECK_THAT(ended.err, Contains("nobody is in the library yet") && Contains("engine update PATH"));
  CHECK_FALSE(fs::exists(home.path("library.db")));
}

TEST_CASE("a file that was read while it was written is read again", "[update]") {
  const UpdateHome home;
  const std::string file = home.add_file("0", kNow - kDay, 3);
  const auto whole = fs::file_size(file);
  fs::resize_file(file, whole - 40);  // in the middle of its last record
  json steps = home.steps(kNow, {"update", home.path("exports")});
  CHECK(figure(steps, "ingest", "listens") == 2);
  CHECK(figure(steps, "ingest", "other_records") == 1);
  static_cast<void>(home.add_file("0", kNow - kDay, 3));
  steps = home.steps(kNow, {"update"});
  CHECK(figure(steps, "ingest", "listens") == 1);
  CHECK(figure(steps, "ingest", "duplicates") == 2);
}

TEST_CASE("what is named and cannot be read is told", "[update]") {
  const UpdateHome home;
  std::ofstream(home.path("notes.bin")) << "no listening";
  const Ended ended = home.ask(kNow, {"update", home.path("notes.bin")});
  CHECK(ended.exit_code == 3);
  CHECK_THAT(ended.err, Contains("nothing was read from") && Contains("notes.bin"));
  CHECK(home.ask(kNow, {"update", home.path("nowhere")}).exit_code == 3);
}

TEST_CASE("an import that was taken back stays out", "[update]") {
  const UpdateHome home;
  static_cast<void>(home.add_file("0", kNow - kDay, 2));
  REQUIRE(home.ask(kNow, {"import", home.path("exports")}).exit_code == 0);
  REQUIRE(home.ask(kNow, {"library", "undo-import", "1", "--yes"}).exit_code == 0);
  CHECK(figure(home.steps(kNow, {"update"}), "ingest", "files") == 0);
  CHECK(home.integer("SELECT count(*) FROM listens") == 0);
}

TEST_CASE("two updates, and two retrainings, do not go on at once", "[update]") {
  const UpdateHome home(true);
  for (const char* verb : {"update", "retrain"}) {
    const engine::FileLock held(home.path(std::string("library.db.") + verb + ".lock"), "test");
    const Ended ended = home.ask(kNow, {verb});
    CHECK(ended.exit_code == 6);
    CHECK_THAT(ended.err, Contains("of this library is under way"));
  }
}

TEST_CASE("a later row reaches neither metrics nor an update as of before", "[update]") {
  const UpdateHome home(true);
  const std::vector<std::string> words = {"--user", "demo", "--json", "metrics"};
  static_cast<void>(home.steps(kNow, {"--user", "demo", "update"}));
  const std::string before = home.ask(kNow, words).out;
  {
    engine::Store store = engine::Store::open(home.path("library.db"));
    engine::Transaction transaction(store);
    for (const char* step : {"ingest", "predict", "metrics", "drift"}) {
      engine::MetricsRow row{.user_id = 1, .pipeline = "update", .step = step, .at = kNow + 1};
      row.figures = {{"listens", 1e6}};
      row.state = "{\"poison\": true}";
      engine::add_metrics(store, row);
    }
    transaction.commit();
  }
  CHECK(home.ask(kNow, words).out == before);
  CHECK(home.steps(kNow, {"--user", "demo", "update"}).at("drift").at("outcome") == "skipped");
  CHECK(home.ask(kNow + 1, words).out != before);
}

TEST_CASE("an update of the listening killed at any moment is finished by the next",
          "[update][kill]") {
  const UpdateHome home;
  static_cast<void>(home.add_file("first", kNow - 60 * kDay, 4));
  REQUIRE(home.ask(kNow, {"import", home.path("exports")}).exit_code == 0);
  const auto began = std::chrono::steady_clock::now();
  static_cast<void>(home.steps(kNow, {"update"}));
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::mt19937 random(2026);
  int killed = 0;
  std::int64_t listens = 4;
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    const std::int64_t now = kNow + (round + 1) * kDay;
    static_cast<void>(home.add_file(std::to_string(round), now - 2 * kHour, 1 + round % 5));
    listens += 1 + round % 5;
    const bool was_killed =
        home.kill_after(took * (random() % 1100) / 1000.0, {"--now", format_time(now), "update"});
    killed += was_killed;
    if (!was_killed) took *= 0.8;  // the machine was busier while it was measured
    const Ended ended = home.go_on(now, {"update"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    CHECK(home.integer("SELECT count(*) FROM listens") == listens);
    // Each listen is counted in one row, whichever pass it was.
    CHECK(home.integer("SELECT sum(figures ->> '$.listens') FROM metrics WHERE step = 'ingest'") ==
          listens);
    CHECK(home.integer("SELECT count(*) FROM metrics WHERE step = 'metrics' AND outcome = 'done' "
                       "AND at = " +
                       std::to_string(now)) == 1);
  }
  CHECK(killed >= 10);
  CHECK(engine::Store::open(home.path("library.db")).check().empty());
}

TEST_CASE("a model is retrained when it is due, and the row says why", "[retrain]") {
  const UpdateHome home(true);
  const std::vector<std::string> words = {"--user", "demo", "retrain", "session_start"};
  json steps = home.steps(kNow, words);
  CHECK(steps.at("session_start").at("outcome") == "done");
  CHECK(steps.at("session_start").at("reason") == "trained, as it was never trained");
  CHECK(figure(steps, "session_start", "seconds") >= 0);
  steps = home.steps(kNow + 2 * kDay, words);
  CHECK(steps.at("session_start").at("outcome") == "skipped");
  CHECK_THAT(steps.at("session_start").at("reason").get<std::string>(), Contains("2 days old"));
  steps = home.steps(kNow + 20 * kDay, words);
  CHECK(steps.at("session_start").at("outcome") == "done");
  CHECK_THAT(steps.at("session_start").at("reason").get<std::string>(),
             Contains("more than 14 days"));
  std::vector<std::string> forced = words;
  forced.emplace_back("--force");
  CHECK(home.steps(kNow + 20 * kDay, forced).at("session_start").at("outcome") == "done");
  const Ended ended = home.ask(kNow, {"retrain", "sesion_start"});
  CHECK(ended.exit_code == 2);
  CHECK_THAT(ended.err, Contains("did you mean model.session_start?"));
}

TEST_CASE("a model is due when one that it reads was trained since", "[retrain]") {
  const UpdateHome home(true);
  const std::vector<std::string> words = {"--user", "demo", "retrain", "moods", "next_mood"};
  static_cast<void>(home.steps(kNow, words));
  json steps = home.steps(kNow + kHour, words);
  CHECK(steps.at("moods").at("outcome") == "skipped");
  CHECK(steps.at("next_mood").at("outcome") == "skipped");
  static_cast<void>(
      home.steps(kNow + 2 * kHour, {"--user", "demo", "retrain", "moods", "--force"}));
  static_cast<void>(
      home.steps(kNow + 3 * kHour, {"--user", "demo", "retrain", "moods", "--force"}));
  steps = home.steps(kNow + 4 * kHour, words);
  CHECK(steps.at("moods").at("outcome") == "skipped");
  CHECK_THAT(steps.at("next_mood").at("reason").get<std::string>(),
             Contains("model.moods, which it reads, was trained since"));
}

TEST_CASE("a retraining killed at any moment has its version and its row, or neither",
          "[retrain][kill]") {
  const UpdateHome home(true);
  const auto began = std::chrono::steady_clock::now();
  const std::vector<std::string> words = {"--user", "demo", "retrain", "session_start"};
  static_cast<void>(home.steps(kNow, words));
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::mt19937 random(2026);
  int killed = 0;
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    const std::int64_t now = kNow + (round + 1) * 15 * kDay;
    std::vector<std::string> all = {"--now", format_time(now)};
    all.insert(all.end(), words.begin(), words.end());
    const bool was_killed = home.kill_after(took * (random() % 1100) / 1000.0, all);
    killed += was_killed;
    if (!was_killed) took *= 0.8;  // the machine was busier while it was measured
    const Ended ended = home.go_on(now, words);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    const std::string at = std::to_string(now);
    CHECK(home.integer("SELECT count(*) FROM models WHERE name = 'model.session_start' AND "
                       "as_of = " +
                       at) == 1);
    CHECK(home.integer("SELECT count(*) FROM metrics WHERE pipeline = 'retrain' AND "
                       "outcome = 'done' AND at = " +
                       at) == 1);
  }
  CHECK(killed >= 10);
}

TEST_CASE("metrics tells each step and how each figure went", "[update]") {
  const UpdateHome home;
  CHECK(home.ask(kNow, {"demo", "--tracks", "300", "--artists", "40", "--genres", "8", "--listens",
                        "2000", "--users", "1", "--days", "200"})
            .exit_code == 0);
  Ended ended = home.ask(kNow, {"metrics"});
  CHECK(ended.exit_code == 1);
  CHECK_THAT(ended.out, Contains("nothing was updated or retrained yet"));
  for (const int day : {0, 1, 9}) static_cast<void>(home.steps(kNow + day * kDay, {"update"}));
  ended = home.ask(kNow + 9 * kDay, {"metrics"});
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Contains("update ingest") && Contains("metrics.discovery") &&
                            Contains("3 times") && Contains("▁"));
  ended = home.ask(kNow + 9 * kDay, {"--json", "metrics", "discovery"});
  const json history = support::parse_json(ended.out);
  REQUIRE(history.at("figures").size() == 1);
  const json& figure = history.at("figures").at(0);
  CHECK(figure.at("name") == "metrics.discovery");
  REQUIRE(figure.at("points").size() == 3);
  CHECK(figure.at("latest") == figure.at("points").at(2).at("value"));
  CHECK(figure.at("change").get<double>() ==
        Approx(figure.at("latest").get<double>() -
               figure.at("points").at(1).at("value").get<double>()));
  CHECK(home.ask(kNow, {"metrics", "nothing"}).exit_code == 1);
}

TEST_CASE("the page of metrics fits a phone and a desk and asks for nothing", "[update][page]") {
  if (support::Browser::program().empty()) {
    WARN("no browser here");
    return;
  }
  const UpdateHome home(true);
  for (const int day : {0, 1, 2})
    static_cast<void>(home.steps(kNow + day * kDay, {"--user", "demo", "update"}));
  const std::string page = home.path("metrics.html");
  REQUIRE(home.ask(kNow + 2 * kDay, {"--user", "demo", "metrics", "--html", page}).exit_code == 0);
  support::Browser browser;
  for (const auto& [width, is_dark] : {std::pair(360, false), {1280, true}}) {
    CAPTURE(width);
    browser.open(page, width, 800, is_dark);
    CHECK(browser.value("document.documentElement.scrollWidth <= innerWidth") == true);
    CHECK(browser.value("document.querySelectorAll('figure svg').length").get<int>() >= 5);
    CHECK(browser.value("document.querySelectorAll('h2').length") == 2);
    // 11 pixels a word at least, by the scale of its drawing.
    CHECK(browser.value("Math.min(...[...document.querySelectorAll('svg text')].map(one => "
                        "parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a))") >=
          11);
  }
  CHECK(browser.errors().empty());
  CHECK(browser.requests() == std::vector<std::string>{"file://" + page, "file://" + page});
}
