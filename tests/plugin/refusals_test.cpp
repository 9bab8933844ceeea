// Every library that must not be loaded, with the exact line the user reads.
#include "playlist/random.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "plugin/describe.hpp"
#include "plugin/elf.hpp"
#include "plugin_fixture.hpp"

using namespace plugin_fixture;

namespace {

/// Loads `name` beside plain_c.so, which must load whatever happens to the other.
std::string refusal(const PluginFolder& folder, const std::string& name) {
  const auto registry = folder.load();
  CHECK(registry->find("ranking.plain_c") != nullptr);
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].path == folder.file(name));
  return registry->problems()[0].message;
}

std::string refusal_of(const std::string& refused) {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so").add(kRefused + refused);
  return refusal(folder, refused);
}

std::string refusal_of_bytes(const std::string& bytes) {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so").write("broken.so", bytes);
  return refusal(folder, "broken.so");
}

}  // namespace

TEST_CASE("a plugin of another ABI is refused with both versions, before its code runs") {
  CHECK(refusal_of("abi_newer.so") ==
        "built for plugin ABI 9.3, this engine offers 1.3: rebuild it against this engine's SDK, "
        "or use an engine that offers 9.x");
  CHECK(refusal_of("abi_older.so") ==
        "built for plugin ABI 0.3, this engine offers 1.3: rebuild it against this engine's SDK");
}

TEST_CASE("what is no shared library is refused") {
  CHECK(refusal_of_bytes("") == "not a shared library: the file is empty");
  CHECK(refusal_of_bytes("#!/bin/sh\necho I am a script\n") ==
        "not a shared library: the file does not start as one");
  CHECK(refusal_of_bytes("\x7f"
                         "ELF") == "truncated: 4 bytes on disk, 64 needed");
}

TEST_CASE("a truncated library is refused with its sizes") {
  const std::string whole = bytes_of(kGood + "plain_c.so");
  const std::string message = refusal_of_bytes(whole.substr(0, 4000));
  CHECK(message.starts_with("truncated: 4000 bytes on disk, "));
  CHECK(message.ends_with(" needed"));
}

TEST_CASE("a library for another machine is refused") {
  std::string bytes = bytes_of(kGood + "plain_c.so");
  bytes[18] = 40;  // e_machine: 32-bit ARM
  bytes[19] = 0;
  CHECK(refusal_of_bytes(bytes) == "built for another kind of machine");
}

TEST_CASE("a program is refused") {
  std::string bytes = bytes_of(kGood + "plain_c.so");
  bytes[16] = 2;  // e_type: ET_EXEC
  CHECK(refusal_of_bytes(bytes) == "a program, not a shared library");
  bytes[16] = 1;
  CHECK(refusal_of_bytes(bytes) == "an object file, not a shared library");
}

TEST_CASE("a library without the plugin symbols is refused, the symbol named") {
  CHECK(refusal_of("not_a_plugin.so") == "not a plugin: it does not export playlist_plugin_abi");
  CHECK(refusal_of("no_main.so") == "missing symbol: it does not export playlist_plugin_main");
  CHECK(refusal_of("abi_is_code.so") == "its playlist_plugin_abi is not data");
}

TEST_CASE("a symbol that nobody has is named when the library is loaded, not at its first call") {
  CHECK(refusal_of("unresolved.so") ==
        "undefined symbol: nowhere; link the library that has it, or build the plugin with "
        "playlist_add_plugin()");
}

TEST_CASE("a plugin that refuses to start tells why") {
  CHECK(refusal_of("gives_reason.so") == "needs a processor with AVX2");
  CHECK(refusal_of("gives_nothing.so") == "playlist_plugin_main() gave nothing and no reason");
  CHECK(refusal_of("throws_in_main.so") ==
        "playlist_plugin_main() threw an exception: no licence file");
}

