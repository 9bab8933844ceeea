// engine import --files: tracks that know where they lie; only what changed is read; nothing lost and
// nothing twice, whatever lies in the folder and whoever dies.
#include "import/music_files.hpp"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "import/music_folder.hpp"
#include "library/merge.hpp"
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

std::string song(const std::string& artist, const std::string& title, int frames = 400) {
  return mp3({{"TIT2", title}, {"TPE1", artist}, {"TALB", "Album"}}, frames);
}

ImportResult import_from(const std::string& store, std::vector<std::string> paths) {
  return import_music(import_options(store, std::move(paths)));
}

BucketCounts buckets_of(const std::string& store, const std::string& path) {
  return import_from(store, {path}).buckets();
}

/// "name title, ..." of the files that have a track, by their paths.
std::string files_of(const std::string& store) {
  const Store opened = Store::open(store, {.is_read_only = true});
  std::string text;
  engine::Statement select = opened.prepare(
      "SELECT path, title FROM track_files JOIN tracks USING (track_id) ORDER BY path");
  for (select.start(); select.step();) {
    const std::string path(select.text(0));
    text += (text.empty() ? "" : ", ") + path.substr(path.rfind('/') + 1) + " " +
            std::string(select.text(1));
  }
  return text;
}

std::int64_t count(const std::string& store, const std::string& table) {
  return Store::open(store, {.is_read_only = true}).integer("SELECT count(*) FROM " + table);
}

/// All of a store but its counters: how many steps an import took is of no matter.
std::string content_of(const std::string& store) {
  std::string text = test::dump(store);
  const std::size_t begin = text.find("== settings\n"), end = text.find("\n== ", begin + 1);
  return text.erase(begin, end - begin);
}

/// From now on this process gets a signal that ends it when it opens the file.
void die_when_opened(const std::string& path) {
  const int opened = ::inotify_init1(IN_CLOEXEC);
  REQUIRE(::inotify_add_watch(opened, path.c_str(), IN_OPEN) >= 0);
  REQUIRE(::fcntl(opened, F_SETOWN, ::getpid()) == 0);
  REQUIRE(::fcntl(opened, F_SETSIG, SIGVTALRM) == 0);
  REQUIRE(::fcntl(opened, F_SETFL, O_ASYNC) == 0);
}

void make_later(const std::string& path) {
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(2));
}

}  // namespace

