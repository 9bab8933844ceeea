#include "serve/desk.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/recipe_files.hpp"
#include "core/base64.hpp"
#include "core/json_text.hpp"
#include "plugin/input_files.hpp"
#include "serve/api_error.hpp"
#include "serve/openapi.hpp"
#include "serve/signed_out.hpp"
#include "verbs/verbs.hpp"

namespace engine::serve {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr auto kQuietAfterChange = 300ms;  // of the library, as engine watch waits
constexpr auto kStreamBreath = 20s;  // a comment, so that a connection that is gone is noticed
constexpr int kNotesKept = 100;

enum WatchedKind { kRecipe = 1, kPlugin, kConfig, kStore };

/// The bytes, or that there are none; a browser need not ask again for a while.
std::string picture_of(const Job& job) {
  const Json told = job.state == Job::kDone ? Json::parse(job.answer, nullptr, false) : Json();
  if (!told.is_object() || !told.contains("picture"))
    return ResponseHead{404, "application/json", {{"Cache-Control", "private, max-age=86400"}}}
        .packed(job.state == Job::kFailed ? R"({"error": )" + job.error + "}" : job.answer);
  return ResponseHead{200, told.at("type"), {{"Cache-Control", "private, max-age=604800"}}}.packed(
      base64_bytes(told.at("picture").get<std::string>()));
}

/// What a call's request is answered with once it has ended.
std::string answer_of(const Job& job) {
  if (job.lane == Job::kPictures) return picture_of(job);
  if (job.state == Job::kCancelled)
    return packed_error(Error(Exit::kInterrupted, job.call.verb->name + " was stopped"));
  if (job.state == Job::kFailed)
    return ResponseHead{job.status, "application/json", {}}.packed(R"({"error": )" + job.error +
                                                                   "}");
  return ResponseHead{200, "application/json", {{"Playlist-Exit", std::to_string(job.exit)}}}
      .packed(job.answer);
}

ApiError not_found(const RequestHead& head) {
  return {404, Error(Exit::kUsage, head.method + " /api/" + head.path + " is nothing",
                     {"", "", "", "GET /api/openapi.json tells what there is"})};
}

std::string first_part(const std::string& path) {
  return path.substr(0, path.find('/'));
}

std::string rest_of(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(slash + 1);
}

std::uint64_t number_in(const RequestHead& head, const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    throw not_found(head);
  return std::stoull(text);
}

int sooner_of(int a, int b) {
  if (a < 0) return b;
  return b < 0 ? a : std::min(a, b);
}

int milliseconds_to(std::chrono::steady_clock::time_point when) {
  const auto left =
      std::chrono::duration<double, std::milli>(when - std::chrono::steady_clock::now());
  return static_cast<int>(std::max(0.0, std::ceil(left.count())));
}

/// What a change of the library changes on disk. That its files were closed says nothing: whoever
/// only reads opens the log for writing, too.
std::string library_state(const std::string& path) {
  std::string state;
  for (const char* ending : {"", "-wal"}) {
    struct stat file {};
    if (::stat((path + ending).c_str(), &file) != 0 || file.st_size == 0) continue;
    state += ending + std::to_string(file.st_size) + " " + std::to_string(file.st_mtim.tv_sec) +
             "." + std::to_string(file.st_mtim.tv_nsec) + " ";
  }
  return state;
}

/// What it reads is asked for again once somebody has seen what would be.
bool is_tried_only(const ApiCall& call) {
  return call.given.contains("dry-run");
}

}  // namespace

Desk::Desk(HomeMaker make_home, int front, DeskOptions options)
    : make_home_(std::move(make_home)),
      home_(make_home_()),
      front_(front),
      options_(std::move(options)),
      live_(options_.live_lists, options_.usual,
            [this](std::uint64_t request, std::string_view bytes) {
              front_.send(Message::kResponse, request, bytes);
            }),
      uploads_(options_.uploads),
      said_at_(Clock::now()),
      started_(std::time(nullptr)) {
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&taken, signal);
  ::sigprocmask(SIG_BLOCK, &taken, nullptr);
  signals_ = ::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  static_cast<void>(home_->settings());  // throws what is wrong with them
  static_cast<void>(home_->registry());  // once, for all processes that are forked
  watch_files();
}

