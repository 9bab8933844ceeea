// Elements at work: what they get, what comes back, and how their failures read.
#include <cmath>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "plugin/call.hpp"
#include "plugin/host.hpp"
#include "plugin_fixture.hpp"

using namespace plugin_fixture;
using engine::Arguments;
using engine::CallContext;
using engine::ElementInstance;

namespace {

const engine::Registry& plugins() {
  static const auto registry = [] {
    static TemporaryFolder copies;
    return engine::Registry::load({{PLAYLIST_BUILD_DIR "/test-plugins"}, copies.file("c"), true});
  }();
  return *registry;
}

struct Bench {
  FiveTracks tracks;
  engine::Texts texts;
  CallContext context;
  Bench() {
    context.tables = &tracks;
    context.texts = &texts;
    context.now = tracks.now();
    context.random_seed = 42;
  }
  ElementInstance make(std::string_view name, const Arguments& arguments = {}) const {
    const engine::Element& element = plugins().require(name, "");
    return {element, engine::check_arguments(*element.description, arguments, ""), context};
  }
};

Arguments mode(const std::string& name) {
  return {{"mode", name}};
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kPlugin);
    return error.what();
  }
  return "no error";
}

std::string failure_of_bad(const std::string& how) {
  const Bench bench;
  return error_of([&] {
    auto bad = bench.make("ranking.bad", {{"how", how}});
    std::array<float, 5> out{};
    const playlist_column column{sizeof(playlist_column), PLAYLIST_F32, "bad", out.data(), nullptr};
    bad.rank(bench.tracks.candidates(), {}, {&column});
  });
}

std::string failure_of_recall(const std::string& how) {
  const Bench bench;
  return error_of([&] {
    engine::RecalledRows rows;
    bench.make("recall.probe", mode(how)).recall(rows);
  });
}

std::string failure_of_order(const std::string& how) {
  const Bench bench;
  return error_of([&] {
    std::vector<std::int32_t> order;
    bench.make("ordering.probe", mode(how)).order(bench.tracks.candidates(), {}, order);
  });
}

}  // namespace

TEST_CASE("recalled rows come with scores, explanations and their declared columns") {
  const Bench bench;
  engine::RecalledRows rows;
  CHECK(bench.make("recall.probe").recall(rows).status == PLAYLIST_OK);
  CHECK(rows.tracks == std::vector<std::int32_t>{2, 1});
  CHECK(rows.scores == std::vector<float>{0.5f, 0.25f});
  REQUIRE(rows.explanations.size() == 2);
  CHECK(bench.texts.text(rows.explanations[0]) == "row 1 of 2");
  CHECK(rows.explanations[1] == -1);
  REQUIRE(rows.columns.size() == 2);
  const auto* count = reinterpret_cast<const std::int32_t*>(rows.columns[0].data());
  const auto* share = reinterpret_cast<const float*>(rows.columns[1].data());
  CHECK(count[0] == 7);
  CHECK(count[1] == INT32_MIN);  // not set: missing
  CHECK(std::isnan(share[0]));
  CHECK(share[1] == 0.5f);
}

TEST_CASE("a track recalled twice keeps its first place") {
  const Bench bench;
  engine::RecalledRows rows;
  bench.make("recall.probe", mode("twice")).recall(rows);
  CHECK(rows.tracks == std::vector<std::int32_t>{2, 1, 0});
  CHECK(rows.scores == std::vector<float>{0.5f, 0.25f, 0.125f});
  REQUIRE(rows.columns[0].size() == 3 * sizeof(std::int32_t));
  CHECK(reinterpret_cast<const std::int32_t*>(rows.columns[0].data())[2] == 3);
}

TEST_CASE("impossible candidates are refused") {
  CHECK(failure_of_recall("unknown_track") ==
        "recall.probe failed: it gave track 1000000, which the library does not have");
  CHECK(failure_of_recall("nan") ==
        "recall.probe failed: it gave track 0 a score that is not a number");
}

TEST_CASE("random streams are named, repeatable and apart from each other") {
  const auto draw = [](std::uint64_t seed) {
    Bench bench;
    bench.context.random_seed = seed;
    engine::RecalledRows rows;
    bench.make("recall.probe", mode("random")).recall(rows);
    const auto* other = reinterpret_cast<const std::int32_t*>(rows.columns[0].data());
    return std::pair(rows.scores, std::vector<float>(other, other + 3));
  };
  const auto [one, other] = draw(42);
  CHECK(one != other);
  CHECK(draw(42) == std::pair(one, other));
  CHECK(draw(43).first != one);
}

