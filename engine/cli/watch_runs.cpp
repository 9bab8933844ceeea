// What a session runs: sources that changed, workers that run them, answers that come back.
#include <algorithm>
#include <filesystem>
#include <random>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "app/recipe_files.hpp"
#include "cli/watch_session.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// A file that was closed after writing, or renamed into place, is whole: there is nothing to wait
// for. Only events that may be the first of several wait for the rest.
constexpr auto kQuietAfterPart = 20ms;
constexpr auto kQuietAfterStore = 300ms;

constexpr int kScriptDepth = 3, kPluginDepth = 1;

/// Name, size, inode and time of every plugin library.
void add_stat(std::string& state, const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  state += path.string() + " " + std::to_string(status.st_size) + " " +
           std::to_string(status.st_ino) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
           std::to_string(status.st_mtim.tv_nsec) + "\n";
}

/// The files with this ending, in an order that does not change.
std::vector<fs::path> files_below(const std::string& folder, const char* ending, int depth) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (auto at = fs::recursive_directory_iterator(
           folder, fs::directory_options::skip_permission_denied, ignored);
       at != fs::recursive_directory_iterator(); at.increment(ignored)) {
    if (at.depth() >= depth) at.disable_recursion_pending();
    if (at->path().extension() == ending) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_or_empty(const std::string& path) {
  try {
    return read_file(path);
  } catch (const Error&) {
    return "";
  }
}

bool is_other_library(const RunRequest& before, const RunRequest& fresh) {
  const PreparedColumns &a = *before.columns, &b = *fresh.columns;
  const auto is_same_model = [](const ModelVersion& x, const ModelVersion& y) {
    return x.path == y.path;
  };
  if (!std::ranges::equal(before.models, fresh.models, is_same_model)) return true;
  const auto last_run = [](const PreparedColumns& columns) {
    return columns.runs.empty() ? 0 : columns.runs.back().run_id;
  };
  return a.data_state != b.data_state || last_run(a) != last_run(b);
}

}  // namespace

void WatchSession::read_request() {
  recipe_file_ = app::find_recipe(cli_.caller(), options_.recipe);
  request_ = app::make_run_request(cli_.caller(), options_.recipe);
  request_.show = options_.show;
}

void WatchSession::watch_files() {
  const fs::path recipe(recipe_file_);
  std::vector<WatchedFolder> folders = {
      {recipe.has_parent_path() ? recipe.parent_path().string() : ".", ".lua", kRecipeFile, 0}};
  for (const std::string& folder : cli_.home().script_directories())
    folders.push_back({folder, ".lua", kScriptFile, kScriptDepth});
  for (const std::string& folder : request_.plugin_directories)
    folders.push_back({folder, ".so", kPluginFile, kPluginDepth});
  const fs::path config(cli_.home().settings_file()), store(cli_.home().library_path());
  folders.push_back({config.parent_path().string(), config.filename().string(), kConfigFile, 0});
  for (const std::string& name : {store.filename().string(), store.filename().string() + "-wal"})
    folders.push_back({store.parent_path().string(), name, kStoreFile, 0});
  for (WatchedFolder& folder : folders) {
    if (folder.path.empty()) folder.path = ".";
  }
  files_ = std::make_unique<FileWatch>(std::move(folders));
  for (const auto& [path, hash] : input_files_) watch_input_file(path);
}

/// What an element reads beside the store, and what stood there when the run read it. What a run
/// before has read counts until this one has answered.
void WatchSession::take_input_file(const std::string& path, const std::string& hash) {
  const bool is_new = input_files_.find(path) == input_files_.end();
  input_files_[path] = hash;
  asked_files_.insert(path);
  if (!is_new) return;
  watch_input_file(path);
  // Saved between the reading and the watching.
  if (file_hash_now(path) == hash) return;
  pending_cause_ = fs::path(path).filename().string() + " saved";
  check_at_ = Clock::now() + kQuietAfterPart;
}

/// By its own name, and where that is a link, by the file's.
void WatchSession::watch_input_file(const std::string& path) {
  std::error_code ignored;
  const fs::path named(path), file = fs::weakly_canonical(named, ignored);
  files_->add({named.parent_path().string(), named.filename().string(), kInputFile, 0, true});
  if (!ignored && file != named)
    files_->add({file.parent_path().string(), file.filename().string(), kInputFile, 0, true});
}

bool WatchSession::has_other_input_file() const {
  return std::any_of(input_files_.begin(), input_files_.end(),
                     [](const auto& file) { return file_hash_now(file.first) != file.second; });
}

void WatchSession::take_files() {
  files_changed(files_->take());
}

