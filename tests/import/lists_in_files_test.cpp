// engine import LIST: entries are the tracks whose music files lie where the list says.
#include <filesystem>

#include <catch2/catch.hpp>

#include "import/music_files.hpp"
#include "support/import_run.hpp"
#include "support/music_sound.hpp"

using engine::Store;
using engine::import::BucketCounts;
using engine::import::ImportResult;
using test::import_options;
using test::write_file;

namespace {

namespace fs = std::filesystem;

class Music {
 public:
  Music() : store_(folder_.file("library.db")) {
    for (const auto& [file, title] : {std::pair("a b.mp3", "One"),
                                      {"#x/100%.mp3", "Two"},
                                      {"latin \xe9.mp3", "Three"},
                                      {"line\nbreak.mp3", "Four"}}) {
      const std::string path = folder_.file(std::string("music/") + file);
      fs::create_directories(fs::path(path).parent_path());
      write_file(path, test::mp3({{"TIT2", title}, {"TPE1", "Ann"}, {"TALB", "Album"}}, 400));
    }
    fs::create_directory_symlink(folder_.file("music"), folder_.file("link"));
    engine::import::import_music(import_options(store_, {folder_.file("music")}));
  }
  /// The titles of the list's tracks by their places; what became of its entries.
  std::string titles(const std::string& file, const std::string& bytes, BucketCounts* counts) {
    const std::string path = folder_.file(file);
    fs::create_directories(fs::path(path).parent_path());
    write_file(path, bytes);
    engine::import::ImportOptions options = import_options(store_, {path});
    options.user = "ann";
    const ImportResult result = engine::import::import_paths(options);
    if (counts != nullptr) *counts = result.buckets();
    const Store store = Store::open(store_, {.is_read_only = true});
    std::string text;
    engine::Statement select = store.prepare(
        "SELECT title FROM playlist_tracks JOIN tracks USING (track_id) JOIN playlists p USING "
        "(playlist_id) WHERE p.name = ?1 ORDER BY position");
    const std::string name = fs::path(file).stem().string();
    for (select.start(name); select.step();)
      text += (text.empty() ? "" : ", ") + std::string(select.text(0));
    return text;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.file(name); }
  [[nodiscard]] std::int64_t tracks() const {
    return Store::open(store_, {.is_read_only = true}).integer("SELECT count(*) FROM tracks");
  }

 private:
  TemporaryFolder folder_;
  std::string store_;
};

}  // namespace

TEST_CASE("entries of a list are found by their files before their names", "[import][lists]") {
  Music music;
  const std::string m = music.path("music");
  BucketCounts counts;
  CHECK(music.titles("whole.m3u",
                     "#EXTM3U\n#EXTINF:1,Somebody - Other words\n" + m + "/a b.mp3\n" + m +
                         "/latin \xe9.mp3\nfile://" + m + "/%23x/100%25.mp3\n" +
                         music.path("link") + "/a b.mp3\n/nowhere/z.mp3\n",
                     &counts) == "One, Three, Two, One");
  CHECK(counts.at("unmatched") == 1);
  CHECK(music.tracks() == 4);  // none was made of what the list calls them
}

TEST_CASE("places of a list begin in its own folder", "[import][lists]") {
  Music music;
  CHECK(music.titles("music/lists/up.m3u8", "#EXTM3U\n../a b.mp3\n../#x/../#x/100%.mp3\n",
                     nullptr) == "One, Two");
  CHECK(music.titles("music/lists/back.pls",
                     "[playlist]\nFile1=..\\a b.mp3\nFile2=../%23x/100%25.mp3\n"
                     "NumberOfEntries=2\n",
                     nullptr) == "One, Two");
  CHECK(music.titles("music/lists/x.xspf",
                     "<playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\"><trackList><track>"
                     "<location>../line%0Abreak.mp3</location></track><track><location>"
                     "../latin%20%E9.mp3</location></track></trackList></playlist>",
                     nullptr) == "Four, Three");
  CHECK(music.titles("music/j.jspf",
                     R"({"playlist":{"title":"j","track":[{"location":["a%20b.mp3"]}]}})",
                     nullptr) == "One");
}

TEST_CASE("what no file is known of is found by its names", "[import][lists]") {
  Music music;
  BucketCounts counts;
  CHECK(music.titles("names.m3u8",
                     "#EXTM3U\n#EXTINF:1,Ann - Two\n/media/music/two.mp3\n#EXTINF:1,Bob - New\n"
                     "/media/new.mp3\n",
                     &counts) == "Two, New");
  CHECK(music.tracks() == 5);
}
