// :walk on small libraries whose sounds are numbers on a line: the space "features" puts tracks of
// like energy near each other.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/calendar.hpp"
#include "plan/walk_chances.hpp"
#include "plan/walk_context.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run.hpp"
#include "store/listen_flags.hpp"
#include "support/lua_run.hpp"
#include "support/small_store.hpp"

using namespace engine;
using nlohmann::json;
using test::error_of;
using test::SmallStore;

namespace {

const std::int64_t kNow = parse_time("2026-11-21T12:00:00Z");
constexpr std::int64_t kHour = 3600;

struct Song {
  int artist = 1;
  double energy = 0.5;
  double tempo = 120;
  int key = 0, mode = 1;
  const char* song_key = nullptr;  // nullptr: a song of its own
};

/// Tracks have the store's ids from 1, in their order, and all are liked.
class Walked {
 public:
  explicit Walked(const std::vector<Song>& songs) {
    std::string sql;
    for (int artist = 1; artist <= 30; ++artist) {
      const std::string number = std::to_string(artist);
      sql += "INSERT INTO artists (artist_id, name, key) VALUES (" + number + ", 'A" + number +
             "', 'a" + number + "');";
    }
    int id = 0;
    for (const Song& song : songs) {
      const std::string number = std::to_string(++id);
      sql +=
          "INSERT INTO tracks (track_id, title, artist_id, song_key, energy, tempo, key_pitch, "
          "mode, in_catalogue, duration_ms) VALUES (" +
          number + ", 'T" + number + "', " + std::to_string(song.artist) + ", '" +
          (song.song_key != nullptr ? song.song_key : "s" + number) + "', " + known(song.energy) +
          ", " + known(song.tempo) + ", " + std::to_string(song.key) + ", " +
          std::to_string(song.mode) + ", 1, 180000);";
      sql += "INSERT INTO likes VALUES (1, " + number + ", 1000);";
    }
    store_.change(sql);
  }

  void play(int id, std::int64_t ts, std::int64_t flags = 0) {
    store_.change("INSERT INTO listens VALUES (1, " + std::to_string(ts) + ", " +
                  std::to_string(id) + ", 180000, " + std::to_string(flags) + ", 'DE', 1)");
  }
  /// Some tracks one after the other, with shuffle off.
  void play_in_order(const std::vector<int>& tracks, std::int64_t ts) {
    for (std::size_t k = 0; k < tracks.size(); ++k)
      play(tracks[k], ts + 180 * static_cast<std::int64_t>(k), ListenFlags::kShuffleKnown);
  }
  /// An earlier list.
  void serve(const std::vector<int>& tracks, std::int64_t now) {
    const std::string run = std::to_string(++runs_);
    std::string sql = "INSERT INTO runs VALUES (" + run + ", 1, 'x.lua', 'X', " +
                      std::to_string(now) + ", 1, '{}', '', '', '', '[]', '', '', '{}', " +
                      std::to_string(now) + ");";
    for (std::size_t k = 0; k < tracks.size(); ++k)
      sql += "INSERT INTO run_tracks VALUES (" + run + ", " + std::to_string(k + 1) + ", " +
             std::to_string(tracks[k]) + ");";
    store_.execute(sql);
  }
  SmallStore& store() { return store_; }

  json run(const std::string& build, std::uint64_t random_seed = 1, std::int64_t now = kNow) {
    return playlist_json(run_recipe(request(build, random_seed, now), {}).playlist);
  }

  /// By track; nothing where the last step does not tell.
  std::optional<std::map<int, double>> first_chances(const std::string& build) {
    RunRequest asked = request(build, 1, kNow);
    asked.is_chances_only = true;
    const RunAnswer answer = run_recipe(asked, {});
    if (!answer.first_chances) return std::nullopt;
    std::map<int, double> chances;
    for (const FirstChance& one : *answer.first_chances)
      chances[static_cast<int>(one.track_id)] = one.chance;
    return chances;
  }