TEST_CASE("a folder of music becomes tracks that know their files", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  const std::string path = write_file(music + "/Low/Secret/01 A.mp3", song("Low", "Starfire"));
  write_file(music + "/Low/Secret/02 B.mp3", song("Low", "Two-Step"));
  write_file(music + "/Low/Secret/cover.jpg", "not music");
  write_file(music + "/.trash/03 C.mp3", song("Low", "Gone"));

  const ImportResult result = import_from(store, {music});
  CHECK(result.is_good());
  CHECK(result.files.at(0).rows == 2);
  CHECK(result.buckets() == BucketCounts{{"new", 2}});
  CHECK(files_of(store) == "01 A.mp3 Starfire, 02 B.mp3 Two-Step");
  const Store opened = Store::open(store, {.is_read_only = true});
  CHECK(opened.integer("SELECT count(*) FROM track_files WHERE path = '" + path + "'") == 1);
  CHECK(opened.integer("SELECT sum(in_catalogue) FROM tracks") == 2);
  CHECK(opened.integer("SELECT min(duration_ms) FROM tracks") > 10'000);
  CHECK(opened.integer("SELECT count(*) FROM ingestions") == 0);  // a file of it is no import
}

TEST_CASE("only music that changed is read again", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  for (const std::string name : {"a", "b", "c"}) {
    write_file(music + "/" + name + ".mp3", song("Low", "Title " + name));
  }
  buckets_of(store, music);
  CHECK(buckets_of(store, music) == BucketCounts{{"unchanged", 3}});

  // The same size and time: whoever does that on purpose is not seen, and nothing was read.
  const auto time = fs::last_write_time(music + "/a.mp3");
  write_file(music + "/a.mp3", song("Low", "Title x"));
  fs::last_write_time(music + "/a.mp3", time);
  CHECK(buckets_of(store, music) == BucketCounts{{"unchanged", 3}});

  write_file(music + "/b.mp3", song("Low", "Another title"));  // another size
  write_file(music + "/c.mp3", song("Low", "Title y"));        // another time
  make_later(music + "/c.mp3");
  CHECK(buckets_of(store, music) == BucketCounts{{"new", 2}, {"unchanged", 1}});
  CHECK(files_of(store) == "a.mp3 Title a, b.mp3 Another title, c.mp3 Title y");
  CHECK(count(store, "tracks") == 5);  // those of the earlier tags stay
}

TEST_CASE("files that are gone lose their row, their tracks stay", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  for (const std::string name : {"1/a", "1/b", "10/c"}) {
    write_file(music + "/" + name + ".mp3", song("Low", "Title " + name.substr(name.size() - 1)));
  }
  buckets_of(store, music);
  fs::remove(music + "/1/a.mp3");
  fs::rename(music + "/1/b.mp3", music + "/1/d.mp3");

  const ImportResult result = import_from(store, {music + "/1"});  // what lies beside is not asked
  CHECK(result.buckets() == BucketCounts{{"duplicate", 1}});
  REQUIRE(result.files.at(0).ended.size() == 1);
  CHECK(result.files[0].ended[0].count == 2);
  CHECK_THAT(engine::import::import_text(result), Catch::Contains("no longer listed: 2 files ("));
  CHECK(files_of(store) == "d.mp3 Title b, c.mp3 Title c");
  CHECK(count(store, "tracks") == 3);

  fs::remove(music + "/1/d.mp3");
  CHECK(import_from(store, {music + "/1"}).is_good());  // told, though nothing is there
  CHECK(files_of(store) == "c.mp3 Title c");
  // A disc that is not there takes nothing with it.
  fs::rename(music, folder.file("elsewhere"));
  CHECK_THROWS_WITH(import_from(store, {music}), Catch::Contains("cannot import"));
  CHECK(files_of(store) == "c.mp3 Title c");
}

TEST_CASE("broken music costs itself only, and is not read again until it changes",
          "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("Low", "A"));
  write_file(music + "/b.flac", std::string(2000, 'x'));
  write_file(music + "/c.mp3", "");
  write_file(music + "/d.mp3", mp3({}));  // sound that nothing names
  const BucketCounts kAll = {{"empty", 1}, {"malformed", 2}, {"new", 1}};

  const ImportResult result = import_from(store, {music});
  CHECK(result.buckets() == kAll);
  CHECK(result.files.at(0).rows == 4);
  CHECK(result.is_good());
  const std::vector<std::string> told = {
      music + "/b.flac: malformed: it is no sound file that TagLib can read",
      music + "/c.mp3: malformed: it is empty",
      music + "/d.mp3: empty: neither its tags nor its path name title and artist"};
  CHECK(result.files[0].examples == told);
  CHECK_THAT(engine::import::import_text(result),
             Catch::Contains("music_file, 4 files: 1 empty, 2 malformed, 1 new") &&
                 Catch::Contains("\nall: 4 files: 1 empty"));

  const ImportResult again = import_from(store, {music});
  CHECK(again.buckets() == BucketCounts{{"empty", 1}, {"malformed", 2}, {"unchanged", 1}});
  CHECK(again.files[0].examples == told);

  write_file(music + "/b.flac", song("Low", "B"));
  CHECK(buckets_of(store, music) ==
        BucketCounts{{"empty", 1}, {"malformed", 1}, {"new", 1}, {"unchanged", 1}});
}

TEST_CASE("links are followed, and loops of them are read once", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/b/a.mp3", song("Low", "A"));
  write_file(folder.file("disc/c.mp3"), song("Low", "C"));
  fs::create_directory_symlink(music, music + "/b/loop");
  fs::create_directory_symlink(music + "/b", music + "/a");  // comes before b, which it is
  fs::create_directory_symlink(folder.file("disc"), music + "/disc");
  fs::create_symlink(folder.file("nowhere.mp3"), music + "/dead.mp3");

  const ImportResult result = import_from(store, {music});
  CHECK(result.buckets() == BucketCounts{{"new", 2}});
  REQUIRE(result.refused.size() == 1);
  CHECK(result.refused[0].first == music + "/dead.mp3");
  CHECK_FALSE(result.is_good());
  CHECK(files_of(store) == "a.mp3 A, c.mp3 C");
  const Store opened = Store::open(store, {.is_read_only = true});
  CHECK(opened.integer("SELECT count(*) FROM track_files WHERE path LIKE '%/music/b/a.mp3'") == 1);
}

TEST_CASE("a folder that cannot be read is told and keeps its files", "[import][music]") {
  if (::geteuid() == 0) {
    WARN("root reads every folder");
    return;
  }
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/locked/a.mp3", song("Low", "A"));
  write_file(music + "/b.mp3", song("Low", "B"));
  buckets_of(store, music);
  fs::permissions(music + "/locked", fs::perms::none);
  const ImportResult result = import_from(store, {music});
  fs::permissions(music + "/locked", fs::perms::owner_all);
  CHECK(result.refused.size() == 1);
  CHECK(result.buckets() == BucketCounts{{"unchanged", 1}});
  CHECK(files_of(store) == "b.mp3 B, a.mp3 A");
}

TEST_CASE("a file that cannot be opened is tried again the next time", "[import][music]") {
  if (::geteuid() == 0) {
    WARN("root reads every file");
    return;
  }
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  const std::string path = write_file(music + "/a.mp3", song("Low", "A"));
  fs::permissions(path, fs::perms::none);
  CHECK(buckets_of(store, music) == BucketCounts{{"unreadable", 1}});
  CHECK(count(store, "track_files") == 0);
  fs::permissions(path, fs::perms::owner_all);
  CHECK(buckets_of(store, music) == BucketCounts{{"new", 1}});
}

TEST_CASE("names that are not UTF-8 are kept as they are and read as Latin-1", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  const std::string path = write_file(music + "/Bj\xf6rk - J\xf3ga.mp3", mp3({}));
  const ImportResult result = import_from(store, {music});
  CHECK(result.buckets() == BucketCounts{{"new", 1}});
  {
    const Store opened = Store::open(store, {.is_read_only = true});
    CHECK(opened.integer("SELECT count(*) FROM tracks WHERE title = 'Jóga'") == 1);
    engine::Statement select = opened.prepare("SELECT path, typeof(path) FROM track_files");
    select.start();
    REQUIRE(select.step());
    CHECK(std::string(select.text(0)) == path);
    CHECK(std::string(select.text(1)) == "blob");
  }
  CHECK(buckets_of(store, music) == BucketCounts{{"unchanged", 1}});
  fs::remove(path);
  import_from(store, {music});
  CHECK(count(store, "track_files") == 0);
}

TEST_CASE("single files, several paths and the same file below two of them", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  const std::string path = write_file(music + "/a.mp3", song("Low", "A"));
  write_file(music + "/b.mp3", song("Low", "B"));
  const ImportResult one = import_from(store, {path});
  CHECK(one.buckets() == BucketCounts{{"new", 1}});
  const ImportResult both = import_from(store, {music, path});
  CHECK(both.files.at(0).buckets == BucketCounts{{"new", 1}, {"unchanged", 1}});
  CHECK(both.files.at(1).buckets == BucketCounts{{"duplicate", 1}});
  fs::create_directories(folder.file("none"));
  CHECK_FALSE(import_from(store, {folder.file("none")}).is_good());
}

TEST_CASE("music that is in the store already finds its track", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db");
  engine::import::import_paths(
      import_options(store, {write_file(folder.file("tracks.csv"),
                                        "track_id,track_name,artists,duration_ms,energy\n"
                                        "0000000000000000000001,Starfire,Low,10400,0.25\n")}));
  const std::string path = write_file(
      folder.file("music/x.mp3"),
      mp3({{"TIT2", "Starfire"}, {"TPE1", "Low"}, {"TBPM", "120"}, {"TDRC", "1999"}}, 400));
  CHECK(buckets_of(store, path) == BucketCounts{{"updated", 1}});
  const Store opened = Store::open(store, {.is_read_only = true});
  CHECK(opened.integer("SELECT count(*) FROM tracks") == 1);
  CHECK(opened.integer("SELECT tempo FROM tracks") == 120);
  CHECK(opened.integer("SELECT year FROM tracks") == 1999);
}

TEST_CASE("tracks that are merged take their files along, and back", "[import][music][merge]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("Low", "A"));
  write_file(music + "/b\xff.mp3", song("Low", "B"));
  buckets_of(store, music);
  Store opened = Store::open(store);
  const std::int64_t merge = engine::library::merge_tracks(opened, 1, 2, 1);
  CHECK(opened.integer("SELECT count(*) FROM track_files WHERE track_id = 1") == 2);
  engine::library::unmerge_tracks(opened, merge);
  CHECK(opened.integer("SELECT count(*) FROM track_files WHERE track_id = 1") == 1);
  CHECK(opened.integer("SELECT count(*) FROM track_files WHERE track_id = 2") == 1);
}

TEST_CASE("a dry run reads music and writes nothing", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("Low", "A"));
  buckets_of(store, music);
  write_file(music + "/b.mp3", song("Low", "B"));
  engine::import::ImportOptions options = import_options(store, {music});
  options.is_dry_run = true;
  CHECK(import_music(options).buckets() == BucketCounts{{"new", 1}, {"unchanged", 1}});
  CHECK(count(store, "track_files") == 1);
}