TEST_CASE("the services of a call reach the element") {
  Bench bench;
  std::vector<std::string> log;
  double progress = 0;
  std::string asked;
  bench.context.log = [&](int level, std::string_view text) {
    CHECK(level == PLAYLIST_LOG_INFO);
    log.emplace_back(text);
  };
  bench.context.progress = [&](double fraction) { progress = fraction; };
  bench.context.setting = [&](std::string_view key) {
    asked = key;
    return "als";
  };
  engine::RecalledRows rows;
  bench.make("recall.probe", mode("services")).recall(rows);
  CHECK(log == std::vector<std::string>{"now 1700000000, tracks 5, model als"});
  CHECK(progress == 0.5);
  CHECK(asked == "recall.probe.model");
}

namespace {

/// A service of one function, which counts for whoever owns it.
template <int kNumber>
struct Counter {
  static constexpr const char* kId = kNumber == 1 ? "test.one/1" : "test.two/1";
  int count = 0;
  static void add(const playlist_host* host) { ++CallContext::owner<Counter>(host, kId).count; }
  using Functions = void (*)(const playlist_host*);
  static constexpr Functions kFunctions = add;
  engine::CallService service() { return {kId, &kFunctions, this}; }
  static void use(const playlist_host& host) {
    (*static_cast<const Functions*>(host.service(&host, kId)))(&host);
  }
};

}  // namespace

TEST_CASE("several services of one call find their own owners") {
  Counter<1> one;
  Counter<2> two, other;
  CallContext context;
  context.services = {one.service(), two.service()};
  const engine::CallHost host(context, "model.both");
  Counter<1>::use(host);
  Counter<2>::use(host);
  Counter<2>::use(host);
  CHECK(one.count == 1);
  CHECK(two.count == 2);
  CHECK(host.service(&host, "test.three/1") == nullptr);

  CallContext beside;
  beside.services = {other.service()};
  const engine::CallHost another(beside, "model.other");
  Counter<2>::use(another);
  CHECK(other.count == 1);
  CHECK(two.count == 2);
  CHECK_THROWS_WITH(Counter<1>::add(&another), "it uses test.one/1 of another call");
}

TEST_CASE("a cancelled call says so and nothing else") {
  Bench bench;
  bench.context.is_cancelled = [] { return true; };
  engine::RecalledRows rows;
  CHECK(bench.make("recall.probe", mode("services")).recall(rows).status == PLAYLIST_CANCELLED);
  CHECK(rows.tracks.empty());
}

TEST_CASE("arguments of every type reach a ranking, and its texts come back") {
  const Bench bench;
  auto ranking =
      bench.make("ranking.every_argument",
                 {{"limit", 3.0},
                  {"strict", true},
                  {"direction", std::string("down")},
                  {"seeds", engine::TracksArgument{&bench.tracks.candidates()}},
                  {"genres", engine::ArgumentList{std::string("rock"), std::string("pop")}},
                  {"weights", engine::ArgumentList{0.5, 1.0}}});
  std::array<std::int32_t, 5> out{};
  const playlist_column shown{sizeof(playlist_column), PLAYLIST_STRING, "shown", out.data(),
                              nullptr};
  const std::vector<const playlist_column*> in{
      &bench.tracks.energy_column, &bench.tracks.title_column, &bench.tracks.energy_column};
  CHECK(ranking.rank(bench.tracks.candidates(), in, {&shown}).status == PLAYLIST_OK);
  CHECK(bench.texts.text(out[3]) ==
        "3 0.5 true none down column 2 seeds 5 rock pop 0.5 1 | t3 0.75");
  CHECK(ranking.explain(bench.tracks.candidates(), in, {&shown}, 3) == "its energy is 0.75");
}

TEST_CASE("a filter drops rows with a reason") {
  const Bench bench;
  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  bench.make("filtering.odd").filter(bench.tracks.candidates(), {}, keep, reasons);
  CHECK(keep == std::vector<std::uint8_t>{1, 0, 1, 0, 1});
  CHECK(bench.texts.text(reasons[3]) == "track 3 is odd");
  CHECK(reasons[0] == -1);
}

