// What the verbs write, and where: files that the user names, standard output, and libraries that
// can only be read.
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using Catch::Contains;
using nlohmann::json;
using support::Ended;
using support::EngineHome;

namespace {

namespace fs = std::filesystem;

class DemoHome : public EngineHome {
 public:
  DemoHome() { fs::copy_file(support::demo_library(), path("library.db")); }

  [[nodiscard]] Ended demo(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {"--user", "demo", "--now", "2026-11-21"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return engine(all);
  }
  /// `engine ARGUMENTS...` by a shell, with `around` behind the command, e.g. "> /dev/full".
  [[nodiscard]] Ended shell(const std::vector<std::string>& arguments,
                            const std::string& around) const {
    std::vector<std::string> argv = {"bash", "-c", "\"$0\" \"$@\" " + around,
                                     std::string(PLAYLIST_BUILD_DIR) + "/engine"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return support::run_program(argv, environment(), PLAYLIST_SOURCE_DIR);
  }
  [[nodiscard]] std::int64_t count(const std::string& table) const {
    return engine::Store::open(path("library.db"), {.is_read_only = true})
        .integer("SELECT count(*) FROM " + table);
  }
};

}  // namespace

TEST_CASE("no verb writes over the library, its log, a recipe or a plugin", "[cli][outputs]") {
  const DemoHome home;
  const std::int64_t listens = home.count("listens");
  const std::string library = home.path("library.db"), recipe = home.path("mine");
  fs::copy_file(std::string(PLAYLIST_SOURCE_DIR) + "/recipes/weekly.lua", recipe);
  fs::create_symlink(library, home.path("list.html"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "weekly", "--to", "csv:" + library},
        {"run", "weekly", "--to", "csv:" + library + "-wal"},
        {"run", recipe, "--to", "csv:" + recipe},
        {"run", "weekly", "--to",
         "csv:" + std::string(PLAYLIST_SOURCE_DIR) + "/recipes/weekly.lua"},
        {"compare", "weekly", "weekly", "--html", home.path("list.html")},
        {"backtest", "weekly", "--html", library},
        {"batch", "weekly", "--out", library + ".columns"},
        {"update-weekly", "--out", library + ".models"},
        {"stubs", "--to", std::string(PLAYLIST_SOURCE_DIR) + "/scripts"},
        {"plugin", "new", "x", "--kind", "recall", "--to", library + ".columns"},
        {"watch", "weekly", "--to", "csv:" + library}}) {
    CAPTURE(arguments);
    const Ended ended = arguments[0] == "batch" || arguments[0] == "update-weekly"
                            ? home.engine(arguments)
                            : home.demo(arguments);
    CHECK(ended.exit_code == 2);
    CHECK_THAT(ended.err, Contains("cannot write"));
  }
  CHECK(home.count("listens") == listens);
  CHECK(engine::read_file(recipe) ==
        engine::read_file(std::string(PLAYLIST_SOURCE_DIR) + "/recipes/weekly.lua"));
  const Ended logged = home.demo({"config", "show"});
  CHECK(logged.exit_code == 0);
  std::ofstream(home.path("log.lua")) << "return { log = { file = \"" << library << "\" } }";
  CHECK(home.demo({"--config", home.path("log.lua"), "stats"}).exit_code == 2);
  CHECK(home.count("listens") == listens);
}

TEST_CASE("run --to writes through links and into what is no file", "[cli][outputs]") {
  const DemoHome home;
  REQUIRE(::mkfifo(home.path("fifo").c_str(), 0600) == 0);
  std::string got;
  std::thread reader([&] {
    std::ifstream fifo(home.path("fifo"));
    got.assign(std::istreambuf_iterator<char>(fifo), {});
  });
  const Ended ended = home.demo({"run", "weekly", "--no-record", "--to", "csv:" + home.path("fifo"),
                                 "--to", "uris:" + home.path("new/list.txt"), "--make-folders"});
  if (!fs::is_fifo(home.path("fifo"))) reader.detach();
  REQUIRE(fs::is_fifo(home.path("fifo")));
  reader.join();
  CHECK(ended.exit_code == 0);
  CHECK_THAT(got, Catch::StartsWith("\"Track URI\""));
  CHECK_THAT(ended.err, Contains("wrote " + home.path("new/list.txt")));
  CHECK(fs::file_size(home.path("new/list.txt")) > 0);
  CHECK(home.demo({"run", "weekly", "--to", "csv:" + home.path("other/list.csv")}).exit_code == 2);
  CHECK(home.count("runs") == 0);
}

TEST_CASE("a file of - is standard output and takes the place of the text", "[cli][outputs]") {
  const DemoHome home;
  const Ended list = home.demo({"run", "weekly", "--no-record", "--to", "json:-"});
  CHECK(list.exit_code == 0);
  CHECK(support::parse_json(list.out).at("tracks").size() == 50);
  const Ended page = home.demo({"compare", "weekly", "weekly", "--html", "-"});
  CHECK_THAT(page.out, Catch::StartsWith("<!DOCTYPE html>"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"run", "weekly", "--json", "--to", "csv:-"},
        {"run", "weekly", "--to", "csv:-", "--to", "uris:-"},
        {"compare", "weekly", "weekly", "--json", "--html", "-"}})
    CHECK(home.demo(arguments).exit_code == 2);
}

