// Which track a row means, and that the order of imports does not matter.
#include <algorithm>

#include <catch2/catch.hpp>

#include "library/match_rate.hpp"
#include "support/import_run.hpp"

using engine::Store;
using test::DirectImport;
using test::Row;

namespace {

std::int64_t count(const Store& store, const std::string& sql) {
  return store.integer(sql);
}

std::string text(const Store& store, const std::string& sql) {
  engine::Statement select = store.prepare(sql);
  select.start();
  return select.step() ? std::string(select.text(0)) : "(none)";
}

const std::vector<Row> kHistory = {
    {{"ts", "1000"}, {"ms_played", "200000"}, {"artist", "Björk"}, {"title", "Jóga - Remastered"}},
    {{"ts", "2000"}, {"ms_played", "200000"}, {"artist", "BJORK"}, {"title", "Joga"}},
    {{"ts", "3000"},
     {"ms_played", "200000"},
     {"artist", "Santana"},
     {"title", "Smooth (feat. Rob Thomas)"},
     {"spotify_id", "S1"}},
    {{"ts", "4000"}, {"ms_played", "200000"}, {"artist", "Santana"}, {"title", "Smooth - Live"}},
    {{"ts", "5000"}, {"ms_played", "200000"}, {"spotify_id", "S3"}},
};
const std::vector<Row> kCatalogue = {
    {{"title", "Jóga"},
     {"artist", "Björk"},
     {"spotify_id", "C1"},
     {"energy", "0.5"},
     {"tags", "art pop\x1f"}},
    {{"title", "Smooth"},
     {"artist", "Santana\x1fRob Thomas"},
     {"spotify_id", "C2"},
     {"duration_ms", "294000"},
     {"tags", "Rock\x1fLatin"}},
    {{"title", "Third"}, {"artist", "Somebody"}, {"spotify_id", "S3"}, {"energy", "0.25"}},
    {{"title", "Fourth"}, {"artist", "Nobody Played"}, {"spotify_id", "C4"}},
};

/// One line per track that does not name numbers, which follow the order of imports.
std::vector<std::string> tracks_of(const Store& store) {
  std::vector<std::string> lines;
  engine::Statement select = store.prepare(
      "SELECT replace(ifnull(t.key, ''), char(31), '|') || ' ' || t.in_catalogue || ' ' || "
      "ifnull(t.energy, '-') || ' ' || ifnull(t.duration_ms, '-') || ' ' || "
      "(SELECT ifnull(group_concat(id), '') FROM (SELECT id FROM track_ids i "
      "  WHERE i.track_id = t.track_id ORDER BY kind, id)) || ' ' || "
      "(SELECT ifnull(group_concat(name), '') FROM (SELECT name FROM track_tags JOIN tags "
      "  USING (tag_id) WHERE track_id = t.track_id ORDER BY name)) || ' ' || "
      "(SELECT group_concat(ts) FROM (SELECT ts FROM listens l WHERE l.track_id = t.track_id "
      "  ORDER BY ts)) AS line FROM tracks t");
  for (select.start(); select.step();) lines.emplace_back(select.text(0));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("history finds its catalogue tracks, whichever came first", "[import][matching]") {
  const TemporaryFolder folder;
  std::vector<std::string> lines[2];
  for (const bool is_catalogue_first : {false, true}) {
    DirectImport import(folder.file(is_catalogue_first ? "a.db" : "b.db"));
    if (is_catalogue_first) import.file("catalogue", "c", "tracks", kCatalogue);
    import.file("history", "h", "listens", kHistory);
    if (!is_catalogue_first) import.file("catalogue", "c", "tracks", kCatalogue);
    CHECK(count(import.store(), "SELECT count(*) FROM tracks") == 5);
    lines[is_catalogue_first ? 1 : 0] = tracks_of(import.store());

    const auto rate = engine::library::match_rate(import.store(), 1);
    CHECK(rate.plays == 5);
    CHECK(rate.plays_by_id == 1);    // S3
    CHECK(rate.plays_by_name == 3);  // Jóga twice, Smooth; "Smooth - Live" is another recording
    CHECK(rate.tracks == 4);
    CHECK(rate.tracks_by_id == 1);
    CHECK(rate.tracks_by_name == 2);
    const auto unmatched = engine::library::unmatched_tracks(import.store(), 1, 10);
    REQUIRE(unmatched.size() == 1);
    CHECK(unmatched[0].title == "Smooth - Live");
    CHECK(unmatched[0].plays == 1);
    CHECK(import.store().check().empty());
  }
  CHECK(lines[0] == lines[1]);
}

TEST_CASE("a name with another length is another recording", "[import][matching]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const auto result = import.file(
      "catalogue", "c", "tracks",
      {{{"title", "Song"}, {"artist", "A"}, {"spotify_id", "1"}, {"duration_ms", "200000"}},
       {{"title", "Song"}, {"artist", "A"}, {"spotify_id", "2"}, {"duration_ms", "209999"}},
       {{"title", "Song"}, {"artist", "A"}, {"spotify_id", "3"}, {"duration_ms", "210001"}},
       {{"title", "Song"}, {"artist", "A"}, {"spotify_id", "4"}},
       {{"title", "Song"}, {"artist", "B"}, {"spotify_id", "5"}, {"duration_ms", "200000"}}});
  const Store& store = import.store();
  CHECK(count(store, "SELECT count(*) FROM tracks") == 3);
  CHECK(count(store, "SELECT count(*) FROM track_ids WHERE track_id = 1") == 3);  // 1, 2, 4
  CHECK(result.buckets == engine::import::BucketCounts{{"new", 3}, {"updated", 2}});
}

TEST_CASE("ids lead to a track before its name does", "[import][matching]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("catalogue", "c", "tracks",
              {{{"title", "One"},
                {"artist", "A"},
                { "isrc",
                  "XXABC2600001" }},
               {{"title", "Uno"},
                {"artist", "A"},
                {"isrc", "XXABC2600001"},
                { "mbid",
                  "m-1" }},
               {{"title", "Eins"},
                {"artist", "A"},
                {"mbid", "m-1"},
                { "spotify_id",
                  "S" }},
               { {"title", "Un"},
                 {"artist", "A"},
                 { "spotify_id",
                   "S" } }});
  CHECK(count(import.store(), "SELECT count(*) FROM tracks") == 1);
  CHECK(text(import.store(), "SELECT title FROM tracks") == "One");
  CHECK(text(import.store(), "SELECT spotify_id || mbid FROM tracks") == "Sm-1");
}

