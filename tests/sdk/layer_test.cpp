// The C++ layer without a host: texts, candidates, score boards, batches of rows.
#include "playlist/plugin.hpp"

#include <cmath>

#include <catch2/catch.hpp>

namespace {

// As authors write them.
constexpr playlist::Choices kWays{"up", "down"};
constexpr playlist::Param kDeclared[] = {
    {"limit", 200, 1, 10'000, "an integer"},
    {"target", 0.5, 0, 1, "a number by its default"},
    {"reach", 1, 0, 2.5, "a number by its range"},
    playlist::Param::number("weight", 1, 0, 2, "a number by its name"),
    playlist::Param::integer("places", 1, 0, 2, "an integer by its name"),
    {"strict", false, "a boolean"},
    playlist::Param::boolean("loud", true, "a boolean by its name"),
    {"label", "none", "a text"},
    playlist::Param::text("prefix", "a", "a text by its name").required(),
    playlist::Param::choice("way", kWays, "up", "a choice"),
    playlist::Param::file("words", "words.txt", "a file"),
    playlist::Param::file("more", "", "a file that is not named"),
};

const playlist_input* word_file(const playlist_host*, const char* param) {
  static constexpr std::uint8_t kBytes[] = "calm\nloud\n";
  static const playlist_input file{sizeof file, 0, "/lists/words.txt", "words.txt", kBytes, 10,
                                   10,          ""};
  return std::string_view(param) == "words" ? &file : nullptr;
}

/// A host that offers files, or nothing.
playlist_host host_with(const void* (*service)(const playlist_host*, const char*)) {
  playlist_host host{};
  host.size = sizeof host;
  host.service = service;
  return host;
}
const void* only_files(const playlist_host*, const char* id) {
  static constexpr playlist_files kFiles{sizeof(playlist_files), 0, word_file};
  return std::string_view(id) == PLAYLIST_SERVICE_FILES ? &kFiles : nullptr;
}
const void* nothing(const playlist_host*, const char*) {
  return nullptr;
}

playlist::Strings strings_of(const playlist_table& table, const char* name) {
  return playlist::Table(&table)[name].texts();
}

/// What a recall hands over, and the service that takes it.
struct Taken {
  std::vector<std::int32_t> tracks, explanations;
  std::vector<float> scores;
};
Taken taken;
playlist_status take(const playlist_host*, const std::int32_t* tracks, const float* scores,
                     const std::int32_t* explanations, const void* const*, std::int64_t count) {
  taken.tracks.assign(tracks, tracks + count);
  taken.scores.assign(scores, scores + count);
  taken.explanations.assign(explanations, explanations + count);
  return PLAYLIST_OK;
}
constexpr playlist_candidates kTake{sizeof(playlist_candidates), 0, take};

}  // namespace

TEST_CASE("a parameter is a number where anything of it has a point, or by its name") {
  std::vector<std::uint32_t> types;
  for (const playlist::Param& param : kDeclared) types.push_back(param.type);
  CHECK(types == std::vector<std::uint32_t>{
                     PLAYLIST_PARAM_INTEGER, PLAYLIST_PARAM_NUMBER, PLAYLIST_PARAM_NUMBER,
                     PLAYLIST_PARAM_NUMBER, PLAYLIST_PARAM_INTEGER, PLAYLIST_PARAM_BOOLEAN,
                     PLAYLIST_PARAM_BOOLEAN, PLAYLIST_PARAM_TEXT, PLAYLIST_PARAM_TEXT,
                     PLAYLIST_PARAM_CHOICE, PLAYLIST_PARAM_FILE, PLAYLIST_PARAM_FILE});
  CHECK(kDeclared[3].default_number == 1);
  CHECK(kDeclared[2].max == 2.5);
  CHECK(std::string(kDeclared[8].default_text) == "a");
  CHECK(kDeclared[8].flags == PLAYLIST_PARAM_REQUIRED);
  CHECK(std::string(kDeclared[10].default_text) == "words.txt");
}

TEST_CASE("an integer may be read as a number, and what is read as another type names both") {
  playlist_value values[std::size(kDeclared)]{};
  values[0].integer = 7;
  values[1].number = 0.25;
  values[8].text = "before";
  const playlist_host host = host_with(only_files);
  const playlist::Args args(&host, kDeclared, values);
  CHECK(args.number("limit") == 7);
  CHECK(args.integer("limit") == 7);
  CHECK(args.number("target") == 0.25);
  CHECK(args.text("prefix") == "before");
  CHECK_THROWS_WITH(args.integer("target"),
                    "the plugin reads parameter target as an integer, and declares it as a number");
  CHECK_THROWS_WITH(args.text("words"),
                    "the plugin reads parameter words as a text, and declares it as a file");
  CHECK_THROWS_WITH(args.number("weigth"),
                    "the plugin reads parameter weigth, which it does not declare");
}

TEST_CASE("a file parameter gives the file's path and bytes, or says that none is named") {
  const playlist_value values[std::size(kDeclared)]{};
  const playlist_host host = host_with(only_files), older = host_with(nothing);
  const playlist::Args args(&host, kDeclared, values);
  const playlist::File words = args.file("words");
  REQUIRE(words.is_given());
  CHECK(words.path() == "/lists/words.txt");
  CHECK(words.name() == "words.txt");
  CHECK(words.bytes() == "calm\nloud\n");
  const playlist::File more = args.file("more");
  CHECK_FALSE(more.is_given());
  CHECK(more.bytes().empty());
  CHECK(more.path().empty());
  CHECK_THROWS_WITH(playlist::Args(&older, kDeclared, values).file("words"),
                    "this engine offers no playlist.files/1 here");
}

TEST_CASE("concat joins texts and numbers") {
  const char* pointer = "pointer";
  CHECK(playlist::concat("a", std::string("b"), std::string_view("c"), 'd', pointer) ==
        "abcdpointer");
  CHECK(playlist::concat(1, -2, 3u, std::int64_t{-9'000'000'000}, std::uint8_t{255}) ==
        "1-23-9000000000255");
  CHECK(playlist::concat(0.5, ' ', 1.0f, ' ', 1.0 / 3, ' ', 1e20) == "0.5 1 0.333333 1e+20");
  CHECK(playlist::concat(true, false) == "truefalse");
}

TEST_CASE("columns read as another type than theirs are an error that names them") {
  playlist::Batch batch(2);
  batch.f32("energy").set(0.5f);
  batch.next_row();
  const playlist_table table = batch.table();
  const playlist::Table view(&table, "tracks");
  CHECK(view.has("energy"));
  CHECK_FALSE(view.has("tempo"));
  CHECK_THROWS_WITH(view["tempo"], "tracks has no column tempo");
  CHECK_THROWS_WITH(view["energy"].i32(), "column energy is f32, not i32");
}

TEST_CASE("every number type reads as a double, missing as NaN") {
  playlist::Batch batch(2);
  auto& f64 = batch.f64("f64");
  auto& i32 = batch.i32("i32");
  auto& i64 = batch.i64("i64");
  auto& u8 = batch.u8("u8");
  batch.next_row();
  f64.set(1.5);
  i32.set(-2);
  i64.set(3);
  u8.set(4);
  batch.next_row();
  const playlist_table table = batch.table();
  const playlist::Table view(&table);
  CHECK(view["f64"].number(0) == 1.5);
  CHECK(view["i32"].number(0) == -2);
  CHECK(view["i64"].number(0) == 3);
  CHECK(view["u8"].number(0) == 4);
  for (const char* name : {"f64", "i32", "i64", "u8"}) CHECK(std::isnan(view[name].number(1)));
}

TEST_CASE("a score board adds up, excludes, and breaks ties by track number") {
  playlist::ScoreBoard scores(10);
  scores.exclude(7);
  scores.add(7, 100.0);
  scores.add(5, 1.0, 50);
  scores.add(3, 0.25, 30);
  scores.add(3, 0.75, 31);
  scores.add(2, 3.0, 20);
  scores.add(9, 4.0, 90);
  scores.exclude(9);
  scores.top(3, playlist::Candidates()).append(nullptr, kTake);
  CHECK(taken.tracks == std::vector<std::int32_t>{2, 3, 5});
  CHECK(taken.scores == std::vector<float>{3.0f, 1.0f, 1.0f});
  CHECK(taken.explanations == std::vector<std::int32_t>{20, 31, 50});  // of the largest addition
}

TEST_CASE("candidates refuse outputs of another type than declared") {
  static constexpr playlist::Field kOutputs[] = {{"plays", PLAYLIST_I32}};
  playlist::Candidates found(kOutputs);
  found.add(1, 0.5f);
  CHECK_THROWS_WITH(found.set(0, 0.5f),
                    "output plays is declared as i32 and was set as another type");
  CHECK_THROWS_WITH(found.set(1, 2), "output 1 is not declared");
}

TEST_CASE("a batch keeps rows apart, texts once, and what is not set missing") {
  playlist::Batch batch(4);
  auto& title = batch.text("title");
  auto& year = batch.i32("year");
  for (const char* text : {"one", "two", "one", ""}) {
    batch.next_row();
    title.set(text);
    if (batch.rows() == 2) year.set(1999);
  }
  CHECK(batch.is_full());
  playlist_table table = batch.table();
  CHECK(table.rows == 4);
  const playlist::Strings titles = strings_of(table, "title");
  CHECK(titles.code_count() == 2);
  CHECK(titles.code(0) == titles.code(2));
  CHECK(titles[1] == "two");
  CHECK(titles.code(3) == playlist::kMissingText);
  CHECK(playlist::Table(&table)["year"].i32()[1] == 1999);
  CHECK(playlist::is_missing(playlist::Table(&table)["year"].i32()[2]));

  batch.clear();
  batch.next_row();
  table = batch.table();
  CHECK(table.rows == 1);
  CHECK(strings_of(table, "title").code(0) == playlist::kMissingText);
  CHECK(strings_of(table, "title").code_count() == 0);
  CHECK(playlist::is_missing(playlist::Table(&table)["year"].i32()[0]));
}

TEST_CASE("a batch tells thousands of texts apart, of every length") {
  constexpr int kRows = 5000;
  playlist::Batch batch(kRows);
  auto& column = batch.text("text");
  const auto text_of = [](int i) {
    return std::string(static_cast<std::size_t>(i % 37), 'x') + std::to_string(i / 2);
  };
  for (int i = 0; i < kRows; ++i) {
    batch.next_row();
    column.set(text_of(i));
  }
  const playlist_table table = batch.table();
  const playlist::Strings texts = strings_of(table, "text");
  for (int i = 0; i < kRows; ++i) REQUIRE(texts[static_cast<std::size_t>(i)] == text_of(i));
  CHECK((reinterpret_cast<std::uintptr_t>(texts.codes().data()) % 64) == 0);
}

TEST_CASE("lists and their weights are empty outside") {
  const std::uint64_t offsets[] = {0, 2, 2};
  const std::int32_t values[] = {4, 7};
  const float weights[] = {0.5f, 0.25f};
  const playlist_lists raw{sizeof(playlist_lists), 0, 2, offsets, values, weights};
  const playlist::Lists lists(&raw);
  REQUIRE(lists[0].size() == 2);
  CHECK(lists[0][1] == 7);
  CHECK(lists.weights(0)[1] == 0.25f);
  CHECK(lists[1].empty());
  CHECK(lists[-1].empty());
  CHECK(lists[2].empty());
}
