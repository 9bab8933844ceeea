// Files of an export that are understood with others of it: in a folder, in an archive, in archives in
// an archive.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "support/import_run.hpp"
#include "support/packed_files.hpp"

using engine::Store;
using engine::import::FileResult;
using engine::import::ImportResult;
using test::import_options;
using test::pack_zip;
using test::write_file;

namespace {

constexpr const char *kTracks = "Apple Music Library Tracks.json",
                     *kPlaylists = "Apple Music Library Playlists.json",
                     *kActivity = "Apple Music Play Activity.csv",
                     *kDays = "Apple Music - Play History Daily Tracks.csv";

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(PLAYLIST_SOURCE_DIR "/tests/data/apple/") + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const FileResult& result_of(const ImportResult& result, const std::string& name) {
  for (const FileResult& file : result.files) {
    if (file.path.ends_with(name)) return file;
  }
  throw std::runtime_error("no file " + name);
}

std::int64_t count(const std::string& store, const std::string& of) {
  return Store::open(store, {.is_read_only = true}).integer("SELECT count(*) FROM " + of);
}

/// The whole export, in three forms.
std::string folder_of(const TemporaryFolder& folder) {
  for (const char* name : {kTracks, kPlaylists, kActivity, kDays}) {
    write_file(folder.file(std::string("export/Apple Music Activity/") + name), fixture(name));
  }
  return folder.file("export");
}
std::string archive_of(const TemporaryFolder& folder) {
  const std::string inside = "Apple_Media_Services/Apple Music Activity/";
  const std::string inner =
      pack_zip({{inside + kActivity, fixture(kActivity)},
                {inside + kDays, fixture(kDays)},
                {inside + kPlaylists + ".zip", pack_zip({{kPlaylists, fixture(kPlaylists)}})},
                {inside + kTracks + ".zip", pack_zip({{kTracks, fixture(kTracks)}})}});
  return write_file(folder.file("all.zip"), pack_zip({{"Apple_Media_Services.zip", inner}}));
}

}  // namespace

TEST_CASE("files of an export are understood with those beside them", "[import][companions]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("store.db");
  const std::string path = GENERATE(0, 1) == 0 ? folder_of(folder) : archive_of(folder);
  CAPTURE(path);
  const ImportResult first = import_paths(import_options(store, {path}, "ann"));
  const FileResult& plays = result_of(first, kActivity);
  CHECK(plays.error == "");
  CHECK(plays.format == "apple_activity");
  CHECK(plays.buckets.at("no_artist") == 1);
  CHECK(result_of(first, kDays).buckets.at("other") == 2);
  CHECK(count(store, "playlist_tracks") == 2);
  // Two plays to the second, what only the days tell, and the library's last play of one track.
  CHECK(count(store, "listens WHERE ts IN (1767290400, 1767337200)") == 2);
  const std::int64_t listens = count(store, "listens");
  const std::string before = test::dump(store);
  const ImportResult again = import_paths(import_options(store, {path}, "ann"));
  for (const FileResult& file : again.files) {
    CAPTURE(file.path);
    CHECK(file.buckets.size() == 1);
    CHECK(file.buckets.count("duplicate") == 1);
  }
  CHECK(count(store, "listens") == listens);
  CHECK(test::dump(store) == before);
}

TEST_CASE("a file that was read alone is read anew with its companions", "[import][companions]") {
  const TemporaryFolder folder;
  const std::string store = folder.file("store.db");
  const std::string alone =
      write_file(folder.file("alone/" + std::string(kActivity)), fixture(kActivity));
  const ImportResult first = import_paths(import_options(store, {alone}, "ann"));
  CHECK(first.files[0].buckets.at("no_artist") == 3);
  CHECK(count(store, "listens") == 0);
  // One file that is named looks into its folder.
  write_file(folder.file("alone/" + std::string(kTracks)), fixture(kTracks));
  const ImportResult beside = import_paths(import_options(store, {alone}, "ann"));
  REQUIRE(beside.files.size() == 1);
  CHECK(beside.files[0].buckets.at("new") == 1);
  CHECK(count(store, "listens") == 1);
  const ImportResult whole = import_paths(import_options(store, {folder_of(folder)}, "ann"));
  CHECK(result_of(whole, kActivity).buckets.count("no_artist") == 1);
  CHECK(count(store, "listens WHERE ts IN (1767290400, 1767337200)") == 2);
}
