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

#include <nlohmann/json_fwd.hpp>

#include "app/home.hpp"
#include "core/error.hpp"

namespace engine::app {

/// On whose behalf, as of when, with what.
struct Asked {
  std::string user = {};  // "": the only one
  std::int64_t now = 0;   // Unix seconds
  std::optional<std::uint64_t> random_seed = {};
  std::vector<std::string> set = {};  // "NAME=VALUE", recipe parameters
  bool in_process = false;            // without workers, for debuggers and sanitizers
  bool is_now_given = false;          // else `now` is the clock's
  std::string way_in = "cli";         // "cli", "page", "bot": the origin of what is said in the log
};

/// What the answer is for.
struct Screen {
  int columns = 0;       // of a terminal, which long lines are cut to; 0: none
  bool is_json = false;  // nobody reads the text
  bool is_quiet = false, is_verbose = false;
};

/// Who hears what is said on the way; empty ones are not called.
struct Hearers {
  std::function<void(const std::string&)> note = nullptr;
  std::function<void(const std::string&)> note_once = nullptr;  // however often it comes
  std::function<void(const std::string&)> verbose = nullptr;    // for who looks closely
  std::function<void(const Error&)> error = nullptr;  // what failed and did not end the request
  /// How far it is: a line drawn over the one before; "" wipes it.
  std::function<void(const std::string&)> progress = nullptr;
  /// A part of the answer's text as soon as it is known; not of one that is asked for as JSON.
  std::function<void(const std::string&)> part = nullptr;
  /// One of the answers of a request that goes on: as data, and as text.
  std::function<void(const nlohmann::ordered_json&, const std::string&)> line = nullptr;
};

struct Caller {
  const Home& home;  // lives longer than its callers
  Asked asked;
  Hearers hearers;
  Screen screen = {};

  /// home.registry(), with what is wrong with some plugins told.
  [[nodiscard]] std::shared_ptr<const Registry> registry() const;

  void note(const std::string& text) const {
    if (hearers.note) hearers.note(text);
  }
  void note_once(const std::string& text) const {
    if (hearers.note_once) hearers.note_once(text);
  }
  void verbose(const std::string& text) const {
    if (hearers.verbose) hearers.verbose(text);
  }
  void error(const Error& error) const {
    if (hearers.error) hearers.error(error);
  }
  void progress(const std::string& line) const {
    if (hearers.progress) hearers.progress(line);
  }
  void part(const std::string& text) const {
    if (hearers.part && !screen.is_json) hearers.part(text);
  }
  void line(const nlohmann::ordered_json& data, const std::string& text) const {
    if (hearers.line) hearers.line(data, text);
  }
};

}  // namespace engine::app
