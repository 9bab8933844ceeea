// A home whose cache is its own, too: how long a service wants to be left alone is told in there, to
// all processes of a person.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace players_test {

class HomeWithOwnCache : public support::EngineHome {
 public:
  HomeWithOwnCache() : environment_(support::EngineHome::environment()) {
    environment_["XDG_CACHE_HOME"] = path("cache");
  }
  [[nodiscard]] const std::map<std::string, std::string>& environment() const {
    return environment_;
  }
  [[nodiscard]] support::Ended engine(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), PLAYLIST_BUILD_DIR "/engine");
    return support::run_program(arguments, environment_, PLAYLIST_SOURCE_DIR);
  }

 private:
  std::map<std::string, std::string> environment_;
};

}  // namespace players_test
