#include "data/column_file.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "data/dictionary.hpp"
#include "data/tables.hpp"
#include "support/small_store.hpp"
#include "support/temporary_folder.hpp"

using engine::ColumnFile;
using engine::ColumnWriter;

namespace {

struct Sample {
  std::vector<float> f32{1.5f, -2};
  std::vector<double> f64{0.1, 0.2};
  std::vector<std::int32_t> i32{7, INT32_MIN}, codes{1, -1};
  std::vector<std::int64_t> i64{1'700'000'000'000, INT64_MIN};
  std::vector<std::uint8_t> u8{1, 255};
  std::vector<std::uint64_t> offsets{0, 2, 2};
  std::vector<std::int32_t> values{3, 5};
  std::vector<float> weights{0.5f, 2};
  std::vector<float> vectors{1, 2, 3, 4, 5, 6};
  engine::Dictionary texts;

  ColumnWriter writer(const std::string& key) {
    texts.code("first");
    texts.code("Grüße");
    ColumnWriter made(key);
    made.table("all", 2);
    made.column("f32", f32);
    made.column("f64", f64);
    made.column("i32", i32);
    made.column("i64", i64);
    made.column("u8", u8);
    made.column("text", codes, texts);
    made.table("empty", 0);
    made.column("none", std::vector<float>{});
    made.lists("lists", offsets, values, weights);
    made.lists("plain", offsets, values);
    made.matrix("space", 3, vectors);
    return made;
  }
};

void check_sample(const ColumnFile& file) {
  REQUIRE(file.table("all") != nullptr);
  CHECK(test::as_text(*file.table("all")) ==
        "f32 f64 i32 i64 u8 text\n"
        "1.5 0.1 7 1700000000000 1 Grüße\n"
        "-2 0.2 - - - -\n");
  CHECK(file.table("empty")->rows == 0);
  CHECK(test::as_text(*file.lists("lists")) == "0: 3*0.5 5*2\n1:\n");
  CHECK(test::as_text(*file.lists("plain")) == "0: 3 5\n1:\n");
  CHECK(test::as_text(*file.matrix("space")) == "1 2 3\n4 5 6\n");
  CHECK(file.matrix_names() == std::vector<std::string>{"space"});
  CHECK(file.table("other") == nullptr);
  CHECK(file.lists("all") == nullptr);
  CHECK(file.matrix("lists") == nullptr);
  const playlist_table& table = *file.table("all");
  for (std::uint32_t k = 0; k < table.column_count; ++k)
    CHECK(reinterpret_cast<std::uintptr_t>(table.columns[k]->data) % 64 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(file.matrix("space")->data) % 64 == 0);
}

std::string why_not(const std::string& path, const std::string& key) {
  std::string why;
  CHECK(ColumnFile::open(path, key, why) == nullptr);
  return why;
}

void overwrite(const std::string& path, std::streamoff at, char byte) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.put(byte);
}

}  // namespace

TEST_CASE("a column file gives back every type, list and matrix, aligned", "[columns]") {
  const TemporaryFolder folder;
  Sample sample;
  const std::string path = folder.file("x.columns");
  check_sample(*sample.writer("key 1").write(path));
  std::string why;
  const auto file = ColumnFile::open(path, "key 1", why);
  REQUIRE(file != nullptr);
  CHECK(why.empty());
  check_sample(*file);
  // Nothing but the file itself is left in the folder, and the note that its data is sound.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    CHECK_THAT(entry.path().filename().string(), Catch::StartsWith("x.columns"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) <= 2);
}

TEST_CASE("columns in memory need no file", "[columns]") {
  Sample sample;
  check_sample(*sample.writer("key").write_to_memory());
}

TEST_CASE("a mapped column file outlives its replacement", "[columns]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.columns");
  Sample sample, again;
  const auto old = sample.writer("key 1").write(path);
  const auto fresh = again.writer("key 2").write(path);
  check_sample(*old);
  CHECK(old->key() == "key 1");
  CHECK(fresh->key() == "key 2");
}

TEST_CASE("a column file that cannot be used says why", "[columns]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.columns");
  CHECK(why_not(path, "key") == "there is none yet");
  Sample sample;
  (void)sample.writer("key").write(path);
  CHECK(why_not(path, "other") == "it was made from \"key\"");

  SECTION("cut short") {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 64);
    CHECK_THAT(why_not(path, "key"), Catch::Contains("where its header says"));
  }
  SECTION("cut to less than a header") {
    std::filesystem::resize_file(path, 10);
    CHECK(why_not(path, "key") == "it is shorter than a header");
  }
  SECTION("emptied") {
    std::filesystem::resize_file(path, 0);
    CHECK(why_not(path, "key") == "it is shorter than a header");
  }
  SECTION("another file") {
    overwrite(path, 0, 'X');
    CHECK(why_not(path, "key") == "it is not a column file");
  }
  SECTION("another format") {
    overwrite(path, 8, 9);
    CHECK_THAT(why_not(path, "key"), Catch::StartsWith("it has format 9"));
  }
  SECTION("a changed directory") {
    overwrite(path, 70, '!');
    CHECK(why_not(path, "key") == "the checksum of its directory is wrong");
  }
  SECTION("a directory that lies elsewhere") {
    overwrite(path, 30, 127);
    CHECK(why_not(path, "key") == "its directory lies outside of it");
  }
  SECTION("a folder") {
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    CHECK(why_not(path, "key") == "it is shorter than a header");
  }
}

TEST_CASE("a column file that cannot be written names path and reason", "[columns]") {
  Sample sample;
  const ColumnWriter writer = sample.writer("key");
  try {
    (void)writer.write("/proc/nowhere/x.columns");
    FAIL("written to /proc");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kStore);
    CHECK_THAT(error.text(), Catch::Contains("/proc/nowhere/x.columns") &&
                                 Catch::Contains("No such file or directory"));
  }
}

TEST_CASE("a dictionary numbers texts by first appearance", "[columns]") {
  engine::Dictionary texts;
  CHECK(texts.code("b") == 0);
  CHECK(texts.code("a") == 1);
  CHECK(texts.code("b") == 0);
  CHECK(texts.code("") == 2);
  for (int k = 0; k < 5000; ++k) CHECK(texts.code("text " + std::to_string(k)) == 3 + k);
  for (int k = 0; k < 5000; ++k) CHECK(texts.code("text " + std::to_string(k)) == 3 + k);
  CHECK(texts.text(4) == "text 1");
  CHECK(texts.count() == 5003);
}
