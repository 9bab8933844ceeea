#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>

#include "support/source_run.hpp"

using namespace test;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;
enum class Format { kZip, kTar, kTarGz, kSevenZip, kGz };

std::string pack(Format format, const Files& files) {
  std::string packed(4 << 20, '\0');
  std::size_t used = 0;
  archive* out = archive_write_new();
  if (format == Format::kZip) archive_write_set_format_zip(out);
  if (format == Format::kTar || format == Format::kTarGz) archive_write_set_format_pax(out);
  if (format == Format::kSevenZip) archive_write_set_format_7zip(out);
  if (format == Format::kGz) archive_write_set_format_raw(out);
  if (format == Format::kTarGz || format == Format::kGz) archive_write_add_filter_gzip(out);
  REQUIRE(archive_write_open_memory(out, packed.data(), packed.size(), &used) == ARCHIVE_OK);
  for (const auto& [path, bytes] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    REQUIRE(archive_write_header(out, entry) == ARCHIVE_OK);
    archive_write_data(out, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  REQUIRE(archive_write_close(out) == ARCHIVE_OK);
  archive_write_free(out);
  packed.resize(used);
  return packed;
}

const Files kTwoFiles = {{"MyData/StreamingHistory0.json", "[]"},
                         {"MyData/YourLibrary.json", "{}"}};

}  // namespace

TEST_CASE("archive hands over every member with its path", "[source]") {
  for (const Format format : {Format::kZip, Format::kTar, Format::kTarGz, Format::kSevenZip}) {
    CAPTURE(static_cast<int>(format));
    const SourceRun run = read_source("my_spotify_data", pack(format, kTwoFiles));
    REQUIRE(run.source == "source.archive");
    CHECK(run.error == "");
    REQUIRE(run.rows->members.size() == 2);
    CHECK(run.rows->members[0].path == "MyData/StreamingHistory0.json");
    CHECK(run.rows->members[0].bytes == "[]");
    CHECK(run.rows->members[1].bytes == "{}");
  }
}

TEST_CASE("archive names a lone compressed file without its ending", "[source]") {
  const SourceRun run =
      read_source("folder/liked_songs.csv.gz", pack(Format::kGz, {{"x", "a,b\n"}}));
  REQUIRE(run.source == "source.archive");
  CHECK(run.error == "");
  REQUIRE(run.rows->members.size() == 1);
  CHECK(run.rows->members[0].path == "liked_songs.csv");
  CHECK(run.rows->members[0].bytes == "a,b\n");
}

TEST_CASE("archive passes hostile paths on for the host to refuse", "[source]") {
  const SourceRun run = read_source("x.tar", pack(Format::kTar, {{"../../etc/cron.d/x", "1"}}));
  REQUIRE(run.rows->members.size() == 1);
  CHECK(run.rows->members[0].path == "../../etc/cron.d/x");
}

TEST_CASE("archive stops unpacking where the host wants no more", "[source]") {
  const Files bomb = {{"zeros", std::string(100 << 20, '\0')}, {"after", "x"}};
  const SourceRun stream = read_source("bomb.tar.gz", pack(Format::kTarGz, bomb));
  CHECK(stream.error == "");
  REQUIRE(stream.rows->members.size() == 1);  // the limit of the test's host is 64 MB a member
  CHECK(stream.rows->members[0].bytes.size() <= stream.rows->member_limit);
  REQUIRE(stream.rows->notices.size() == 1);
  CHECK(stream.rows->notices[0] ==
        "reading stopped at member 1: the rest of the archive is not read");

  const SourceRun zip = read_source("bomb.zip", pack(Format::kZip, bomb));
  CHECK(zip.error == "");
  REQUIRE(zip.rows->members.size() == 2);
  CHECK(zip.rows->members[1].bytes == "x");
}

TEST_CASE("archive says how far a damaged archive could be read", "[source]") {
  std::string noise;
  for (unsigned k = 0, seed = 1; k < 1'000'000; ++k) {
    seed = seed * 1103515245u + 12345u;
    noise += static_cast<char>(seed >> 16);
  }
  std::string packed = pack(Format::kTarGz, {{"first", "1"}, {"second", noise}});
  packed.resize(packed.size() / 2);
  const SourceRun run = read_source("cut.tar.gz", packed);
  REQUIRE(run.source == "source.archive");
  CHECK_THAT(run.error, Catch::Contains("cut.tar.gz is damaged behind its member 2"));
  REQUIRE(run.rows->members.size() >= 1);
  CHECK(run.rows->members[0].bytes == "1");
}

TEST_CASE("archive hands over nothing of a gzip file whose checksum is wrong", "[source]") {
  const std::string letters(1000, 'a');
  std::string packed = pack(Format::kGz, {{"x", letters}});
  CHECK(read_source("x.csv.gz", packed).error == "");
  packed[packed.size() - 8] ^= 1;  // the first byte of the CRC
  const SourceRun wrong = read_source("x.csv.gz", packed);
  CHECK_THAT(wrong.error, Catch::Contains("its bytes are not those that were packed (incorrect "
                                          "data check)"));
  for (const CollectedMember& member : wrong.rows->members) CHECK(member.bytes != letters);
  std::string tar = pack(Format::kTarGz, kTwoFiles);
  tar[tar.size() - 4] ^= 1;  // the length
  CHECK_THAT(read_source("x.tar.gz", tar).error, Catch::Contains("incorrect length check"));
}

TEST_CASE("archive joins the members of a gzip file", "[source]") {
  const std::string two = pack(Format::kGz, {{"x", "a,b\n"}}) + pack(Format::kGz, {{"x", "c,d\n"}});
  const SourceRun run = read_source("x.csv.gz", two);
  CHECK(run.error == "");
  REQUIRE(run.rows->members.size() == 1);
  CHECK(run.rows->members[0].bytes == "a,b\nc,d\n");
  const SourceRun more = read_source("x.csv.gz", two + "tail");
  CHECK(more.rows->members.size() == 1);
  CHECK(more.rows->notices ==
        std::vector<std::string>{"4 bytes behind what is packed are not gzip and not read"});
}

TEST_CASE("archive says that an archive is empty", "[source]") {
  const SourceRun run = read_source("empty.zip", pack(Format::kZip, {}));
  REQUIRE(run.source == "source.archive");
  CHECK(run.error == "");
  CHECK(run.rows->notices == std::vector<std::string>{"the archive holds no files"});
}