void WatchSession::files_changed(const std::vector<FileChange>& changes) {
  bool is_whole = false, is_source = false;
  for (const FileChange& change : changes) {
    if (change.kind == kStoreFile) {
      if (!prepare_at_) prepare_at_ = noticed_ + kQuietAfterStore;
      continue;
    }
    if (change.kind == kConfigFile) {
      if (change.is_whole) return reload_settings();
      continue;
    }
    if (!check_at_) asked_ = noticed_;
    is_source = true;
    is_whole |= change.is_whole;
    pending_cause_ = fs::path(change.path).filename().string() +
                     (change.kind == kPluginFile ? " rebuilt" : " saved");
  }
  if (!is_source) return;
  if (!is_whole) {
    check_at_ = noticed_ + kQuietAfterPart;
    return;
  }
  check_at_.reset();
  check_sources(pending_cause_);
}

/// Everything a run reads from files, but for the library.
std::string WatchSession::sources_state() const {
  std::string state;
  for (const std::string& folder : cli_.home().script_directories()) {
    for (const fs::path& file : files_below(folder, ".lua", kScriptDepth))
      state += file.string() + " " + content_hash(text_or_empty(file.string())) + "\n";
  }
  for (const std::string& folder : request_.plugin_directories) {
    for (const fs::path& file : files_below(folder, ".so", kPluginDepth)) add_stat(state, file);
  }
  for (const std::string& file : app::modules_beside(recipe_file_, request_.recipe_text))
    state += file + " " + content_hash(text_or_empty(file)) + "\n";
  return state + request_.recipe_text;
}

void WatchSession::check_sources(const std::string& cause) {
  std::error_code ignored;
  if (!fs::exists(recipe_file_, ignored)) {
    return say(recipe_file_ + " is gone; waiting for it to come back");
  }
  std::string text = text_or_empty(recipe_file_);
  if (text.empty() && !request_.recipe_text.empty() && fs::file_size(recipe_file_, ignored) == 0 &&
      pending_cause_ != "empty") {
    // Emptied first and written to after that, as some programs save.
    pending_cause_ = "empty";
    check_at_ = Clock::now() + kQuietAfterPart;
    return;
  }
  request_.recipe_text = std::move(text);
  if (sources_state() == started_state_ && !has_other_input_file()) return;
  if (view_.status.ends_with("come back")) view_.status.clear();
  start_run(cause == "empty" ? "emptied" : cause);
}

void WatchSession::reload_settings() {
  asked_ = noticed_;
  try {
    cli_.renew_home();
    read_request();
    watch_files();
    start_run("settings changed");
  } catch (const Error& error) {
    show_error(error);
  }
}

// ---- the library -----------------------------------------------------------------------------

// Who has no name at the start is whoever the library tells then; an import of somebody else's data
// must not leave the watcher without one.
app::Caller WatchSession::caller() {
  app::Caller caller = cli_.caller();
  caller.asked.user = request_.columns->user_name;
  caller.asked.set = set_;
  caller.asked.random_seed = request_.random_seed;
  return caller;
}

/// Columns are made in a worker, as that takes seconds after an import; mapping them does not.
void WatchSession::prepare_library() {
  start(kPrepare, request_, "library changed");
}

void WatchSession::library_changed() {
  must_draw_ = true;
  asked_ = Clock::now();
  try {
    const std::string text = request_.recipe_text;
    RunRequest fresh = app::make_run_request(caller(), options_.recipe);
    if (!is_other_library(request_, fresh)) return;
    request_ = std::move(fresh);
    request_.recipe_text = text;
    request_.show = options_.show;
    start_run("library changed");
  } catch (const Error& error) {
    show_error(error);
  }
}

// ---- workers ---------------------------------------------------------------------------------

void WatchSession::start_run(const std::string& cause) {
  if (cause == "start") asked_ = Clock::now();
  request_.set = set_;
  app::prepare_people(caller(), request_);
  started_state_ = sources_state();
  RunRequest request = request_;
  request.before = view_.track_ids();
  start(kRun, request, cause);
}

void WatchSession::start(Purpose purpose, const RunRequest& request, const std::string& cause) {
  // Columns that are not made yet are still wanted.
  if (runs_->is_preparing()) prepare_at_ = Clock::now() + kQuietAfterStore;
  purpose_ = purpose;
  running_ = request;
  running_cause_ = cause;
  printed_.clear();
  if (purpose == kRun) asked_files_.clear();
  if (purpose == kPrepare) {
    runs_->prepare(caller(), options_.recipe);
  } else {
    runs_->run(caller(), request);
  }
}

