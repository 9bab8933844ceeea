// What is wrong with shuffles, worked out by hand on eight tracks: 1 and 2 are versions of one song,
// 1..4 are Ada's, 5..7 Bo's, 8 nobody's.
#include "evaluate/shuffle_metrics.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/calendar.hpp"
#include "evaluate/shuffle_card.hpp"
#include "support/small_store.hpp"

using namespace engine;
using namespace engine::evaluate;
using test::SmallStore;

namespace {

const std::int64_t kNow = parse_time("2026-11-21T12:00:00Z");
constexpr std::int64_t kDays = 86'400;

void fill(SmallStore& store) {
  std::string sql =
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Bo', 'bo');"
      "INSERT INTO tags (tag_id, name) VALUES (1, 'jazz'), (2, 'rock');";
  for (int id = 1; id <= 8; ++id) {
    const std::string number = std::to_string(id);
    sql +=
        "INSERT INTO tracks (track_id, title, artist_id, song_key, energy, tempo, key_pitch, "
        "mode, in_catalogue) VALUES (" +
        number + ", 'T" + number + "', " +
        (id <= 4   ? "1"
         : id <= 7 ? "2"
                   : "NULL") +
        ", 's" + (id == 2 ? "1" : number) + "', " + (id == 8 ? "NULL" : std::to_string(0.1 * id)) +
        ", " + (id == 8 ? "NULL" : std::to_string(60 << (id % 2))) + ", 0, 1, 1);";
    if (id <= 6)
      sql += "INSERT INTO track_tags (track_id, tag_id) VALUES (" + number + ", " +
             (id <= 3 ? "1" : "2") + ");";
  }
  sql +=
      "INSERT INTO listens VALUES (1, " + std::to_string(kNow - 3600) + ", 6, 200000, 0, 'DE', 1);";
  sql +=
      "INSERT INTO listens VALUES (1, " + std::to_string(kNow + 3600) + ", 7, 200000, 0, 'DE', 1);";
  store.change(sql);
}

/// Of the metric, by its name, for lists of the store's ids on days in a row.
std::vector<double> values(const std::string& metric, const std::vector<std::vector<int>>& lists) {
  SmallStore store;
  fill(store);
  std::vector<TrackList> tracks;
  std::vector<std::int64_t> dates;
  for (const std::vector<int>& list : lists) {
    dates.push_back(kNow + static_cast<std::int64_t>(dates.size()) * kDays);
    TrackList& made = tracks.emplace_back();
    for (const int id : list) made.push_back(id - 1);
  }
  const auto tables = store.as_of(dates.back());
  const auto all = shuffle_values(*tables, dates, tracks, {0, 1, 2, 3, 4, 5, 6, 7});
  for (std::size_t m = 0; m < shuffle_metrics().size(); ++m)
    if (shuffle_metrics()[m].name == metric) return all[m];
  FAIL("no metric " + metric);
  return {};
}

}  // namespace

TEST_CASE("repeats are songs listened to lately, or of the list before", "[shuffle]") {
  // 6 was listened to before the first list, 7 between the two.
  const auto repeats = values("repeats", {{6, 7, 1, 3}, {7, 2, 4, 5}});
  CHECK(repeats[0] == 0.25);
  CHECK(repeats[1] == 0.5);  // 7, and 2 as another version of 1
}

TEST_CASE("the same start is told from the second list on", "[shuffle]") {
  const auto same = values("same_start", {{1, 3, 4}, {4, 2, 5}});
  CHECK(std::isnan(same[0]));
  CHECK(same[1] == Approx(2.0 / 3));
}

TEST_CASE("an artist is close within five tracks, and nobody is no artist", "[shuffle]") {
  CHECK(values("close_artists", {{1, 5, 3, 8, 6}})[0] == Approx(2.0 / 5));
  CHECK(values("close_artists", {{8, 1, 5}})[0] == 0);
}

TEST_CASE("two versions of a song in a list are one too many", "[shuffle]") {
  CHECK(values("versions", {{1, 2, 3, 4}})[0] == 0.25);
  CHECK(values("versions", {{1, 3}})[0] == 0);
}

TEST_CASE("jumps are of neighbours of which both are known", "[shuffle]") {
  CHECK(values("energy_jump", {{1, 3, 8, 4}})[0] == Approx(0.2));
  CHECK(values("tempo_jump", {{1, 2, 3}})[0] == 0);  // half and double
  CHECK(values("key_clash", {{1, 2, 3}})[0] == 0);
  CHECK(std::isnan(values("energy_jump", {{8, 1, 8}})[0]));
  CHECK(values("genre_jumps", {{1, 3, 4, 7}})[0] == 0.5);
}

TEST_CASE("variety is told in bits", "[shuffle]") {
  CHECK(values("variety", {{1, 3, 4, 5}})[0] == Approx(1));
  CHECK(values("variety", {{1, 3}})[0] == Approx(0));
  CHECK(std::isnan(values("variety", {{7, 8}})[0]));
}

TEST_CASE("variety goes by clusters where there are some", "[shuffle]") {
  SmallStore store;
  fill(store);
  const std::vector<std::int32_t> clusters{0, 1, 0, 1, -1, -1, -1, -1};
  const auto values = shuffle_values(*store.as_of(kNow), std::vector{kNow},
                                     std::vector<TrackList>{{0, 1, 2, 3, 6}}, {0}, clusters);
  CHECK(values[8][0] == Approx(1));
}

TEST_CASE("what is heard of all counts songs once", "[shuffle]") {
  // Seven songs: 1, 3 .. 8.
  CHECK(values("heard", {{1, 3}, {2, 4}})[0] == Approx(3.0 / 7));
}

TEST_CASE("a way is better where the interval of the difference says so", "[shuffle]") {
  const ShuffleMetric less{"x", "", true}, more{"y", "", false};
  CHECK(standing_of(less, {-0.2, -0.3, -0.1, 9}) == Standing::kBetter);
  CHECK(standing_of(more, {-0.2, -0.3, -0.1, 9}) == Standing::kWorse);
  CHECK(standing_of(less, {0.2, 0.1, 0.3, 9}) == Standing::kWorse);
  CHECK(standing_of(less, {0.0, -0.1, 0.1, 9}) == Standing::kAlike);
  CHECK(standing_of(less, {-1, -1, -1, 0}) == Standing::kAlike);  // nothing to go by
}
