// engine plugins check tries the contract out: what breaks it is found and named, what we ship
// keeps it.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "plugin_check/guarded_memory.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using support::Ended;
using support::EngineHome;
using Json = nlohmann::ordered_json;

namespace {

const std::string kBuild = PLAYLIST_BUILD_DIR;

struct Checked {
  Ended ended;
  Json json;
};

Checked check(const std::string& file, const std::vector<std::string>& more = {}) {
  const EngineHome home;
  std::vector<std::string> arguments = {"--quiet", "plugins", "check", file, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Checked checked{home.engine(arguments), {}};
  INFO(checked.ended.err);
  REQUIRE_FALSE(checked.ended.out.empty());
  checked.json = support::parse_ordered_json(checked.ended.out);
  return checked;
}

/// Everything found in the library that breaks the contract; looked at once.
const std::vector<std::string>& breaches() {
  static const std::vector<std::string> found = [] {
    const Checked checked = check(kBuild + "/breaking-plugins/breaks_contract.so");
    CHECK(checked.ended.exit_code == 5);
    CHECK(checked.json["ok"] == false);
    return checked.json["problems"].get<std::vector<std::string>>();
  }();
  return found;
}

void check_found(const std::string& problem) {
  const auto is_it = [&](const std::string& text) { return text.starts_with(problem); };
  const bool is_found = std::any_of(breaches().begin(), breaches().end(), is_it);
  CAPTURE(problem, breaches());
  CHECK(is_found);
}

}  // namespace

TEST_CASE("writes and reads beside the columns are found by guard pages and patterns", "[check]") {
  check_found("ranking.writes_behind: it wrote 8 bytes behind the end of its output \"out\"");
  check_found("ranking.writes_behind: it wrote behind the end of its output \"out\"");
  check_found("ranking.writes_far_behind: it wrote behind the end of its output \"out\"");
  check_found("ranking.writes_before: it wrote 4 bytes before the beginning of its output \"out\"");
  check_found(
      "ranking.writes_input: it wrote into column \"energy\" of the table tracks, which it may "
      "only "
      "read");
  check_found(
      "ranking.reads_behind: it read behind the end of column \"energy\" of the table tracks");
}

TEST_CASE("what reads models is checked as in a library where none is trained", "[check]") {
  const Checked checked = check(kBuild + "/reading-plugins/reading_models.so");
  for (const std::string& problem : checked.json["problems"].get<std::vector<std::string>>()) {
    CAPTURE(problem);
    const bool is_meant =
        problem.starts_with("model.picky") || problem.starts_with("model.useless");
    CHECK(is_meant);
  }
  CHECK_THAT(checked.ended.out, Catch::Contains("nobody has trained the base"));
}

TEST_CASE("rows left unwritten, another result and wrong row-wise work are found", "[check]") {
  check_found(
      "ranking.leaves_unwritten: it leaves 1000 of 1000 rows of its output \"out\" unwritten, the "
      "first is row 0 (a thousand tracks of which nothing is known)");
  check_found("ranking.changes: the same inputs, parameters and seed give another result");
  check_found("ranking.wrong_rowwise: it is declared row-wise, but rows in parts give another");
}

TEST_CASE("an element that does not stop, prints, leaks or leaves a thread is found", "[check]") {
  check_found("ranking.ignores_cancel: it goes on for ");
  check_found("ranking.prints: it writes to the standard output, which is the host's");
  check_found("filtering.leaves_thread: a thread of its own still runs when the call has returned");
#if !defined(__SANITIZE_ADDRESS__)
  check_found("ranking.leaks: every create() and destroy() leaves ");
#endif
}

TEST_CASE("a crash costs its test only, and is told with the test's name", "[check]") {
  check_found("ranking.crashes_on_missing: it crashes (Illegal instruction)");
#if defined(__SANITIZE_ADDRESS__)  // the sanitizer ends it first
  check_found("ranking.crashes_at_end: the worker ended early with exit status 1");
#else
  check_found(
      "ranking.crashes_at_end: it crashes (Floating point exception) (parameters at the ends of "
      "their ranges)");
#endif
  check_found("filtering.crashes_on_empty: it crashes (Illegal instruction) (an empty library)");
}

TEST_CASE("wrong tracks, orders, codes, errors, artifacts and accounts are found", "[check]") {
  check_found("recall.unknown_track: it gave track 1000, which the library does not have");
  check_found("ordering.places_twice: it placed row 0 twice");
  check_found("ranking.wrong_code: the text of output \"words\" of row 0 is 77, which is no code");
  check_found("output.fails: run() fails: one track is no playlist (one track)");
  check_found("model.writes_nothing: run() returns PLAYLIST_OK, but wrote no artifact");
  check_found("source.careless: recognise() gives 250, not 0 .. 100");
  check_found("source.careless: record 0 is in two places");
}

TEST_CASE("plugins check tries files, the order and the lengths of lists", "[check]") {
  const EngineHome home;
  const std::string file = home.path("beside_the_store.so");
  std::filesystem::copy_file(kBuild + "/file-plugins/beside_the_store.so", file);
  const Ended without = home.engine({"--quiet", "plugins", "check", file});
  CHECK_THAT(without.out, Catch::Contains("filtering.own_list: words cannot be read from " +
                                          home.path("own_words.txt")));
  engine::write_file_atomically(home.path("own_words.txt"), "the\n");
  const Ended ended = home.engine({"--quiet", "plugins", "check", file});
  CHECK(ended.exit_code == 5);
  CHECK_THAT(ended.out,
             Catch::Contains(": 2 problems"));  // of the numbers of tracks, those that it exceeds
  CHECK_THAT(ended.out,
             Catch::Contains("ordering.one_too_many: tracks = 1: it placed 2 of 30 rows"));
  CHECK_THAT(ended.out,
             Catch::Contains(
                 "note: ranking.undeclared_place: its output \"place\" depends on the order of "
                 "the candidates"));
  CHECK_THAT(ended.out, !Catch::Contains("note: ranking.place"));
  CHECK_THAT(ended.out,
             Catch::Contains("ordering.first placed 0 of 0, 1 of 1, 2 of 2, 3 of 3, 10 of 30, "
                             "10 of 500, 10 of 20000 rows"));
  CHECK_THAT(ended.out,
             Catch::Contains("ordering.first placed of 30 rows 1 for tracks = 1, 29 for tracks "
                             "= 29, 30 for tracks = 30, 30 for tracks = 31"));
  CHECK_THAT(ended.out, Catch::Contains("lists of up to 1000000 rows"));
}

TEST_CASE("every library we ship keeps the contract", "[check]") {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kBuild + "/plugins")) {
    if (entry.path().extension() != ".so") continue;
    CAPTURE(entry.path());
    const Checked checked = check(entry.path().string());
    CAPTURE(checked.json["problems"].dump());
    CHECK(checked.ended.exit_code == 0);
    CHECK(checked.json["tests"].size() >= 3);  // sources that ask a service have so few
    ++count;
  }
  CHECK(count >= 6);
}

