// The opponents of recipes, and what counts as new, worked out by hand.
#include "evaluate/baselines.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <catch2/catch.hpp>

#include "core/duration.hpp"
#include "evaluate/judged.hpp"
#include "evaluate/listening.hpp"
#include "evaluate/scored_tracks.hpp"
#include "support/small_store.hpp"

using namespace engine::evaluate;
using engine::kDay;
using test::SmallStore;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::int64_t kThen = kNow - 60 * kDay;  // a play of then weighs exp(-1)

using Tracks = std::vector<std::int32_t>;

/// Track k has the store's id k; its number is k - 1, as all are in the catalogue.
class House {
 public:
  House() {
    store_.change(
        "INSERT INTO users (user_id, name) VALUES (2, 'ben'), (3, 'cem');"
        "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Bob', 'bob'),"
        " (3, 'Cy', 'cy'), (4, 'Dee', 'dee');"
        "INSERT INTO tracks (track_id, title, artist_id, song_key, in_catalogue) VALUES"
        " (1, 'A1', 1, 'a1', 1), (2, 'A1 live', 1, 'a1', 1), (3, 'A3', 1, 'a3', 1),"
        " (4, 'A4', 1, 'a4', 1), (5, 'A5', 1, 'a5', 1), (6, 'B6', 2, 'b6', 1),"
        " (7, 'B7', 2, 'b7', 1), (8, 'C8', 3, 'c8', 1), (9, 'C9', 3, 'c9', 1),"
        " (10, 'D10', 4, 'd10', 1)");
  }
  void listen(int user, std::int64_t ts, int track, int milliseconds = 60'000) {
    store_.change("INSERT INTO listens VALUES (" + std::to_string(user) + ", " +
                  std::to_string(ts) + ", " + std::to_string(track) + ", " +
                  std::to_string(milliseconds) + ", 0, NULL, 1)");
  }
  Tracks list(const std::string& name, Judged judged, std::size_t length = 30,
              std::int64_t now = kNow) {
    const auto tables = store_.as_of(now);
    const Audience everybody(store_.options(now));
    const AudienceAsOf audience(everybody, now);
    const std::vector<bool> is_eligible = eligible_tracks(*tables, judged);
    engine::Random random(1);
    for (const Baseline& baseline : baselines())
      if (baseline.name == name)
        return baseline.list({*tables, audience, is_eligible, length, random});
    throw std::logic_error("no baseline " + name);
  }
  Truth truth(const Period& period, Judged judged) {
    const Listening listening(engine::prepare_columns(store_.options(kNow)));
    return only_judged(listening.truth(period), judged);
  }
  SmallStore& store() { return store_; }

 private:
  SmallStore store_;
};

/// ann knows A1 and B6; ben and cem what is near. One session a day, so that no two meet.
void fill(House& house) {
  const auto play = [&](int user, const std::vector<int>& tracks) {
    std::int64_t ts = kThen;
    for (const int track : tracks) house.listen(user, ts += 100, track);
  };
  house.listen(1, kThen, 1);
  house.listen(1, kThen, 6);
  house.listen(1, kThen, 6, 61'000);
  play(2, {2, 3, 4, 7, 8});
  play(3, {3, 5, 8, 9});
}

Tracks played(const Truth& truth) {
  Tracks tracks;
  for (const TrackListens& listens : truth.tracks)
    if (listens.plays > 0) tracks.push_back(listens.track);
  return tracks;
}

}  // namespace

TEST_CASE("familiar_artists lists unmet songs by affinity and listeners, two of an artist",
          "[evaluate][baselines]") {
  House house;
  fill(house);
  // Ada: log(1 + e^-1) = 0.313, Bob: log(1 + 2 e^-1) = 0.551. A3 has two listeners, the others one:
  // B7 0.551, A3 0.443, A5 0.313, whose tie_of() is lower, and no A4; A1 live is a song that ann
  // knows.
  const Tracks wanted = {6, 2, 4};
  CHECK(house.list("familiar_artists", Judged::kNew) == wanted);
  CHECK(house.list("familiar_artists", Judged::kAll) == wanted);
  CHECK(house.list("familiar_artists", Judged::kNewSongs) == wanted);
  CHECK(house.list("familiar_artists", Judged::kNewArtists).empty());
  CHECK(house.list("familiar_artists", Judged::kAll, 2) == Tracks{6, 2});
}

