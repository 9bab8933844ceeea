// A server on this machine that says what a test wants: for elements and clients that ask over HTTP.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace support {

/// What a client has sent.
struct FakeRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  /// Of the first header of this name (lower case); "" where there is none.
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] bool has_header(const std::string& name) const;
};

/// What it gets: bytes, with pauses between them.
struct FakeReply {
  struct Piece {
    std::string bytes;
    std::chrono::milliseconds pause_before{0};
  };
  std::vector<Piece> pieces;
  bool keeps_open = false;    // for a next request on the same connection
  bool stays_silent = false;  // after the last piece, until the client goes or the server ends
};

/// Answers until it is destroyed, every connection in a thread of its own; what it answers is asked
/// one after the other.
class FakeServer {
 public:
  using BodyAnswer = std::function<std::string(const std::string& body)>;
  using Answer = std::function<FakeReply(const FakeRequest&)>;

  /// `answer` gets the body of a request and returns the bytes to send back, head and all; it may
  /// take its time. Runs on the server's threads, one at a time.
  template <class Function>
  requires std::invocable<Function&, const std::string&>
  explicit FakeServer(Function answer)
      : FakeServer(Answer([answer = BodyAnswer(std::move(answer))](const FakeRequest& request) {
          return FakeReply{.pieces = {{answer(request.body)}}};
        })) {}
  /// Likewise, with all that was sent.
  explicit FakeServer(Answer answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// "http://127.0.0.1:PORT/rank".
  [[nodiscard]] std::string url() const { return origin() + "/rank"; }
  /// "http://127.0.0.1:PORT".
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int request_count() const { return requests_; }
  [[nodiscard]] int connection_count() const { return connections_; }
  /// All requests so far, in their order.
  [[nodiscard]] std::vector<FakeRequest> requests();

 private:
  struct Connection {
    int socket;
    std::thread thread;
  };
  void serve();
  void speak(int socket);
  bool answer_one(int socket, std::string& unread);

  Answer answer_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> requests_ = 0, connections_ = 0;
  std::mutex one_at_a_time_;
  std::vector<FakeRequest> seen_;
  std::list<Connection> talks_;  // the accepting thread's until that has ended
  std::thread thread_;
};

/// A whole answer with this body.
std::string http_answer(const std::string& body, const std::string& status = "200 OK");

/// The same as a reply; `headers` end a line each ("Retry-After: 1\r\n").
FakeReply fake_reply(const std::string& body, const std::string& status = "200 OK",
                     const std::string& headers = "");
/// In chunks of `length` bytes.
FakeReply chunked_reply(const std::string& body, std::size_t length);
/// The reply byte by byte.
FakeReply dribbled(const FakeReply& reply, std::chrono::milliseconds pause);
/// The reply without its last `bytes` bytes: the connection is closed there.
FakeReply cut(FakeReply reply, std::size_t bytes);

/// Gives its replies one after the other, the last one for ever.
class ReplySequence {
 public:
  explicit ReplySequence(std::vector<FakeReply> replies) : replies_(std::move(replies)) {}
  FakeReply operator()(const FakeRequest&) {
    return replies_[next_ + 1 < replies_.size() ? next_++ : next_];
  }

 private:
  std::vector<FakeReply> replies_;
  std::size_t next_ = 0;
};

}  // namespace support
