// The same play told twice is one listen, whoever tells it, in whichever order.
#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "library/merge.hpp"
#include "library/tellings.hpp"
#include "store/listen_flags.hpp"
#include "store/migrations.hpp"
#include "support/import_run.hpp"

using engine::Store;
using engine::import::BucketCounts;
using test::DirectImport;
using test::Row;

namespace {

constexpr const char *kStart = "1", *kEnd = "2", *kEither = "3";

Row play(std::int64_t ts, std::int64_t seconds, const char* stamp, const std::string& title,
         const std::string& artist = "A") {
  Row row = {{"ts", std::to_string(ts)}, {"stamp", stamp}, {"artist", artist}, {"title", title}};
  if (seconds >= 0) row.emplace_back("ms_played", std::to_string(seconds * 1000));
  return row;
}
/// As Spotify's export tells a play.
Row ended(std::int64_t end, std::int64_t seconds, const std::string& title = "Song",
          const std::string& artist = "A") {
  return play(end - seconds, seconds, kEnd, title, artist);
}
Row scrobbled(std::int64_t ts, const std::string& title = "Song", const std::string& artist = "A") {
  return play(ts, -1, kStart, title, artist);
}
Row with(Row row, const std::string& column, std::int64_t value) {
  row.emplace_back(column, std::to_string(value));
  return row;
}
Row by(Row row, const std::string& teller) {
  row.emplace_back("teller", teller);
  return row;
}
/// The end cut off to the minute; `repeat` equal rows came before.
Row ended_to_minute(std::int64_t end, std::int64_t seconds, int repeat = 0,
                    const std::string& title = "Song") {
  return with(with(ended(end - end % 60, seconds, title), "precision", 60), "repeat", repeat);
}

/// Everything that the store says of listens, without numbers given in the order of arrival.
std::string story(Store& store) {
  std::string text;
  engine::Statement listens = store.prepare(
      "SELECT u.name || '|' || t.title || '|' || ts || '|' || ms_played || '|' || (flags & 65535) "
      "|| '|' || ifnull(country, '') || '|' || ((flags >> 16) & 15) || '|' || (flags >> 32) || '|' "
      "|| ifnull(tellers.name, '') || '|' || i.format FROM listens l JOIN users u USING (user_id) "
      "JOIN tracks t USING (track_id) LEFT JOIN ingestions i USING (ingestion_id) "
      "LEFT JOIN tellers ON teller_id = ((flags >> 20) & 2047) ORDER BY 1");
  while (listens.step()) text += std::string(listens.text(0)) + "\n";
  engine::Statement tellings = store.prepare(
      "SELECT u.name || '|' || t.title || '|' || ts || '|' || ms_played || '|' || (flags & 65535) "
      "|| '|' || ((flags >> 16) & 15) || '|' || (flags >> 32) || '|' || tellers.name || '|' || "
      "ifnull(country, '') FROM tellings JOIN users u USING (user_id) "
      "JOIN tracks t USING (track_id) LEFT JOIN tellers USING (teller_id) ORDER BY 1");
  text += "-- told by several\n";
  while (tellings.step()) text += std::string(tellings.text(0)) + "\n";
  return text;
}

std::int64_t listens(Store& store) {
  return store.integer("SELECT count(*) FROM listens");
}

// ---- one life, told by several ------------------------------------------------------------------

struct Lived {
  std::string title;
  std::int64_t start, played, end, length;
  int forgotten_by = -1;  // the place of the one export that lacks it
};

/// Fourteen songs in turns, some skipped, some with a pause inside, and between them a jingle of
/// 45 s that is played two to six times without a break.
std::vector<Lived> make_life(std::mt19937& random) {
  const auto draw = [&](int from, int to) {
    return from + static_cast<int>(random() % static_cast<unsigned>(to - from + 1));
  };
  std::vector<Lived> life;
  std::int64_t now = 1'600'000'000 + draw(0, 59);
  for (int k = 0; k < 60; ++k) {
    if (k % 20 == 7) {
      for (int n = draw(2, 6); n > 0; --n, now += 45) {
        life.push_back({"Jingle", now, 45, now + 45, 45});
      }
      now += draw(1, 300);
      continue;
    }
    const int song = k % 14, kind = draw(0, 9);
    const std::int64_t length = 170 + 10 * song, played = kind < 2 ? draw(5, 25) : length;
    const std::int64_t paused = kind == 9 ? draw(60, 600) : 0;
    life.push_back(
        {"Song " + std::to_string(song), now, played, now + played + paused, length, draw(0, 11)});
    now = life.back().end + draw(0, 300);
  }
  return life;
}

struct Exported {
  std::string format;
  std::vector<Row> rows;
};

using Exporter = std::function<Exported(const std::vector<Lived>&, std::mt19937&)>;

bool is_scrobbled(const Lived& lived) {
  return lived.played >= 30;
}

/// What each of four exports tells; they differ in precision, end, clock and what they leave out.
Exported export_of(int place, const std::vector<Lived>& life, std::mt19937& random) {
  const std::int64_t clock = static_cast<std::int64_t>(random() % 6);
  std::map<std::pair<std::string, std::int64_t>, int> repeats;
  Exported exported;
  exported.format = std::vector<std::string>{"extended", "account", "scrobbles",
                                             "polled"}[static_cast<std::size_t>(place)];
  for (const Lived& lived : life) {
    const std::int64_t late = clock + static_cast<std::int64_t>(random() % 3);
    if (lived.forgotten_by == place || (place >= 2 && !is_scrobbled(lived))) continue;
    switch (place) {
      case 0:
        exported.rows.push_back(ended(lived.end, lived.played, lived.title));
        break;
      case 1: {
        const int repeat = repeats[{lived.title, lived.end / 60 * 1000 + lived.played}]++;
        exported.rows.push_back(ended_to_minute(lived.end, lived.played, repeat, lived.title));
        break;
      }
      case 2:
        exported.rows.push_back(by(scrobbled(lived.start + late, lived.title), "seconds"));
        break;
      default:
        exported.rows.push_back(by(with(play(lived.end + late, -1, kEither, lived.title),
                                        "duration_ms", lived.length * 1000),
                                   "poller"));
    }
  }
  return exported;
}

}  // namespace

