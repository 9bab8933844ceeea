// Which tracks are one, whichever file came first: every order of the files of a case, in one
// import and in one import each, ends in the same store.
#include <algorithm>
#include <numeric>

#include <catch2/catch.hpp>

#include "support/import_run.hpp"

using engine::Store;
using test::DirectImport;
using test::Row;

namespace {

struct File {
  const char *format, *table;
  std::vector<Row> rows;
};

/// What is known, without numbers, which follow the order of imports: a line for every track (key,
/// ids, listens, playlists) and one with the artists.
std::vector<std::string> content(const Store& store) {
  std::vector<std::string> lines;
  engine::Statement tracks = store.prepare(
      "SELECT replace(ifnull(t.key, '-'), char(31), '|') || ' ids ' || "
      "(SELECT ifnull(group_concat(id), '-') FROM (SELECT id FROM track_ids i "
      "  WHERE i.track_id = t.track_id ORDER BY kind, id)) || ' heard ' || "
      "(SELECT ifnull(group_concat(ts), '-') FROM (SELECT ts FROM listens l "
      "  WHERE l.track_id = t.track_id ORDER BY ts)) || ' listed ' || "
      "(SELECT count(*) FROM playlist_tracks p WHERE p.track_id = t.track_id) FROM tracks t");
  for (tracks.start(); tracks.step();) lines.emplace_back(tracks.text(0));
  std::sort(lines.begin(), lines.end());
  engine::Statement artists =
      store.prepare("SELECT group_concat(key) FROM (SELECT key FROM artists ORDER BY key)");
  artists.start();
  if (artists.step()) lines.emplace_back(artists.text(0));
  return lines;
}

void take(DirectImport& import, const std::vector<File>& files, std::size_t file) {
  import.file(files[file].format, std::to_string(file), files[file].table, files[file].rows);
}

/// The content after every order of the files; fails where two orders differ.
std::vector<std::string> content_in_any_order(const std::vector<File>& files) {
  const TemporaryFolder folder;
  std::vector<std::size_t> order(files.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::string> first;
  int run = 0;
  do {
    for (const bool is_one_import : {true, false}) {
      const std::string path = folder.file(std::to_string(run++) + ".db");
      if (is_one_import) {
        DirectImport import(path);
        for (const std::size_t file : order) take(import, files, file);
        import.finish();
      } else {
        for (const std::size_t file : order) {
          DirectImport import(path);
          take(import, files, file);
          import.finish();
        }
      }
      const Store store = Store::open(path);
      CHECK(store.check().empty());
      const auto lines = content(store);
      if (first.empty()) first = lines;
      CAPTURE(order, is_one_import);
      CHECK(lines == first);
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return first;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a joined credit is its first artist's track in any order", "[import][who]") {
  const File spotify{"spotify",
                     "listens",
                     {{{"ts", "1000"}, {"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}}}};
  const std::string credit =
      GENERATE("A, B", "A & B", "A / B", "A and B", "A x B", "A; B", "A, B & C", "A feat. B",
               "A with B", "A vs. B", "A + B", "A、B");
  CAPTURE(credit);
  const File scrobbles{
      "scrobbles", "listens", {{{"ts", "1010"}, {"artist_credit", credit}, {"title", "Song"}}}};
  const Lines lines = content_in_any_order({spotify, scrobbles});
  // Told as exactly by both: the teller whose name is first has the time.
  CHECK(lines == Lines{"a|song| ids 1 heard 1010 listed 0", "a"});
}

TEST_CASE("a credit can name the artist behind others", "[import][who]") {
  const Lines lines = content_in_any_order(
      {{"spotify", "listens", {{{"ts", "1000"}, {"artist", "Marrow and Pine"}, {"title", "S"}}}},
       {"scrobbles",
        "listens",
        {{{"ts", "9000"}, {"artist_credit", "Tove & Marrow and Pine"}, {"title", "S"}}}}});
  CHECK(lines == Lines{"marrow and pine|s| ids - heard 1000,9000 listed 0", "marrow and pine"});
}

TEST_CASE("an artist whose name has a comma stays one", "[import][who]") {
  const File one{"spotify",
                 "listens",
                 {{{"ts", "1000"}, {"artist", "Dunmore, The Miller"}, {"title", "Copper"}}}};
  const File credit{
      "scrobbles",
      "listens",
      {{{"ts", "1010"}, {"artist_credit", "Dunmore, The Miller"}, {"title", "Copper"}},
       {{"ts", "5000"}, {"artist_credit", "Simon & Garfunkel"}, {"title", "Bridge"}}}};
  CHECK(content_in_any_order({one, credit}) ==
        Lines{"dunmore the miller|copper| ids - heard 1010 listed 0",
              "simon and garfunkel|bridge| ids - heard 5000 listed 0",
              "dunmore the miller,simon and garfunkel"});
}

TEST_CASE("a credit is not taken apart for another song of the artist", "[import][who]") {
  const Lines lines = content_in_any_order(
      {{"spotify", "listens", {{{"ts", "1000"}, {"artist", "Earth"}, {"title", "Tremor"}}}},
       {"scrobbles",
        "listens",
        {{{"ts", "9000"}, {"artist_credit", "Earth, Wind & Fire"}, {"title", "September"}}}}});
  CHECK(lines == Lines{"earth wind and fire|september| ids - heard 9000 listed 0",
                       "earth|tremor| ids - heard 1000 listed 0", "earth,earth wind and fire"});
}

TEST_CASE("a name that a list told as one is not taken apart", "[import][who]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("list", "1", "listens",
              {{{"ts", "1000"},
                {"artist", "Tyler, The Creator"},
                { "title",
                  "Igor" }},
               { {"ts", "2000"},
                 {"artist", "Tyler"},
                 { "title",
                   "Song" } }});
  import.file("scrobbles", "2", "listens",
              {{ {"ts", "9000"},
                 {"artist_credit", "Tyler, The Creator"},
                 { "title",
                   "Song" } }});
  CHECK(import.store().integer("SELECT count(*) FROM tracks") == 3);
}

TEST_CASE("every album of an artist has its own intro in any order", "[import][who]") {
  const File history{
      "history",
      "listens",
      {{{"ts", "1000"}, {"artist", "A"}, {"title", "Intro"}, {"album", "One"}, {"spotify_id", "1"}},
       {{"ts", "2000"}, {"artist", "A"}, {"title", "Intro"}, {"album", "Two"}, {"spotify_id", "2"}},
       {{"ts", "3000"},
        {"artist", "A"},
        {"title", "Intro"},
        {"album", "Two (Deluxe)"},
        {"spotify_id", "3"}},
       {{"ts", "4000"},
        {"artist", "A"},
        {"title", "Thaw"},
        {"album", "One"},
        {"spotify_id", "4"}}}};
  const File catalogue{
      "catalogue",
      "tracks",
      {{{"artist", "A"},
        {"title", "Intro"},
        {"album", "One"},
        {"spotify_id", "1"},
        {"duration_ms", "61000"}},
       {{"artist", "A"}, {"title", "Thaw"}, {"album", "Two"}, {"spotify_id", "5"}},
       {{"artist", "B"}, {"title", "Intro"}, {"album", "One"}, {"spotify_id", "6"}}}};
  const Lines lines = content_in_any_order({history, catalogue});
  CHECK(lines == Lines{"a|intro||one ids 1 heard 1000 listed 0",
                       "a|intro||two ids 2,3 heard 2000,3000 listed 0",
                       "a|thaw| ids 4,5 heard 4000 listed 0", "b|intro||one ids 6 heard - listed 0",
                       "a,b"});
}

TEST_CASE("an intro without an album is the only one of its artist", "[import][who]") {
  const File album{"history",
                   "listens",
                   {{{"ts", "1000"}, {"artist", "A"}, {"title", "Intro"}, {"album", "One"}}}};
  const File no_album{
      "account", "listens", {{{"ts", "1010"}, {"artist", "A"}, {"title", "Intro"}}}};
  CHECK(content_in_any_order({album, no_album}) ==
        Lines{"a|intro||one ids - heard 1010 listed 0", "a"});
}

TEST_CASE("an id that gets its name last is the track of that name", "[import][who]") {
  const File ids{
      "list", "playlist_tracks", {{{"playlist", "P"}, {"position", "0"}, {"spotify_id", "1"}}}};
  const File history{"history",
                     "listens",
                     {{{"ts", "1000"}, {"artist", "A"}, {"title", "Song"}, {"spotify_id", "2"}}}};
  const File catalogue{"catalogue",
                       "tracks",
                       {{{"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}},
                        {{"artist", "B"}, {"title", "Song"}, {"spotify_id", "3"}}}};
  const File playlist{"list", "playlists", {{{"playlist", "P"}}}};
  const Lines lines = content_in_any_order({ids, history, catalogue});
  CHECK(lines.front() == "a|song| ids 1,2 heard 1000 listed 0");
  CHECK(lines.size() == 3);
}

TEST_CASE("two ids in one row make two tracks of one name one", "[import][who]") {
  const File first{"a", "tracks", {{{"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}}}};
  const File second{"b", "tracks", {{{"isrc", "XXABC2600001"}, {"energy", "0.5"}}}};
  const File both{"c", "tracks", {{{"spotify_id", "1"}, {"isrc", "XXABC2600001"}}}};
  CHECK(content_in_any_order({first, second, both}) ==
        Lines{"a|song| ids 1,XXABC2600001 heard - listed 0", "a"});
}

TEST_CASE("ids of two songs in one row do not make them one", "[import][who]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  import.file("a", "1", "tracks",
              {{{"artist", "A"},
                {"title", "Song"},
                { "spotify_id",
                  "1" }},
               {{"artist", "A"},
                {"title", "Other"},
                { "isrc",
                  "XXABC2600001" }},
               { {"spotify_id", "1"},
                 { "isrc",
                   "XXABC2600001" } }});
  import.finish();
  CHECK(Store::open(folder.file("a.db")).integer("SELECT count(*) FROM tracks") == 2);
}

TEST_CASE("an id with another length is another recording in any order", "[import][who]") {
  const File catalogue{
      "catalogue",
      "tracks",
      {{{"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}, {"duration_ms", "61000"}},
       {{"artist", "A"}, {"title", "Song"}, {"spotify_id", "2"}, {"duration_ms", "95000"}}}};
  const File likes{"likes",
                   "likes",
                   {{{"artist", "A"}, {"title", "Song"}, {"spotify_id", "1"}},
                    {{"artist", "A"}, {"title", "Song"}, {"spotify_id", "2"}}}};
  CHECK(content_in_any_order({catalogue, likes}) ==
        Lines{"a|song| ids 1 heard - listed 0", "a|song| ids 2 heard - listed 0", "a"});
}

TEST_CASE("a title without an artist is the heard song of that title", "[import][who]") {
  const File history{"history",
                     "listens",
                     {{{"ts", "1000"}, {"artist", "A"}, {"title", "Alone"}, {"spotify_id", "1"}},
                      {{"ts", "2000"}, {"artist", "A"}, {"title", "Shared"}, {"spotify_id", "2"}},
                      {{"ts", "3000"}, {"artist", "B"}, {"title", "Shared"}, {"spotify_id", "3"}}}};
  const File titles{"catalogue",
                    "tracks",
                    {{{"title", "Alone - Remastered"}, {"spotify_id", "4"}},
                     {{"title", "Alone (Live)"}, {"spotify_id", "5"}},
                     {{"title", "Shared"}, {"spotify_id", "6"}},
                     {{"title", "Unheard"}, {"spotify_id", "7"}}}};
  const File other{
      "other", "tracks", {{{"artist", "C"}, {"title", "Unheard"}, {"spotify_id", "8"}}}};
  CHECK(content_in_any_order({history, titles, other}) ==
        Lines{"- ids 5 heard - listed 0", "- ids 6 heard - listed 0", "- ids 7 heard - listed 0",
              "a|alone| ids 1,4 heard 1000 listed 0", "a|shared| ids 2 heard 2000 listed 0",
              "b|shared| ids 3 heard 3000 listed 0", "c|unheard| ids 8 heard - listed 0", "a,b,c"});
}

TEST_CASE("what was known of two tracks is known of the one they are", "[import][who]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  {
    DirectImport import(path);
    import.records("mixed", "1",
                   {{{ "playlists",
                       {
                         { "playlist",
                           "P" }
                       } }},
                    {{ "playlist_tracks",
                       { {"playlist", "P"},
                         {"position", "0"},
                         { "spotify_id",
                           "1" } } }},
                    {{ "tracks",
                       { {"spotify_id", "1"},
                         {"energy", "0.5"},
                         { "tags",
                           "rock" } } }},
                    {
                      { "likes",
                        { {"ts", "500"},
                          { "spotify_id",
                            "1" } } }
                    }});
    import.file("history", "2", "listens",
                {{ {"ts", "1000"},
                   {"artist", "A"},
                   {"title", "Song"},
                   { "spotify_id",
                     "2" } }});
    import.finish();
  }
  DirectImport import(path);
  import.file("names", "3", "tracks",
              {{ {"artist", "A"},
                 {"title", "Song"},
                 { "spotify_id",
                   "1" } }});
  import.finish();
  const Store store = Store::open(path);
  CHECK(store.integer("SELECT count(*) FROM tracks") == 1);
  const std::int64_t track = store.integer("SELECT track_id FROM tracks");
  for (const char* table : {"likes", "playlist_tracks", "track_tags", "listens", "track_artists"}) {
    CAPTURE(table);
    CHECK(store.integer("SELECT track_id FROM " + std::string(table)) == track);
  }
  CHECK(store.integer("SELECT count(*) FROM tracks WHERE energy = 0.5 AND title = 'Song'") == 1);
  CHECK(store.integer("SELECT count(*) FROM track_ids") == 2);
  CHECK(store.integer("SELECT count(*) FROM same_tracks") == 0);
  CHECK(store.check().empty());
}
