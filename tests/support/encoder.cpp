#include "support/encoder.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

#include "support/program.hpp"

namespace test {

bool make_encoder(const std::string& path, const std::string& kind) {
  const std::string maker = PLAYLIST_BUILD_DIR "/tests/make_encoder";
  if (!std::filesystem::exists(maker)) {
    WARN("libtorch-dev is not installed: encoders were not tried");
    return false;
  }
  const support::Ended ended = support::run_program({maker, path, kind});
  INFO(ended.err);
  REQUIRE(ended.exit_code == 0);
  return true;
}

}  // namespace test
