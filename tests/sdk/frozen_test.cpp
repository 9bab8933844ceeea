// ABI 1 only grows: the header against its recorded description, and a plugin that was written
// against a copy of the header of 1.0.
#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "noted_host.hpp"
#include "plugin/call.hpp"
#include "sdk_fixture.hpp"
#include "support/program.hpp"
#include "support/temporary_folder.hpp"

using namespace sdk_fixture;

namespace {

const std::string kSdk = PLAYLIST_SOURCE_DIR "/sdk";
const std::string kRecord = kSdk + "/abi/1.3.abi", kFirstRecord = kSdk + "/abi/1.0.abi";
const std::string kFrozen = PLAYLIST_SOURCE_DIR "/tests/abi/frozen_1_0";

bool has_abigail() {
  static const bool is_there = std::system("command -v abidw abidiff > /dev/null 2>&1") == 0;
  if (!is_there) WARN("abidw and abidiff are not installed (abigail-tools): nothing was compared");
  return is_there;
}

/// What abidiff says of the header below `include` against the record.
CommandResult difference(const std::string& include, const std::string& record = kRecord) {
  const TemporaryFolder folder;
  const std::string now = folder.file("now.abi");
  const CommandResult made =
      run_command("CC=" PLAYLIST_CC " " + kSdk + "/abi/record.sh " + now + " " + include);
  INFO(made.output);
  REQUIRE(made.status == 0);
  return run_command("abidiff --harmless " + record + " " + now);
}

std::string header_text() {
  std::ifstream in(kSdk + "/playlist/plugin.h");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The header with one text in place of another, in a folder of its own.
CommandResult difference_after(const std::string& before, const std::string& after) {
  const TemporaryFolder folder;
  std::string text = header_text();
  const std::size_t at = text.find(before);
  REQUIRE(at != std::string::npos);
  text.replace(at, before.size(), after);
  REQUIRE(run_command("mkdir " + folder.file("playlist") + " && cp " + kSdk +
                      "/playlist/remote.h " + kSdk + "/playlist/encode.h " + kSdk +
                      "/playlist/complete.h " + kSdk + "/playlist/parts.h " +
                      folder.file("playlist"))
              .status == 0);
  std::ofstream(folder.file("playlist/plugin.h")) << text;
  return difference(folder.path());
}

const engine::Registry& frozen() {
  static const TemporaryFolder folder;
  static const auto registry = [] {
    REQUIRE(run_command("mkdir " + folder.file("plugins") +
                        " && cp " PLAYLIST_BUILD_DIR "/test-plugins/frozen_1_0.so " +
                        folder.file("plugins"))
                .status == 0);
    return engine::Registry::load({{folder.file("plugins")}, folder.file("copies"), false});
  }();
  return *registry;
}

struct Bench {
  FourTracks tracks;
  engine::Texts texts;
  engine::CallContext context;
  Notes told;
  Bench() {
    context.tables = &tracks;
    context.texts = &texts;
    context.services = noting_services(told);
  }
  engine::ElementInstance make(std::string_view name, double number = 0.5) {
    const engine::Element& element = frozen().require(name, "");
    return {element, engine::check_arguments(*element.description, {{"number", number}}, ""),
            context};
  }
};

}  // namespace

TEST_CASE("the header is the recorded ABI") {
  if (!has_abigail()) return;
  const CommandResult result = difference(kSdk);
  INFO("sdk/abi/README.md says what to do about it:\n" << result.output);
  CHECK(result.status == 0);
}

TEST_CASE("the frozen copy of the header is ABI 1.0 as it was recorded") {
  if (!has_abigail()) return;
  const CommandResult result = difference(kFrozen, kFirstRecord);
  INFO(result.output);
  CHECK(result.status == 0);
}

TEST_CASE("any change of the header is noticed: order, size, a field more, a number, a signature") {
  if (!has_abigail()) return;
  const std::pair<const char*, const char*> changes[] = {
      {"uint32_t size, count;\n  const char *bytes;",
       "uint32_t count, size;\n  const char *bytes;"},
      {"int64_t created;", "int32_t created;"},
      {"const playlist_playlist *playlist; /* OUTPUT */",
       "const playlist_playlist *playlist;\n  const void *more;"},
      {"PLAYLIST_U8 = 6", "PLAYLIST_U8 = 7"},
      {"PLAYLIST_ORDERWISE = 1u << 2", "PLAYLIST_ORDERWISE = 1u << 2, PLAYLIST_MORE = 1u << 3"},
      {"size_t capacity);", "int32_t capacity);"},
      {"const playlist_list *list;\n} playlist_value;",
       "const playlist_list *list;\n  char bytes[16];\n} playlist_value;"},
  };
  for (const auto& [before, after] : changes) {
    CAPTURE(before);
    CHECK(difference_after(before, after).status != 0);
  }
  CHECK(difference_after("Plain C99", "Plain C").status == 0);  // words may change
}

TEST_CASE("a plugin of the day 1.0 was frozen loads, with every kind") {
  CHECK(frozen().problems().empty());
  for (std::uint32_t kind = PLAYLIST_SOURCE; kind <= PLAYLIST_MODEL; ++kind) {
    CAPTURE(engine::kind_name(kind));
    CHECK(frozen().elements(kind).size() == 1);
  }
}

TEST_CASE("the frozen plugin's recall, ranking, filtering and ordering still work") {
  Bench bench;
  engine::RecalledRows rows;
  REQUIRE(bench.make("recall.frozen").recall(rows).status == PLAYLIST_OK);
  CHECK(rows.tracks == std::vector<std::int32_t>{0, 1, 2, 3});
  CHECK(bench.texts.text(rows.explanations[3]) == "it is there");

  std::array<float, 4> cold{};
  const playlist_column out{sizeof(playlist_column), PLAYLIST_F32, "cold", cold.data(), nullptr};
  auto ranking = bench.make("ranking.frozen", 1);
  REQUIRE(ranking.rank(bench.tracks.candidates(), {&bench.tracks.energy_column}, {&out}).status ==
          PLAYLIST_OK);
  CHECK(cold[1] == 1 + 0.9f);
  CHECK(ranking.explain(bench.tracks.candidates(), {&bench.tracks.energy_column}, {&out}, 0) ==
        "it is frozen");

  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  bench.make("filtering.frozen")
      .filter(bench.tracks.candidates(), {&bench.tracks.energy_column}, keep, reasons);
  CHECK(keep == std::vector<std::uint8_t>{0, 1, 1, 1});
  CHECK(bench.texts.text(reasons[0]) == "too calm");

  std::vector<std::int32_t> order;
  bench.make("ordering.frozen").order(bench.tracks.candidates(), {}, order);
  CHECK(order == std::vector<std::int32_t>{3, 2, 1, 0});
}

TEST_CASE("a recipe runs the frozen plugin, whose absent arrays are NULL") {
  const support::EngineHome home;
  REQUIRE(frozen().problems().empty());
  std::ofstream(home.path("ice.lua"))
      << "local pl = require \"playlist\"\n"
         "return pl.recipe { title = \"Ice\", build = function()\n"
         "  return pl.recall.frozen {}:filter(pl.filtering.frozen {})\n"
         "    :rank(pl.ranking.frozen {}):limit { tracks = 5 }:order(pl.ordering.frozen {})\n"
         "end }\n";
  const support::Ended ended = home.engine(
      {"--library", support::demo_library(), "--plugins", PLAYLIST_BUILD_DIR "/test-plugins", "run",
       home.path("ice.lua"), "--no-record", "--to", "frozen:" + home.path("ice.txt")});
  INFO(ended.err);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.out, Catch::Contains("5 tracks"));
  CHECK(run_command("cat " + home.path("ice.txt")).output == "Ice.....");
}

