// A home whose recipes may name the elements of tests/abi/beside_the_store.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/paths.hpp"
#include "support/program.hpp"

namespace file_plugins {

inline const std::string kFiles = PLAYLIST_BUILD_DIR "/file-plugins/";

struct Home : support::EngineHome {
  [[nodiscard]] support::Ended run(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"--library", path("library.db"), "--plugins", kFiles,
                                    "--now",     "2026-11-21",       "--quiet"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return engine(all);
  }
  Home() { std::filesystem::copy_file(support::demo_library(), path("library.db")); }
  [[nodiscard]] std::string recipe(const std::string& name, const std::string& steps) const {
    engine::write_file_atomically(
        path(name),
        "local pl = require \"playlist\"\n"
        "return pl.recipe { title = \"Files\", random_seed = \"1\", build = "
        "function()\n  return pl.recall.catalogue {}\n" +
            steps + "\nend }\n");
    return path(name);
  }
};

}  // namespace file_plugins