Desk::~Desk() {
  ::close(signals_);
}

void Desk::run() {
  while (!is_over_) {
    take_front();
    take_processes();
    live_.take();
    start_waiting();
    if (library_at_ && Clock::now() >= *library_at_) {
      library_at_.reset();
      take_library();
    }
    if (!is_over_) wait();
  }
  for (const std::uint64_t number : std::set(running_)) cancel(*jobs_.find(number));
  front_.send(Message::kStreamEnd, 0);
  for (int turn = 0; turn < 100 && front_.unsent() > 0 && front_.pump(); ++turn) {
    pollfd source{front_.descriptor(), POLLOUT, 0};
    ::poll(&source, 1, 20);
  }
}

void Desk::wait() {
  std::vector<pollfd> sources{{front_.descriptor(), front_.events(), 0},
                              {signals_, POLLIN, 0},
                              {files_->descriptor(), POLLIN, 0}};
  int milliseconds = milliseconds_to(said_at_ + kStreamBreath);
  if (library_at_) milliseconds = sooner_of(milliseconds, milliseconds_to(*library_at_));
  for (const std::uint64_t number : running_) {
    const VerbProcess& process = *jobs_.find(number)->process;
    sources.push_back({process.socket(), POLLIN, 0});
    sources.push_back({process.process(), POLLIN, 0});
    milliseconds = sooner_of(milliseconds, process.milliseconds_to_next_look());
  }
  live_.add_sources(sources);
  ::poll(sources.data(), sources.size(), milliseconds);
  signalfd_siginfo info;
  while (::read(signals_, &info, sizeof info) == sizeof info) is_over_ = true;
  if (sources[2].revents != 0) take_files();
  if (Clock::now() < said_at_ + kStreamBreath) return;
  said_at_ = Clock::now();
  for (const std::uint64_t stream : streams_) front_.send(Message::kPiece, stream, ":\n\n");
  jobs_.forget_old(std::time(nullptr));
  if (!std::ranges::any_of(running_, [this](std::uint64_t number) {
        return !jobs_.find(number)->call.uploads.empty();
      }))
    uploads_.remove_old(std::time(nullptr));
}

// ---- what the front lets through -------------------------------------------------------------

void Desk::take_front() {
  if (!front_.pump()) is_over_ = true;
  for (Message message; front_.take(message);) take(message);
}

void Desk::take(const Message& message) {
  const std::uint64_t request = message.number;
  if (message.kind == Message::kGone) return forget(request);
  if (message.kind == Message::kRequest) {
    Incoming& incoming = incoming_[request];
    incoming.head = RequestHead::unpacked(message.bytes);
    const bool has_body = incoming.head.has_body;  // a refused upload is forgotten
    if (incoming.head.path == "upload") begin_upload(request, incoming);
    if (has_body) return;
  }
  const auto found = incoming_.find(request);
  if (found == incoming_.end()) return;  // refused already
  Incoming& incoming = found->second;
  if (message.kind == Message::kBody) {
    if (incoming.upload.empty()) {
      incoming.body += message.bytes;
      return;
    }
    try {
      uploads_.append(incoming.upload, message.bytes);
    } catch (const Error& error) {
      front_.send(Message::kResponse, request, packed_error(error));
      forget(request);
    }
    return;
  }
  const Incoming whole = std::move(incoming);
  incoming_.erase(found);
  answer(request, whole);
}

void Desk::answer(std::uint64_t request, const Incoming& asked) {
  try {
    route(request, asked);
  } catch (const Error& error) {
    front_.send(Message::kResponse, request, packed_error(error));
  } catch (const std::exception& failure) {
    const Error error(Exit::kStore, "something went wrong that the engine does not foresee",
                      {"", "", failure.what(), "report it with what was asked"});
    front_.send(Message::kResponse, request, packed_error(error));
  }
}

