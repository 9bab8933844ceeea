// engine watch: one session, from the first run to `q`.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/live_runs.hpp"
#include "app/outputs.hpp"
#include "cli/cli.hpp"
#include "watch/file_watch.hpp"
#include "watch/line_editor.hpp"
#include "watch/terminal.hpp"
#include "watch/view.hpp"

namespace engine {

/// Waits for files, keys, signals and workers at once, and never for one of them alone: a recipe
/// that hangs leaves the keys alive, a newer save stops the run that is under way.
class WatchSession {
 public:
  struct Options {
    std::string recipe;
    std::vector<app::RunOutput> to;
    bool makes_folders = false;
    std::vector<std::string> show = {};  // columns told of each track
  };

  WatchSession(Cli& cli, Options options);
  ~WatchSession();
  Exit run();

 private:
  using Clock = std::chrono::steady_clock;
  enum Purpose { kRun, kWhy, kWrite, kPrepare };
  enum FileKind { kRecipeFile = 1, kScriptFile, kPluginFile, kConfigFile, kStoreFile, kInputFile };

  // What to run.
  void read_request();
  void watch_files();
  void take_files();
  void files_changed(const std::vector<FileChange>& changes);
  void check_sources(const std::string& cause);
  void reload_settings();
  void library_changed();
  [[nodiscard]] std::string sources_state() const;
  void take_input_file(const std::string& path, const std::string& hash);
  void watch_input_file(const std::string& path);
  [[nodiscard]] bool has_other_input_file() const;

  // Workers.
  void start(Purpose purpose, const RunRequest& request, const std::string& cause);
  void start_run(const std::string& cause);
  void prepare_library();
  /// Whose list it is, with its parameters and its seed as they are by now.
  app::Caller caller();
  void take_runs();
  void answered(const RunAnswer& answer);
  void departed(const std::vector<Departure>& departures);
  [[nodiscard]] std::vector<OutputFile> output_files() const;
  void write_outputs(const RunAnswer& answer);
  void show_error(const Error& error);

  // What the person does.
  void take_input();
  void press(const Key& key);
  void command(char name, const std::string& argument);
  void prompt_done();
  void scroll(const Key& key);
  void take_signal();

  void wait();
  [[nodiscard]] int wait_milliseconds() const;
  void draw();
  void say(const std::string& text);  // a line of status

  Cli& cli_;
  Options options_;
  std::string recipe_file_;
  RunRequest request_, shown_request_;
  std::string started_state_;                // sources_state() of the last run
  std::vector<std::string> set_, good_set_;  // parameters: as asked for, as last run
  std::unique_ptr<FileWatch> files_;
  std::map<std::string, std::string> input_files_;  // that elements read: path, and hash as read
  std::set<std::string> asked_files_;               // of those, what this run has read
  std::optional<Clock::time_point> check_at_, prepare_at_;  // when a quiet time is over
  std::optional<Clock::time_point> ends_at_;                // at the latest: the input has ended
  std::string pending_cause_;

  std::unique_ptr<app::LiveRuns> runs_;
  Purpose purpose_ = kRun;
  RunRequest running_;
  std::string running_cause_, why_track_;
  Clock::time_point asked_{}, noticed_{};

  WatchView view_;
  std::vector<std::string> printed_;
  std::optional<Terminal> terminal_;
  KeyReader keys_;
  std::optional<LineEditor> prompt_;
  char prompt_command_ = 0;
  WatchOverlay overlay_;
  std::string input_;  // of a pipe: the beginning of a line
  bool is_input_open_ = true, is_over_ = false, must_draw_ = true;
  int signals_ = -1;
  Exit exit_ = Exit::kDone;
};

}  // namespace engine