TEST_CASE("exports of one life give the same store in every order", "[import][same play]") {
  std::mt19937 random(2026);
  for (int round = 0; round < 4; ++round) {
    const std::vector<Lived> life = make_life(random);
    std::vector<Exported> exports;
    for (int place = 0; place < 4; ++place) exports.push_back(export_of(place, life, random));
    const std::vector<std::vector<int>> subsets = {{0, 1},    {0, 3},    {1, 2},      {2, 3},
                                                   {0, 2, 3}, {1, 2, 3}, {0, 1, 2, 3}};
    // All orders of all subsets in turn would take minutes: each round looks at its part.
    for (std::size_t k = static_cast<std::size_t>(round) % 2; k < subsets.size(); k += 2) {
      std::vector<int> order = subsets[k];
      const auto is_told = [&](const Lived& lived) {
        return std::any_of(order.begin(), order.end(), [&](int place) {
          return lived.forgotten_by != place && (place < 2 || is_scrobbled(lived));
        });
      };
      const auto right = std::count_if(life.begin(), life.end(), is_told);
      std::string expected;
      do {
        const TemporaryFolder folder;
        DirectImport import(folder.file("a.db"));
        std::string names;
        for (const int place : order) {
          const Exported& told = exports[static_cast<std::size_t>(place)];
          const auto result = import.file(told.format, told.format, "listens", told.rows);
          CHECK(test::sum(result.buckets) == static_cast<std::int64_t>(told.rows.size()));
          names += told.format + " ";
        }
        CAPTURE(round, names);
        CHECK(listens(import.store()) == right);
        const std::string found = story(import.store());
        if (expected.empty()) expected = found;
        CHECK(found == expected);
      } while (std::next_permutation(order.begin(), order.end()));
    }
  }
}