TEST_CASE("a malformed description is refused") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so").add(kRefused + "malformed.so");
  CHECK(refusal(folder, "malformed.so") ==
        "it has no id (and 28 more: see engine plugins check " + folder.file("malformed.so") + ")");
}

TEST_CASE("two libraries with an element of one name are both named, the first stays") {
  PluginFolder folder;
  folder.add(kGood + "bad.so").add(kRefused + "same_element.so");
  const auto registry = folder.load();
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].path == folder.file("same_element.so"));
  CHECK(registry->problems()[0].message == "it offers ranking.bad, which " + folder.file("bad.so") +
                                               " already offers: remove one of the two");
  REQUIRE(registry->find("ranking.bad") != nullptr);
  CHECK(registry->find("ranking.bad")->plugin->path == folder.file("bad.so"));
}

TEST_CASE("an element whose name is taken costs that element, the rest of its library loads") {
  PluginFolder folder;
  folder.add(kGood + "bad.so").add(kRefused + "partly_same.so");
  const auto registry = folder.load();
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].path == folder.file("partly_same.so"));
  CHECK(registry->problems()[0].message ==
        "it offers ranking.bad, which " + folder.file("bad.so") +
            " already offers: left out, the rest of it is loaded");
  CHECK(registry->find("ranking.bad")->plugin->path == folder.file("bad.so"));
  REQUIRE(registry->find("filtering.own") != nullptr);
  CHECK(engine::plugin_json(*registry->find("filtering.own")->plugin)["elements"] ==
        nlohmann::json{"filtering.own"});
  CHECK(registry->problem_lines() ==
        std::vector<std::string>{"not loaded: " + folder.file("partly_same.so") + ": " +
                                 registry->problems()[0].message});
}

TEST_CASE("a library that ends the process which loads it is named, and the rest loads") {
  CHECK(refusal_of("crashes_at_load.so") == "it crashes when it is loaded (Segmentation fault)");
  CHECK(refusal_of("exits_at_load.so") == "it ends the process that loads it, with exit status 0");
  CHECK(refusal_of("forks_at_load.so") == "it starts processes of its own when it is loaded");
  CHECK_THAT(refusal_of("bad_description.so"), Catch::StartsWith("it crashes when it is loaded ("));
  // How far an exception gets through the loader is not ours to say.
  CHECK_THAT(refusal_of("static_constructor.so"),
             Catch::Equals("loading it throws an exception: cannot read /etc/eager") ||
                 Catch::StartsWith("it crashes when it is loaded ("));
}

TEST_CASE("how a first load went is noted beside the copy, and asked for again by the doctor") {
  PluginFolder folder;
  folder.add(kRefused + "exits_at_load.so");
  const std::string problem = "it ends the process that loads it, with exit status 0";
  CHECK(folder.load()->problems().at(0).message == problem);
  CHECK(folder.load()->problems().at(0).message ==
        problem + " (found earlier: engine doctor tries it again)");
  engine::Registry::Options again{{folder.plugins()}, folder.copies(), true};
  again.is_tried_again = true;
  CHECK(engine::Registry::load(again)->problems().at(0).message == problem);

  // A good one is not tried again: what is noted is believed.
  folder.add(kGood + "plain_c.so");
  CHECK(folder.load()->find("ranking.plain_c") != nullptr);
  for (const auto& entry : fs::directory_iterator(folder.copies())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("plain_c") && name.ends_with(".tried"))
      std::ofstream(entry.path(), std::ios::app) << "it was seen to misbehave";
  }
  // However long this has taken: a file written just now is looked at.
  fs::last_write_time(folder.file("plain_c.so"), fs::file_time_type::clock::now());
  CHECK(folder.load()->find("ranking.plain_c") == nullptr);
}

