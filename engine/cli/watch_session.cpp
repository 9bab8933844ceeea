// The session's loop, its keys and its screen; files and workers are in watch_runs.cpp.
#include "cli/watch_session.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace engine {
namespace {

constexpr int kEscapeMilliseconds = 30;
constexpr auto kLastRun = std::chrono::seconds(5);  // from the end of a pipe's commands on
constexpr double kStatusAfterSeconds = 0.25;        // a quick run needs no "running"

int milliseconds_until(std::chrono::steady_clock::time_point when) {
  const auto left =
      std::chrono::duration<double, std::milli>(when - std::chrono::steady_clock::now());
  return static_cast<int>(std::max(0.0, std::ceil(left.count())));
}

int sooner(int a, int b) {
  if (a < 0) return b;
  return b < 0 ? a : std::min(a, b);
}

}  // namespace

WatchSession::WatchSession(Cli& cli, Options options)
    : cli_(cli), options_(std::move(options)), set_(cli.common.set), good_set_(set_) {
  runs_ = std::make_unique<app::LiveRuns>(
      static_cast<std::size_t>(cli_.home().settings().integer("watch.cache_megabytes")) << 20,
      app::LiveRuns::Takes{
          .printed = [this](const std::string& text) { printed_.push_back(text); },
          .answered = [this](const RunAnswer& answer) { answered(answer); },
          .departed = [this](const std::vector<Departure>& left) { departed(left); },
          .tried_file = [this](const std::string& path,
                               const std::string& hash) { take_input_file(path, hash); },
          .failed = [this](const Error& error) { show_error(error); },
          .prepared = [this] { library_changed(); }});
  read_request();
  static_cast<void>(output_files());  // one that cannot be written is told now
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && !cli_.common.json)
    terminal_.emplace();
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&taken, signal);
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  signals_ = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

WatchSession::~WatchSession() {
  ::close(signals_);
}

Exit WatchSession::run() {
  view_.recipe = request_.recipe_path;
  watch_files();
  start_run("start");
  while (!is_over_) {
    draw();
    wait();
  }
  runs_->stop();
  return exit_;
}

void WatchSession::wait() {
  pollfd sources[5] = {{signals_, POLLIN, 0},
                       {files_->descriptor(), POLLIN, 0},
                       {is_input_open_ ? STDIN_FILENO : -1, POLLIN, 0},
                       {runs_->socket(), POLLIN, 0},
                       {runs_->process(), POLLIN, 0}};
  const int ready = ::poll(sources, 5, wait_milliseconds());
  noticed_ = Clock::now();
  if (sources[0].revents != 0) take_signal();
  if (sources[3].revents != 0 || sources[4].revents != 0 || ready == 0) take_runs();
  if (sources[1].revents != 0) take_files();
  if (sources[2].revents != 0) take_input();
  if (ready == 0 && keys_.is_waiting()) {
    for (const Key& key : keys_.give_up_waiting()) press(key);
  }
  if (check_at_ && Clock::now() >= *check_at_) {
    check_at_.reset();
    check_sources(pending_cause_);
  }
  if (prepare_at_ && Clock::now() >= *prepare_at_ && !runs_->is_busy()) {
    prepare_at_.reset();
    prepare_library();
  }
  // Whoever sent the commands has gone: what runs may still answer, but not for ever.
  if (ends_at_ && (!runs_->is_busy() || Clock::now() >= *ends_at_)) is_over_ = true;
  runs_->bury();
}

int WatchSession::wait_milliseconds() const {
  int wait = runs_->milliseconds_to_next_look();
  if (runs_->is_busy() && terminal_) wait = sooner(wait, 250);  // "running 1.2 s" goes on
  if (ends_at_) wait = sooner(wait, milliseconds_until(*ends_at_));
  if (keys_.is_waiting()) wait = sooner(wait, kEscapeMilliseconds);
  if (check_at_) wait = sooner(wait, milliseconds_until(*check_at_));
  if (prepare_at_ && !runs_->is_busy()) wait = sooner(wait, milliseconds_until(*prepare_at_));
  return wait;
}

