// Libraries are not read again while their files stay as they are, and always when they do not.
#include "plugin/known_libraries.hpp"

#include <chrono>
#include <filesystem>

#include <catch2/catch.hpp>

#include "plugin_fixture.hpp"

using namespace plugin_fixture;
using engine::KnownLibraries;

namespace {

/// A folder with a link to a library that was built long enough ago to be believed unchanged.
struct Settled {
  PluginFolder folder;
  std::string path = folder.file("plain_c.so");
  Settled() { fs::create_symlink(kGood + "plain_c.so", path); }
  [[nodiscard]] std::string content() const {
    return folder.load()->find("ranking.plain_c")->plugin->content;
  }
  [[nodiscard]] std::string note() const { return folder.copies() + "/known"; }
};

}  // namespace

TEST_CASE("a library whose file has not changed is known at the next start", "[known]") {
  const Settled settled;
  const std::string content = settled.content();
  const auto known = KnownLibraries(settled.folder.copies()).find(settled.path);
  REQUIRE(known);
  CHECK(known->path == settled.path);
  CHECK(known->content == content);
  CHECK(bytes_of(known->copy) == bytes_of(settled.path));
  CHECK(settled.content() == content);
  CHECK_FALSE(KnownLibraries(settled.folder.copies()).find(settled.path + "x"));

  // The doctor reads it all the same.
  engine::Registry::Options again{{settled.folder.plugins()}, settled.folder.copies(), true};
  again.is_tried_again = true;
  CHECK(engine::Registry::load(again)->find("ranking.plain_c")->plugin->content == content);
}

TEST_CASE("a library that others may write now is refused, known or not", "[known]") {
  const Settled settled;
  settled.content();
  REQUIRE(KnownLibraries(settled.folder.copies()).find(settled.path));
  fs::remove(settled.path);
  settled.folder.load();
  fs::copy_file(kGood + "plain_c.so", settled.path);
  fs::permissions(settled.path, fs::perms::others_write, fs::perm_options::add);
  CHECK(settled.folder.load()->find("ranking.plain_c") == nullptr);
  CHECK_FALSE(KnownLibraries(settled.folder.copies()).find(settled.path));
}

TEST_CASE("other bytes of the same length and time of change are read", "[known]") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so");
  const std::string path = folder.file("plain_c.so");
  const std::string before = folder.load()->find("ranking.plain_c")->plugin->content;
  const auto written = fs::last_write_time(path);
  std::string bytes = bytes_of(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);  // in the section headers, which nothing maps
  folder.write("plain_c.so", bytes);
  fs::last_write_time(path, written);
  const auto registry = folder.load();
  REQUIRE(registry->find("ranking.plain_c"));
  CHECK(registry->find("ranking.plain_c")->plugin->content != before);
}

TEST_CASE("a file that may change again within the same moment is not noted", "[known]") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so");
  const std::string path = folder.file("plain_c.so");
  fs::last_write_time(path, fs::file_time_type::clock::now() + std::chrono::hours(1));
  REQUIRE(folder.load()->problems().empty());
  CHECK_FALSE(KnownLibraries(folder.copies()).find(path));
}

TEST_CASE("a library is read again where its copy or the note is gone or damaged", "[known]") {
  const Settled settled;
  const std::string content = settled.content();
  const std::string copy = KnownLibraries(settled.folder.copies()).find(settled.path)->copy;
  fs::remove(copy);
  CHECK_FALSE(KnownLibraries(settled.folder.copies()).find(settled.path));
  CHECK(settled.content() == content);
  CHECK(fs::exists(copy));

  const std::string whole = bytes_of(settled.note());
  REQUIRE(whole.find(settled.path) != std::string::npos);
  const auto is_known_with = [&](const std::string& note) {
    std::ofstream(settled.note(), std::ios::binary) << note;
    return KnownLibraries(settled.folder.copies()).find(settled.path).has_value();
  };
  CHECK(is_known_with(whole));
  CHECK_FALSE(is_known_with("libraries of engine 0.0.0" + whole.substr(whole.find('\n'))));
  for (std::size_t length = 0; length + 1 < whole.size(); ++length)
    CHECK_FALSE(is_known_with(whole.substr(0, length)));
  CHECK(settled.content() == content);
  CHECK(is_known_with(bytes_of(settled.note())));

  KnownLibraries known(settled.folder.copies());
  known.forget(settled.path);
  known.save();
  CHECK_FALSE(KnownLibraries(settled.folder.copies()).find(settled.path));
}