 private:
  RunRequest request(const std::string& build, std::uint64_t random_seed, std::int64_t now) {
    const AsOfOptions options = store_.options(now);
    ColumnOptions columns;
    columns.store = options.store;
    columns.user = "ann";
    RunRequest request;
    request.recipe_path = "walk.lua";
    request.recipe_text =
        "local pl = require \"playlist\"\nreturn pl.recipe { title = \"Walk\",\n  build = "
        "function(p, user)\n    local function song(id) return user.likes:filter(function(t) "
        "return t.id == id end) end\n    " +
        build + "\n  end }\n";
    request.now = now;
    request.random_seed = random_seed;
    request.columns = prepare_columns(columns);
    request.script_directories = {std::string(PLAYLIST_SOURCE_DIR) + "/scripts"};
    request.plugin_directories = {std::string(PLAYLIST_BUILD_DIR) + "/plugins"};
    request.plugin_copies =
        std::string(PLAYLIST_BUILD_DIR) + "/test-cache/playlist-engine/plugin-copies";
    return request;
  }

  static std::string known(double value) {
    return std::isnan(value) ? "NULL" : std::to_string(value);
  }
  SmallStore store_;
  int runs_ = 0;
};

std::vector<int> ids(const json& record) {
  std::vector<int> found;
  for (const json& track : record.at("tracks")) found.push_back(track.at("track"));
  return found;
}

std::string notices(const json& record) {
  std::string all;
  for (const json& notice : record.at("notices")) all += notice.get<std::string>() + "\n";
  return all;
}

/// So many of different artists and tempos, evenly from calm to wild.
std::vector<Song> scale(int count) {
  std::vector<Song> songs;
  for (int k = 0; k < count; ++k)
    songs.push_back(
        {1 + k % 30, static_cast<double>(k) / count, 80.0 + 80.0 * k / count, k % 12, 1, nullptr});
  return songs;
}

bool has_each_once(std::vector<int> tracks) {
  std::sort(tracks.begin(), tracks.end());
  return std::adjacent_find(tracks.begin(), tracks.end()) == tracks.end();
}

using Ids = std::vector<int>;
const double kUnknown = std::nan("");

}  // namespace

TEST_CASE("a walk gives every candidate once when it is as long as they are many", "[walk]") {
  Walked library(scale(60));
  const json record = library.run("return user.likes:walk { steps = 100, k = 5 }");
  const Ids walked = ids(record);
  CHECK(walked.size() == 60);
  CHECK(has_each_once(walked));
}

TEST_CASE("the same seed walks the same way, another another", "[walk]") {
  Walked library(scale(60));
  const std::string build = "return user.likes:walk { steps = 20 }";
  CHECK(ids(library.run(build, 7)) == ids(library.run(build, 7)));
  CHECK(ids(library.run(build, 7)) != ids(library.run(build, 8)));
}

TEST_CASE("at temperature 0 the best of the choice comes next", "[walk]") {
  // Two clouds: 1..4 calm and slow, 5..8 wild and fast, each in a line.
  std::vector<Song> songs;
  for (int k = 0; k < 4; ++k) songs.push_back({1 + k, 0.1 + 0.02 * k, 80});
  for (int k = 0; k < 4; ++k) songs.push_back({5 + k, 0.9 + 0.02 * k, 160});
  Walked library(songs);
  const json record = library.run(
      "return user.likes:walk { steps = 8, temperature = 0, strangers = 0, from = song(1) }");
  const Ids walked = ids(record);
  REQUIRE(walked.size() == 8);
  CHECK(walked[0] == 1);
  CHECK(std::set<int>(walked.begin(), walked.begin() + 4) == std::set<int>{1, 2, 3, 4});
  CHECK(record.at("tracks").at(1).at("columns").at("log_propensity") == 0);
}

TEST_CASE("a step is drawn with the probability that it records", "[walk]") {
  Walked library(scale(3));
  const std::string build =
      "return user.likes:walk { steps = 2, from = song(1), temperature = 2, score = "
      "function(t) return t.id == 2 and 2 or 0 end }";
  // exp(2 / 2) against exp(0): e / (1 + e).
  const double expected = std::exp(1.0) / (1 + std::exp(1.0));
  int seconds = 0;
  constexpr int kRuns = 400;
  for (int seed = 0; seed < kRuns; ++seed) {
    const json record = library.run(build, static_cast<std::uint64_t>(seed));
    const bool is_second = ids(record).at(1) == 2;
    seconds += is_second ? 1 : 0;
    const double propensity =
        std::exp(record.at("tracks").at(1).at("columns").at("log_propensity").get<double>());
    CHECK(propensity == Approx(is_second ? expected : 1 - expected).epsilon(1e-5));
  }
  // Three standard deviations.
  CHECK(std::abs(seconds - kRuns * expected) < 3 * std::sqrt(kRuns * expected * (1 - expected)));
}

