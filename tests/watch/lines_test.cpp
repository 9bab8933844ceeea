// engine watch without a terminal: lines out, commands in.
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using nlohmann::json;
using support::EngineHome;

namespace {

std::string recipe_text(const std::string& formula) {
  return "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Lines\",\n"
         "params = { least = pl.number { 0, min = 0, max = 1 } }, random_seed = \"1\",\n"
         "build = function(p, user)\nprint(\"least is \" .. p.least)\n"
         "return pl.recall.catalogue {}:score(function(t) return " +
         formula + " end):limit { tracks = 5 }\nend }\n";
}

/// `engine watch --json` with pipes at both ends.
class Lines {
 public:
  Lines(const EngineHome& home, const std::string& recipe,
        const std::string& library = support::demo_library()) {
    int in[2], out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      for (const auto& [name, value] : home.environment()) ::setenv(name.c_str(), value.c_str(), 1);
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      const std::string engine = std::string(PLAYLIST_BUILD_DIR) + "/engine";
      ::execl(engine.c_str(), "engine", "--library", library.c_str(), "--now", "2026-11-21",
              "--json", "watch", recipe.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
  }
  ~Lines() {
    if (to_ >= 0) ::close(to_);
    ::close(from_);
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
  }
  void say(const std::string& line) const {
    const std::string text = line + "\n";
    REQUIRE(::write(to_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// The next object that has `field`, within 30 s.
  json next(const std::string& field) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      if (const std::size_t at = text_.find('\n'); at != std::string::npos) {
        json line = support::parse_json(text_.substr(0, at));
        text_.erase(0, at + 1);
        if (line.contains(field)) return line;
        continue;
      }
      pollfd source{from_, POLLIN, 0};
      char bytes[65536];
      if (::poll(&source, 1, 100) <= 0) continue;
      const ssize_t got = ::read(from_, bytes, sizeof bytes);
      if (got <= 0) break;
      text_.append(bytes, static_cast<std::size_t>(got));
    }
    FAIL("no line with \"" + field + "\"");
    return {};
  }
  void end_input() {
    ::close(to_);
    to_ = -1;
  }
  int ended() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t process_ = 0;
  int to_ = -1, from_ = -1;
  std::string text_;
};

}  // namespace

TEST_CASE("without a terminal there is one JSON object a line", "[watch]") {
  const EngineHome home;
  const std::string recipe = home.path("lines.lua");
  engine::write_file_atomically(recipe, recipe_text("known(t.energy, 0)"));
  Lines lines(home, recipe);
  json run = lines.next("tracks");
  CHECK(run.at("run") == 1);
  CHECK(run.at("tracks").size() == 5);
  CHECK(run.at("tracks")[0].at("before").is_null());
  CHECK(run.at("printed") == json::array({"least is 0"}));
  CHECK(run.at("stages")[0].at("node") == "recall.catalogue");
  const json first = run.at("tracks");

  engine::write_file_atomically(recipe, recipe_text("-known(t.energy, 1)"));
  run = lines.next("tracks");
  CHECK(run.at("cause") == "lines.lua saved");
  CHECK(run.at("tracks") != first);
  const json left = lines.next("left");
  REQUIRE(left.at("left").size() == 5);
  CHECK_THAT(left.at("left")[0].at("why").get<std::string>(), Catch::Contains("outranked"));

  lines.say("p least=0.25");
  CHECK(lines.next("printed").at("printed") == json::array({"least is 0.25"}));
  lines.say("p least=2");
  CHECK_THAT(lines.next("error").at("error").get<std::string>(),
             Catch::Contains("least cannot be \"2\""));
  lines.say("s");  // the refused parameter is forgotten
  run = lines.next("tracks");
  CHECK(run.at("printed") == json::array({"least is 0.25"}));
  CHECK(run.at("random_seed") != 1);
  lines.say("w #1");
  CHECK_THAT(lines.next("answer").at("answer").get<std::string>(), Catch::Contains("place 1 of 5"));
  lines.say("o csv:" + home.path("list.csv"));
  for (int i = 0; i < 200 && !std::filesystem::exists(home.path("list.csv")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(std::filesystem::exists(home.path("list.csv")));
  lines.say("q");
  CHECK(lines.ended() == 0);
}

TEST_CASE("an import and a changed setting start a run", "[watch]") {
  const EngineHome home;
  const std::string recipe = home.path("lines.lua"), library = home.path("library.db"),
                    loved = home.path("scrobbles.csv");
  const std::string config = home.environment().at("XDG_CONFIG_HOME") + "/playlist-engine";
  std::filesystem::create_directories(config);
  std::filesystem::copy_file(support::demo_library(), library);
  engine::write_file_atomically(
      recipe,
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Latest\", random_seed = "
      "\"1\",\n"
      "build = function(p, user)\nreturn user.listens:since { days = 2 }:limit { tracks = 1000 "
      "}\nend }\n");
  Lines lines(home, recipe, library);
  CHECK(lines.next("tracks").at("cause") == "start");
  engine::write_file_atomically(loved,
                                "Some Unheard Band,,Some Unheard Song,20 Nov 2026 12:00\n"
                                "Some Unheard Band,,Another One,20 Nov 2026 12:10\n");
  const support::Ended import =
      home.engine({"--library", library, "--user", "demo", "--now", "2026-11-21", "import", loved});
  INFO(import.err);
  REQUIRE(import.exit_code == 0);
  json run = lines.next("tracks");
  CHECK(run.at("cause") == "library changed");
  CHECK_THAT(run.dump(), Catch::Contains("Some Unheard Song"));

  engine::write_file_atomically(config + "/engine.lua",
                                "return { play = { min_seconds = 3600, min_share = 1 } }");
  CHECK(lines.next("tracks").at("cause") == "settings changed");

  // A settings file that cannot be is told, and the last good one stays in force.
  engine::write_file_atomically(config + "/engine.lua",
                                "return { play = { min_seconds = \"x\" } }");
  CHECK_THAT(lines.next("error").dump(), Catch::Contains("min_seconds"));
  engine::write_file_atomically(recipe, engine::read_file(recipe) + "-- saved once more\n");
  CHECK_THAT(lines.next("tracks").at("cause").get<std::string>(), Catch::Contains("lines.lua"));
  engine::write_file_atomically(config + "/engine.lua", "return {}");
  CHECK(lines.next("tracks").at("cause") == "settings changed");
  lines.say("q");
  CHECK(lines.ended() == 0);
}

TEST_CASE("a file that an element reads starts a run when it is saved", "[watch]") {
  const EngineHome home;
  const std::string plugins = home.environment().at("XDG_DATA_HOME") + "/playlist-engine/plugins";
  std::filesystem::create_directories(plugins);
  std::filesystem::copy_file(PLAYLIST_BUILD_DIR "/file-plugins/beside_the_store.so",
                             plugins + "/beside_the_store.so");
  const std::string words = home.path("words.txt"), recipe = home.path("lines.lua");
  engine::write_file_atomically(
      recipe,
      "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Words\", random_seed = "
      "\"1\",\nbuild = function(p, user)\nreturn pl.recall.catalogue {}"
      ":filter(pl.filtering.word_list { \"words.txt\" }):limit { tracks = 5 }\nend }\n");
  Lines lines(home, recipe);
  CHECK_THAT(lines.next("error").at("error").get<std::string>(),
             Catch::Contains("words cannot be read from " + words));
  engine::write_file_atomically(words, "no title has this\n");
  const json first = lines.next("tracks");
  CHECK(first.at("cause") == "words.txt saved");

  engine::write_file_atomically(words, first.at("tracks")[0].at("title").get<std::string>() + "\n");
  const json second = lines.next("tracks");
  CHECK(second.at("cause") == "words.txt saved");
  CHECK(second.at("tracks") != first.at("tracks"));
  // Saved with the same bytes: nothing to run. The recipe's next save is the next run.
  engine::write_file_atomically(words, engine::read_file(words));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  engine::write_file_atomically(recipe, engine::read_file(recipe) + "-- once more\n");
  const json third = lines.next("tracks");
  CHECK(third.at("cause") == "lines.lua saved");
  CHECK(third.at("run") == 3);
  // In place, as an editor without renaming does; and gone.
  std::ofstream(words) << "the\nlove\n";
  CHECK(lines.next("tracks").at("cause") == "words.txt saved");
  std::filesystem::remove(words);
  CHECK_THAT(lines.next("error").at("error").get<std::string>(),
             Catch::Contains("there is no such file"));
  lines.say("q");
  CHECK(lines.ended() == 0);
}

TEST_CASE("a folder that is deleted and made again is watched on", "[watch]") {
  const EngineHome home;
  const std::string folder = home.path("mine"), recipe = folder + "/lines.lua";
  std::filesystem::create_directories(folder);
  engine::write_file_atomically(recipe, recipe_text("known(t.energy, 0)"));
  Lines lines(home, recipe);
  CHECK(lines.next("tracks").at("run") == 1);
  std::filesystem::remove_all(folder);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  std::filesystem::create_directories(folder);
  engine::write_file_atomically(recipe, recipe_text("-known(t.energy, 1)"));
  CHECK(lines.next("tracks").at("run") == 2);
  engine::write_file_atomically(recipe, recipe_text("known(t.valence, 1)"));
  CHECK(lines.next("tracks").at("run") == 3);
  lines.say("q");
  CHECK(lines.ended() == 0);
}

TEST_CASE("watch says what is wrong before it starts", "[watch]") {
  const EngineHome home;
  const support::Ended none = home.engine({"watch", "no-such-recipe"});
  CHECK(none.exit_code == 3);
  CHECK_THAT(none.err, Catch::Contains("there is no recipe \"no-such-recipe\""));
  const support::Ended library = home.engine({"watch", "weekly"});
  CHECK(library.exit_code == 6);
  CHECK_THAT(library.err, Catch::Contains("there is no library at"));
  const support::Ended to = home.engine({"watch", "weekly", "--to", "m3u8"});
  CHECK(to.exit_code == 2);
  CHECK_THAT(to.err, Catch::Contains("it takes FORMAT:FILE"));
}

TEST_CASE("the end of the commands is the end of the watcher", "[watch]") {
  const EngineHome home;
  const std::string recipe = home.path("lines.lua");
  engine::write_file_atomically(recipe, recipe_text("known(t.energy, 0)"));
  Lines idle(home, recipe);
  idle.next("tracks");
  idle.end_input();
  CHECK(idle.ended() == 0);
  // What runs may still answer.
  Lines early(home, recipe);
  early.end_input();
  CHECK(early.next("tracks").at("run") == 1);
  CHECK(early.ended() == 0);
}

TEST_CASE("a run that hangs does not keep a watcher whose commands have ended", "[watch]") {
  const EngineHome home;
  const std::string recipe = home.path("hangs.lua"), config = home.path("patient.lua");
  engine::write_file_atomically(config,
                                "return { limits = { recipe_seconds = 3600, wall_seconds = 3600, "
                                "cpu_seconds = 3600, heartbeat_seconds = 3600 } }");
  engine::write_file_atomically(
      recipe,
      "local pl = require \"playlist\"\nreturn pl.recipe { title = "
      "\"Hangs\", build = function(p, user)\n  while true do end\nend }\n");
  // run_program gives /dev/null to read: the commands have ended before the first run.
  const auto begin = std::chrono::steady_clock::now();
  const support::Ended ended = home.engine({"--library", support::demo_library(), "--config",
                                            config, "--user", "demo", "--json", "watch", recipe});
  CHECK(ended.exit_code == 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::minutes(5));
}
