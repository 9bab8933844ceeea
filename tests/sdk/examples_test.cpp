// The SDK as somebody else uses it: installed, found by CMake, its examples built and run.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "import/import.hpp"
#include "noted_host.hpp"
#include "plugin/call.hpp"
#include "sdk_fixture.hpp"
#include "store/store.hpp"
#include "support/collected_rows.hpp"
#include "support/temporary_folder.hpp"

using namespace sdk_fixture;
namespace fs = std::filesystem;

namespace {

// Below the build folder, so that a second run of the tests only looks whether anything changed.
const std::string kPlace = PLAYLIST_BUILD_DIR "/sdk-examples";
const std::string kPrefix = kPlace + "/prefix";
const std::string kExamples = kPlace + "/build";

const std::string kCompilers =
    " -DCMAKE_C_COMPILER=" PLAYLIST_CC " -DCMAKE_CXX_COMPILER=" PLAYLIST_CXX;

/// One process at a time: CTest runs the cases of this file beside each other, and each of them
/// builds what is not there yet.
bool succeeds(const std::string& command) {
  const CommandResult result = run_command("flock " + kPlace + ".lock " + command);
  INFO(command << '\n' << result.output);
  CHECK(result.status == 0);
  return result.status == 0;
}

bool install_sdk() {
  static const bool is_installed =
      succeeds("cmake --install " PLAYLIST_BUILD_DIR " --component sdk --prefix " + kPrefix);
  return is_installed;
}

/// The examples, built against the installed SDK; nothing of the source tree but their own folder.
const engine::Registry& examples() {
  static const auto registry = [] {
    const std::string flags = " -DCMAKE_PREFIX_PATH=" + kPrefix +
                              " -DCMAKE_CXX_FLAGS='-Wall "
                              "-Wextra -Werror' -DCMAKE_C_FLAGS='-Wall -Wextra -Werror -std=c99'";
    REQUIRE(install_sdk());
    REQUIRE(succeeds("cmake -S " PLAYLIST_SOURCE_DIR "/sdk/examples -B " + kExamples + kCompilers +
                     flags));
    REQUIRE(succeeds("cmake --build " + kExamples + " --parallel 2"));
    return engine::Registry::load({{kExamples}, kPlace + "/copies", false});
  }();
  return *registry;
}

struct Bench {
  FourTracks tracks;
  engine::Texts texts;
  engine::CallContext context;
  engine::InputFiles files;
  Bench() {
    context.tables = &tracks;
    context.texts = &texts;
  }
  engine::ElementInstance make(std::string_view name, const engine::Arguments& arguments = {}) {
    const engine::Element& element = examples().require(name, "");
    return {element,
            engine::check_arguments(*element.description, arguments, "",
                                    {&files, element.plugin->path}),
            context};
  }
  static playlist_column out(const char* name, float* data) {
    return {sizeof(playlist_column), PLAYLIST_F32, name, data, nullptr};
  }
};

}  // namespace

TEST_CASE("the examples build against the installed SDK and load") {
  CHECK(examples().problems().empty());
  CHECK(examples().elements().size() == 11);
  for (std::uint32_t kind = PLAYLIST_SOURCE; kind <= PLAYLIST_MODEL; ++kind) {
    CAPTURE(engine::kind_name(kind));
    CHECK_FALSE(examples().elements(kind).empty());
  }
}

TEST_CASE("example: recall.newest gives the newest tracks, equal years by number") {
  Bench bench;
  engine::RecalledRows rows;
  bench.make("recall.newest").recall(rows);
  CHECK(rows.tracks == std::vector<std::int32_t>{2, 0, 3});  // track 1 has no year
  CHECK(rows.scores == std::vector<float>{2003, 2001, 2001});
  CHECK(bench.texts.text(rows.explanations[0]) == "released in 2003");

  const std::array<std::int32_t, 1> without{2};
  const playlist_column column{sizeof(playlist_column), PLAYLIST_I32, "track",
                               const_cast<std::int32_t*>(without.data()), nullptr};
  const playlist_column* columns[] = {&column};
  const playlist_table set{sizeof(playlist_table), 1, 1, columns};
  bench.make("recall.newest", {{"limit", 1.0}, {"without", engine::TracksArgument{&set}}})
      .recall(rows);
  CHECK(rows.tracks == std::vector<std::int32_t>{0});
}

TEST_CASE("example: ranking.nearness looks at the column that was named") {
  Bench bench;
  auto nearness = bench.make("ranking.nearness",
                             {{"column", std::string("year")}, {"target", 2001.0}, {"width", 2.0}});
  std::array<float, 4> out{};
  const playlist_column column = Bench::out("nearness", out.data());
  nearness.rank(bench.tracks.candidates(), {&bench.tracks.year_column}, {&column});
  CHECK(out[0] == 1.0f);
  CHECK(std::isnan(out[1]));
  CHECK(out[2] == Approx(std::exp(-1.0)));
  CHECK(nearness.explain(bench.tracks.candidates(), {&bench.tracks.year_column}, {&column}, 2) ==
        "its year is 2003, near 2001");
}

