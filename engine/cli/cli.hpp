// One command line: the flags that every verb takes, whom a request is for, and what a person sees
// of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "app/home.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace engine {

/// The flags every verb takes (`engine VERB --help` lists them under COMMON).
struct CommonOptions {
  std::string library;  // --library FILE
  std::string user;     // --user NAME
  std::string now;      // --now TIME
  std::optional<std::uint64_t> random_seed;
  std::vector<std::string> set;      // --set NAME=VALUE, recipe parameters
  std::string config;                // --config FILE
  std::vector<std::string> plugins;  // --plugins DIR, before the configured ones
  bool json = false, quiet = false, verbose = false, in_process = false;
};

/// Threads: one.
class Cli {
 public:
  CommonOptions common;
  std::function<Exit()> action;  // the verb that was asked for

  /// Where the engine is at home, as --library, --config and --plugins say; made at first use.
  const app::Home& home();
  /// Makes it anew: settings are read and plugins loaded again. The old one stays where that
  /// throws.
  void renew_home();
  /// One more of them, for who renews it by and by.
  std::unique_ptr<app::Home> make_home(bool finds_recipes_anywhere = true);
  /// This command line as a caller: --user, --now, --random-seed, --set, --in-process. What is said
  /// goes to stderr, parts of the answer to stdout.
  app::Caller caller();

  /// Results go to stdout, everything else to stderr.
  void out(const std::string& text) const;
  void note(const std::string& text);       // stderr; silent with --quiet
  void note_once(const std::string& text);  // however often it comes
  void verbose(const std::string& text);    // stderr; only with --verbose
  void error(const Error& error);           // stderr

 private:
  Log& log();
  void open_log(const Settings& settings, const std::string& library);
  /// A line drawn over the one before, on a terminal; "" wipes it.
  void draw(const std::string& line);

  Log log_;
  bool is_log_ready_ = false, is_drawn_ = false;
  std::unique_ptr<app::Home> home_;
  std::set<std::string> noted_;  // by note_once()
};

}  // namespace engine
