// What the two halves of the front share: connections with their requests, and the class that serves
// them. http_front.cpp has its loop and its connections, http_exchange.cpp each request from its head to
// the end of its answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "serve/gate.hpp"
#include "serve/http_front.hpp"
#include "serve/messages.hpp"
#include "serve/microhttpd.hpp"

namespace engine::serve {

inline constexpr double kNever = std::numeric_limits<double>::infinity();
/// As many bytes may wait for the desk before no more of a body is read.
inline constexpr std::size_t kDeskFull = 4 << 20;

inline double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

enum class Phase {
  kIdle,       // no request yet, or none after the last
  kHead,       // one is coming
  kBody,       // its head is there
  kWaiting,    // suspended until the desk answers
  kReplying,   // an answer is being sent
  kStreaming,  // pieces are, as they come
};

/// One request, from its head to the end of its answer.
struct Exchange {
  Verdict verdict;
  std::uint64_t number = 0;  // at the desk
  bool is_at_desk = false;   // which has more to say
  std::size_t body_bytes = 0, step_bytes = 0;
  std::string form;
  bool is_body_whole = false;

  bool is_answered = false;
  Answer answer;
  bool is_stream = false, is_stream_over = false;
  std::string pending;  // of a stream
  std::size_t sent = 0;
};

class HttpFront;

/// One of a client, with the request that is under way on it.
struct Connection {
  HttpFront* front = nullptr;
  MHD_Connection* handle = nullptr;
  int descriptor = -1;
  std::string address, target;
  Phase phase = Phase::kIdle;
  double deadline = kNever;
  bool is_suspended = false;
  bool has_hung_up = false;  // its client has
  bool is_cut = false;       // its socket is shut down
  std::unique_ptr<Exchange> exchange;
};

/// Threads: one.
class HttpFront {
 public:
  explicit HttpFront(FrontOptions options);
  ~HttpFront();
  HttpFront(const HttpFront&) = delete;
  HttpFront& operator=(const HttpFront&) = delete;

  int serve();

  // What libmicrohttpd calls.
  void started(MHD_Connection* handle, void** context);
  void closed(void** context);
  MHD_Result handle(Connection& connection, const char* method, const char* version,
                    const char* data, std::size_t* size);
  ssize_t read_stream(Connection& connection, char* buffer, std::size_t room);
  void completed(Connection& connection);

 private:
  void listen(int socket);
  void turn(double most_seconds);
  void hear_clients();
  void hear_desk();
  void hear(Message& message);
  void end_overdue(double now);
  void finish();

  MHD_Result begin(Connection& connection, const char* method, const char* version);
  MHD_Result take_body(Connection& connection, const char* data, std::size_t* size);
  MHD_Result end_body(Connection& connection);
  MHD_Result reply(Connection& connection);
  void answer(Connection& connection, Answer answer);
  static Answer no_answer(const Connection& connection);
  void answer_by_desk(Connection& connection, std::string_view bytes);
  void begin_stream(Connection& connection, std::string_view bytes);
  void add_piece(Connection& connection, std::string_view bytes);
  void leave_desk(Connection& connection);

  void enter(Connection& connection, Phase phase, double seconds);
  void suspend(Connection& connection);
  void resume(Connection& connection);
  void cut(Connection& connection);
  [[nodiscard]] bool is_desk_full() const { return desk_.unsent() > kDeskFull; }

  FrontOptions options_;
  Gate gate_;
  MessageSocket desk_;
  std::vector<MHD_Daemon*> daemons_;
  int clients_ = -1;  // the epoll set of all connections
  std::unordered_set<Connection*> connections_;
  std::unordered_map<std::uint64_t, Connection*> at_desk_;
  std::map<std::string, std::size_t> streams_;  // of a session
  std::uint64_t last_number_ = 0;
  double next_deadline_ = kNever;
  bool is_over_ = false, is_told_ = false;
};

}  // namespace engine::serve