TEST_CASE("a result that cannot be written is an error in every verb", "[cli][outputs]") {
  const DemoHome home;
  REQUIRE(home.demo({"run", "weekly"}).exit_code == 0);
  const std::string plugin = std::string(PLAYLIST_BUILD_DIR) + "/plugins/ordering/ordering.so";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"},
        {"--version"},
        {"run", "--help"},
        {"run", "weekly", "--no-record"},
        {"run", "weekly", "--no-record", "--json"},
        {"run", "weekly", "--no-record", "--to", "csv:-"},
        {"run", "weekly", "--no-record", "--to", "csv:/dev/stdout"},
        {"stats"},
        {"stats", "--json"},
        {"library"},
        {"library", "users"},
        {"library", "unmatched"},
        {"plugins", "list"},
        {"plugins", "info", "ordering.shuffle"},
        {"config", "show"},
        {"config", "get", "play.min_share"},
        {"recipes"},
        {"recipes", "weekly"},
        {"check", "weekly"},
        {"plan", "weekly"},
        {"plan", "weekly", "--dot"},
        {"compare", "weekly", "1"},
        {"replay", "1"},
        {"models"},
        {"doctor"},
        {"stubs", "--to", home.path("stubs")},
        {"test", "weekly"},
        {"watch", "weekly", "--json"},
        {"watch", "weekly"},
        {"why-not", "1", "1"},
        {"batch", "weekly", "--out", home.path("lists")},
        {"plugin", "new", "mine", "--kind", "recall", "--to", home.path("p"), "--make-folders"},
        {"demo", home.path("more"), "--tracks", "100", "--artists", "10", "--listens", "100"}}) {
    CAPTURE(arguments);
    std::vector<std::string> all = {"--now", "2026-11-21"};
    if (arguments[0] != "batch") all.insert(all.end(), {"--user", "demo"});
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ended ended = home.shell(all, "> /dev/full < /dev/null");
    CHECK(ended.exit_code == 3);
    CHECK_THAT(ended.err, Contains("No space left on device"));
  }
  CHECK(home.count("runs") == 1);
}

TEST_CASE("a run whose list nobody could get is not kept", "[cli][outputs]") {
  const DemoHome home;
  CHECK(home.shell({"--user", "demo", "run", "weekly"}, "> /dev/full").exit_code == 3);
  CHECK(home.count("runs") == 0);
  CHECK(home.count("run_tracks") == 0);
}

TEST_CASE("whoever closes the pipe of a result ends the verb without a word", "[cli][outputs]") {
  const DemoHome home;
  // 141: ended by SIGPIPE, as the shell tells it.
  // The reader is gone before anything is written.
  const Ended closed = home.shell({"run", "weekly", "--user", "demo", "--quiet"},
                                  "| exec true; exit ${PIPESTATUS[0]}");
  CHECK(closed.err.empty());
  CHECK(closed.exit_code == 141);
}