TEST_CASE("a lot gives every set the same chance", "[walk]") {
  // One near track and one of two others, weights 1, 2 and 6.
  const std::vector<float> scores{0, std::log(2.0f), std::log(6.0f)};
  Random random(3);
  const std::vector<double> chances = chances_by_lot(scores, 1, 1, 1, random);
  REQUIRE(chances.size() == 3);
  CHECK(chances[0] == Approx((1 / 3.0 + 1 / 7.0) / 2).epsilon(0.25));  // over 64 sets of the two
  CHECK(chances[1] / chances[2] == Approx((2 / 3.0) / (6 / 7.0)).epsilon(1e-6));
  CHECK(std::accumulate(chances.begin(), chances.end(), 0.0) == Approx(1));
  const std::vector<double> exact = chances_by_lot(scores, 1, 5, 2, random);
  const double sum = 1 + std::sqrt(2.0) + std::sqrt(6.0);
  CHECK(exact[0] == Approx(1 / sum));
  CHECK(exact[2] == Approx(std::sqrt(6.0) / sum));
  CHECK(chances_by_lot({}, 0, 5, 1, random).empty());
}

TEST_CASE("how likely each track comes next is how often it does", "[walk]") {
  std::vector<Song> songs = scale(8);
  if (GENERATE(false, true)) songs.resize(10, {9, kUnknown, kUnknown});
  Walked library(songs);
  library.play(4, kNow - kHour);
  const std::string build =
      "return user.likes:walk { steps = 1, k = 3, strangers = 2, after = song(4), temperature = "
      "0.5, "
      "score = function(t) return known(t.similarity, 0) + 0.1 * t.id end }";
  const auto chances = library.first_chances(build);
  REQUIRE(chances);
  double sum = 0;
  for (const auto& [track, chance] : *chances) sum += chance;
  CHECK(sum == Approx(1));
  CHECK(chances->count(4) == 0);  // it has just been heard
  std::map<int, int> counts;
  constexpr int kRuns = 600;
  for (int seed = 0; seed < kRuns; ++seed)
    ++counts[ids(library.run(build, static_cast<std::uint64_t>(seed))).at(0)];
  for (const auto& [track, chance] : *chances) {
    CAPTURE(track, chance, counts[track]);
    // Three and a half standard deviations, and what 64 sets leave open.
    CHECK(std::abs(counts[track] - kRuns * chance) <
          3.5 * std::sqrt(kRuns * chance * (1 - chance)) + 0.03 * kRuns);
  }
}

TEST_CASE("only what chance says tells how likely each track is", "[walk]") {
  Walked library(scale(3));
  const auto sampled = library.first_chances(
      "return user.likes:score(function(t) return t.id end):sample { temperature = 2, count = 1 }");
  REQUIRE(sampled);
  const double sum = std::exp(0.5) + std::exp(1.0) + std::exp(1.5);
  CHECK(sampled->at(1) == Approx(std::exp(0.5) / sum));
  CHECK(sampled->at(3) == Approx(std::exp(1.5) / sum));
  CHECK_FALSE(library.first_chances("return user.likes:top(1)"));
  CHECK_FALSE(library.first_chances("return user.likes:sample { temperature = 0, count = 1 }"));
  CHECK_FALSE(library.first_chances("return user.likes:walk { steps = 2, temperature = 0 }"));
  CHECK_FALSE(library.first_chances("return user.likes:walk { steps = 2, from = song(1) }"));
  CHECK(library.first_chances("return user.likes:filter(function() return false end):walk {}")
            ->empty());
}