TEST_CASE("odd entries of a folder cost themselves only") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so");
  SECTION("a pipe, which nobody writes to") {
    REQUIRE(mkfifo(folder.file("odd.so").c_str(), 0600) == 0);
    CHECK(refusal(folder, "odd.so") == "it is no regular file");
  }
  SECTION("a link to itself") {
    fs::create_symlink("odd.so", folder.file("odd.so"));
    CHECK(refusal(folder, "odd.so") == "cannot be read: Too many levels of symbolic links");
  }
  SECTION("a link to nothing") {
    fs::create_symlink("nothing", folder.file("odd.so"));
    CHECK(refusal(folder, "odd.so") == "cannot be read: No such file or directory");
  }
  SECTION("a device") {
    fs::create_symlink("/dev/zero", folder.file("odd.so"));
    // Others may write to it, which is seen first.
    CHECK(refusal(folder, "odd.so") == "the file is writable by others: chmod o-w it");
    CHECK(folder.load(/*is_safe_only=*/false)->problems().at(0).message == "it is no regular file");
  }
  SECTION("a file of a terabyte that is all hole") {
    folder.write("odd.so", "x");
    fs::resize_file(folder.file("odd.so"), std::uintmax_t{1} << 40);
    CHECK(refusal(folder, "odd.so") == "not a shared library: the file does not start as one");
    folder.write("odd.so",
                 "\x7f"
                 "ELF");
    fs::resize_file(folder.file("odd.so"), std::uintmax_t{1} << 40);
    CHECK(refusal(folder, "odd.so") ==
          "it has 1099511627776 bytes; a library has at most 4294967296");
  }
  SECTION("a folder in a circle") {
    fs::create_directory(folder.file("inner"));
    fs::create_symlink("..", folder.file("inner/back"));
    fs::create_symlink("loop", folder.file("loop"));
    CHECK(folder.load()->problems().empty());
    CHECK(folder.load()->find("ranking.plain_c") != nullptr);
  }
}

TEST_CASE("no changed bytes of a library take the process down that looks at it") {
  const std::string whole = bytes_of(kGood + "plain_c.so");
  playlist::Random random(3);
  for (int round = 0; round < 12; ++round) {
    std::string bytes = whole;
    const std::size_t at =
        0x200 + random.next() % (std::min<std::size_t>(whole.size(), 0x1800) - 0x240);
    for (int k = 0; k < 4; ++k) bytes[at + random.next() % 64] = static_cast<char>(random.next());
    PluginFolder folder;
    folder.write("odd.so", bytes);
    // In a process of its own: what of a damaged library still loads may crash where it is
    // unloaded.
    const pid_t child = ::fork();
    if (child == 0) {
      const auto registry = folder.load();
      ::_exit(registry->problems().size() + registry->plugins().size() == 1 ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
}

TEST_CASE("a library that others may write is refused") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so").add(kGood + "bad.so");
  REQUIRE(chmod(folder.file("bad.so").c_str(), 0666) == 0);
  CHECK(refusal(folder, "bad.so") == "the file is writable by others: chmod o-w it");
  CHECK(folder.load(/*is_safe_only=*/false)->problems().empty());
}

TEST_CASE("a folder that others may write is refused whole") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so");
  REQUIRE(chmod(folder.plugins().c_str(), 0777) == 0);
  const auto registry = folder.load();
  CHECK(registry->elements().empty());
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].message == "the folder is writable by others: chmod o-w it");
}

TEST_CASE("a folder that does not exist is said") {
  TemporaryFolder folder;
  const auto registry =
      engine::Registry::load({{folder.file("none")}, folder.file("copies"), true});
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].message == "there is no such folder of plugins");
}

TEST_CASE(
    "a folder of copies that cannot be made is one problem, and the reason of what is missing") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so").add(kGood + "bad.so");
  std::ofstream(folder.copies()) << "a file in its place";
  const auto registry = folder.load();
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].path == folder.copies());
  CHECK(registry->problems()[0].message == folder.copies() + " is not a folder");
  try {
    (void)registry->require("ranking.bad", "recipes/x.lua:3");
    FAIL("it was found");
  } catch (const engine::Error& error) {
    CHECK(error.text() ==
          "error: no plugin offers ranking.bad\n"
          "  where: recipes/x.lua:3\n"
          "  why:   no plugins are loaded; not loaded: " +
              folder.copies() + ": " + folder.copies() +
              " is not a folder\n"
              "  fix:   engine doctor looks at everything a run needs");
  }
}