TEST_CASE("odd files as library, settings and users are named and end", "[cli][outputs]") {
  const DemoHome home;
  fs::create_directories(home.path("folder.db"));
  REQUIRE(::mkfifo(home.path("fifo").c_str(), 0600) == 0);
  for (const std::string& library : {home.path("folder.db"), home.path("fifo")}) {
    for (const std::vector<std::string>& verb : {std::vector<std::string>{"stats"},
                                                 {"run", "weekly"},
                                                 {"doctor"},
                                                 {"demo"},
                                                 {"import", home.path("folder.db")},
                                                 {"config", "set", "play.min_share", "0.5"},
                                                 {"library", "users"}}) {
      CAPTURE(library, verb);
      std::vector<std::string> all = {"--library", library};
      all.insert(all.end(), verb.begin(), verb.end());
      const Ended ended = home.engine(all);
      CHECK(ended.exit_code != 0);
      CHECK_THAT(ended.err + ended.out, Contains(library) && !Contains("memory"));
    }
  }
  CHECK_THAT(home.engine({"--config", home.path("folder.db"), "stats"}).err, Contains("folder"));
  CHECK_THAT(
      home.engine({"batch", "weekly", "--out", home.path("l"), "--users", home.path("folder.db")})
          .err,
      Contains("it is a folder"));
  const Ended dead = home.engine({"--config", home.path("fifo"), "stats"});
  CHECK(dead.exit_code == 2);
  CHECK_THAT(dead.err, Contains("nobody writes into it"));
  // A pipe that somebody writes into is read.
  CHECK(home.shell({"--user", "demo", "stats"}, "--config <(echo 'return {}')").exit_code == 0);
}

TEST_CASE("a library on a read-only volume is read and nothing is recorded", "[cli][outputs]") {
  const DemoHome home;
  fs::create_directories(home.path("volume"));
  REQUIRE(home.demo({"run", "weekly"}).exit_code == 0);
  const bool has_log = GENERATE(false, true);
  fs::copy_file(home.path("library.db"), home.path("volume/library.db"));
  if (has_log) {
    // A log that waits, without its index: as if copied from a machine that was switched off.
    engine::Store store = engine::Store::open(home.path("volume/library.db"));
    store.execute("PRAGMA wal_autocheckpoint = 0");
    store.execute("UPDATE users SET name = 'renamed' WHERE name = 'demo'");
    fs::copy_file(home.path("volume/library.db-wal"), home.path("wal"));
    fs::copy_file(home.path("volume/library.db"), home.path("db"));
  }
  if (has_log) {
    for (const char* part : {"-wal", "-shm", ""}) fs::remove(home.path("volume/library.db") + part);
    fs::rename(home.path("wal"), home.path("volume/library.db-wal"));
    fs::rename(home.path("db"), home.path("volume/library.db"));
  }
  const std::string user = has_log ? "renamed" : "demo";
  const auto on_volume = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {
        "unshare",
        "-m",
        "bash",
        "-c",
        "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" || exit 99; exec \"$@\"",
        home.path("volume"),
        std::string(PLAYLIST_BUILD_DIR) + "/engine",
        "--library",
        home.path("volume/library.db"),
        "--now",
        "2026-11-21"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return support::run_program(argv, home.environment(), PLAYLIST_SOURCE_DIR);
  };
  if (const Ended tried = on_volume({"--version"}); tried.exit_code != 0) {
    WARN("not tried: a read-only volume needs the right to mount: " << tried.err);
    return;
  }
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"stats"},
                                                    {"library", "users"},
                                                    {"library"},
                                                    {"why-not", "1", "1"},
                                                    {"replay", "1"},
                                                    {"compare", "weekly", "1"},
                                                    {"plan", "weekly"},
                                                    {"config", "show"},
                                                    {"doctor"},
                                                    {"models"},
                                                    {"run", "weekly", "--no-record"},
                                                    {"check", "weekly"}}) {
    CAPTURE(arguments);
    std::vector<std::string> all = {"--user", user};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ended ended = on_volume(all);
    INFO(ended.err);
    CHECK(ended.exit_code <= 1);
  }
  const Ended run = on_volume({"--user", user, "run", "weekly"});
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.err, Contains("this run is not recorded") && !Contains("recorded; engine why"));
  CHECK_THAT(run.out, Contains(user));
  CHECK(on_volume({"config", "set", "play.min_share", "0.5"}).exit_code == 6);
}