TEST_CASE("the score sees each move's columns beside the library's", "[walk]") {
  std::vector<Song> songs{{1, 0.2, 100, 0, 1, nullptr},  // C major
                          {1, 0.5, 110, 0, 1, nullptr},  // the same artist and key
                          {2, 0.9, 200, 9, 0, nullptr},  // its relative, a minor
                          {3, kUnknown, 100, 6, 1, nullptr}};
  Walked library(songs);
  library.play(2, kNow - 10 * kHour);
  library.serve({1, 2, 3, 4}, kNow - 100 * kHour);
  library.serve({2}, kNow - 50 * kHour);
  const auto value = [&](const std::string& column, int id) {
    const json record = library.run(
        "return user.likes:walk { steps = 2, from = song(1), no_repeat = 0, score = "
        "function(t) return t.id == " +
        std::to_string(id) + " and known(t." + column + ", -50) + 1000 or 0 end }");
    const json& second = record.at("tracks").at(1);
    REQUIRE(second.at("track") == id);
    return second.at("score").get<double>() - 1000;
  };
  CHECK(value("same_artist", 2) == 1);
  CHECK(value("same_artist", 3) == 0);
  CHECK(value("steps_since_artist", 2) == 1);
  CHECK(value("steps_since_artist", 3) == 100);
  CHECK(value("key_distance", 2) == 0);
  CHECK(value("key_distance", 3) == Approx(0.1).margin(1e-4));
  CHECK(value("key_distance", 4) == Approx(0.9).margin(1e-4));
  CHECK(value("tempo_ratio", 2) == Approx(1.1).margin(1e-4));
  CHECK(value("tempo_ratio", 3) == Approx(1).margin(1e-4));  // twice as fast
  CHECK(value("energy_step", 3) == Approx(0.7).margin(1e-4));
  CHECK(value("energy_step", 4) == -50);
  CHECK(value("exposures", 2) == 2);
  CHECK(value("exposures", 3) == 1);
  CHECK(value("exposures", 4) == 1);
  // Ten hours ago, and the first track takes three minutes.
  CHECK(value("hours_since_played", 2) == Approx(10.05).margin(1e-3));
  CHECK(value("hours_since_played", 3) == -50);
  CHECK(value("energy", 2) == Approx(0.5).margin(1e-4));
}

TEST_CASE("weights score a walk as a formula does", "[walk]") {
  Walked library(scale(40));
  const std::string rest = "steps = 15, from = song(1), ";
  CHECK(ids(library.run("return user.likes:walk { " + rest +
                        "score = { similarity = 4, energy_step = 2 } }")) ==
        ids(library.run("return user.likes:walk { " + rest +
                        "score = function(t) return 4 * t.similarity + 2 * t.energy_step end }")));
  // Without a score it goes by similarity alone.
  CHECK(ids(library.run("return user.likes:walk { " + rest + "k = 20 }")) ==
        ids(library.run("return user.likes:walk { " + rest +
                        "k = 20, score = { similarity = 10 } }")));
}

TEST_CASE("a walk's mistakes are told with what to write", "[walk]") {
  Walked library(scale(5));
  const auto told = [&](const std::string& build) {
    const Error error = error_of([&] { library.run(build); });
    return error.what() + (" | " + error.parts().fix);
  };
  CHECK(told("return user.likes:walk { score = { similarty = 1 } }") ==
        "unknown column \"similarty\" in :walk | did you mean similarity?");
  CHECK(told("return user.likes:walk { score = \"similarity\" }") ==
        ":walk takes score = a function of a row or a table of weights, got a string | write score "
        "= function(t) return t.similarity end");
  CHECK(told("return user.likes:walk { stps = 1 }").find("steps") != std::string::npos);
  CHECK(told("return user.likes:walk { score = function(t) return t.energy_step + t.nosuch end }")
            .find("unknown column \"nosuch\"") != std::string::npos);
}

TEST_CASE("what was heard last does not come again while others are left", "[walk]") {
  std::vector<Song> songs = scale(12);
  songs[11].song_key = "s1";  // track 12 is another version of track 1
  Walked library(songs);
  for (int id = 1; id <= 3; ++id) library.play(id, kNow - (10 - id) * kHour);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Ids walked =
        ids(library.run("return user.likes:walk { steps = 5, no_repeat = 3 }", seed));
    for (const int id : {1, 2, 3, 12})
      CHECK(std::find(walked.begin(), walked.end(), id) == walked.end());
  }
  // With more asked for than that leaves, the one heard longest ago comes first.
  const Ids nine = ids(library.run("return user.likes:walk { steps = 9, no_repeat = 3 }"));
  CHECK(nine.size() == 9);
  CHECK(std::find(nine.begin(), nine.end(), 3) == nine.end());
  CHECK(std::find(nine.begin(), nine.end(), 2) == nine.end());
}