TEST_CASE("copies that others may change are not used") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so");
  fs::create_directory(folder.copies());
  REQUIRE(chmod(folder.copies().c_str(), 0755) == 0);
  const auto registry = folder.load();
  REQUIRE(registry->problems().size() == 1);
  CHECK(registry->problems()[0].message == "the folder of plugin copies " + folder.copies() +
                                               " is open to others: chmod 700 it, or remove it");
}

TEST_CASE("copies are named after their contents and used again") {
  PluginFolder folder;
  folder.add(kGood + "plain_c.so");
  const auto copies = [&] {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.copies())) {
      if (entry.path().extension() == ".so") names.push_back(entry.path().filename().string());
    }
    return names;
  };
  REQUIRE(folder.load()->problems().empty());
  REQUIRE(copies().size() == 1);
  const auto written = fs::last_write_time(folder.copies() + "/" + copies()[0]);
  REQUIRE(folder.load()->problems().empty());
  CHECK(copies().size() == 1);
  CHECK((fs::last_write_time(folder.copies() + "/" + copies()[0]) == written));

  // A rebuilt library, here one with a byte more at its end, is another copy.
  folder.write("plain_c.so", bytes_of(kGood + "plain_c.so") + "x");
  CHECK(folder.load()->problems().empty());
  CHECK(copies().size() == 2);
}

TEST_CASE("no cut of a library and no changed byte of its headers makes the reader fall over") {
  const std::string whole = bytes_of(kGood + "plain_c.so");
  for (std::size_t length = 0; length < whole.size(); length += length < 2048 ? 1 : 97) {
    engine::read_elf(std::string_view(whole).substr(0, length));
  }
  for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 4096); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string changed = whole;
      changed[at] = value;
      engine::read_elf(changed);
    }
  }
  const engine::ElfLibrary good = engine::read_elf(whole);
  CHECK(good.problem.empty());
  CHECK(good.exported == std::vector<std::string>{"playlist_plugin_abi", "playlist_plugin_main"});
  REQUIRE(good.abi.has_value());
  CHECK(good.abi->major == PLAYLIST_ABI_MAJOR);
}

TEST_CASE("libraries are found one folder deep, hidden files and other names are not") {
  PluginFolder folder;
  fs::create_directories(folder.file("ranking/deeper"));
  folder.add(kGood + "plain_c.so", "ranking/plain_c.so")
      .add(kGood + "bad.so", "ranking/deeper/bad.so")
      .add(kGood + "probe.so", ".probe.so")
      .write("README.txt", "not a library");
  const auto registry = folder.load();
  CHECK(registry->problems().empty());
  REQUIRE(registry->plugins().size() == 1);
  CHECK(registry->find("ranking.plain_c") != nullptr);
}

TEST_CASE("an element that no plugin offers is an error with a hint") {
  PluginFolder folder;
  folder.add(kGood + "probe.so");
  const auto registry = folder.load();
  try {
    (void)registry->require("filtering.od", "recipes/x.lua:3");
    FAIL("it was found");
  } catch (const engine::Error& error) {
    CHECK(error.exit() == engine::Exit::kRecipe);
    CHECK(error.text() ==
          "error: no plugin offers filtering.od\n"
          "  where: recipes/x.lua:3\n"
          "  fix:   did you mean filtering.odd?");
  }
  CHECK(registry->require("filtering.odd", "").description->kind == PLAYLIST_FILTERING);
  CHECK(registry->elements(PLAYLIST_FILTERING).size() == 2);
}
