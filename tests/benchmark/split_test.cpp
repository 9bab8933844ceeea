// Files of public data sets: both formats, and what is said of files that are neither.
#include "benchmark/split.hpp"

#include <fstream>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/temporary_folder.hpp"

using engine::benchmark::ItemsOfUsers;
using engine::benchmark::read_split;
using engine::benchmark::Split;
using engine::benchmark::SplitFormat;
using Numbers = std::vector<std::int32_t>;

namespace {

Split split_of(const std::string& train, const std::string& test, const std::string& ending) {
  return read_split({"train" + ending, train}, {"test" + ending, test});
}

Numbers of(const ItemsOfUsers& part, std::int32_t user) {
  return {part.of(user).begin(), part.of(user).end()};
}

/// "WHAT | where | why" of the refusal.
std::string refusal(const std::function<void()>& read) {
  try {
    read();
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kInput);
    return std::string(error.what()) + " | " + error.parts().where + " | " + error.parts().why;
  }
  return "";
}
std::string refusal(const std::string& train, const std::string& test,
                    const std::string& ending = ".txt") {
  return refusal([&] { split_of(train, test, ending); });
}

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_gz(const std::string& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

}  // namespace

TEST_CASE("lines of a user and their items are read in any order", "[split]") {
  const Split split = split_of("2 7 5\n0 1 2 3\n", "0 4\n1\n2 6 \r\n\n", ".txt");
  CHECK(split.format == SplitFormat::kUsersFirst);
  CHECK(split.items == 8);
  REQUIRE(split.train.users() == 3);
  REQUIRE(split.test.users() == 3);
  CHECK(of(split.train, 0) == Numbers{1, 2, 3});
  CHECK(of(split.train, 1).empty());
  CHECK(of(split.train, 2) == Numbers{5, 7});
  CHECK(of(split.test, 1).empty());
  CHECK(of(split.test, 2) == Numbers{6});
}

TEST_CASE("lines of a count and that many items are users in their order", "[split]") {
  const Split split = split_of("2 4 3\n2 0 1\n0\n", "1 5\n0\n3 7\t8 9\n", ".dat");
  CHECK(split.format == SplitFormat::kCountsFirst);
  CHECK(of(split.train, 0) == Numbers{3, 4});
  CHECK(of(split.train, 2).empty());
  CHECK(of(split.test, 2) == Numbers{7, 8, 9});
}

TEST_CASE("where a file could be either format, its ending tells", "[split]") {
  CHECK(split_of("1 0\n2 0 1\n", "1 2\n", ".dat").format == SplitFormat::kCountsFirst);
  CHECK(split_of("1 0\n2 0 1\n", "1 2\n", ".txt").format == SplitFormat::kUsersFirst);
}

TEST_CASE("an item that stands twice in a line counts once, and is told", "[split]") {
  const Split split = split_of("0 1 1 2\n", "0 3 3 3\n", ".txt");
  CHECK(split.repeated == 3);
  CHECK(of(split.test, 0) == Numbers{3});
}

TEST_CASE("a bad line is named with what was expected and found", "[split]") {
  CHECK(refusal("0 1\n1 x7\n", "0 2\n") ==
        "cannot read train.txt | line 2 | expected numbers from 0 with blanks between them, found "
        "\"x7\"");
  CHECK_THAT(refusal("0 1\n", "0 -2\n"), Catch::Contains("test.txt | line 1"));
  CHECK_THAT(refusal("0 1.5\n", "0 2\n"), Catch::Contains("found \"1.5\""));
  CHECK_THAT(refusal("0 99999999999999999999\n", "0 2\n"),
             Catch::Contains("expected numbers below 10000000"));
  CHECK_THAT(refusal("0 10000000\n", "0 2\n"), Catch::Contains("found \"10000000\""));
  CHECK_THAT(refusal("4 1 2\n5 1\n4 3\n", "5 2\n"),
             Catch::Contains("line 3 | expected every user once, found user 4, who is on line 1"));
  CHECK_THAT(refusal("2 1 2\n2 1 2\n3 1 2\n", "1 1\n1 1\n", ".dat"),
             Catch::Contains("train.dat | line 3 | expected 3 items, found 2"));
  CHECK_THAT(refusal("", "0 1\n"), Catch::Contains("train.txt | line 1 | expected numbers"));
  CHECK_THAT(refusal("0 1\n", "0\n1\n"), Catch::Contains("test.txt holds no item of any user"));
  CHECK_THAT(refusal(std::string("0 1\n\0\x1b[31m\n", 11), "0 1\n"),
             Catch::Contains("line 2") && !Catch::Contains("\x1b"));
}

TEST_CASE("the files of a folder are found by their names, packed or not", "[split]") {
  const TemporaryFolder folder;
  write_gz(folder.file("cf-train-10-users.dat.gz"), "2 0 1\n2 1 2\n");
  write(folder.file("cf-test-10-users.dat"), "1 2\n1 0\n");
  write(folder.file("cf-train-10-items.dat"), "1 0\n");  // the same by items
  write(folder.file("readme.md"), "train test\n");
  const Split split = read_split(folder.path());
  CHECK(split.format == SplitFormat::kCountsFirst);
  CHECK(of(split.train, 1) == Numbers{1, 2});
  CHECK(of(split.test, 1) == Numbers{0});
}

TEST_CASE("a folder without the files, or with too many, is refused by name", "[split]") {
  const TemporaryFolder folder;
  const auto read = [&] { read_split(folder.path()); };
  CHECK_THAT(refusal(read), Catch::Contains("has no train file"));
  write(folder.file("a-train.txt"), "0 1\n");
  write(folder.file("b-train.txt"), "0 1\n");
  CHECK_THAT(refusal(read), Catch::Contains("they are a-train.txt, b-train.txt"));
  write(folder.file("train.txt"), "0 1\n");  // the plain name wins
  CHECK_THAT(refusal(read), Catch::Contains("has no test file"));
  CHECK_THAT(refusal([] { read_split("/nowhere/at/all"); }),
             Catch::Contains("cannot read the folder /nowhere/at/all"));
}

TEST_CASE("a packed file that is cut short or damaged is refused", "[split]") {
  const TemporaryFolder folder;
  std::string lines;
  for (int user = 0; user < 2'000; ++user)
    lines += std::to_string(user) + " " + std::to_string(user * 7919 % 5003) + "\n";
  write_gz(folder.file("train.txt.gz"), lines);
  write(folder.file("test.txt"), "0 1\n");
  std::ifstream file(folder.file("train.txt.gz"), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  write(folder.file("train.txt.gz"), bytes.substr(0, bytes.size() / 2));
  CHECK_THAT(refusal([&] { read_split(folder.path()); }), Catch::Contains("it is cut short"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  write(folder.file("train.txt.gz"), bytes);
  CHECK_THAT(refusal([&] { read_split(folder.path()); }), Catch::Contains("cannot read"));
}
