// What is asked over HTTP and what comes back, as the host's client (http/client.hpp) takes and
// gives it, and as bytes for the way between a worker and its supervisor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine::http {

struct Header {
  std::string name, value;
};

struct Request {
  std::string method = "GET";  // HEAD, POST, PUT, PATCH, DELETE
  /// "/rest/ping.view?f=json", put behind the service's address; or a whole address of a host that
  /// the service allows, such as a link to the next page.
  std::string target;
  std::vector<Header> headers;  // what the client sets by itself (Host, User-Agent ...) is refused
  std::string body;
  bool is_repeatable =
      false;  // of a POST or PATCH: asked twice it does no more than asked once; GET
              // HEAD PUT DELETE are
  double timeout_seconds = 0;      // of one attempt; 0: the service's
  std::int64_t cache_seconds = 0;  // a 200 to GET is kept on disk, and is good for so long; 0:
                                   // neither read nor kept
};

struct Answer {
  int status = 0;  // 0: there is none, and `problem` says why
  /// In words for a person; no secret is in it. Beside a status: of a 429 or 503 that asks for more
  /// patience than the service's longest wait.
  std::string problem;
  std::vector<Header> headers;  // names in lower case
  std::string body;
  std::int64_t age_seconds = 0;  // of an answer from the cache
  std::int64_t retry_at =
      0;  // Unix seconds: not before then; of a 429 or 503 only, and of what was
          // not asked because of one
};

std::string pack(const Request& request);
std::string pack(const Answer& answer);
/// Throw std::invalid_argument for bytes that are none.
Request unpack_request(std::string_view bytes);
Answer unpack_answer(std::string_view bytes);

/// Of the header of this name (lower case), the first; nullptr where there is none.
const std::string* header(const Answer& answer, std::string_view name);

}  // namespace engine::http
