// A server on this machine that says what a test wants: for elements that ask over HTTP.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace support {

/// Answers one connection after the other until it is destroyed.
class FakeServer {
 public:
  /// `answer` gets the body of a request and returns the bytes to send back, head and all; it may
  /// take its time. Runs on the server's thread.
  explicit FakeServer(std::function<std::string(const std::string& body)> answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// "http://127.0.0.1:PORT/rank".
  [[nodiscard]] std::string url() const;
  [[nodiscard]] int request_count() const { return requests_; }

 private:
  void serve();
  void answer_one(int connection);

  std::function<std::string(const std::string&)> answer_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

/// A whole answer with this body.
std::string http_answer(const std::string& body, const std::string& status = "200 OK");

}  // namespace support