TEST_CASE("without the plugin of music the import says what to install", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  write_file(music + "/a.mp3", song("Low", "A"));
  engine::import::ImportOptions options = import_options(store, {music});
  options.load_plugins = [] { return engine::Registry::load({}); };
  CHECK_THROWS_WITH(import_music(options), Catch::Contains("nothing here reads music files"));
  CHECK(count(store, "track_files") == 0);
}

TEST_CASE("a reader that dies costs the file that it was reading", "[import][music]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("library.db"), music = folder.file("music");
  constexpr int kFiles = 2000;
  for (int k = 0; k < kFiles; ++k) {
    write_file(music + "/" + std::to_string(k) + ".mp3",
               song("Low", "Title " + std::to_string(k), 4));
  }
  engine::import::ImportOptions options = import_options(store, {music});
  const std::string mark = folder.file("has died");
  options.load_plugins = [load = options.load_plugins, mark, music] {
    auto registry = load();
    if (!fs::exists(mark)) {
      write_file(mark, "");
      die_when_opened(music + "/1000.mp3");
    }
    return registry;
  };
  const ImportResult result = import_music(options);
  CHECK(result.buckets() == BucketCounts{{"new", kFiles - 1}, {"unreadable", 1}});
  REQUIRE(result.refused.size() == 1);
  CHECK_THAT(result.refused[0].second, Catch::Contains("killed"));
  CHECK_FALSE(result.is_good());
  CHECK(buckets_of(store, music) == BucketCounts{{"new", 1}, {"unchanged", kFiles - 1}});
}