void Desk::route(std::uint64_t request, const Incoming& asked) {
  const RequestHead& head = asked.head;
  const std::string place = first_part(head.path);
  if (place == "jobs" && head.method != "POST") return route_jobs(request, head);  // else the verb
  if (place == "live") return route_live(request, asked);
  if (place == "artwork" && head.method == "GET") return ask_picture(request, head);
  if (head.path == "upload" && head.method == "POST") return end_upload(request, asked);
  if (head.path == "sign-out") {
    add_signed_out(options_.signed_out, head.session, std::stod(head.query.at("until")));
    return front_.send(Message::kResponse, request, ResponseHead{204, "", {}}.packed());
  }
  if (head.method == "GET" && head.path == "events") return start_stream(request);
  if (head.method == "GET" && head.path == "verbs") {
    Json verbs = Json::array();
    for (const verbs::Verb& verb : verbs::verbs())
      if (verb.answer) verbs.push_back(verbs::verb_json(verb));
    return respond(request, verbs);
  }
  if (head.method == "GET" && head.path == "openapi.json") return respond(request, openapi_json());
  if (head.method != "POST") throw not_found(head);
  ask_verb(request, asked);
}

void Desk::route_jobs(std::uint64_t request, const RequestHead& head) {
  if (head.method == "GET" && head.path == "jobs") return respond(request, jobs_.list());
  Job* job = jobs_.find(number_in(head, rest_of(head.path)));
  if (job == nullptr || !job->is_kept()) throw not_found(head);
  if (head.method == "DELETE" && !job->has_ended()) cancel(*job);
  if (head.method != "GET" && head.method != "DELETE") throw not_found(head);
  respond(request, job->whole_json());
}

void Desk::route_live(std::uint64_t request, const Incoming& asked) {
  const std::string rest = rest_of(asked.head.path), id = first_part(rest), ask = rest_of(rest);
  static constexpr std::string_view kAsks[] = {"", "left", "why", "why-not", "stage"};
  if (id.empty() || id.size() > 64 || std::ranges::find(kAsks, ask) == std::end(kAsks))
    throw not_found(asked.head);
  if (asked.head.method == "DELETE" && ask.empty()) {
    live_.end(asked.head.session, id);
    return respond(request, Json::object());
  }
  if (asked.head.method != "POST") throw not_found(asked.head);
  Json command = verbs::Json(object_of(asked.body));
  command["ask"] = ask.empty() ? "list" : ask;
  live_.ask(*home_, asked.head.session, id, request, json_text(command));
}

void Desk::begin_upload(std::uint64_t request, Incoming& incoming) {
  try {
    if (incoming.head.method != "POST") throw not_found(incoming.head);
    const auto name = incoming.head.query.find("name");
    incoming.upload = uploads_.begin(name == incoming.head.query.end() ? "" : name->second);
  } catch (const Error& error) {
    front_.send(Message::kResponse, request, packed_error(error));
    incoming_.erase(request);
  }
}

void Desk::end_upload(std::uint64_t request, const Incoming& incoming) {
  const std::uint64_t bytes = uploads_.end(incoming.upload);
  respond(request,
          {{"upload", incoming.upload}, {"name", incoming.head.query.at("name")}, {"bytes", bytes}},
          201);
}

void Desk::ask_verb(std::uint64_t request, const Incoming& asked) {
  ApiCall call = api_call(*home_, options_.usual, asked.head.path, asked.body,
                          [this](const std::string& id) { return uploads_.file(id); });
  const auto wants = asked.head.query.find("job");
  const bool is_kept = wants != asked.head.query.end() && wants->second == "1";
  const Job& job =
      add_job(std::move(call), asked.head.session, is_kept ? Job::kKept : Job::kCalls, request);
  if (!is_kept) return;
  respond(request, {{"job", job.number}}, 202);
  tell_job(job);
}