TEST_CASE("the first catalogue that gives a value wins, tags are united", "[import][matching]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const Row first = {
      {"title", "Song"}, {"artist", "A"}, {"spotify_id", "1"}, {"energy", "0.5"}, {"tags", "Rock"}};
  const Row second = {{"title", "Song"},  {"artist", "A"},  {"spotify_id", "1"},
                      {"energy", "0.75"}, {"tempo", "120"}, {"tags", "rock\x1fPop"}};
  import.file("catalogue", "c1", "tracks", {first});
  const auto result = import.file("catalogue", "c2", "tracks", {second, second});
  CHECK(result.buckets == engine::import::BucketCounts{{"duplicate", 1}, {"updated", 1}});
  const Store& store = import.store();
  CHECK(count(store, "SELECT count(*) FROM tracks WHERE energy = 0.5 AND tempo = 120") == 1);
  CHECK(count(store, "SELECT count(*) FROM tags") == 2);
  CHECK(count(store, "SELECT count(*) FROM track_tags") == 2);
}

TEST_CASE("a track known by its id alone gets its name later", "[import][matching]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("catalogue", "c1", "tracks", {{ {"spotify_id", "1"}, { "energy", "0.5" } }});
  import.file("catalogue", "c2", "tracks",
              {{ {"title", "Song (Live)"},
                 {"artist",
                  "A\x1f"
                  "B"},
                 { "spotify_id",
                   "1" } }});
  import.file("history", "h", "listens",
              {{ {"ts", "1000"},
                 {"artist", "a"},
                 { "title",
                   "SONG - live" } }});
  const Store& store = import.store();
  CHECK(count(store, "SELECT count(*) FROM tracks") == 1);
  CHECK(text(store, "SELECT title FROM tracks") == "Song (Live)");
  CHECK(text(store, "SELECT version FROM tracks") == "live");
  CHECK(count(store, "SELECT count(*) FROM track_artists") == 2);
  CHECK(count(store, "SELECT count(*) FROM listens WHERE track_id = 1") == 1);
}

TEST_CASE("a row without a name and without an id is unmatched", "[import][matching]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  const auto result = import.file("history", "h", "listens",
                                  {{{"ts", "1000"}, {"title", "Song"}}, {{"ts", "2000"}}});
  CHECK(result.buckets == engine::import::BucketCounts{{"unmatched", 2}});
  CHECK(count(import.store(), "SELECT count(*) FROM listens") == 0);
}

TEST_CASE("data sets name artists by numbers that other files explain", "[import][matching]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("hetrec", "1", "artists",
              {{ {"artist", "Moby"},
                 {"artist_id", "hetrec:7"},
                 { "energy",
                   "0.5" } }});
  import.file("hetrec", "2", "tags", {{ {"tag", "Ambient"}, { "tag_id", "hetrec:3" } }});
  const auto plays =
      import.file("hetrec", "3", "artist_plays",
                  {{{"user", "hetrec:1"}, {"artist_id", "hetrec:7"}, {"plays", "13"}},
                   {{"user", "hetrec:1"}, {"artist_id", "hetrec:8"}, {"plays", "5"}}});
  CHECK(plays.buckets == engine::import::BucketCounts{{"new", 1}, {"unmatched", 1}});
  import.file("hetrec", "4", "artist_tags",
              {{{"artist_id", "hetrec:7"},
                { "tag_id",
                  "hetrec:3" }},
               { {"artist_id", "hetrec:7"},
                 {"tag", "ambient"},
                 { "weight",
                   "2" } }});
  const Store& store = import.store();
  CHECK(count(store, "SELECT weight FROM artist_tags") == 3);
  CHECK(text(store, "SELECT name FROM users") == "hetrec:1");
  CHECK(count(store, "SELECT length(features) FROM artists WHERE name = 'Moby'") == 48);
  // Nobody of these imported anything: the next person is not mistaken for one of them.
  CHECK(count(store, "SELECT count(*) FROM ingestions WHERE user_id IS NOT NULL") == 0);
}