TEST_CASE("few songs that were all heard lately are shuffled all the same", "[walk]") {
  Walked library(scale(20));
  for (int id = 1; id <= 20; ++id) library.play(id, kNow - (30 - id) * kHour);
  std::set<int> first;
  std::set<Ids> second_halves;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Ids walked =
        ids(library.run("return user.likes:walk { steps = 20, no_repeat = 50 }", seed));
    REQUIRE(walked.size() == 20);
    first.insert(walked[0]);
    CHECK(*std::max_element(walked.begin(), walked.begin() + 10) == 10);  // half of them wait
    second_halves.insert(Ids(walked.begin() + 10, walked.end()));
  }
  CHECK(first.size() > 4);
  CHECK(second_halves.size() > 20);
}

TEST_CASE("songs of unknown sound come as often as they are many, and the mood holds", "[walk]") {
  std::vector<Song> songs = scale(80);
  for (Song& song : songs) song.artist = std::min(song.artist, 29);
  songs.resize(100, {30, kUnknown, kUnknown});  // nothing is known of their artist either
  Walked library(songs);
  int unknown = 0;
  double jumps = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const json record = library.run(
        "return user.likes:walk { steps = 40, k = 5, strangers = 0, score = function(t) return 10 "
        "* known(t.similarity, 0) end }",
        seed);
    int last = 0;
    for (const int id : ids(record)) {
      unknown += id > 80 ? 1 : 0;
      if (id > 80) continue;
      if (last > 0) jumps += std::abs(id - last);
      last = id;
    }
    if (ids(record).front() <= 80)
      CHECK(record.dump().find("it is not known what sounds like") == std::string::npos);
  }
  CAPTURE(unknown, jumps);
  CHECK(std::abs(unknown / 800.0 - 0.2) < 0.05);
  CHECK(jumps / 640 < 6);  // by chance 27
}

TEST_CASE("two versions of a song do not come in one walk", "[walk]") {
  std::vector<Song> songs = scale(10);
  songs[4].song_key = songs[5].song_key = "twins";
  Walked library(songs);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Ids walked = ids(library.run("return user.likes:walk { steps = 10 }", seed));
    CHECK(walked.size() == 9);
    CHECK(std::count(walked.begin(), walked.end(), 5) +
              std::count(walked.begin(), walked.end(), 6) ==
          1);
  }
}

TEST_CASE("over several lists every track comes before one comes a third time", "[walk]") {
  Walked library(scale(40));
  std::map<int, int> heard;
  for (int day = 0; day < 12; ++day) {
    const std::int64_t now = kNow + day * 24 * kHour;
    const Ids walked = ids(library.run("return user.likes:walk { steps = 10, no_repeat = 0 }",
                                       static_cast<std::uint64_t>(day), now));
    REQUIRE(walked.size() == 10);
    for (const int id : walked) ++heard[id];
    library.serve(walked, now);
    int fewest = day + 1, most = 0;
    for (int id = 1; id <= 40; ++id) {
      fewest = std::min(fewest, heard[id]);
      most = std::max(most, heard[id]);
    }
    CAPTURE(day, fewest, most);
    CHECK(most <= fewest + 2);
  }
  CHECK(heard.size() == 40);
}

TEST_CASE("a way leads from one song to another, no artist twice", "[walk]") {
  std::vector<Song> songs = scale(60);
  Walked library(songs);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const json record = library.run(
        "return user.likes:walk { steps = 10, from = song(2), to = song(59), k = 4, temperature = "
        "0.1 }",
        seed);
    const Ids walked = ids(record);
    REQUIRE(walked.size() == 10);
    CHECK(walked.front() == 2);
    CHECK(walked.back() == 59);
    std::set<std::string> artists;
    for (const json& track : record.at("tracks")) artists.insert(track.at("artist"));
    CHECK(artists.size() == 10);
    // It goes by way of the middle: more of its steps go up than down.
    int up = 0;
    for (std::size_t k = 1; k < walked.size(); ++k) up += walked[k] > walked[k - 1] ? 1 : -1;
    CHECK(up > 4);
  }
}

