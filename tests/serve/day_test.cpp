// The page as a person lives with it, by Playwright (npm) and Debian's Chromium: a day, and pictures of
// every view with what axe-core says of them.
#include <filesystem>

#include <catch2/catch.hpp>

#include "support/browser.hpp"
#include "support/program.hpp"

namespace {

support::Ended run_node(const std::vector<std::string>& arguments,
                        const std::map<std::string, std::string>& environment = {}) {
  std::vector<std::string> argv{"/bin/sh", "-c", "NODE_PATH=$(npm root -g) exec node \"$@\"", "sh"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return support::run_program(argv, environment);
}

bool has_playwright() {
  static const bool is_there =
      !support::Browser::program().empty() &&
      run_node({"-e", "require('playwright-core'); require('axe-core')"}).exit_code == 0;
  if (!is_there)
    WARN("skipped: npm install -g playwright-core axe-core, and apt-get install chromium");
  return is_there;
}

/// A script of this folder in a home of its own with the demo library; its pictures go into a folder.
void check_script(const std::string& script, const std::string& pictures) {
  const support::EngineHome home;
  std::filesystem::copy_file(support::demo_library(), home.path("library.db"));
  std::filesystem::create_directories(pictures);
  const support::Ended ended =
      run_node({std::string(PLAYLIST_SOURCE_DIR) + "/tests/serve/" + script,
                std::string(PLAYLIST_BUILD_DIR) + "/engine", home.path("library.db"), pictures},
               home.environment());
  CAPTURE(ended.err);  // which step failed
  CHECK(ended.exit_code == 0);
}

const std::string kPictures = std::string(PLAYLIST_BUILD_DIR) + "/screenshots";

}  // namespace

TEST_CASE("a day with the page", "[serve][page][playwright]") {
  if (has_playwright()) check_script("day.mjs", kPictures);
}

TEST_CASE("axe-core finds nothing serious in any view, light and dark",
          "[serve][page][playwright]") {
  if (has_playwright()) check_script("screens.mjs", kPictures);
}
