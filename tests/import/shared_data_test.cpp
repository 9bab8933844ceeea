// Real exports and catalogues of other people, where they are at hand: they are never part of this
// repository.
#include <filesystem>

#include <catch2/catch.hpp>

#include "import/import.hpp"
#include "store/users.hpp"
#include "support/import_run.hpp"

using engine::Store;
using engine::import::FileResult;

namespace {

const std::string kData = std::string(PLAYLIST_SOURCE_DIR) + "/../shared/data";

void check_files(const engine::import::ImportResult& result) {
  for (const FileResult& file : result.files) {
    CAPTURE(file.path, file.error);
    CHECK(file.error.empty());
    CHECK(test::sum(file.buckets) == file.rows);
    CHECK_FALSE(file.buckets.contains("unaccounted"));
  }
  CHECK(result.refused.empty());
  // A folder's page of explanations is no export.
  for (const std::string& path : result.unrecognised) CHECK_THAT(path, Catch::EndsWith(".md"));
}

}  // namespace

TEST_CASE("all real data imports into one store, and once more adds nothing", "[import][shared]") {
  if (!std::filesystem::exists(kData)) {
    WARN("skipped: there is no " << kData);
    return;
  }
  const TemporaryFolder folder;
  const std::string store_path = folder.file("library.db");
  std::vector<std::string> paths;
  for (const char* part : {"tracks", "history", "exportify", "multiuser/streaming_history",
                           "multiuser/hetrec2011-lastfm-2k", "mood", "benchmark", "captions"}) {
    paths.push_back(kData + "/" + part);
  }
  auto options = test::import_options(store_path, paths);
  options.is_user_per_folder = true;
  const auto result = import_paths(options);
  check_files(result);
  CHECK(result.match_rates.size() == 6 + 35);

  std::int64_t data_version = 0;
  {
    const Store store = Store::open(store_path);
    data_version = store.data_version();
    CHECK(store.integer("SELECT count(*) FROM users WHERE name NOT LIKE 'hetrec:%'") == 6 + 1 + 35);
    CHECK(store.integer("SELECT count(*) FROM users WHERE name LIKE 'hetrec:%'") == 1892);
    CHECK(store.integer("SELECT count(*) FROM tracks WHERE in_catalogue = 1") > 100'000);
    CHECK(store.integer("SELECT count(*) FROM listens") > 650'000);
    CHECK(store.integer("SELECT count(*) FROM artist_plays") > 90'000);
    CHECK(store.integer("SELECT sum(last - first + 1) FROM ingestion_rows") ==
          store.integer("SELECT sum(records) FROM ingestions"));
    CHECK(store.check().empty());
  }
  for (const auto& [user, rate] : result.match_rates) {
    CAPTURE(user);
    CHECK(rate.plays_by_id + rate.plays_by_name > 0);
    CHECK(rate.plays_by_id + rate.plays_by_name <= rate.plays);
  }

  const auto again = import_paths(options);
  check_files(again);
  CHECK(again.rows() == result.rows());
  const auto buckets = again.buckets();
  CHECK(buckets.at("duplicate") + buckets.at("unrecognised") == again.rows());
  CHECK(Store::open(store_path).data_version() == data_version);
}