void Desk::ask_picture(std::uint64_t request, const RequestHead& head) {
  const std::string track = std::to_string(number_in(head, rest_of(head.path)));
  ApiCall call{.verb = verbs::find_verb("artwork"),
               .given = {{"track", {track}}, {"picture", {"true"}}},
               .asked = options_.usual};
  add_job(std::move(call), head.session, Job::kPictures, request);
}

Job& Desk::add_job(ApiCall call, const std::string& session, Job::Lane lane,
                   std::uint64_t request) {
  std::size_t waiting = 0;
  for (const FairQueue& queue : waiting_) waiting += queue.size();
  if (waiting >= options_.waiting)
    throw Error(Exit::kLimits, "too much waits already", {"", "", "", "ask again in a while"});
  Job& job = jobs_.add(session, std::move(call), lane, request);
  waiting_[lane].add(session, job.number);
  return job;
}

/// A client that is gone: a call that it waited for is stopped, a job goes on.
void Desk::forget(std::uint64_t request) {
  streams_.erase(request);
  live_.forget(request);
  if (const auto found = incoming_.find(request); found != incoming_.end()) {
    uploads_.remove(found->second.upload);
    incoming_.erase(found);
  }
  for (auto& [number, job] : jobs_.all()) {
    if (job.request != request) continue;
    job.request = 0;  // nobody's
    cancel(job);
    return;
  }
}

// ---- verbs at work ---------------------------------------------------------------------------

void Desk::start_waiting() {
  for (std::size_t lane = 0; lane < Job::kLanes; ++lane) {
    while (running_count_[lane] < options_.workers) {
      const auto number = waiting_[lane].next();
      if (!number) break;
      ++running_count_[lane];
      start(*jobs_.find(*number));
    }
  }
}

void Desk::start(Job& job) {
  job.state = Job::kRunning;
  job.started = std::time(nullptr);
  running_.insert(job.number);
  const std::uint64_t number = job.number;
  const auto tell_text = [this, number](const char* event, const std::string& text) {
    tell(event, {{"job", number}, {"text", text}});
  };
  try {
    job.process = std::make_unique<VerbProcess>(
        *home_, job.call,
        VerbProcess::Hearers{
            .note =
                [this, number, tell_text](const std::string& text) {
                  std::vector<std::string>& notes = jobs_.find(number)->notes;
                  if (notes.size() < kNotesKept) notes.push_back(text);
                  tell_text("note", text);
                },
            .progress =
                [this, number](const std::string& text) {
                  Job& at_work = *jobs_.find(number);
                  at_work.progress = text;
                  tell_job(at_work);
                },
            .line =
                [this, number](const std::string& json) {
                  tell("line", {{"job", number}, {"data", Json::parse(json, nullptr, false)}});
                }});
  } catch (const Error& error) {
    return fail(job, error);
  } catch (const std::exception& failure) {  // the system gives no process
    return fail(job, Error(Exit::kLimits, "the verb could not be started",
                           {"", "", failure.what(), "ask again in a while"}));
  }
  tell_job(job);
}

void Desk::take_processes() {
  for (const std::uint64_t number : std::set(running_)) {
    Job& job = *jobs_.find(number);
    if (job.process->take()) ended(job);
  }
}

void Desk::ended(Job& job) {
  try {
    VerbProcess::Answered answered = job.process->finish();
    job.exit = answered.exit;
    job.answer = std::move(answered.json);
  } catch (const Error& error) {
    return fail(job, error);
  }
  job.state = Job::kDone;
  if (job.call.verb->name == "config set") renew_home();
  settle(job);
}

void Desk::fail(Job& job, const Error& error) {
  job.state = Job::kFailed;
  job.status = status_of(error, home_->library_path());
  job.error = json_text(error_json(error));
  settle(job);
}

void Desk::cancel(Job& job) {
  if (job.process)
    job.process->stop();
  else
    waiting_[job.lane].remove(job.number);
  job.state = Job::kCancelled;
  settle(job);
}