TEST_CASE("the ends of a way need not be among the candidates", "[walk]") {
  Walked library(scale(20));
  const json record = library.run(
      "return user.likes:filter(function(t) return t.id > 5 and t.id < 15 end):walk { steps = 5, "
      "from = song(1), to = song(20) }");
  const Ids walked = ids(record);
  REQUIRE(walked.size() == 5);
  CHECK(walked.front() == 1);
  CHECK(walked.back() == 20);
}

TEST_CASE("it goes on from what was heard before, which does not come again", "[walk]") {
  Walked library(scale(30));
  const json record = library.run(
      "return user.likes:walk { steps = 3, k = 3, strangers = 0, temperature = 0, after = song(1) "
      "}");
  const Ids walked = ids(record);
  CHECK(std::find(walked.begin(), walked.end(), 1) == walked.end());
  CHECK(walked.front() <= 5);
}

TEST_CASE("small and silent libraries give a list and a word", "[walk]") {
  const std::string build = "return user.likes:walk { steps = 5 }";
  CHECK(ids(Walked(std::vector<Song>(1)).run(build)) == Ids{1});
  CHECK(ids(Walked(std::vector<Song>(2)).run(build)).size() == 2);
  CHECK(ids(Walked(std::vector<Song>()).run(build)).empty());

  std::vector<Song> one_artist(6);
  for (std::size_t k = 0; k < one_artist.size(); ++k)
    one_artist[k].energy = 0.1 * static_cast<double>(k);
  CHECK(ids(Walked(one_artist).run(build)).size() == 5);

  const json silent = Walked(std::vector<Song>(6, {1, kUnknown, kUnknown})).run(build);
  CHECK(ids(silent).size() == 5);
  CHECK(notices(silent).find("nothing is known of what the candidates sound like") !=
        std::string::npos);

  std::vector<Song> some = scale(6);
  some.resize(8, {9, kUnknown, kUnknown});
  const json half = Walked(some).run("return user.likes:walk { steps = 8 }");
  CHECK(ids(half).size() == 8);
  CHECK(notices(half).find("2 of 8 candidates have no place in the space features") !=
        std::string::npos);
}

TEST_CASE("a list that is shorter than asked for says so, and why", "[walk]") {
  CHECK(notices(Walked(scale(2)).run("return user.likes:walk { steps = 5 }"))
            .find("the walk has 2 of 5 tracks: no other song is left") != std::string::npos);
  std::vector<Song> few = scale(6);
  for (Song& song : few) song.artist = 1 + (song.energy > 0.4 ? 1 : 0);
  const json way =
      Walked(few).run("return user.likes:walk { steps = 5, k = 3, from = song(1), to = song(6) }");
  CHECK(ids(way) == Ids{1, 6});  // of each of the two artists one
  CHECK(notices(way).find("the walk has 2 of 5 tracks: no other artist is left") !=
        std::string::npos);
  CHECK(notices(Walked(scale(9)).run("return user.likes:walk { steps = 5 }")).empty());
  const json ends =
      Walked(scale(9)).run("return user.likes:walk { steps = 1, from = song(1), to = song(9) }");
  CHECK(notices(ends).find("both ends of the way, though 1 track was asked for") !=
        std::string::npos);
}

TEST_CASE("a way from a song to itself begins with it and does not end with it", "[walk]") {
  std::vector<Song> songs = scale(8);
  songs[0].song_key = songs[3].song_key = "one";  // two versions
  for (const char* end : {"song(1)", "song(4)"}) {
    const json record = Walked(songs).run(
        std::string("return user.likes:walk { steps = 5, from = song(1), to = ") + end + " }");
    CHECK(ids(record).size() == 5);
    CHECK(ids(record).front() == 1);
    CHECK(has_each_once(ids(record)));
    CHECK(notices(record).find("from and to are one song") != std::string::npos);
  }
}