TEST_CASE("the frozen plugin's source, output and model still work") {
  Bench bench;
  const std::string text = "frozen\n\nmore\n";
  const std::string padded = text + std::string(64, '\0');
  playlist_input input{};
  input.size = sizeof input;
  input.path = input.name = "x.txt";
  input.bytes = reinterpret_cast<const std::uint8_t*>(padded.data());
  input.length = input.head_length = text.size();
  input.columns = "";
  CHECK(engine::recognise(frozen().require("source.frozen", ""), input, bench.context) == 90);
  REQUIRE(bench.make("source.frozen").read(input).status == PLAYLIST_OK);
  CHECK(bench.told.rows == std::vector<std::string>{"likes 0 frozen frozen", "likes 2 more more"});
  CHECK(bench.told.buckets == std::vector<std::string>{"1 empty "});
  CHECK(bench.told.total == 3);

  std::string file;
  bench.context.sink = [&](const void* bytes, std::size_t length) {
    file.append(static_cast<const char*>(bytes), length);
    return true;
  };
  playlist_playlist playlist{};
  playlist.size = sizeof playlist;
  playlist.title = "Ice";
  playlist.tracks = &bench.tracks.candidates();
  REQUIRE(bench.make("output.frozen").output(playlist).status == PLAYLIST_OK);
  CHECK(file == "Ice....");

  REQUIRE(bench.make("model.frozen").train().status == PLAYLIST_OK);
  CHECK(bench.told.matrix == std::vector<float>{4});
  CHECK(bench.told.card == "{\"frozen\": true}");
}
