#include "core/output_file.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/paths.hpp"
#include "support/temporary_folder.hpp"

using namespace engine;
using Catch::Contains;

namespace fs = std::filesystem;

namespace {

struct Folder {
  TemporaryFolder folder;
  KeptFiles kept{file("library.db"), {}, {file("cache")}};

  Folder() {
    write("library.db", std::string("SQLite format 3\0rest", 20));
    fs::create_directories(file("library.db.columns"));
    fs::create_directories(file("cache"));
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return fs::canonical(folder.path()).string() + "/" + name;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }
  [[nodiscard]] std::string refusal(const std::string& path) const {
    try {
      OutputFile(path, kept).write("x");
    } catch (const Error& error) {
      CHECK(error.exit() == Exit::kUsage);
      return error.text();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("an output replaces a file whole and keeps its mode", "[core][output]") {
  const Folder there;
  there.write("list.m3u8", "before, and longer");
  fs::permissions(there.file("list.m3u8"), fs::perms(0640));
  const OutputFile output(there.file("list.m3u8"), there.kept);
  output.write("after");
  CHECK(read_file(there.file("list.m3u8")) == "after");
  CHECK(fs::status(there.file("list.m3u8")).permissions() == fs::perms(0640));
  CHECK(output.path() == there.file("list.m3u8"));
}

TEST_CASE("an output may have the longest name there is", "[core][output]") {
  const Folder there;
  const std::string name(255, 'x');
  OutputFile(there.file(name), there.kept).write("text");
  CHECK(read_file(there.file(name)) == "text");
}

TEST_CASE("links of an output are followed and stay", "[core][output]") {
  const Folder there;
  fs::create_directories(there.file("far"));
  there.write("far/list.csv", "before");
  fs::create_symlink("far/list.csv", there.file("link.csv"));
  fs::create_symlink("far/new.csv", there.file("dangling.csv"));
  const OutputFile output(there.file("link.csv"), there.kept);
  output.write("after");
  CHECK(output.path() == there.file("far/list.csv"));
  CHECK(fs::is_symlink(there.file("link.csv")));
  CHECK(read_file(there.file("far/list.csv")) == "after");
  OutputFile(there.file("dangling.csv"), there.kept).write("new");
  CHECK(fs::is_symlink(there.file("dangling.csv")));
  CHECK(read_file(there.file("far/new.csv")) == "new");
  fs::create_symlink("b", there.file("a"));
  fs::create_symlink("a", there.file("b"));
  CHECK_FALSE(there.refusal(there.file("a")).empty());
  fs::create_symlink("library.db", there.file("innocent.csv"));
  CHECK_THAT(there.refusal(there.file("innocent.csv")), Contains("it is the library"));
}

TEST_CASE("an output that is no file is written into and stays what it is", "[core][output]") {
  const Folder there;
  const std::string path = there.file("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  OutputFile(path, there.kept).write("a list");
  char bytes[16] = "";
  CHECK(::read(reader, bytes, sizeof bytes) == 6);
  CHECK(std::string(bytes) == "a list");
  ::close(reader);
  CHECK(fs::is_fifo(path));
}

TEST_CASE("a device takes an output and stays one", "[core][output]") {
  const Folder there;
  const std::string path = there.file("null");
  if (::mknod(path.c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0 ||
      ::open(path.c_str(), O_WRONLY | O_CLOEXEC) < 0) {
    WARN("not tried: devices cannot be made or opened here");
    return;
  }
  OutputFile(path, there.kept).write("a list");
  CHECK(fs::is_character_file(path));
  const std::string disk = there.file("disk");
  REQUIRE(::mknod(disk.c_str(), S_IFBLK | 0600, makedev(7, 250)) == 0);
  CHECK_THAT(there.refusal(disk), Contains("it is a disk"));
}

TEST_CASE("folders and sockets are no outputs", "[core][output]") {
  const Folder there;
  CHECK_THAT(there.refusal(there.folder.path()), Contains("it is a folder"));
  CHECK_THAT(there.refusal(there.file("cache/")), Contains("it is a folder"));
  CHECK_THAT(there.refusal(there.file("new/")), Contains("folder"));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  there.file("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CHECK_THAT(there.refusal(there.file("socket")), Contains("it is a socket"));
  ::close(socket);
}

TEST_CASE("an output never replaces what the engine lives on", "[core][output]") {
  const Folder there;
  const auto [name, why] = GENERATE(table<std::string, std::string>(
      {{"library.db", "it is the library"},
       {"./cache/../library.db", "it is the library"},
       {"library.db-wal", "the library's own"},
       {"library.db-shm", "the library's own"},
       {"library.db.before-v2", "the library's own"},
       {"library.db.columns/catalogue.columns", "the library's own"},
       {"library.db.models/model.als/1-0/card.json", "the library's own"},
       {"cache/plugin-copies", "the engine's own"},
       {"other.db", "another database"},
       {"hard.db", "it is the library"},
       {"program", "a program or a plugin"},
       {"mine.lua", "recipes"},
       {"calm.so", "plugins"}}));
  CAPTURE(name);
  there.write("other.db", std::string("SQLite format 3\0", 16));
  there.write("program",
              "\x7f"
              "ELF and so on");
  fs::create_hard_link(there.file("library.db"), there.file("hard.db"));
  CHECK_THAT(there.refusal(there.file(name)), Contains(why));
  CHECK(read_file(there.file("library.db")) == std::string("SQLite format 3\0rest", 20));
}

TEST_CASE("a recipe by any name is kept", "[core][output]") {
  Folder there;
  there.write("recipe.txt", "return 1");
  there.kept.files = {there.file("recipe.txt")};
  fs::create_hard_link(there.file("recipe.txt"), there.file("same.txt"));
  CHECK_THAT(there.refusal(there.file("recipe.txt")), Contains("the engine reads it"));
  CHECK_THAT(there.refusal(there.file("same.txt")), Contains("the engine reads it"));
}

TEST_CASE("missing folders of an output are made when that is asked for", "[core][output]") {
  const Folder there;
  const std::string path = there.file("a/b/list.csv");
  CHECK_THAT(there.refusal(path), Contains("there is no folder") && Contains("--make-folders"));
  CHECK_FALSE(fs::exists(there.file("a")));
  OutputFile(path, there.kept, {.makes_folders = true}).write("text");
  CHECK(read_file(path) == "text");
  there.write("plain", "x");
  CHECK_THROWS_AS(OutputFile(there.file("plain/list.csv"), there.kept, {.makes_folders = true}),
                  Error);
}

TEST_CASE("an output folder may be missing and its parents when that is asked for",
          "[core][output]") {
  const Folder there;
  CHECK(output_folder(there.file("lists/"), there.kept, false) == there.file("lists"));
  CHECK_FALSE(fs::exists(there.file("lists")));  // until something is written into it
  CHECK_THROWS_AS(output_folder(there.file("x/y"), there.kept, false), Error);
  CHECK(output_folder(there.file("x/y"), there.kept, true) == there.file("x/y"));
  CHECK_THROWS_AS(output_folder(there.file("library.db.columns"), there.kept, true), Error);
  CHECK_THROWS_AS(output_folder(there.file("library.db"), there.kept, true), Error);
  CHECK_THROWS_AS(output_folder("", there.kept, true), Error);
}

TEST_CASE("a tilde begins in the home folder", "[core][output]") {
  const Folder there;
  const char* set = std::getenv("HOME");
  const std::string home = set != nullptr ? set : "";
  ::setenv("HOME", there.file("").c_str(), 1);
  const std::string path = OutputFile("~/list.csv", there.kept).path();
  const std::string folder = output_folder("~/lists", there.kept, false);
  ::setenv("HOME", home.c_str(), 1);
  CHECK(path == there.file("list.csv"));
  CHECK(folder == there.file("lists"));
  CHECK(OutputFile("-", there.kept).is_standard_output());
}