TEST_CASE("two tools of one account tell each play once", "[import][same play]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("lastfm", "1", "listens",
              {by(scrobbled(6'005), "seconds"), by(scrobbled(9'030), "seconds")});
  const Row minute = with(by(scrobbled(6'000), "minutes"), "precision", 60);
  const Row other = with(by(scrobbled(12'000), "minutes"), "precision", 60);
  CHECK(import.file("lastfm", "2", "listens", {minute, other}).buckets ==
        BucketCounts{{"duplicate", 1}, {"new", 1}});
  CHECK(listens(import.store()) == 3);
  CHECK(import.store().integer("SELECT count(*) FROM listens WHERE ts = 6005") == 1);
  // In one file, too.
  const auto both = import.file("listenbrainz", "3", "listens",
                                {by(scrobbled(30'000), "phone"), by(scrobbled(30'004), "poller"),
                                 by(scrobbled(33'000), "phone")});
  CHECK(both.buckets == BucketCounts{{"duplicate", 1}, {"new", 2}});
}

TEST_CASE("a row says whether it told more than what was known", "[import][same play][buckets]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  Store& store = import.store();
  CHECK(import.file("scrobbles", "1", "listens", {scrobbled(10'000), scrobbled(20'000)}).buckets ==
        BucketCounts{{"new", 2}});
  CHECK(import.file("extended", "2", "listens", {ended(10'200, 200), ended(20'020, 20)}).buckets ==
        BucketCounts{{"refined", 1}, {"short", 1}});
  const std::int64_t version = store.data_version();
  CHECK(import.file("others", "3", "listens", {scrobbled(10'003)}).buckets ==
        BucketCounts{{"duplicate", 1}});
  CHECK(store.data_version() == version);
  CHECK(import.file("loving", "4", "listens", {with(scrobbled(10'001), "loved", 1)}).buckets ==
        BucketCounts{{"updated", 1}});
  CHECK(store.data_version() == version + 1);
  CHECK(listens(store) == 2);
  CHECK(store.integer("SELECT flags & 65535 FROM listens WHERE ts = 10000") ==
        engine::ListenFlags::kLoved);
  // Told again, by any of them: nothing new.
  CHECK(import.file("scrobbles", "5", "listens", {scrobbled(20'000), scrobbled(10'000)}).buckets ==
        BucketCounts{{"duplicate", 2}});
  CHECK(store.data_version() == version + 1);
}

TEST_CASE("a listen ends when its most exact teller says", "[import][same play]") {
  // Began at 10 000, six minutes of pause, ended at 10 560: visible from then on, not before.
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("scrobbles", "1", "listens", {scrobbled(10'000)});
  import.file("extended", "2", "listens", {ended(10'560, 200)});
  CHECK(listens(import.store()) == 1);
  CHECK(import.store().integer("SELECT ts + ms_played / 1000 FROM listens") == 10'560);
}

TEST_CASE("equal rows of one minute are plays as far as they fit into it", "[import][same play]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const auto minute = [](std::int64_t seconds, int repeat) {
    return ended_to_minute(12'030, seconds, repeat, "Song of " + std::to_string(seconds));
  };
  const std::vector<Row> rows = {minute(45, 0), minute(45, 1), minute(240, 0), minute(240, 1),
                                 minute(29, 0), minute(29, 1), minute(29, 2),  minute(29, 3),
                                 minute(0, 0),  minute(0, 1)};
  // 45 s twice, 240 s once, 29 s three times (0, 29, 58), 0 s once.
  CHECK(import.file("account", "1", "listens", rows).buckets ==
        BucketCounts{{"duplicate", 3}, {"new", 3}, {"short", 4}});
  CHECK(import.store().integer("SELECT max(ts + 45) FROM listens WHERE ms_played = 45000") ==
        12'045);
  // An overlapping export of the same account has them as well.
  CHECK(import.file("account", "2", "listens", {minute(45, 0), minute(45, 1), minute(240, 0)})
            .buckets == BucketCounts{{"duplicate", 3}});
  CHECK(listens(import.store()) == 7);
  // Scrobbles tell no length; the shortest track that is scrobbled has 30 s.
  const auto scrobble = [](int repeat) {
    return with(with(scrobbled(24'000, "Short"), "precision", 60), "repeat", repeat);
  };
  CHECK(import.file("minutes", "3", "listens", {scrobble(0), scrobble(1), scrobble(2)}).buckets ==
        BucketCounts{{"duplicate", 1}, {"new", 2}});
}

TEST_CASE("a teller that repeats a row or a file adds nothing", "[import][same play]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const std::vector<Row> exact = {ended(10'200, 200), ended(10'200, 200), ended(10'400, 200)};
  const std::vector<Row> scrobbles = {scrobbled(10'002), scrobbled(10'201), scrobbled(15'000)};
  CHECK(import.file("extended", "1", "listens", exact).buckets ==
        BucketCounts{{"duplicate", 1}, {"new", 2}});
  CHECK(import.file("scrobbles", "2", "listens", scrobbles).buckets ==
        BucketCounts{{"duplicate", 2}, {"new", 1}});
  const std::string once = story(import.store());
  // The same rows in another file, after another teller: the real repeat stays, nothing comes.
  CHECK(import.file("extended", "3", "listens", exact).buckets == BucketCounts{{"duplicate", 3}});
  CHECK(import.file("scrobbles", "4", "listens", {scrobbles[0], scrobbles[2]}).buckets ==
        BucketCounts{{"duplicate", 2}});
  CHECK(story(import.store()) == once);
  CHECK(import.file("extended", "5", "listens", {exact[2], ended(10'600, 200)}).buckets ==
        BucketCounts{{"duplicate", 1}, {"new", 1}});
  CHECK(listens(import.store()) == 4);
}

TEST_CASE("a history told by one teller is stored once", "[import][same play]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("extended", "1", "listens", {ended(10'200, 200), ended(10'400, 200)});
  import.file("extended", "2", "listens", {ended(10'400, 200), ended(10'600, 200)});
  CHECK(listens(import.store()) == 3);
  CHECK(import.store().integer("SELECT count(*) FROM tellings") == 0);
}

TEST_CASE("what an import told can be taken back from beside another", "[import][same play]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  Store& store = import.store();
  import.file("scrobbles", "1", "listens", {scrobbled(10'001), scrobbled(30'000)});
  const std::string before = story(store);
  import.file("extended", "2", "listens", {ended(10'200, 200), ended(20'200, 200)});
  REQUIRE(listens(store) == 3);
  CHECK(engine::library::take_back(store, 1, 2) == 1);
  CHECK(story(store) == before);
  CHECK(store.integer("SELECT count(*) FROM ingestion_tellers WHERE ingestion_id = 2") == 0);
}

TEST_CASE("two people's plays of one track stay theirs", "[import][same play]") {
  const TemporaryFolder folder;
  {
    DirectImport ann(folder.file("a.db"), "ann");
    ann.file("extended", "1", "listens", {ended(10'200, 200)});
  }
  DirectImport bob(folder.file("a.db"), "bob");
  CHECK(bob.file("scrobbles", "2", "listens", {scrobbled(10'000)}).buckets ==
        BucketCounts{{"new", 1}});
  CHECK(listens(bob.store()) == 2);
}

TEST_CASE("files may be cut anywhere", "[import][same play]") {
  // A track on repeat for twelve days: wherever a file ends, the same plays hang together.
  std::vector<Row> exact, scrobbles;
  for (int k = 0; k < 600; ++k) {
    exact.push_back(ended(1'000'000 + 1740 * k + 200, 200));
    if (k % 7 != 3) scrobbles.push_back(scrobbled(1'000'000 + 1740 * k + k % 5));
  }
  std::string expected;
  for (const std::size_t cut : {0, 1, 250, 599}) {
    for (const bool is_exact_first : {true, false}) {
      const TemporaryFolder folder;
      DirectImport import(folder.file("a.db"));
      const auto part = [](const std::vector<Row>& rows, std::size_t from, std::size_t to) {
        return std::vector<Row>(rows.begin() + static_cast<std::ptrdiff_t>(from),
                                rows.begin() + static_cast<std::ptrdiff_t>(to));
      };
      const auto take_scrobbles = [&] { import.file("scrobbles", "s", "listens", scrobbles); };
      if (!is_exact_first) take_scrobbles();
      // The later part first.
      import.file("extended", "e", "listens", part(exact, cut, 600));
      import.file("extended", "f", "listens", part(exact, 0, cut));
      if (is_exact_first) take_scrobbles();
      CAPTURE(cut, is_exact_first);
      CHECK(listens(import.store()) == 600);
      const std::string found = story(import.store());
      if (expected.empty()) expected = found;
      CHECK(found == expected);
    }
  }
}

TEST_CASE("tracks that are joined by hand share their plays", "[import][merge][same play]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  std::string apart, joined_first;
  std::int64_t merge = 0;
  {
    DirectImport import(path);
    import.file("extended", "1", "listens", {ended(10'200, 200), ended(20'200, 200)});
    import.file("scrobbles", "2", "listens",
                {scrobbled(10'001, "Song", "A and B"), scrobbled(30'000, "Song", "A and B")});
    import.file("minutes", "3", "listens",
                {with(scrobbled(19'980, "Song", "A and B"), "precision", 60)});
    CHECK(listens(import.store()) == 5);
    apart = test::dump(path);
  }
  {
    Store store = Store::open(path);
    merge = engine::library::merge_tracks(store, 1, 2, 99);
    CHECK(listens(store) == 3);
    CHECK(store.integer("SELECT count(*) FROM tellings") == 4);
    CHECK(store.check().empty());
    engine::library::unmerge_tracks(store, merge);
    store.execute(
        "DELETE FROM different_tracks; "
        "UPDATE settings SET value = value - 2 WHERE key = 'data_version'");
  }
  CHECK(test::dump(path) == apart);
}

TEST_CASE("what came after a merge stays with the kept track", "[import][merge][same play]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  {
    DirectImport import(path);
    import.file("extended", "1", "listens", {ended(10'200, 200)});
    import.file("scrobbles", "2", "listens", {scrobbled(10'001, "Sung")});
  }
  std::int64_t merge = 0;
  {
    Store store = Store::open(path);
    merge = engine::library::merge_tracks(store, 1, 2, 99);
    CHECK(listens(store) == 1);
  }
  {
    DirectImport import(path);
    CHECK(import.file("others", "3", "listens", {scrobbled(10'002, "Sung")}).buckets ==
          BucketCounts{{"duplicate", 1}});
  }
  Store store = Store::open(path);
  engine::library::unmerge_tracks(store, merge);
  CHECK(listens(store) == 2);
  CHECK(store.integer("SELECT track_id FROM listens WHERE ts = 10001") == 2);
  CHECK(store.integer("SELECT group_concat(track_id) = '1,1' FROM tellings") == 1);
}

TEST_CASE("a store from before tellers were known takes part", "[import][same play][store]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  {
    const auto all = engine::store_migrations();
    const auto tellers = std::find_if(all.begin(), all.end(), [](const engine::Migration& step) {
      return step.sql.find("CREATE TABLE tellers") != std::string_view::npos;
    });
    REQUIRE(tellers != all.end());
    Store store = Store::open(
        path, {.migrations = all.first(static_cast<std::size_t>(tellers - all.begin()))});
    store.execute(
        "INSERT INTO users (user_id, name) VALUES (1, 'ann');"
        "INSERT INTO artists (artist_id, name, key) VALUES (1, 'A', 'a');"
        "INSERT INTO tracks (track_id, title, artist_id, key, song_key) VALUES "
        "(1, 'Song', 1, 'a' || char(31) || 'song' || char(31), 'a' || char(31) || 'song');"
        "INSERT INTO ingestions (ingestion_id, user_id, path, hash, format, first_ts, last_ts, "
        "is_complete, started_at) VALUES (1, 1, 'x', 'old', 'scrobbles', 50000, 50090, 1, 0),"
        "(2, 1, 'x', 'older', 'extended', 90000, 90000, 1, 0);"
        "INSERT INTO listens VALUES (1, 50000, 1, -1, 0, NULL, 1), (1, 50045, 1, -1, 0, NULL, 1),"
        "(1, 50090, 1, -1, 0, NULL, 1), (1, 90000, 1, 200000, 0, 'DE', 2)");
  }
  DirectImport import(path);
  REQUIRE(import.store().version() == engine::store_migrations().back().version);
  // The same teller, under the name of its tool, goes on with the track on repeat.
  std::vector<Row> rows;
  for (int k = 0; k < 5; ++k) rows.push_back(by(scrobbled(50'000 + 45 * k), "seconds"));
  rows.push_back(by(scrobbled(90'002), "seconds"));
  CHECK(import.file("scrobbles", "new", "listens", rows).buckets ==
        BucketCounts{{"duplicate", 4}, {"new", 2}});
  CHECK(listens(import.store()) == 6);
  // And another teller tells them all.
  rows.clear();
  for (int k = 0; k < 5; ++k) rows.push_back(ended(50'045 + 45 * k, 45));
  CHECK(import.file("extended", "newer", "listens", rows).buckets == BucketCounts{{"refined", 5}});
  CHECK(listens(import.store()) == 6);
  CHECK(import.store().check().empty());
}
