// The process with the store: answers what the front lets through.
//
// It has one thread and never waits for one of those that it serves: verbs run in processes of
// their own (verb_process.hpp), as many at once as the machine has processors for calls that
// somebody waits for and as many for jobs, each session in its turn; the lists of the workbench
// keep theirs (live_list.hpp).
//
//   GET    /api/verbs             the table of verbs
//   GET    /api/openapi.json      the same as OpenAPI 3.1
//   POST   /api/VERB[/SUBVERB]    asks it (api_call.hpp): 200 and its data, with the header Playlist-Exit.
//                                 ?job=1: 202 {"job": N}, and it goes on without whoever asked
//   GET    /api/jobs[/N]          what runs here, or one with what came of it;  DELETE cancels it. POST
//                                 asks the verb of that name, which is what is done by itself
//   POST   /api/upload?name=FILE  a file to be imported: 201 {"upload", "name", "bytes"}
//   GET    /api/artwork/TRACK     the picture of its album, where the setting http.artwork allows it
//   POST   /api/sign-out          as the front asks once a session has ended: 204 when that is on disk
//   GET    /api/events            Server-Sent Events: hello, job, note, line, library, file
//   POST   /api/live/ID[/ASK]     a list of the workbench (live_list.hpp);  DELETE ends it
//   errors {"error": ...} as api_error.hpp has them
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "app/caller.hpp"
#include "serve/fair_queue.hpp"
#include "serve/jobs.hpp"
#include "serve/live_lists.hpp"
#include "serve/messages.hpp"
#include "serve/uploads.hpp"
#include "watch/file_watch.hpp"

namespace engine::serve {

struct DeskOptions {
  std::size_t workers = 2;      // of calls, and as many of jobs and of pictures
  std::size_t live_lists = 8;   // processes of the workbench at once
  std::size_t waiting = 10000;  // requests that wait; more are refused with 503
  app::Asked usual = {};        // what a request does not say
  std::string uploads;          // a folder for files that are sent, made and removed
  std::string signed_out;       // the file of sessions that have ended (signed_out.hpp)
  std::function<void(const std::string&)> note = nullptr;  // for who started the server
};

/// Threads: one, and the process must have no other.
class Desk {
 public:
  using HomeMaker = std::function<std::unique_ptr<app::Home>()>;

  /// `front`: SocketPair::desk, taken over. `make_home` is asked again when settings or plugins
  /// change.
  Desk(HomeMaker make_home, int front, DeskOptions options);
  ~Desk();
  /// Until SIGINT, SIGTERM, or the front's end. What waits is refused then, what runs is stopped.
  void run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Incoming {  // a request whose body still comes
    RequestHead head;
    std::string body, upload;
  };

  void wait();
  void take_front();
  void take(const Message& message);
  void answer(std::uint64_t request, const Incoming& asked);
  void route(std::uint64_t request, const Incoming& asked);
  void route_jobs(std::uint64_t request, const RequestHead& head);
  void route_live(std::uint64_t request, const Incoming& asked);
  void begin_upload(std::uint64_t request, Incoming& incoming);
  void end_upload(std::uint64_t request, const Incoming& incoming);
  void ask_verb(std::uint64_t request, const Incoming& asked);
  void ask_picture(std::uint64_t request, const RequestHead& head);
  Job& add_job(ApiCall call, const std::string& session, Job::Lane lane, std::uint64_t request);
  void start_stream(std::uint64_t request);
  void forget(std::uint64_t request);

  void start_waiting();
  void start(Job& job);
  void take_processes();
  void ended(Job& job);
  void fail(Job& job, const Error& error);
  void cancel(Job& job);
  void settle(Job& job);

  void tell(const char* event, const nlohmann::ordered_json& data);
  void tell_job(const Job& job);
  void take_files();
  void renew_home();
  void watch_files();
  void take_library();
  void respond(std::uint64_t request, const nlohmann::ordered_json& json, int status = 200);

  HomeMaker make_home_;
  std::unique_ptr<app::Home> home_;
  MessageSocket front_;
  DeskOptions options_;
  int signals_ = -1;
  bool is_over_ = false;

  std::map<std::uint64_t, Incoming> incoming_;
  Jobs jobs_;
  std::array<FairQueue, Job::kLanes> waiting_;
  std::array<std::size_t, Job::kLanes> running_count_{};
  std::set<std::uint64_t> running_;
  LiveLists live_;
  Uploads uploads_;
  std::set<std::uint64_t> streams_;
  std::unique_ptr<FileWatch> files_;
  std::optional<Clock::time_point> library_at_;  // when a quiet time after a change is over
  std::string library_state_;                    // of the files, when it was last told
  Clock::time_point said_at_;                    // the last piece of the streams
  std::int64_t started_ = 0;
};

}  // namespace engine::serve