TEST_CASE("an import of music that was killed and repeated gives the same store",
          "[import][music][kill]") {
  const TemporaryFolder folder;
  const std::string music = folder.file("music");
  constexpr int kFiles = 3000;
  for (int k = 0; k < kFiles; ++k) {
    write_file(music + "/" + std::to_string(k % 30) + "/" + std::to_string(k) + ".mp3",
               song("Artist " + std::to_string(k % 70), "Title " + std::to_string(k % 2500), 4));
  }
  const auto started = std::chrono::steady_clock::now();
  REQUIRE(import_from(folder.file("whole.db"), {music}).rows() == kFiles);
  const auto took = std::chrono::steady_clock::now() - started;
  const std::string expected = content_of(folder.file("whole.db"));

  // 0 where the store is not made yet.
  const auto files_in = [](const std::string& store) -> std::int64_t {
    try {
      return fs::exists(store) ? count(store, "track_files") : 0;
    } catch (const engine::Error&) {
      return 0;
    }
  };
  unsigned state = 7;
  int cut_in_the_middle = 0;
  for (int round = 0; round < 12; ++round) {
    const std::string store = folder.file("killed.db");
    for (const char* end : {"", "-wal", "-shm"}) fs::remove(store + end);
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        import_from(store, {music});
      } catch (...) {
      }
      ::_exit(0);
    }
    state = state * 1'664'525u + 1'013'904'223u;
    if (round % 2 == 0) {  // at a random moment
      std::this_thread::sleep_for(took * ((state >> 8) % 1000) / 1000.0);
    } else {  // when some files are in, however busy the machine is
      const auto enough = static_cast<std::int64_t>((state >> 8) % (kFiles / 2));
      const auto deadline = std::chrono::steady_clock::now() + 10 * took;
      while (files_in(store) <= enough && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::int64_t done = files_in(store);
    if (done > 0 && done < kFiles) ++cut_in_the_middle;
    const ImportResult again = import_from(store, {music});
    CAPTURE(round, done);
    CHECK(again.rows() == kFiles);
    CHECK(again.buckets()["unchanged"] == done);
    const bool is_same = content_of(store) == expected;  // too long to print
    CHECK(is_same);
  }
  CHECK(cut_in_the_middle >= 2);
}
