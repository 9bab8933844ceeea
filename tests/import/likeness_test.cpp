// Scrobbles whose titles are written a little otherwise than the catalogue's: which become one, that
// this is told, and that it can be taken back for good.
#include "library/likeness.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "library/library_summary.hpp"
#include "library/merge.hpp"
#include "support/import_run.hpp"
#include "support/json.hpp"
#include "support/program.hpp"

using engine::Store;
using engine::library::join_by_likeness;
using nlohmann::json;
using test::DirectImport;
using test::Row;

namespace {

Row known(const std::string& title, const std::string& id, const std::string& length = "200000") {
  return {{"artist", "Low"}, {"title", title}, {"spotify_id", id}, {"duration_ms", length}};
}

Row scrobble(int ts, const std::string& title, const std::string& artist = "Low") {
  return {{"ts", std::to_string(ts)}, {"artist", artist}, {"title", title}};
}

std::int64_t joined(Store& store, double least = 0.9) {
  return join_by_likeness(store, least, 99, nullptr).tracks;
}

}  // namespace

TEST_CASE("a scrobble of nearly that title is of the track that has an id", "[import][likeness]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.db");
  const bool is_catalogue_first = GENERATE(true, false);
  {
    DirectImport import(path);
    const auto bring = [&](bool is_catalogue) {
      if (is_catalogue)
        import.file("catalogue", "c", "tracks",
                    {known("Search and Destroy", "1"), known("Dancing and Blood (Live)", "2"),
                     known("Quorum Sensing Part 1", "3")});
      else
        import.file("history", "h", "listens",
                    {scrobble(1000, "Search and Destory"), scrobble(2000, "Search and Destory"),
                     scrobble(3000, "Dancing and Blod"), scrobble(4000, "Quorum Sensing Part 2"),
                     scrobble(5000, "Search and Destory", "Another")});
    };
    bring(is_catalogue_first), bring(!is_catalogue_first);
  }
  Store store = Store::open(path);
  const auto plays = [&] {
    return store.integer(
        "SELECT count(*) FROM listens JOIN tracks USING (track_id) WHERE spotify_id = '1'");
  };
  CHECK(joined(store, 0) == 0);
  CHECK(joined(store, 0.95) == 0);
  const auto came = join_by_likeness(store, 0.9, 99, nullptr);
  CHECK(came.tracks == 1);
  CHECK(came.lowest == Approx(1 - 1.0 / 16));
  CHECK(plays() == 2);
  CHECK(store.check().empty());
  const auto merges = engine::library::list_merges(store);
  REQUIRE(merges.size() == 1);
  CHECK(merges[0].merged_title == "Search and Destory");
  CHECK(merges[0].score == Approx(came.lowest));
  CHECK(joined(store) == 0);

  // A later scrobble of that name is known. Once taken apart the two stay two, until somebody says
  // otherwise.
  DirectImport(path).file("history", "h2", "listens", {scrobble(6000, "Search and Destory")});
  CHECK(plays() == 3);
  engine::library::unmerge_tracks(store, merges[0].id);
  CHECK(plays() == 1);
  CHECK(joined(store) == 0);
  engine::library::merge_tracks(store, merges[0].kept, merges[0].merged, 100);
  CHECK(store.integer("SELECT count(*) FROM different_tracks") == 0);
}

TEST_CASE("what may be two tracks is not made one by its likeness", "[import][likeness]") {
  const TemporaryFolder folder;
  DirectImport import(folder.file("a.db"));
  Row with_length = scrobble(1000, "Search and Destory");
  with_length.emplace_back("spotify_id", "9");  // has an id of its own
  import.file("catalogue", "c", "tracks",
              {known("Search and Destroy", "1"), known("Half Lorry Motion", "2"),
               known("Half Lurry Motion", "3"), known("Dancing and Blood", "4", "300000")});
  import.file("history", "h", "listens", {with_length, scrobble(2000, "Half Larry Motion")});
  import.file("files", "f", "tracks",
              {{ {"artist", "Low"},
                 {"title", "Dancing and Blod"},
                 { "duration_ms",
                   "306000" } }});
  CHECK(joined(import.store()) == 0);
}

TEST_CASE("an import tells what it matched by likeness, and a wrong one is taken apart for good",
          "[import][likeness]") {
  const support::EngineHome home;
  std::ofstream(home.path("tracks.csv"))
      << "title,artist,album,spotify_id,energy\n"
         "Search and Destroy,Low,Album,0000000000000000000001,0.5\n"
         "Dancing and Blood,Low,Album,0000000000000000000002,0.5\n";
  const auto plays = [&](const std::string& name, const std::string& day) {
    std::ofstream(home.path(name)) << "title,artist,album,time\n"
                                   << "Search and Destory,Low,Album," << day << " 10:00:00\n"
                                   << "Dancing in the Dark,Low,Album," << day << " 11:00:00\n";
    return home.path(name);
  };
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"--library", home.path("library.db"), "--now", "2026-11-21T12:00:00Z"});
    const support::Ended ended = home.engine(arguments);
    INFO(ended.err);
    REQUIRE(ended.exit_code == 0);
    return ended.out;
  };
  const auto import = [&](const std::string& path) {
    return run({"import", path, "--user", "ann", "--columns",
                "title=title,artist=artist,album=album,time=time"});
  };
  run({"import", home.path("tracks.csv")});
  CHECK_THAT(import(plays("one.csv", "2026-01-01")),
             Catch::Contains("1 track without an id is matched by likeness of the titles (the "
                             "least like 0.94, from 0.90 on"));
  const json unmatched = support::parse_json(run({"library", "unmatched", "--json"}));
  REQUIRE(unmatched.at("tracks").size() == 1);
  CHECK(unmatched.at("tracks").at(0).at("nearest").at("title") == "Dancing and Blood");
  CHECK(unmatched.at("tracks").at(0).at("nearest").at("nearness") == Approx(10.0 / 19));
  const json pair = unmatched.at("matched_by_likeness").at(0);
  CHECK(pair.at("merged_title") == "Search and Destory");
  CHECK(pair.at("title") == "Search and Destroy");
  CHECK_THAT(run({"library", "unmatched"}),
             Catch::Contains("0.94  Low - Search and Destory  is  Search and Destroy") &&
                 Catch::Contains("nearest: Dancing and Blood (2, 0.53)"));
  run({"library", "unmerge", std::to_string(pair.at("merge").get<int>())});
  CHECK_THAT(import(plays("two.csv", "2026-02-01")), !Catch::Contains("likeness"));
  CHECK(support::parse_json(run({"library", "unmatched", "--json"})).at("tracks").size() == 2);
  run({"config", "set", "import.likeness", "0"});
  CHECK(support::parse_json(
            run({"import", plays("three.csv", "2026-03-01"), "--user", "bob", "--columns",
                 "title=title,artist=artist,album=album,time=time", "--json"}))
            .at("likeness")
            .at("least") == 0);
}