TEST_CASE("example: filtering.wordless drops with a reason") {
  Bench bench;
  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  bench.make("filtering.wordless", {{"unknown", false}})
      .filter(bench.tracks.candidates(), {&bench.tracks.energy_column}, keep, reasons);
  CHECK(keep == std::vector<std::uint8_t>{0, 1, 0, 1});
  CHECK(bench.texts.text(reasons[0]) == "it is sung (instrumentalness below 0.5)");
  CHECK(bench.texts.text(reasons[2]) == "its instrumentalness is unknown");
}

TEST_CASE("example: filtering.word_list drops what the file's words are in") {
  Bench bench;
  const TemporaryFolder folder;
  std::ofstream(folder.file("words.txt")) << "b\n\nd";
  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  bench.make("filtering.word_list", {{"words", folder.file("words.txt")}})
      .filter(bench.tracks.candidates(), {}, keep, reasons);
  CHECK(keep == std::vector<std::uint8_t>{1, 0, 1, 0});
  CHECK(bench.texts.text(reasons[3]) == "its title has \"d\"");
}

TEST_CASE("example: ranking.tempo_step tells of a track and the one before it") {
  Bench bench;
  std::array<float, 4> out{};
  const playlist_column column = Bench::out("tempo_step", out.data());
  bench.make("ranking.tempo_step")
      .rank(bench.tracks.candidates(), {&bench.tracks.energy_column}, {&column});
  CHECK(std::isnan(out[0]));
  CHECK(out[1] == Approx(0.8f));  // from 0.1 to 0.9
  CHECK(std::isnan(out[3]));      // the last one's is not known
}

TEST_CASE("example: ordering.waves takes the loudest and the quietest in turn") {
  Bench bench;
  std::vector<std::int32_t> order;
  bench.make("ordering.waves")
      .order(bench.tracks.candidates(), {&bench.tracks.energy_column}, order);
  CHECK(order == std::vector<std::int32_t>{1, 0, 3, 2});  // 0.9, 0.1, 0.6, unknown as 0.5
}

TEST_CASE("example: source.favourites reads what output.lines wrote") {
  Bench bench;
  std::string file;
  bench.context.sink = [&](const void* bytes, std::size_t length) {
    file.append(static_cast<const char*>(bytes), length);
    return true;
  };
  playlist_playlist playlist{};
  playlist.size = sizeof playlist;
  playlist.title = "x";
  playlist.tracks = &bench.tracks.candidates();
  bench.make("output.lines").output(playlist);
  CHECK(file == "# favourites\na\ta\nb\tb\nc\tc\nd\td\n");

  file += "\nno tab here\n";
  const std::string padded = file + std::string(64, '\0');
  playlist_input input{};
  input.size = sizeof input;
  input.path = input.name = "favourites.txt";
  input.bytes = reinterpret_cast<const std::uint8_t*>(padded.data());
  input.length = input.head_length = file.size();
  input.columns = "";
  Notes told;
  bench.context.services = noting_services(told);
  CHECK(engine::recognise(examples().require("source.favourites", ""), input, bench.context) ==
        100);
  CHECK(bench.make("source.favourites").read(input).status == PLAYLIST_OK);
  CHECK(told.rows ==
        std::vector<std::string>{"likes 0 a a", "likes 1 b b", "likes 2 c c", "likes 3 d d"});
  CHECK(told.buckets ==
        std::vector<std::string>{"4 empty ", "5 malformed no tab between artist and title"});
  CHECK(told.total == 6);
}

TEST_CASE("example: source.sounds brings vectors of tracks") {
  const std::string text =
      "# sounds of whale\n"
      "f980fc14-e29b-481d-ad3a-5ed9b4ab6340 1 0.5 -2\n"
      "\n"
      "f980fc14-e29b-481d-ad3a-5ed9b4ab6341 one\n"
      "f980fc14-e29b-481d-ad3a-5ed9b4ab6342 3\n";
  const std::string padded = text + std::string(64, '\0');
  playlist_input input{};
  input.size = sizeof input;
  input.path = input.name = "sounds.txt";
  input.bytes = reinterpret_cast<const std::uint8_t*>(padded.data());
  input.length = input.head_length = text.size();
  input.columns = "";
  Bench bench;
  test::CollectedRows told;
  for (const char* id : {PLAYLIST_SERVICE_ROWS, PLAYLIST_SERVICE_VECTORS})
    bench.context.services.push_back({id, test::CollectedRows::service(id)});
  CHECK(engine::recognise(examples().require("source.sounds", ""), input, bench.context) == 100);
  REQUIRE(bench.make("source.sounds").read(input).status == PLAYLIST_OK);
  CHECK(told.problem() == "");
  const auto rows = told.of("vectors");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["mbid"] == "f980fc14-e29b-481d-ad3a-5ed9b4ab6340");
  CHECK(rows[0]["space"] == "whale");
  CHECK(rows[0].vector == std::vector<float>{1, 0.5f, -2});
  CHECK(rows[1].vector == std::vector<float>{3});
  CHECK(told.bucket_sizes() == std::map<std::string, int>{{"empty", 1}, {"malformed", 1}});
}

