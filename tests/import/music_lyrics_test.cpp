// engine import --files: what is sung, in tags and in files beside the music; only what changed is
// read, and what is not there any more goes.
#include <chrono>
#include <filesystem>

#include <catch2/catch.hpp>

#include "import/music_files.hpp"
#include "import/music_folder.hpp"
#include "library/merge.hpp"
#include "store/lyrics.hpp"
#include "support/import_run.hpp"
#include "support/music_sound.hpp"

using engine::Store;
using engine::import::BucketCounts;
using engine::import::import_music;
using engine::import::ImportResult;
using test::import_options;
using test::mp3;
using test::write_file;

namespace {

namespace fs = std::filesystem;

std::string song(const std::string& title, const std::string& lyrics = "") {
  test::MusicTags tags = {{"TIT2", title}, {"TPE1", "Low"}};
  if (!lyrics.empty()) tags.emplace_back("USLT", lyrics);
  return mp3(tags, 40);
}

ImportResult import_from(const std::string& store, const std::string& path) {
  return import_music(import_options(store, {path}));
}

/// "title source text, ..." of what counts.
std::string lyrics_in(const std::string& store) {
  const Store opened = Store::open(store, {.is_read_only = true});
  engine::Statement select = opened.prepare(
      std::string("SELECT title, source, iif(is_instrumental, '(instrumental)', trim(text, "
                  "char(10))) FROM (") +
      engine::kCountingLyrics + ") JOIN tracks USING (track_id) ORDER BY title");
  std::string text;
  for (select.start(); select.step();) {
    text += (text.empty() ? "" : ", ") + std::string(select.text(0)) + " " +
            std::string(select.text(1)) + " " + std::string(select.text(2));
  }
  return text;
}

std::int64_t rows_in(const std::string& store) {
  return Store::open(store, {.is_read_only = true}).integer("SELECT count(*) FROM track_lyrics");
}

void make_later(const std::string& path) {
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(2));
}

}  // namespace

