// What elements read beside the store: files that recipes name, or that stand beside the library.
// And whole numbers where numbers are wanted.
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/paths.hpp"
#include "file_plugins.hpp"
#include "plugin/arguments.hpp"
#include "plugin/input_files.hpp"
#include "plugin_fixture.hpp"
#include "support/json.hpp"

using namespace file_plugins;
using namespace plugin_fixture;
using Catch::Contains;
using engine::FileAccess;
using engine::InputFiles;
using engine::write_file_atomically;
using support::Ended;
using Json = nlohmann::ordered_json;

namespace {

/// The plugin in a folder of its own, without the list that belongs beside it.
struct Plugins {
  PluginFolder folder;
  std::shared_ptr<const engine::Registry> registry;
  Plugins() { registry = folder.add(kFiles + "beside_the_store.so").load(); }
  [[nodiscard]] const engine::Element& require(const char* name) const {
    return registry->require(name, "");
  }
};

std::string error_of(const engine::Element& element, const engine::Arguments& arguments,
                     const FileAccess& access) {
  try {
    engine::check_arguments(*element.description, arguments, "recipes/x.lua:7", access);
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kInput);
    return error.text();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a file parameter is read from the recipe's folder, once a run") {
  const Plugins plugins;
  const TemporaryFolder folder;
  write_file_atomically(folder.file("words.txt"), "calm\n");
  std::vector<std::string> tried;
  InputFiles files(folder.path(), [&](const std::string& path, const std::string& hash) {
    tried.push_back(path + " " + hash);
  });
  const engine::Element& element = plugins.require("filtering.word_list");
  const auto checked =
      engine::check_arguments(*element.description, {{"words", std::string("words.txt")}}, "",
                              {&files, element.plugin->path});
  REQUIRE(checked.file("words") != nullptr);
  const playlist_input& view = checked.file("words")->view;
  CHECK(std::string(view.path) == folder.file("words.txt"));
  CHECK(std::string(view.name) == "words.txt");
  CHECK(std::string(reinterpret_cast<const char*>(view.bytes), view.length) == "calm\n");
  CHECK(std::all_of(view.bytes + view.length, view.bytes + view.length + 64,
                    [](std::uint8_t byte) { return byte == 0; }));
  CHECK(checked.file("other") == nullptr);
  CHECK(checked.json() == "{\"words\":\"" + folder.file("words.txt") + "\"}");

  // Saved meanwhile: the run goes on with what it has read.
  write_file_atomically(folder.file("words.txt"), "loud\n");
  const auto again =
      engine::check_arguments(*element.description, {{"1", std::string("./words.txt")}}, "",
                              {&files, element.plugin->path});
  CHECK(again.file("words") == checked.file("words"));
  const std::string hash = engine::content_hash("calm\n");
  CHECK(files.read() == std::vector<engine::FileRead>{
                            {"filtering.word_list", "words", folder.file("words.txt"), hash}});
  CHECK(tried == std::vector<std::string>{folder.file("words.txt") + " " + hash});
  // Another run in the same process reads it anew.
  InputFiles later(folder.path());
  CHECK(later.open("words.txt")->hash == engine::content_hash("loud\n"));
  CHECK(engine::file_hash_now(folder.file("words.txt")) == engine::content_hash("loud\n"));
  CHECK(engine::file_hash_now(folder.file("nothing.txt")).empty());
}

TEST_CASE("a file that cannot be read is told with where it was looked for") {
  const Plugins plugins;
  const TemporaryFolder folder;
  std::vector<std::string> tried;
  InputFiles files(folder.path(), [&](const std::string& path, const std::string& hash) {
    tried.push_back(path + "=" + hash);
  });
  const engine::Element& element = plugins.require("filtering.word_list");
  const FileAccess access{&files, element.plugin->path};
  CHECK(error_of(element, {{"words", std::string("words.txt")}}, access) ==
        "error: filtering.word_list: words cannot be read from " + folder.file("words.txt") +
            " (a file, one word a line)\n"
            "  where: recipes/x.lua:7\n"
            "  why:   there is no such file; a path begins at " +
            folder.path() +
            "\n"
            "  fix:   put the file there, or name another");
  CHECK_THAT(error_of(element, {{"words", folder.path()}}, access), Contains("it is a folder"));
  CHECK_THAT(error_of(element, {{"words", std::string("/dev/null")}}, access),
             Contains("it is no ordinary file"));
  CHECK(tried.front() == folder.file("words.txt") + "=");
  CHECK(files.read().empty());

  // One that belongs to the library, beside it.
  const engine::Element& own = plugins.require("filtering.own_list");
  CHECK_THAT(error_of(own, {}, {&files, own.plugin->path}),
             Contains("words cannot be read from " + plugins.folder.file("own_words.txt")) &&
                 Contains("it belongs beside the plugin's library"));
  write_file_atomically(plugins.folder.file("own_words.txt"), "the\n");
  const auto checked =
      engine::check_arguments(*own.description, {}, "", {&files, own.plugin->path});
  REQUIRE(checked.file("words") != nullptr);
  CHECK(checked.file("words")->path == plugins.folder.file("own_words.txt"));
  // Named "" there is none.
  const auto none = engine::check_arguments(*own.description, {{"words", std::string()}}, "",
                                            {&files, own.plugin->path});
  CHECK(none.file("words") == nullptr);
}

TEST_CASE("a required file must be named") {
  const Plugins plugins;
  const engine::Element& element = plugins.require("filtering.word_list");
  const auto told = [&](const engine::Arguments& arguments) {
    try {
      engine::check_arguments(*element.description, arguments, "");
    } catch (const engine::Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(told({}) == "filtering.word_list: words is missing (a file, one word a line)");
  CHECK(told({{"words", std::string()}}) ==
        "filtering.word_list: words names no file (a file, one word a line)");
  CHECK_THAT(told({{"words", 2.0}}),
             Contains("words is 2, a number; the path of a file is wanted"));
}

TEST_CASE("whole numbers may be given to numbers, and read from integers") {
  const Home home;
  const auto weight = [&](const std::string& arguments) {
    const std::string recipe = home.recipe(
        "weight.lua", ":rank(pl.ranking.weight {" + arguments + "}):limit { tracks = 1 }");
    const Ended ended = home.run({"run", recipe, "--json", "--no-record"});
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return support::parse_ordered_json(ended.out)["tracks"][0]["columns"]["weight"].get<double>();
  };
  CHECK(weight("") == 2);
  CHECK(weight("weight = 2") == 4);
  CHECK(weight("weight = 0.5, times = 3, reach = 2") == 3);
  const Ended refused =
      home.run({"run", home.recipe("weight.lua", ":rank(pl.ranking.weight { times = 0.5 })"),
                "--no-record"});
  CHECK(refused.exit_code == 4);
  CHECK_THAT(refused.err, Contains("times = 0.5 is not a whole number (an integer that is read"));
}

TEST_CASE("the record of a run tells which files it read, and replay whether they have changed") {
  const Home home;
  write_file_atomically(home.path("words.txt"), "zzzz\n");
  const std::string recipe = home.recipe(
      "files.lua", ":filter(pl.filtering.word_list { \"words.txt\" }):limit { tracks = 5 }");
  const Ended first = home.run({"run", recipe, "--json"});
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  const Json run = support::parse_ordered_json(first.out);
  CHECK(run["files"] == Json::array({{{"path", home.path("words.txt")},
                                      {"hash", engine::content_hash("zzzz\n")},
                                      {"element", "filtering.word_list"},
                                      {"parameter", "words"}}}));
  CHECK(home.run({"replay", "1"}).exit_code == 0);

  // Whatever the first title begins with is dropped now.
  write_file_atomically(home.path("words.txt"),
                        run["tracks"][0]["title"].get<std::string>() + "\n");
  const Ended changed = home.run({"replay", "1"});
  CHECK(changed.exit_code == 1);
  CHECK_THAT(changed.out, Contains("changed since: " + home.path("words.txt") +
                                   ", which filtering.word_list reads"));
  CHECK_THAT(changed.out, !Contains("nothing that was recorded has changed"));

  std::filesystem::remove(home.path("words.txt"));
  const Ended gone = home.run({"run", recipe, "--no-record"});
  CHECK(gone.exit_code == 3);
  CHECK_THAT(gone.err, Contains("words cannot be read from " + home.path("words.txt")) &&
                           Contains("files.lua:4") && Contains("put the file there"));
  const Ended check = home.run({"check", recipe});
  CHECK(check.exit_code == 4);
  CHECK_THAT(check.out, Contains("words cannot be read from " + home.path("words.txt")));
  // A run that names no file tells of none.
  const Ended none = home.run({"run", home.recipe("none.lua", ":limit { tracks = 1 }"), "--json"});
  CHECK_FALSE(support::parse_ordered_json(none.out).contains("files"));
}