TEST_CASE("example: what source.sounds brings is in the store behind the one import") {
  const TemporaryFolder folder;
  const std::string path = folder.file("library.db");
  {
    engine::Store store = engine::Store::open(path);
    store.execute(
        "INSERT INTO tracks (track_id, title, in_catalogue) VALUES (1, 'a', 1);"
        "INSERT INTO track_ids VALUES (3, 'f980fc14-e29b-481d-ad3a-5ed9b4ab6340', 1, 1);");
  }
  engine::import::ImportOptions options;
  options.store_path = path;
  options.now = 1'700'000'000;
  options.paths = {folder.file("sounds.txt")};
  std::ofstream(options.paths[0]) << "# sounds of whale\n"
                                     "f980fc14-e29b-481d-ad3a-5ed9b4ab6340 1 0.5\n"
                                     "f980fc14-e29b-481d-ad3a-5ed9b4ab6341 1 0.5\n"
                                     "f980fc14-e29b-481d-ad3a-5ed9b4ab6340 0 0\n";
  REQUIRE(examples().problems().empty());
  options.load_plugins = [] {
    return engine::Registry::load({{kExamples}, kPlace + "/copies", true});
  };
  const auto result = engine::import::import_paths(options);
  REQUIRE(result.files.size() == 1);
  CHECK(result.files[0].format == "sounds");
  CHECK(result.files[0].buckets ==
        engine::import::BucketCounts{{"new", 1}, {"unmatched", 1}, {"malformed", 1}});
  CHECK(result.files[0].notes == std::vector<std::string>{"space whale, vectors of 2"});
  CHECK(engine::Store::open(path).integer(
            "SELECT count(*) FROM embeddings WHERE space = 'whale' AND track_id = 1") == 1);
}

TEST_CASE("example: model.years writes an artifact, or says that it has no data") {
  Bench bench;
  Notes told;
  bench.context.services = noting_services(told);
  CHECK(bench.make("model.years").train().status == PLAYLIST_OK);
  CHECK(told.matrix == std::vector<float>{2001, 1.0f});  // 3 plays; 2003 was never played
  CHECK(told.card == "{\"plays\": 3}");
  const auto result = bench.make("model.years", {{"min_plays", 4.0}}).train();
  CHECK(result.status == PLAYLIST_NO_DATA);
  CHECK(result.message == "only 3 plays");
}

TEST_CASE("example: ranking.steps, in C99, rounds down") {
  Bench bench;
  std::array<float, 4> out{};
  const playlist_column column = Bench::out("step", out.data());
  bench.make("ranking.steps", {{"width", 0.5}})
      .rank(bench.tracks.candidates(), {&bench.tracks.energy_column}, {&column});
  CHECK(out[0] == 0.0f);
  CHECK(out[1] == 0.5f);
  CHECK(std::isnan(out[2]));
}

TEST_CASE("a project in C alone finds the SDK, and a newer SDK than there is is refused") {
  const TemporaryFolder project;
  fs::copy_file(PLAYLIST_SOURCE_DIR "/tests/abi/plain_c.c", project.file("plain_c.c"));
  const auto configure = [&](const std::string& version) {
    std::ofstream(project.file("CMakeLists.txt"))
        << "cmake_minimum_required(VERSION 3.25)\nproject(Plain LANGUAGES C)\n"
           "find_package(PlaylistSdk "
        << version << " REQUIRED)\nplaylist_add_plugin(plain plain_c.c)\n";
    return run_command("cmake -S " + project.path() + " -B " + project.file("build") +
                       " -DCMAKE_PREFIX_PATH=" + kPrefix + " -DCMAKE_C_COMPILER=" PLAYLIST_CC);
  };
  REQUIRE(install_sdk());
  CHECK(configure("1.0").status == 0);
  CHECK(succeeds("cmake --build " + project.file("build")));
  const auto registry =
      engine::Registry::load({{project.file("build")}, project.file("copies"), false});
  CHECK(registry->find("ranking.plain_c") != nullptr);
  const CommandResult newer = configure("2.0");
  CHECK(newer.status != 0);
  CHECK_THAT(newer.output, Catch::Contains("PlaylistSdk"));
}
