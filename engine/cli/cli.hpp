// What every verb shares: common flags, configuration, paths, and how a verb is registered.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

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

  /// Defaults < file < the library's own (store_settings.hpp) < environment < flags; loaded at first
  /// use.
  Settings& settings();
  /// They are read again at the next use, plugins too.
  void forget_settings();

  /// --library, else PLAYLIST_LIBRARY, else $XDG_DATA_HOME/playlist-engine/library.db.
  [[nodiscard]] std::string library_path();
  /// --now as Unix seconds, else the clock.
  [[nodiscard]] std::int64_t now() const;
  /// Folders that hold plugins, scripts and recipes: flags, then configuration, then where the
  /// program stands.
  [[nodiscard]] std::vector<std::string> plugin_directories();
  [[nodiscard]] std::vector<std::string> script_directories();
  [[nodiscard]] std::vector<std::string> recipe_directories();
  /// The loaded plugins; problems go to stderr once. Loaded in this process.
  std::shared_ptr<const Registry> registry();
  /// Folder of the content-named plugin copies.
  [[nodiscard]] std::string plugin_copies();

  /// Results go to stdout, everything else to stderr.
  void out(const std::string& text) const;
  void note(const std::string& text);       // stderr; silent with --quiet
  void note_once(const std::string& text);  // however often it comes
  void verbose(const std::string& text);    // stderr; only with --verbose
  void error(const Error& error);           // stderr
  [[nodiscard]] bool is_terminal() const;   // stderr is a terminal: colour and progress allowed

 private:
  Log& log();
  Log log_;
  bool is_log_ready_ = false;
  std::unique_ptr<Settings> settings_;
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
