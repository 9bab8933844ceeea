// The table "user_listens": everybody's listens in order, as of a time.
#include <algorithm>

#include <catch2/catch.hpp>

#include "models/training_tables.hpp"
#include "support/small_store.hpp"

using test::as_text;

namespace {

/// Ann plays tracks 1, 2 and 1 again; ben skips 2 after 10 of its 200 seconds, listens to 1 in
/// private, and plays 3; cleo only likes 3. ms_played counts from ts.
void fill(test::SmallStore& store) {
  store.change(
      "INSERT INTO users (user_id, name) VALUES (2, 'ben'), (3, 'cleo');"
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'A', 'a');"
      "INSERT INTO tracks (track_id, title, artist_id, key, song_key, duration_ms) VALUES"
      " (1, 'one', 1, 'one', 'one', 200000), (2, 'two', 1, 'two', 'two', 200000),"
      " (3, 'three', 1, 'three', 'three', 200000);"
      "INSERT INTO listens VALUES (1, 1000, 1, 200000, 0, 'DE', 1), (1, 3000, 2, 60000, 0, 'DE', "
      "1),"
      " (1, 2000, 1, 200000, 0, 'DE', 1), (2, 1500, 2, 10000, 0, 'DE', 1),"
      " (2, 1600, 3, 150000, 0, 'DE', 1), (2, 1550, 1, 40000, 16, 'DE', 1);"
      "INSERT INTO likes VALUES (3, 3, 900);");
}

std::unique_ptr<engine::Tables> tables_of(test::SmallStore& store, const engine::Store& opened,
                                          std::int64_t now) {
  const engine::AsOfOptions options = store.options(now);
  return engine::load_training_tables(opened, engine::prepare_columns(options), options);
}

}  // namespace