/// It has ended, however that came: who waits is answered, who looks on is told.
void Desk::settle(Job& job) {
  job.ended = std::time(nullptr);
  job.progress.clear();
  job.process.reset();
  if (running_.erase(job.number) > 0) --running_count_[job.lane];
  if (!is_tried_only(job.call))
    for (const std::string& upload : job.call.uploads) uploads_.remove(upload);
  // Before the answer: a list that is asked for right behind it is of the library as it is now.
  take_library();
  if (!job.request) return tell_job(job);
  front_.send(Message::kResponse, *job.request, answer_of(job));
  jobs_.remove(job.number);
}

// ---- what goes to all ------------------------------------------------------------------------

void Desk::start_stream(std::uint64_t request) {
  streams_.insert(request);
  front_.send(Message::kStream, request, ResponseHead{200, "text/event-stream", {}}.packed());
  const Json hello{{"started", started_}};
  front_.send(Message::kPiece, request, "event: hello\ndata: " + json_text(hello) + "\n\n");
}

void Desk::tell(const char* event, const Json& data) {
  if (streams_.empty()) return;
  const std::string piece = "event: " + std::string(event) + "\ndata: " + json_text(data) + "\n\n";
  for (const std::uint64_t stream : streams_) front_.send(Message::kPiece, stream, piece);
}

void Desk::tell_job(const Job& job) {
  if (job.is_kept()) tell("job", job.json());
}

void Desk::respond(std::uint64_t request, const Json& json, int status) {
  front_.send(Message::kResponse, request, packed_json(json, status));
}

// ---- files that change -----------------------------------------------------------------------

void Desk::watch_files() {
  std::vector<WatchedFolder> folders;
  // The reader's own folder, too, which comes with their first recipe.
  const std::string own = app::users_recipes();
  std::vector<std::string> recipes = home_->recipe_directories();
  if (std::find(recipes.begin(), recipes.end(), own) == recipes.end()) recipes.push_back(own);
  for (const std::string& folder : recipes) folders.push_back({folder, ".lua", kRecipe, 1});
  for (const std::string& folder : home_->script_directories())
    folders.push_back({folder, ".lua", kRecipe, 3});
  for (const std::string& folder : home_->plugin_directories())
    folders.push_back({folder, ".so", kPlugin, 1});
  const fs::path config(home_->settings_file()), store(home_->library_path());
  folders.push_back({config.parent_path().string(), config.filename().string(), kConfig, 0});
  for (const std::string& name : {store.filename().string(), store.filename().string() + "-wal"})
    folders.push_back({store.parent_path().string(), name, kStore, 0});
  for (WatchedFolder& folder : folders)
    if (folder.path.empty()) folder.path = ".";
  files_ = std::make_unique<FileWatch>(std::move(folders));
  if (library_state_.empty()) library_state_ = library_state(store.string());
}

void Desk::take_library() {
  std::string state = library_state(home_->library_path());
  if (state == library_state_) return;
  library_state_ = std::move(state);
  live_.library_changed();
  tell("library", Json::object());
}

void Desk::take_files() {
  bool is_home_old = false;
  for (const FileChange& change : files_->take()) {
    if (change.kind == kStore) {
      if (!library_at_) library_at_ = Clock::now() + kQuietAfterChange;
    } else if (change.kind == kRecipe) {
      tell("file", {{"path", change.path}, {"hash", file_hash_now(change.path)}});
    } else {
      is_home_old |= change.is_whole;
    }
  }
  if (is_home_old) renew_home();
}

/// Settings or plugins have changed. Where the new ones are wrong the old ones stay, and it is said.
void Desk::renew_home() {
  try {
    std::unique_ptr<app::Home> fresh = make_home_();
    static_cast<void>(fresh->settings());
    static_cast<void>(fresh->registry());
    home_ = std::move(fresh);
    live_.end_all();
    watch_files();
    tell("settings", Json::object());
  } catch (const Error& error) {
    if (options_.note) options_.note(error.text());
    tell("note", {{"job", nullptr}, {"text", error.text()}});
  }
}

}  // namespace engine::serve
