// Real exports and data sets, where they lie beside the repository: their rows are never shown.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;
namespace fs = std::filesystem;

namespace {

const fs::path kData = PLAYLIST_SOURCE_DIR "/../shared/data";

std::vector<fs::path> packed_files(const char* folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kData / folder)) {
    if (entry.path().extension() == ".gz") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

SourceRun read_packed(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(file), {}};
  const SourceRun outer = read_source(path.filename().string(), packed);
  REQUIRE(outer.source == "source.archive");
  REQUIRE(outer.error == "");
  REQUIRE(outer.rows->members.size() == 1);
  const CollectedMember& member = outer.rows->members[0];
  return read_source(member.path, member.bytes, "", CollectedRows::Keep::kCountsOnly);
}

}  // namespace

TEST_CASE("every record of the real files is accounted for", "[source][real]") {
  if (!fs::exists(kData)) {
    WARN("skipped: no folder shared/data beside the repository");
    return;
  }
  const auto [folder, source] = GENERATE(table<const char*, const char*>(
      {{"history/extended_person_a", "source.spotify_extended"},
       {"history/extended_newschema_sample", "source.spotify_extended"},
       {"multiuser/streaming_history", "source.spotify_account"},
       {"history/lastfm_person_d", "source.lastfm_csv"},
       {"history/lastfm_person_e", "source.lastfm_csv"},
       {"exportify", "source.exportify"},
       {"tracks", "source.tracks_csv"},
       {"mood", "source.tracks_csv"},
       {"multiuser/hetrec2011-lastfm-2k", "source.hetrec"},
       {"benchmark", "source.benchmark"},
       {"history/account_person_b", ""},
       {"history/account_person_c", ""},
       {"captions", ""}}));
  for (const fs::path& path : packed_files(folder)) {
    const SourceRun run = read_packed(path);
    const bool is_known = *source == 0 ? run.source != "" : run.source == source;
    const bool is_whole = run.error.empty() && run.rows->problem().empty();
    const auto broken = run.rows->bucket_sizes()["malformed"];
    CAPTURE(path.filename().string(), run.source, run.error, run.rows->problem(), broken);
    CHECK(is_known);
    CHECK(is_whole);
    CHECK(broken == 0);
  }
}