TEST_CASE("plugins in C99 keep the contract", "[check]") {
  for (const char* name : {"plain_c", "frozen_1_0"}) {
    const std::string file = kBuild + "/test-plugins/" + name + ".so";
    CAPTURE(name);
    const Checked checked = check(file);
    CAPTURE(checked.json["problems"].dump());
    CHECK(checked.json["ok"] == true);
  }
}

TEST_CASE("every test is told with its time, a model's with its artifact", "[check]") {
  const Checked checked = check(kBuild + "/test-plugins/frozen_1_0.so");
  bool has_artifact = false;
  for (const Json& test : checked.json["tests"]) {
    CHECK(test["ok"] == true);
    CHECK(test["ms"].is_number());
    if (test["element"] == "model.frozen" && test["test"] == "one track") {
      CHECK(test["artifact"] == Json{"matrix count 1x1", "card"});
      has_artifact = true;
    }
  }
  CHECK(has_artifact);
  CHECK(
      checked.json["notes"] ==
      Json{"source.frozen reads none of the made-up files: give it one of its own with --sample"});
}

TEST_CASE("a source is tried with a sample of its own", "[check]") {
  const EngineHome folder;
  const std::string source = kBuild + "/source-plugins/two_tables.so";
  std::ofstream(folder.path("lists.txt")) << "# lists\nlist A\ntrack B\tC\nmany D 20\n";
  const Checked good = check(source, {"--sample", folder.path("lists.txt")});
  CAPTURE(good.json["problems"].dump());
  CHECK(good.json["ok"] == true);
  CHECK(good.json["notes"].empty());
  std::ofstream(folder.path("other.txt")) << "something else\n";
  const Checked other = check(source, {"--sample", folder.path("other.txt")});
  CHECK(other.ended.exit_code == 5);
  CHECK(other.json["problems"] ==
        Json{"source.two_tables: recognise() gives 0 for the sample other.txt (the sample)"});
}

TEST_CASE("a guarded block notices bytes around it", "[check]") {
  engine::GuardedBlock block("a block", 10);
  auto* bytes = static_cast<unsigned char*>(block.data());
  CHECK(reinterpret_cast<std::uintptr_t>(bytes) % 64 == 0);
  std::fill(bytes, bytes + 10, 1);
  CHECK(block.damage().empty());
  bytes[12] = 1;
  CHECK(block.damage() == "it wrote 3 bytes behind the end of a block");
  bytes[12] = bytes[11];
  CHECK(block.damage().empty());
  bytes[-2] = 1;
  CHECK(block.damage() == "it wrote 2 bytes before the beginning of a block");
  CHECK(block.meaning(bytes + 64, true) == "it wrote behind the end of a block");
  CHECK(block.meaning(bytes + 64, false) == "it read behind the end of a block");
  CHECK(block.meaning(bytes, true).empty());
  block.read_only();
  CHECK(block.meaning(bytes, true) == "it wrote into a block, which it may only read");
}