TEST_CASE("lyrics come from tags and from files beside the music", "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("A", "In the tag"));
  write_file(music + "/b.mp3", song("B"));
  write_file(music + "/b.lrc", "[00:01.00]Beside");
  write_file(music + "/c.mp3", song("C", "In the tag"));
  write_file(music + "/c.LRC", "[00:01.00]Beside");
  write_file(music + "/c.txt", "not asked where there is an .lrc");
  write_file(music + "/d.mp3", song("D", "Instrumental"));
  write_file(music + "/e.mp3", song("E"));
  write_file(music + "/f.txt", "of no music");

  const ImportResult result = import_from(store, music);
  CHECK(result.is_good());
  CHECK(result.buckets() == BucketCounts{{"new", 5}});
  CHECK(lyrics_in(store) == "A tag In the tag, B file Beside, C file Beside, D tag (instrumental)");
  CHECK(result.lyrics.tags == 2);
  CHECK(result.lyrics.files == 2);
  CHECK(result.lyrics.instrumental == 1);
  CHECK_THAT(engine::import::import_text(result),
             Catch::Contains("lyrics: 2 texts in tags and 2 in files beside the music read; 1 time "
                             "it says instrumental\n"));
  const auto coverage =
      engine::lyrics_coverage(Store::open(store, {.is_read_only = true}), 1'700'000'000);
  CHECK(coverage.tracks.size() == 3);
  CHECK(coverage.by_source == std::map<std::string, std::int64_t>{{"file", 2}, {"tag", 1}});
  CHECK(coverage.instrumental == 1);
  CHECK(coverage.not_found == 0);
}

TEST_CASE("only music whose file or lyrics changed is read again", "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("A", "In the tag"));
  write_file(music + "/b.mp3", song("B"));
  import_from(store, music);
  const std::string before = test::dump(store);
  CHECK(import_from(store, music).buckets() == BucketCounts{{"unchanged", 2}});
  CHECK(test::dump(store) == before);

  const std::string lrc = write_file(music + "/b.lrc", "One");
  CHECK(import_from(store, music).buckets() == BucketCounts{{"duplicate", 1}, {"unchanged", 1}});
  CHECK(lyrics_in(store) == "A tag In the tag, B file One");
  write_file(lrc, "Two");
  make_later(lrc);
  CHECK(import_from(store, music).buckets() == BucketCounts{{"duplicate", 1}, {"unchanged", 1}});
  CHECK(lyrics_in(store) == "A tag In the tag, B file Two");
  fs::remove(lrc);
  import_from(store, music);
  CHECK(lyrics_in(store) == "A tag In the tag");
  write_file(music + "/a.mp3", song("A", "Another text"));
  import_from(store, music);
  CHECK(lyrics_in(store) == "A tag Another text");
  fs::remove(music + "/a.mp3");
  import_from(store, music);
  CHECK(rows_in(store) == 0);
  CHECK(import_from(store, music).buckets() == BucketCounts{{"unchanged", 1}});
}

TEST_CASE("music that was read before lyrics were is read again, once", "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("A", "In the tag"));
  import_from(store, music);
  {  // as a store of before has it
    Store opened = Store::open(store);
    opened.execute("DELETE FROM track_lyrics");
    opened.execute("UPDATE track_files SET lyrics_bytes = NULL, lyrics_modified_ns = NULL");
  }
  CHECK(import_from(store, music).buckets() == BucketCounts{{"duplicate", 1}});
  CHECK(lyrics_in(store) == "A tag In the tag");
  CHECK(import_from(store, music).buckets() == BucketCounts{{"unchanged", 1}});
}

TEST_CASE("lyrics in other encodings are read, or refused with a reason and tried again",
          "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("A"));
  write_file(music + "/a.lrc", std::string("\xff\xfeS\0t\0a\0y\0\n\0", 12));  // UTF-16
  write_file(music + "/b.mp3", song("B"));
  write_file(music + "/b.txt", "caf\xe9 d\xe9j\xe0 vu");  // Windows-1252
  CHECK(import_from(store, music).is_good());
  CHECK(lyrics_in(store) == "A file Stay, B file café déjà vu");

  write_file(music + "/c.mp3", song("C"));
  const std::string gbk = write_file(music + "/c.lrc", "[00:01.00]\xd2\xb9\xc0\xef\xb7\xe7");
  const ImportResult result = import_from(store, music);
  CHECK_FALSE(result.is_good());
  REQUIRE(result.refused.size() == 1);
  CHECK(result.refused[0].first == gbk);
  CHECK_THAT(result.refused[0].second, Catch::Contains("old encoding cannot be told"));
  CHECK(result.buckets() == BucketCounts{{"new", 1}, {"unchanged", 2}});  // the music is in
  CHECK(import_from(store, music).refused.size() == 1);
  write_file(gbk, "[00:01.00]夜里风");
  CHECK(import_from(store, music).is_good());
  CHECK_THAT(lyrics_in(store), Catch::Contains("C file 夜里风"));
}

TEST_CASE("a text that is far too long is no lyrics", "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("A"));
  write_file(music + "/a.txt", std::string(2 << 20, 'x'));
  const ImportResult result = import_from(store, music);
  REQUIRE(result.refused.size() == 1);
  CHECK_THAT(result.refused[0].second, Catch::Contains("more than 1 MiB"));
  CHECK(rows_in(store) == 0);
}

TEST_CASE("of several files of a track one text counts, and the next once it is gone",
          "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a/x.mp3", song("A", "From a"));
  write_file(music + "/b/x\xff.mp3", song("A", "From b"));
  import_from(store, music);
  CHECK(rows_in(store) == 2);
  CHECK(lyrics_in(store) == "A tag From a");
  fs::remove(music + "/a/x.mp3");
  import_from(store, music);
  CHECK(lyrics_in(store) == "A tag From b");
  fs::remove(music + "/b/x\xff.mp3");
  import_from(store, music);
  CHECK(rows_in(store) == 0);
}

TEST_CASE("tracks that are merged take their lyrics along, and back",
          "[import][music][lyrics][merge]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("A"));
  write_file(music + "/b.mp3", song("B", "Of b"));
  import_from(store, music);
  Store opened = Store::open(store);
  const std::int64_t merge = engine::library::merge_tracks(opened, 1, 2, 1);
  CHECK(opened.integer("SELECT track_id FROM track_lyrics") == 1);
  engine::library::unmerge_tracks(opened, merge);
  CHECK(opened.integer("SELECT track_id FROM track_lyrics") == 2);
}

TEST_CASE("the text beside a music file is found by its name", "[import][music][lyrics]") {
  const TemporaryFolder folder;
  const auto found = [](const std::string& path) {
    const std::string lyrics = engine::import::find_lyrics_file(path).path;
    return lyrics.substr(lyrics.rfind('/') + 1);
  };
  const std::string lrc = write_file(folder.file("m/01. A.b.lrc"), "x");
  CHECK(found(folder.file("m/01. A.b.mp3")) == "01. A.b.lrc");
  CHECK(found(folder.file("m/01. A.mp3")) == "");
  write_file(folder.file("m.x/plain.txt"), "x");
  CHECK(found(folder.file("m.x/plain")) == "plain.txt");
  CHECK(found(folder.file("m.x/plain.txt")) == "");  // it is itself
  fs::create_directory(folder.file("m/d.lrc"));
  CHECK(found(folder.file("m/d.mp3")) == "");
}