void WatchSession::answered(const RunAnswer& answer) {
  must_draw_ = true;
  if (purpose_ == kWhy) {
    overlay_ = {nullptr, answer.answer, 0};
    if (!terminal_) {
      nlohmann::ordered_json told{{"track", why_track_}};
      told.update(nlohmann::ordered_json::parse(answer.answer_json));
      cli_.out(cli_.common.json ? printed_json(told, -1) : answer.answer);
    }
    return;
  }
  if (purpose_ == kWrite) return write_outputs(answer);
  std::erase_if(input_files_,
                [this](const auto& file) { return !asked_files_.contains(file.first); });
  view_.take(answer.playlist);
  view_.cause = running_cause_;
  view_.ms = std::chrono::duration<double, std::milli>(Clock::now() - asked_).count();
  view_.printed = printed_;
  shown_request_ = running_;
  shown_request_.random_seed = answer.playlist.random_seed;
  shown_request_.before.clear();
  good_set_ = running_.set;
  if (!terminal_) cli_.out(cli_.common.json ? json_line(view_) : plain_text(view_));
}

void WatchSession::departed(const std::vector<Departure>& departures) {
  for (ShownDeparture& left : view_.left) {
    for (const Departure& known : departures) {
      if (known.track_id == left.track) left.why = known.why;
    }
  }
  must_draw_ = true;
  if (!terminal_) cli_.out(cli_.common.json ? json_departures(view_) : plain_departures(view_));
}

void WatchSession::show_error(const Error& error) {
  view_.error = error.text();
  view_.printed = printed_;
  must_draw_ = true;
  if (error.exit() == Exit::kUsage) set_ = good_set_;  // a parameter that does not fit
  if (purpose_ == kWhy || purpose_ == kWrite) {
    // The list is not at fault: say it where the answer would be.
    view_.error.clear();
    overlay_ = {nullptr, error.text(), 0};
  }
  if (terminal_) return;
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - asked_).count();
  if (cli_.common.json) {
    cli_.out(printed_json(
        nlohmann::ordered_json{
            {"error", error.text()}, {"cause", running_cause_}, {"ms", ms}, {"shown", view_.run}},
        -1));
  } else {
    for (const std::string& printed : printed_) cli_.out("print  " + one_line(printed) + "\n");
    cli_.out(error.text() + "\n");
    if (view_.run > 0 && purpose_ == kRun)
      cli_.out("keeping the list of run " + std::to_string(view_.run) + "\n");
  }
}

// ---- commands --------------------------------------------------------------------------------

void WatchSession::command(char name, const std::string& argument) {
  asked_ = Clock::now();
  must_draw_ = true;
  switch (name) {
    case 'q':
      is_over_ = true;
      return;
    case 's':
      request_.random_seed = std::random_device()();
      return start_run("random seed " + std::to_string(*request_.random_seed));
    case 'p': {
      if (argument.empty()) return say("p takes NAME=VALUE");
      const std::string start = argument.substr(0, argument.find('=')) + "=";
      std::erase_if(set_, [&](const std::string& set) { return set.starts_with(start); });
      set_.push_back(argument);
      return start_run(argument);
    }
    case 'w': {
      if (argument.empty()) return say("w takes a track: #PLACE, a number, a title ...");
      if (view_.run == 0) return say("there is no list yet");
      RunRequest request = shown_request_;
      why_track_ = argument;
      if (argument[0] == '#') {
        const auto place = static_cast<std::size_t>(std::atol(argument.c_str() + 1));
        if (place < 1 || place > view_.tracks.size())
          return say("the list has no place " + argument.substr(1));
        why_track_ = std::to_string(view_.tracks[place - 1].move.track);
      }
      request.why = why_track_;
      return start(kWhy, request, "why " + argument);
    }
    case 'o': {
      const std::vector<app::RunOutput> before = options_.to;
      try {
        if (!argument.empty()) options_.to = {app::asked_output(cli_.caller(), argument)};
        static_cast<void>(output_files());
      } catch (const Error& error) {
        options_.to = before;
        return say(error.what() + (": " + error.parts().why));
      }
      if (options_.to.empty()) return say("o takes FORMAT:FILE, or start with --to FORMAT:FILE");
      if (view_.run == 0) return say("there is no list yet");
      RunRequest request = shown_request_;
      app::ask_outputs(cli_.caller(), request, options_.to);
      return start(kWrite, request, "write");
    }
    default:
      if (!terminal_) say(std::string("no such command: ") + name + " (s p w o q)");
  }
}

std::vector<OutputFile> WatchSession::output_files() const {
  std::vector<OutputFile> files = app::output_files(
      options_.to, cli_.home().kept_files({recipe_file_}), options_.makes_folders);
  for (const OutputFile& file : files) {
    if (!file.is_standard_output()) continue;
    throw Error(Exit::kUsage, "cannot write the list to standard output",
                {"", "", "it shows what the watcher sees", "name a file"});
  }
  return files;
}

void WatchSession::write_outputs(const RunAnswer& answer) {
  std::string written;
  try {
    const std::vector<OutputFile> files = output_files();
    for (std::size_t i = 0; i < files.size(); ++i) {
      files[i].write(answer.outputs.at(i));
      written += (i > 0 ? ", " : "wrote ") + files[i].path();
    }
    say(written);
  } catch (const Error& error) {
    show_error(error);
  }
}

}  // namespace engine
