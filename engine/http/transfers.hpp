// One attempt after the other over libcurl's multi interface, driven by an epoll descriptor of the
// caller. libcurl is loaded when the first Transfers is made: linked, it and the forty libraries
// that it brings would take eight milliseconds of every start of the engine.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/messages.hpp"

namespace engine::http {

/// One attempt. Everything in it has been checked.
struct Attempt {
  std::string url;
  std::string method;
  std::string host;  // with `port` and `addresses`: what the host's name means
  int port = 0;
  std::vector<std::string> addresses;  // empty: libcurl needs none (numbers, localhost)
  std::vector<Header> headers;         // all that are to be sent
  std::string_view body;               // must live until the attempt has ended
  double timeout_seconds = 30;
  std::size_t largest_answer = 0;
  bool is_repeatable = false;
};

/// What came of it.
struct Outcome {
  std::uint64_t id = 0;
  Answer answer;           // status 0: there is none
  bool is_broken = false;  // the connection failed, or time was over: another attempt may go well
};

class Transfers {
 public:
  /// Sockets are put into `epoll` under `mark` | descriptor. Throws std::runtime_error when libcurl
  /// cannot be loaded.
  Transfers(int epoll, std::uint64_t mark, std::string user_agent);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void start(std::uint64_t id, const Attempt& attempt);
  void cancel(std::uint64_t id);
  /// `events` of epoll on one of its descriptors.
  void ready(int descriptor, std::uint32_t events);
  /// To be called at due(), and before take_outcomes().
  void tick();
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const;
  std::vector<Outcome> take_outcomes();
  /// In a process forked from the one that made it: the connections belong to that one.
  void forget_all();

 private:
  class Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace engine::http