TEST_CASE("an ordering gives rows in playing order, all or some") {
  const Bench bench;
  std::vector<std::int32_t> order;
  bench.make("ordering.probe").order(bench.tracks.candidates(), {}, order);
  CHECK(order == std::vector<std::int32_t>{4, 3, 2, 1, 0});
  bench.make("ordering.probe", mode("half")).order(bench.tracks.candidates(), {}, order);
  CHECK(order == std::vector<std::int32_t>{4, 3});
}

TEST_CASE("an impossible order is refused") {
  CHECK(failure_of_order("twice") == "ordering.probe failed: it placed row 3 twice");
  CHECK(failure_of_order("outside") == "ordering.probe failed: it placed row 5 of 5");
  CHECK(failure_of_order("too_many") == "ordering.probe failed: it ordered 6 rows of 5");
}

TEST_CASE("an output writes through the sink only") {
  Bench bench;
  std::string written;
  bench.context.sink = [&](const void* bytes, std::size_t length) {
    written.append(static_cast<const char*>(bytes), length);
    return true;
  };
  playlist_playlist playlist{};
  playlist.size = sizeof playlist;
  playlist.title = "Mine";
  playlist.created = 9;
  playlist.tracks = &bench.tracks.candidates();
  CHECK(bench.make("output.probe").output(playlist).status == PLAYLIST_OK);
  CHECK(written == "Mine at 9\nt0\nt1\nt2\nt3\nt4\n");

  bench.context.sink = [](const void*, std::size_t) { return false; };
  CHECK(error_of([&] { bench.make("output.probe").output(playlist); }) ==
        "output.probe failed: the engine stopped the output");
  bench.context.sink = nullptr;
  CHECK(error_of([&] { bench.make("output.probe").output(playlist); }) ==
        "output.probe failed: this engine offers no playlist.sink/1 here");
}

TEST_CASE("a source says how sure it is, and must account for what it read") {
  const Bench bench;
  const auto input = [](const std::string& text) {
    playlist_input input{};
    input.size = sizeof input;
    input.path = input.name = "x.txt";
    input.bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    input.length = input.head_length = text.size();
    input.columns = "";
    return input;
  };
  const std::string mine = "probe: mine", other = "other", not_mine = "probe: not mine",
                    throws = "throw";
  const engine::Element& source = plugins().require("source.probe", "");
  CHECK(engine::recognise(source, input(mine), bench.context) == 100);
  CHECK(engine::recognise(source, input(other), bench.context) == 0);
  CHECK(error_of([&] { engine::recognise(source, input(throws), bench.context); }) ==
        "source.probe failed: it cannot look");
  const auto unsupported = bench.make("source.probe").read(input(not_mine));
  CHECK(unsupported.status == PLAYLIST_UNSUPPORTED);
  CHECK(unsupported.message == "not mine after all");
  CHECK(error_of([&] { bench.make("source.probe").read(input(mine)); }) ==
        "source.probe failed: read() returned without finish(): rows are unaccounted");
}

TEST_CASE("a plugin that fails is named, in its own words") {
  CHECK(failure_of_bad("throw") == "ranking.bad failed: model file missing");
  CHECK(failure_of_bad("create") == "ranking.bad failed: constructor failed");
  CHECK(failure_of_bad("number") ==
        "ranking.bad failed: it threw something that is not a std::exception");
  CHECK(failure_of_bad("nothing") == "no error");
}

TEST_CASE("having no data is an answer, from the constructor as from the call") {
  const Bench bench;
  std::array<float, 5> out{};
  const playlist_column column{sizeof(playlist_column), PLAYLIST_F32, "bad", out.data(), nullptr};
  const auto ranked = bench.make("ranking.bad", {{"how", std::string("no_data")}})
                          .rank(bench.tracks.candidates(), {}, {&column});
  CHECK(ranked.status == PLAYLIST_NO_DATA);
  CHECK(ranked.message == "nobody trained it");

  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  const auto filtered = bench.make("filtering.pair", {{"low", 1.0}})
                            .filter(bench.tracks.candidates(), {}, keep, reasons);
  CHECK(filtered.status == PLAYLIST_NO_DATA);
  CHECK(filtered.message == "nothing is that high");
}