void WatchSession::take_runs() {
  const bool was_busy = runs_->is_busy();
  runs_->take();
  must_draw_ |= was_busy && !runs_->is_busy();
}

void WatchSession::take_signal() {
  signalfd_siginfo info;
  while (::read(signals_, &info, sizeof info) == sizeof info) {
    must_draw_ = true;
    if (info.ssi_signo == SIGWINCH) continue;
    exit_ = Exit::kInterrupted;
    is_over_ = true;
  }
}

// ---- keys, or lines of a pipe ----------------------------------------------------------------

void WatchSession::take_input() {
  char bytes[4096];
  const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (got == 0 && terminal_) {  // the terminal has gone
    is_over_ = true;
    exit_ = Exit::kInterrupted;
  }
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    is_input_open_ = false;
    ends_at_ = Clock::now() + kLastRun;
    return;
  }
  const std::string_view text(bytes, static_cast<std::size_t>(got));
  if (terminal_) {
    for (const Key& key : keys_.take(text)) press(key);
    return;
  }
  input_ += text;
  for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos;) {
    const std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    if (line.empty()) continue;
    const std::size_t from = line.find_first_not_of(' ', 1);
    command(line[0], from == std::string::npos ? "" : line.substr(from));
  }
}

void WatchSession::press(const Key& key) {
  must_draw_ = true;
  if (prompt_) {
    const LineEditor::Outcome outcome = prompt_->press(key);
    if (outcome == LineEditor::kDone) return prompt_done();
    if (outcome == LineEditor::kCancelled) prompt_.reset();
    return;
  }
  if (key.name >= Key::kUp && key.name <= Key::kEnd) return scroll(key);
  if (key.name == Key::kEndOfInput) return command('q', "");
  if (!overlay_.text.empty()) {
    overlay_ = {};
    if (key.name != Key::kText || key.text != "q") return;
    return;
  }
  if (key.name != Key::kText) return;
  view_.status.clear();
  const char name = key.text[0];
  const bool asks = name == 'p' || name == 'w' || (name == 'o' && options_.to.empty());
  if (!asks) return command(name, "");
  prompt_command_ = name;
  prompt_.emplace(name == 'p'   ? "parameter NAME=VALUE: "
                  : name == 'w' ? "why (#PLACE, number, uri, title, or ARTIST - TITLE): "
                                : "write FORMAT:FILE: ");
}

void WatchSession::prompt_done() {
  const std::string text = prompt_->text();
  prompt_.reset();
  if (!text.empty()) command(prompt_command_, text);
}

void WatchSession::scroll(const Key& key) {
  const int page = terminal_ ? std::max(1, terminal_->size().rows - 4) : 20;
  if (key.name == Key::kUp) --overlay_.scroll;
  if (key.name == Key::kDown) ++overlay_.scroll;
  if (key.name == Key::kPageUp) overlay_.scroll -= page;
  if (key.name == Key::kPageDown) overlay_.scroll += page;
  if (key.name == Key::kHome) overlay_.scroll = 0;
  if (key.name == Key::kEnd) overlay_.scroll = 1 << 20;
}

void WatchSession::draw() {
  if (!must_draw_ && !(terminal_ && runs_->is_busy())) return;
  must_draw_ = false;
  if (!terminal_) return;
  const double seconds = runs_->seconds();
  WatchView shown = view_;
  if (runs_->is_busy() && !runs_->has_answered() && seconds > kStatusAfterSeconds) {
    char text[48];
    std::snprintf(text, sizeof text, "running %.1f s ...", seconds);
    shown.status = text;
  }
  overlay_.prompt = prompt_ ? &*prompt_ : nullptr;
  terminal_->show(screen_text(shown, overlay_, terminal_->size()));
}

void WatchSession::say(const std::string& text) {
  view_.status = text;
  must_draw_ = true;
  if (!terminal_) cli_.note(text);
}

}  // namespace engine