TEST_CASE("user_listens has everybody's listens by user and time", "[models]") {
  test::SmallStore store;
  fill(store);
  const engine::Store opened = engine::Store::open(store.path());
  const auto tables = tables_of(store, opened, 10'000);
  // Tracks are numbered by when they became known: 3 by cleo's like, then 1, then 2.
  CHECK(as_text(*tables->table("tracks"), {"id"}) == "id\n3\n1\n2\n");
  CHECK(as_text(*tables->table("users")) == "id\n1\n2\n3\n");
  CHECK(as_text(*tables->table("user_listens")) ==
        "user track ts is_play is_skip\n"
        "0 1 1000 1 0\n"
        "0 1 2000 1 0\n"
        "0 2 3000 1 0\n"
        "1 2 1500 0 1\n"
        "1 0 1600 1 0\n");
}

TEST_CASE("user_listen_contexts has a row for each of user_listens", "[models]") {
  test::SmallStore store;
  fill(store);
  // Ann clicked her first play and let the next come; ben was shuffled to his last, a session later.
  store.change(
      "UPDATE listens SET flags = (4 << 48) + (1 << 8) + 128 WHERE user_id = 1 AND ts = 1000;"
      "UPDATE listens SET flags = (1 << 48) + (2 << 8) WHERE user_id = 1 AND ts = 2000;"
      "UPDATE listens SET flags = (2 << 48) + (1 << 8) + 4, ts = 3310 WHERE user_id = 2 AND ts = "
      "1600");
  const engine::Store opened = engine::Store::open(store.path());
  const auto at = [&](std::int64_t now) {
    return as_text(*tables_of(store, opened, now)->table("user_listen_contexts"));
  };
  const std::string head = "ms_played is_finished shuffle start_reason end_reason session\n";
  CHECK(at(10'000) == head +
                          "200000 1 0 clickrow trackdone 0\n"
                          "200000 1 - trackdone fwdbtn 0\n"
                          "60000 0 - - - 0\n"
                          "10000 0 - - - 1\n"
                          "150000 1 1 fwdbtn trackdone 2\n");
  CHECK(at(2199) == head + "200000 1 0 clickrow trackdone 0\n10000 0 - - - 1\n");
}

TEST_CASE("what was heard on a forgotten device is not trained on", "[models][forget]") {
  test::SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO devices VALUES (1, 1, 'Laptop'), (1, 2, 'Phone'), (2, 1, 'Phone');"
      "UPDATE listens SET flags = flags | (2 << 56) WHERE user_id = 1 AND ts = 3000;"
      "UPDATE listens SET flags = flags | (1 << 56) WHERE ts < 3000;"
      "INSERT INTO feedback (user_id, ts, verdict, subject, name, origin) VALUES "
      "(1, 5000, 'forget', 'device', 'Phone', 'cli'), (3, 5000, 'forget', 'device', 'Gone', "
      "'cli')");
  const engine::Store opened = engine::Store::open(store.path());
  const auto at = [&](std::int64_t now) {
    return as_text(*tables_of(store, opened, now)->table("user_listens"), {"user", "ts"});
  };
  CHECK(at(4999) == "user ts\n0 1000\n0 2000\n0 3000\n1 1500\n1 1600\n");
  CHECK(at(5000) == "user ts\n0 1000\n0 2000\n1 1500\n1 1600\n");
}

TEST_CASE("trained on one half, a model sees nobody of the other", "[models][halves]") {
  test::SmallStore store;
  fill(store);
  // Ann and cleo are of the choosing half, ben is of the reporting one.
  store.change("INSERT INTO likes VALUES (1, 2, 900), (2, 3, 900)");
  const engine::Store opened = engine::Store::open(store.path());
  const auto of_half = [&](engine::Half half) {
    const engine::AsOfOptions options = store.options(10'000);
    return engine::load_training_tables(opened, engine::prepare_columns(options), options,
                                        engine::TaughtPeople(half));
  };
  const auto reporting = of_half(engine::Half::kReporting);
  CHECK(as_text(*reporting->table("users")) == "id\n2\n");
  CHECK(reporting->table("user_listens")->rows == 2);
  CHECK(as_text(*reporting->lists("user_skips")) == "0: 0*1\n");
  CHECK(as_text(*reporting->lists("user_likes")) == "0: 1\n");
  // Who plays what is counted of everybody all the same.
  CHECK(as_text(*reporting->table("audience")) == "id is_taught\n1 0\n2 1\n3 0\n");
  CHECK(reporting->table("audience_listens")->rows == 5);
  const auto choosing = [&] {
    const auto tables = of_half(engine::Half::kChoosing);
    std::string text = as_text(*tables->table("users")) + as_text(*tables->table("user_listens"));
    for (const char* name : {"user_tracks", "user_likes", "user_skips"})
      text += as_text(*tables->lists(name));
    return text;
  };
  const std::string before = choosing();
  CHECK_THAT(before, Catch::StartsWith("id\n1\n3\n"));
  store.change(
      "DELETE FROM listens WHERE user_id = 2;"
      "INSERT INTO listens VALUES (2, 2500, 1, 200000, 0, 'DE', 1)");
  CHECK(choosing() == before);
}

TEST_CASE("a model of a fold's people is taught by all outside it", "[models][halves]") {
  test::SmallStore store;
  fill(store);
  const engine::Store opened = engine::Store::open(store.path());
  const engine::AsOfOptions options = store.options(10'000);
  const auto tables =
      engine::load_training_tables(opened, engine::prepare_columns(options), options,
                                   engine::TaughtPeople::outside_fold(engine::fold_of("ben")));
  const std::string users = as_text(*tables->table("users"));
  CHECK_THAT(users, !Catch::Contains("\n2\n"));
  for (const auto& [id, name] : {std::pair{"\n1\n", "ann"}, std::pair{"\n3\n", "cleo"}}) {
    const bool is_outside = engine::fold_of(name) != engine::fold_of("ben");
    CHECK((users.find(id) != std::string::npos) == is_outside);
  }
  CHECK(tables->table("audience_listens")->rows == 5);
}

TEST_CASE("user_listens has nothing of what happened after its time", "[models]") {
  test::SmallStore store;
  fill(store);
  const engine::Store opened = engine::Store::open(store.path());
  const auto at = [&](std::int64_t now) {
    return as_text(*tables_of(store, opened, now)->table("user_listens"));
  };
  const std::string before = at(1749);  // track 3 plays until 1750, ann's second until 2200
  CHECK(before == "user track ts is_play is_skip\n0 1 1000 1 0\n1 2 1500 0 1\n");
  store.change(
      "INSERT INTO users (user_id, name) VALUES (4, 'dora');"
      "INSERT INTO tracks (track_id, title, artist_id, key, song_key) VALUES (4, 'x', 1, 'x', 'x');"
      "INSERT INTO listens VALUES (4, 1750, 1, 0, 0, 'SE', 2), (1, 1700, 2, 60000, 0, 'SE', 2),"
      " (2, 1740, 4, 60000, 0, 'SE', 2);");
  CHECK(at(1749) == before);
  CHECK(at(1750) != before);
}

TEST_CASE("podcasts among the artists of account data are not learned from", "[models]") {
  test::SmallStore store;
  fill(store);
  // A show, heard for twenty minutes once and for two once; a band with one long piece of three; a
  // composer whose pieces are as long, but of known length.
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (2, 'Show', 'show'), (3, 'Band', 'band'),"
      " (4, 'Composer', 'composer');"
      "INSERT INTO tracks (track_id, title, artist_id, key, song_key, duration_ms) VALUES"
      " (11, 'e1', 2, 'e1', 'e1', NULL), (12, 'e2', 2, 'e2', 'e2', NULL),"
      " (13, 'b1', 3, 'b1', 'b1', NULL), (14, 'c1', 4, 'c1', 'c1', 1300000);"
      "INSERT INTO listens VALUES (1, 10000, 11, 1200000, 0, NULL, 1),"
      " (1, 12000, 12, 120000, 0, NULL, 1), (1, 12200, 12, 9000, 0, NULL, 1),"
      " (1, 13000, 13, 1200000, 0, NULL, 1), (1, 15000, 13, 120000, 0, NULL, 1),"
      " (1, 16000, 13, 120000, 0, NULL, 1), (1, 17000, 14, 1300000, 0, NULL, 1);");
  const engine::Store opened = engine::Store::open(store.path());
  const auto heard = [&](std::int64_t now) {
    const auto tables = tables_of(store, opened, now);
    const auto& listens = *tables->table("user_listens");
    const auto* id =
        static_cast<const std::int64_t*>(engine::find_column(*tables->table("tracks"), "id")->data);
    const auto* track =
        static_cast<const std::int32_t*>(engine::find_column(listens, "track")->data);
    std::vector<std::int64_t> ids;
    for (std::int64_t row = 0; row < listens.rows; ++row) {
      if (id[track[row]] > 10) ids.push_back(id[track[row]]);
    }
    return ids;
  };
  CHECK(heard(20'000) == std::vector<std::int64_t>{13, 13, 13, 14});
  // While the band was known by its long piece alone it passed for a show.
  CHECK(heard(14'900).empty());
}

TEST_CASE("user_likes has what was liked at its time, once, whoever told it", "[models]") {
  test::SmallStore store;
  fill(store);
  store.change(
      "INSERT INTO holdings (user_id, kind, id, teller, ts, ended_at) VALUES "
      "(3, 1, 3, 'spotify', 950, NULL), (3, 1, 1, 'spotify', 1000, 4000), (3, 4, 2, 'you', 1, "
      "NULL)");
  const engine::Store opened = engine::Store::open(store.path());
  // Cleo is the last user; tracks by number: 3 is 0, 1 is 1.
  const auto likes = [&](std::int64_t now) {
    const auto tables = tables_of(store, opened, now);
    const playlist_lists& lists = *tables->lists("user_likes");
    return std::vector<std::int32_t>(lists.values + lists.offsets[lists.rows - 1],
                                     lists.values + lists.offsets[lists.rows]);
  };
  const auto number = [&](std::int64_t now, const char* id) {
    const auto tables = tables_of(store, opened, now);
    const std::string ids = as_text(*tables->table("tracks"), {"id"});
    return static_cast<std::int32_t>(
        std::count(ids.begin(), ids.begin() + static_cast<long>(ids.find(id)), '\n') - 1);
  };
  CHECK(likes(3999).size() == 2);
  CHECK(likes(4000) == std::vector<std::int32_t>{number(4000, "3\n")});
}