TEST_CASE("a song that was skipped is known, and what is fresh weighs more",
          "[evaluate][baselines]") {
  House house;
  fill(house);
  house.listen(1, kNow - kDay, 7, 3'000);
  CHECK(house.list("familiar_artists", Judged::kNewSongs) == Tracks{2, 4});
  house.listen(2, kNow - kDay, 9);
  house.listen(1, kNow - 100, 8);  // Cy: log(1 + 1) = 0.693, C9 has two listeners
  CHECK(house.list("familiar_artists", Judged::kNewSongs) == Tracks{8, 2, 4});
}

TEST_CASE("artist_cf lists the most heard of the nearest artists", "[evaluate][baselines]") {
  House house;
  fill(house);
  // Ada (ln 2, ln 4, ln 3), Bob (ln 3, ln 2, 0), Cy (0, ln 2, ln 3), each over its length. ben is
  // 0.229 + 0.294 = 0.523 near, cem 0.181: Ada 0.486, Cy 0.432, Bob 0.279. Dee has no listener. A5 goes
  // before A4 and A1 live, with as many listeners, by its tie_of().
  CHECK(house.list("artist_cf", Judged::kNew) == Tracks{2, 4, 7, 8, 6});
  CHECK(house.list("artist_cf", Judged::kNewSongs) == Tracks{2, 4, 7, 8, 6});
  CHECK(house.list("artist_cf", Judged::kNewArtists) == Tracks{7, 8});
  CHECK(house.list("artist_cf", Judged::kNewSongs, 3) == Tracks{2, 4, 7});
}

TEST_CASE("session_neighbours lists what sessions like the latest plays held",
          "[evaluate][baselines]") {
  House house;
  house.listen(1, kThen, 10);
  house.listen(1, kNow - 1000, 1);
  house.listen(1, kNow - 900, 2);  // 10 weighs 1/3, 1 weighs 2/3, 2 weighs 1
  for (const int track : {1, 3}) house.listen(2, kThen + 100 * track, track);
  for (const int track : {2, 4, 5}) house.listen(2, kThen + kDay + 100 * track, track);
  for (const int track : {1, 2, 4}) house.listen(3, kThen + 100 * track, track);
  // {1, 3}: 2/3 / sqrt 2 * 2/3 = 0.314; {2, 4, 5}: 1 / sqrt 3 * 1 = 0.577; {1, 2, 4}: 5/3 / sqrt 3
  // * 1 = 0.962. So 4: 1.540, 5: 0.577, 3: 0.314.
  CHECK(house.list("session_neighbours", Judged::kNew) == Tracks{3, 4, 2});
  // ann's own are {10}: 1/3 * 1/3 = 0.111 and {1, 2}: 5/3 / sqrt 2 * 1 = 1.179. 2: 2.718, 1: 2.455.
  CHECK(house.list("session_neighbours", Judged::kAll) == Tracks{1, 0, 3, 4, 2, 9});
}

TEST_CASE("equally good tracks stand in an order that their numbers do not decide",
          "[evaluate][baselines]") {
  constexpr std::size_t kTracks = 1'000;
  const auto ids_listed = [&](bool is_reversed) {
    std::vector<std::int64_t> ids(kTracks);
    std::iota(ids.begin(), ids.end(), 1);
    if (is_reversed) std::reverse(ids.begin(), ids.end());
    std::vector<ScoredTrack> equal;
    for (std::int32_t track = 0; track < static_cast<std::int32_t>(kTracks); ++track)
      equal.push_back({0.5, track});
    std::vector<std::int64_t> listed;
    for (const std::int32_t track : best_of(equal, kTracks, ids))
      listed.push_back(ids[static_cast<std::size_t>(track)]);
    return listed;
  };
  const std::vector<std::int64_t> listed = ids_listed(false);
  CHECK(listed == ids_listed(true));
  // Who was imported first has low ids; half of the pairs ascend where an order knows nothing of it.
  std::size_t ascending = 0;
  for (std::size_t k = 1; k < listed.size(); ++k) ascending += listed[k - 1] < listed[k];
  CHECK(ascending > 450);
  CHECK(ascending < 550);
}

TEST_CASE("without a history the opponents have nothing to go by", "[evaluate][baselines]") {
  House house;
  house.listen(2, kThen, 1);
  for (const char* name : {"familiar_artists", "artist_cf", "session_neighbours"}) {
    CAPTURE(name);
    CHECK(house.list(name, Judged::kNew).empty());
    CHECK(house.list(name, Judged::kNew, 30, kThen - kDay).empty());
  }
}

TEST_CASE("what others play later changes no opponent's list", "[evaluate][baselines][poison]") {
  House house;
  fill(house);
  std::map<std::string, Tracks> before;
  const auto lists = [&] {
    std::map<std::string, Tracks> lists;
    for (const Baseline& baseline : baselines())
      for (const Judged judged : {Judged::kAll, Judged::kNew, Judged::kNewSongs,
                                  Judged::kNewArtists, Judged::kRediscovered})
        lists[baseline.name + (" " + name_of(judged))] = house.list(baseline.name, judged);
    return lists;
  };
  before = lists();
  house.listen(2, kNow + 1, 5);
  house.listen(2, kNow - 30, 5);  // goes on until after now
  house.listen(3, kNow + 1, 7);
  house.listen(1, kNow - 59, 8);
  CHECK(lists() == before);
}

TEST_CASE("new tracks, new songs and new artists are told apart", "[evaluate][judged]") {
  House house;
  house.listen(1, kThen, 1);
  house.listen(1, kThen + 100, 3, 2'000);  // skipped: met, not heard
  house.listen(1, kThen + 200, 8, 2'000);
  std::int64_t ts = kThen + kDay;
  for (const int track : {1, 2, 3, 4, 9, 6}) house.listen(1, ts += 100, track);
  const Period period{kThen + kDay, kThen + 2 * kDay};
  CHECK(played(house.truth(period, Judged::kAll)) == Tracks{0, 1, 2, 3, 5, 8});
  CHECK(played(house.truth(period, Judged::kNew)) == Tracks{1, 2, 3, 5, 8});
  CHECK(played(house.truth(period, Judged::kNewSongs)) == Tracks{3, 5, 8});
  CHECK(played(house.truth(period, Judged::kNewArtists)) == Tracks{5});
  CHECK(house.truth(period, Judged::kNewSongs).played == 3);
  const auto tables = house.store().as_of(period.date);
  for (const Judged judged : {Judged::kNew, Judged::kNewSongs, Judged::kNewArtists}) {
    const std::vector<bool> is_eligible = eligible_tracks(*tables, judged);
    for (const std::int32_t track : {0, 1, 2, 3, 5, 8}) {
      const Truth truth = house.truth(period, judged);
      CAPTURE(name_of(judged), track);
      CHECK(is_eligible[static_cast<std::size_t>(track)] == (truth.find(track) != nullptr));
    }
  }
}

TEST_CASE("what was silent for half a year is rediscovered", "[evaluate][judged]") {
  House house;
  const std::int64_t date = kThen + 300 * kDay;
  house.listen(1, date - 181 * kDay, 1);
  house.listen(1, date - 200 * kDay, 2);
  house.listen(1, date - 10 * kDay, 2);          // and lately
  house.listen(1, date - 250 * kDay, 3, 2'000);  // only begun
  std::int64_t ts = date + 1000;
  for (const int track : {1, 2, 3, 4}) house.listen(1, ts += 1000, track);
  const Period period{date, date + kDay};
  CHECK(played(house.truth(period, Judged::kRediscovered)) == Tracks{0});
  const auto tables = house.store().as_of(period.date);
  const std::vector<bool> is_eligible = eligible_tracks(*tables, Judged::kRediscovered);
  CHECK(std::ranges::count(is_eligible, true) == 1);
  CHECK(is_eligible[0]);
}

TEST_CASE("the short head is what makes up four fifths of all plays", "[evaluate][judged]") {
  House house;
  for (int k = 0; k < 6; ++k) house.listen(1, kThen + 100 * k, 1);
  for (int k = 0; k < 2; ++k) house.listen(2, kThen + 100 * k, 2);
  for (const int track : {3, 4}) house.listen(3, kThen + 100 * track, track);
  const Audience everybody(house.store().options(kNow));
  const std::vector<bool> head = short_head(everybody, kNow);
  for (std::size_t track = 0; track < 10; ++track) {
    CAPTURE(track);
    CHECK(head[track] == (track < 2));  // 6 + 2 of 10
  }
  CHECK(short_head(everybody, kThen + 300)[0]);
}
