// playlist.http/1 as an element's call has it: what it asks crosses to the supervisor as bytes.
//
// The element says what it wants; who it is, the host says. Whom it may ask is decided where the
// question arrives (app/http_outside.hpp), and nothing that the element does can change it.
#pragma once

#include "playlist/remote.h"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http/messages.hpp"
#include "plugin/call.hpp"

namespace engine {

/// Hands a question over and waits for the answer; "" where nobody answers.
using AskOutside = std::function<std::string(std::string_view question)>;

/// What crosses.
struct HttpQuestion {
  std::string element;  // "ranking.external": who asks
  http::Request request;
};
std::string pack(const HttpQuestion& question);
/// Throws std::invalid_argument for bytes that are none.
HttpQuestion unpack_http_question(std::string_view bytes);

/// Must not move while a plugin knows its service. Threads: asks of several are taken in turn; an
/// answer is valid until the next.
class HttpAsker {
 public:
  HttpAsker(std::string element, AskOutside ask)
      : element_(std::move(element)), ask_(std::move(ask)) {}
  HttpAsker(const HttpAsker&) = delete;
  HttpAsker& operator=(const HttpAsker&) = delete;

  [[nodiscard]] CallService service();

 private:
  friend struct HttpFunctions;
  playlist_status ask(const playlist_host* host, const playlist_http_request& request,
                      const playlist_http_answer** answer);

  std::string element_;
  AskOutside ask_;
  std::mutex mutex_;
  http::Answer got_;
  std::vector<std::string> header_lines_;
  std::vector<const char*> headers_;
  playlist_http_answer answer_{};
};

}  // namespace engine