TEST_CASE("what comes by lot after a song of unknown sound is not called a fresh start", "[walk]") {
  const auto second = [](const std::vector<Song>& songs) {
    const json record = Walked(songs).run("return user.likes:walk { steps = 2, from = song(1) }");
    return record.at("tracks").at(1).at("explanation").dump();
  };
  std::vector<Song> songs(4, {1, kUnknown, kUnknown});
  CHECK(second(songs).find("WALK: drawn by lot, never played") != std::string::npos);
  songs.resize(9, {2, 0.5, 100});
  CHECK(second(songs).find("WALK: drawn by lot, as it is not known what sounds like ") !=
        std::string::npos);
}

TEST_CASE("a space that is not there is told, and the best there is stands in", "[walk]") {
  const json record =
      Walked(scale(6)).run("return user.likes:walk { steps = 5, space = \"clap\" }");
  CHECK(ids(record).size() == 5);
  CHECK(notices(record).find(
            "the walk goes by the space features, not by \"clap\", as model.content has not been "
            "trained; train it with: engine train content") != std::string::npos);
}

TEST_CASE("nothing of the future is in a walk", "[walk]") {
  const std::string build =
      "return user.likes:walk { steps = 30, score = { similarity = 3, hours_since_played = 0.01, "
      "exposures = -1, base_level = -1, skip_rate = -2, steps_since_artist = 0.1, cluster_share = "
      "-1 } }:order(pl.ordering.keep_together {})";
  const auto walked = [&](bool is_poisoned) {
    Walked library(scale(30));
    library.store().change("UPDATE tracks SET album = 'One'");
    library.play(3, kNow - 5 * kHour);
    library.play(4, kNow - 7 * kHour, ListenFlags::kSkipped);
    for (int week = 1; week <= 6; ++week)
      library.play_in_order({10, 11, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19},
                            kNow - week * 168 * kHour);
    library.serve({4, 5}, kNow - 30 * kHour);
    if (is_poisoned) {
      for (int id = 1; id <= 20; ++id) {
        library.play(id, kNow + id * kHour, ListenFlags::kSkipped);
        library.play(id, kNow - 60 - id);  // began before now, and ends after it
      }
      for (int week = 1; week <= 9; ++week)
        library.play_in_order({1, 2, 3, 4, 5, 6, 7, 8, 9}, kNow + week * 168 * kHour);
      library.serve({1, 2, 3, 6, 7, 8}, kNow + kHour);
      library.serve({1, 2, 3, 6, 7, 8}, kNow + 2 * kHour);
    }
    return library.run(build);
  };
  const json clean = walked(false), poisoned = walked(true);
  CHECK(clean.at("tracks") == poisoned.at("tracks"));
  CHECK(notices(clean) == notices(poisoned));
  REQUIRE_THAT(notices(clean), Catch::Contains("kept together: \"T10\", then \"T11\""));
}

TEST_CASE("what belongs together is kept together after a walk and after a shuffle", "[walk]") {
  Walked library(scale(30));
  library.store().change("UPDATE tracks SET album = 'One' WHERE track_id IN (4, 22)");
  for (int week = 1; week <= 6; ++week)
    library.play_in_order({4, 22, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23},
                          kNow - week * 168 * kHour);
  for (const char* way : {"walk { steps = 30 }", "order(pl.ordering.shuffle {})"})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const std::string build = std::string("return user.likes:") + way;
      const Ids plain = ids(library.run(build, seed));
      Ids wanted = plain;  // 22 is taken out, and put after 4
      wanted.erase(std::find(wanted.begin(), wanted.end(), 22));
      wanted.insert(std::find(wanted.begin(), wanted.end(), 4) + 1, 22);
      CHECK(ids(library.run(build + ":order(pl.ordering.keep_together {})", seed)) == wanted);
    }
}

TEST_CASE("when a song was last played is told as of now, wherever in a walk it comes", "[walk]") {
  Walked walked({{.energy = 0.1}, {.energy = 0.2}, {.energy = 0.3}, {.energy = 0.4}});
  for (int id = 1; id <= 4; ++id) walked.play(id, kNow - 48 * kHour + 60 + id);
  const json list = walked.run("return user.likes:walk { steps = 4, from = song(1) }");
  REQUIRE(list.at("tracks").size() == 4);
  // The last comes nine minutes on, when it is two days.
  for (std::size_t k = 1; k < 4; ++k)
    CHECK_THAT(list.at("tracks").at(k).dump(), Catch::Contains("last played 47 hours ago"));
}
