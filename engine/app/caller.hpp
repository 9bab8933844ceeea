// Who asks the engine for something: a command line, a page, a bot.
//
// Each request has its caller, which carries all that it is about, so that two in one process
// cannot see each other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/home.hpp"

namespace engine::app {

/// On whose behalf, as of when, with what.
struct Asked {
  std::string user;      // "": the only one
  std::int64_t now = 0;  // Unix seconds
  std::optional<std::uint64_t> random_seed;
  std::vector<std::string> set;  // "NAME=VALUE", recipe parameters
  bool in_process = false;       // without workers, for debuggers and sanitizers
};

/// Who hears what is said on the way; empty ones are not called.
struct Hearers {
  std::function<void(const std::string&)> note;
  std::function<void(const std::string&)> note_once;  // however often it comes
  std::function<void(const std::string&)> verbose;    // for who looks closely
};

struct Caller {
  const Home& home;  // lives longer than its callers
  Asked asked;
  Hearers hearers;

  void note(const std::string& text) const {
    if (hearers.note) hearers.note(text);
  }
  void note_once(const std::string& text) const {
    if (hearers.note_once) hearers.note_once(text);
  }
  void verbose(const std::string& text) const {
    if (hearers.verbose) hearers.verbose(text);
  }
};

}  // namespace engine::app