TEST_CASE("parameters that do not fit together are the recipe's error") {
  const Bench bench;
  try {
    bench.make("filtering.pair", {{"low", 0.5}, {"high", 0.25}});
    FAIL("it was made");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kRecipe);
    CHECK(std::string(error.what()) == "filtering.pair: low is above high");
  }
}

TEST_CASE("a plugin in C99 runs") {
  const Bench bench;
  std::array<float, 5> out{};
  const playlist_column column{sizeof(playlist_column), PLAYLIST_F32, "rank", out.data(), nullptr};
  bench.make("ranking.plain_c", {{"offset", 10.0}})
      .rank(bench.tracks.candidates(), {&bench.tracks.track_column}, {&column});
  CHECK(out == std::array<float, 5>{10, 11, 12, 13, 14});
}

TEST_CASE("a plugin by another compiler runs, and its exceptions stay its own") {
  if (!plugins().find("filtering.other_compiler")) {
    WARN("no second C++ compiler here: not tested");
    return;
  }
  const Bench bench;
  std::vector<std::uint8_t> keep;
  std::vector<std::int32_t> reasons;
  bench.make("filtering.other_compiler").filter(bench.tracks.candidates(), {}, keep, reasons);
  CHECK(keep == std::vector<std::uint8_t>{0, 1, 1, 1, 1});
  CHECK(error_of([&] {
          bench.make("filtering.other_compiler", {{"fails", true}})
              .filter(bench.tracks.candidates(), {}, keep, reasons);
        }) == "filtering.other_compiler failed: thrown by the other compiler's code");
}

TEST_CASE("texts are kept once, and read back as a dictionary") {
  engine::Texts texts;
  CHECK(texts.dict()->count == 0);
  CHECK(texts.code("one") == 0);
  CHECK(texts.code("") == 1);
  CHECK(texts.code("one") == 0);
  REQUIRE(texts.dict()->count == 2);
  CHECK(texts.code("two") == 2);
  const playlist_dict& dict = *texts.dict();
  REQUIRE(dict.count == 3);
  CHECK(std::string(dict.bytes + dict.offsets[2], dict.bytes + dict.offsets[3]) == "two");
  CHECK(texts.text(-1).empty());
  CHECK(texts.text(3).empty());
}

TEST_CASE("what a call may log is bounded, and how much was left out is told") {
  std::vector<std::string> log;
  {
    CallContext context;
    context.log = [&](int, std::string_view text) { log.emplace_back(text); };
    const engine::CallHost host(context, "ranking.loud");
    // 1,999 bytes and a character of two: it is not cut in half.
    const std::string longest = std::string(1'999, 'x') + "\xc3\xa9";
    host.log(&host, PLAYLIST_LOG_WARNING, longest.c_str());
    for (int k = 0; k < 300; ++k) host.log(&host, PLAYLIST_LOG_WARNING, std::to_string(k).c_str());
    host.log(&host, PLAYLIST_LOG_INFO, nullptr);
  }
  REQUIRE(log.size() == 101);
  CHECK(log[0] == std::string(1'999, 'x') + " ...");
  CHECK(log[1] == "0");
  CHECK(log[99] == "98");
  CHECK(log[100] == "and 202 messages more");
}

TEST_CASE("a debug message does not use up the room of a warning") {
  std::vector<std::string> warnings;
  CallContext context;
  context.log = [&](int level, std::string_view text) {
    if (level >= PLAYLIST_LOG_WARNING) warnings.emplace_back(text);
  };
  const engine::CallHost host(context, "ranking.loud");
  for (int k = 0; k < 300; ++k) host.log(&host, PLAYLIST_LOG_DEBUG, "a row");
  host.log(&host, PLAYLIST_LOG_WARNING, "the model is old");
  CHECK(warnings == std::vector<std::string>{"the model is old"});
}

TEST_CASE("a text that is nowhere or endless ends the call with what it was") {
  engine::Texts texts;
  CallContext context;
  context.texts = &texts;
  engine::CallHost host(context, "ranking.loud");
  CHECK(host.text(&host, nullptr, 0) == host.text(&host, "", 0));
  CHECK_FALSE(host.has_host_problem());
  CHECK(host.text(&host, nullptr, 5) == -1);
  CHECK(host.failure().message == "it gave a text of no bytes");
  CHECK(host.text(&host, "x", static_cast<std::size_t>(-1)) == -1);
  CHECK(host.failure().message ==
        "it gave a text of 18446744073709551615 bytes, a text has at most 1048576");
}
