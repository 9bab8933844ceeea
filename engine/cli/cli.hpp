// What every verb shares: common flags, configuration, paths, and how a verb is registered.
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
#include "config/settings.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace CLI {
class App;
}

namespace engine {

class Registry;

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

/// One command line. Verbs add their subcommand, and set `action` in its callback.
class Cli {
 public:
  CommonOptions common;
  std::function<Exit()> action;

  /// Where the engine is at home, as --library, --config and --plugins say; made at first use.
  const app::Home& home();
  /// Makes it anew, and loads plugins anew when they are next used. The old one stays where that
  /// throws.
  void renew_home();
  [[nodiscard]] const Settings& settings() { return home().settings(); }
  /// This command line as a caller: --user, --now, --random-seed, --set, --in-process. What is said
  /// goes to note(), note_once() and verbose().
  app::Caller caller();

  /// The library, without reading settings where --library or PLAYLIST_LIBRARY names it.
  [[nodiscard]] std::string library_path();
  /// --now as Unix seconds, else the clock.
  [[nodiscard]] std::int64_t now() const;
  /// The loaded plugins; problems go to stderr once. Loaded in this process.
  std::shared_ptr<const Registry> registry();

  /// Results go to stdout, everything else to stderr.
  void out(const std::string& text) const;
  void note(const std::string& text);       // stderr; silent with --quiet
  void note_once(const std::string& text);  // however often it comes
  void verbose(const std::string& text);    // stderr; only with --verbose
  void error(const Error& error);           // stderr
  [[nodiscard]] bool is_terminal() const;   // stderr is a terminal: colour and progress allowed

 private:
  Log& log();
  std::unique_ptr<app::Home> make_home();
  Log log_;
  bool is_log_ready_ = false;
  std::unique_ptr<app::Home> home_;
  std::shared_ptr<const Registry> registry_;
  std::set<std::string> noted_;  // by note_once()
};

// One file per verb (or family). Each adds its subcommand to `app`.
void add_import(CLI::App& app, Cli& cli);
void add_library(CLI::App& app, Cli& cli);
void add_demo(CLI::App& app, Cli& cli);
void add_stats(CLI::App& app, Cli& cli);
void add_plugins(CLI::App& app, Cli& cli);
void add_plugins_check(CLI::App& plugins, Cli& cli);  // below `engine plugins`
void add_plugin_new(CLI::App& app, Cli& cli);
void add_run(CLI::App& app, Cli& cli);
void add_watch(CLI::App& app, Cli& cli);
void add_check(CLI::App& app, Cli& cli);
void add_plan(CLI::App& app, Cli& cli);
void add_why(CLI::App& app, Cli& cli);
void add_compare(CLI::App& app, Cli& cli);
void add_test(CLI::App& app, Cli& cli);
void add_stubs(CLI::App& app, Cli& cli);
void add_replay(CLI::App& app, Cli& cli);
void add_recipes(CLI::App& app, Cli& cli);
void add_backtest(CLI::App& app, Cli& cli);
void add_tune(CLI::App& app, Cli& cli);
void add_batch(CLI::App& app, Cli& cli);
void add_config(CLI::App& app, Cli& cli);
void add_train(CLI::App& app, Cli& cli);
void add_models(CLI::App& app, Cli& cli);
void add_benchmark(CLI::App& app, Cli& cli);
void add_doctor(CLI::App& app, Cli& cli);

}  // namespace engine
