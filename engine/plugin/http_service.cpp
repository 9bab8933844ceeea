#include "plugin/http_service.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "plugin/host.hpp"

namespace engine {
namespace {

constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::size_t kLongestTarget = 16u << 10;
constexpr double kLongestTimeout = 3600;

/// Throws std::invalid_argument for what is no request.
http::Request request_of(const playlist_http_request& asked) {
  if (!PLAYLIST_HAS(&asked, cache_seconds)) throw std::invalid_argument("its size is wrong");
  http::Request request;
  request.method = asked.method != nullptr ? asked.method : "";
  if (std::find(std::begin(kMethods), std::end(kMethods), request.method) == std::end(kMethods))
    throw std::invalid_argument("there is no method \"" + request.method + '"');
  request.target = asked.target != nullptr ? asked.target : "";
  if (request.target.empty() || request.target.size() > kLongestTarget)
    throw std::invalid_argument("its target is empty or longer than 16 KiB");
  for (const char* const* line = asked.headers; line != nullptr && *line != nullptr; ++line) {
    const std::string_view header = *line;
    const std::size_t colon = header.find(':');
    if (colon == std::string_view::npos || colon == 0 ||
        header.find_first_of("\r\n") != std::string_view::npos)
      throw std::invalid_argument("a header is not \"Name: value\"");
    const std::size_t value = std::min(header.find_first_not_of(' ', colon + 1), header.size());
    request.headers.push_back(
        {std::string(header.substr(0, colon)), std::string(header.substr(value))});
  }
  if (asked.length > 0 && asked.body == nullptr) throw std::invalid_argument("it has no body");
  request.body.assign(static_cast<const char*>(asked.body), asked.length);
  request.is_repeatable = (asked.flags & PLAYLIST_HTTP_REPEATABLE) != 0;
  if (!(asked.timeout >= 0 && asked.timeout <= kLongestTimeout))
    throw std::invalid_argument("its timeout is not 0 to 3600 s");
  request.timeout_seconds = asked.timeout;
  request.cache_seconds = std::max<std::int64_t>(asked.cache_seconds, 0);
  return request;
}

}  // namespace

std::string pack(const HttpQuestion& question) {
  return question.element + '\n' + http::pack(question.request);
}

HttpQuestion unpack_http_question(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) throw std::invalid_argument("a question names who asks");
  return {std::string(bytes.substr(0, end)), http::unpack_request(bytes.substr(end + 1))};
}

struct HttpFunctions {
  static playlist_status ask(const playlist_host* host, const playlist_http_request* request,
                             const playlist_http_answer** answer) noexcept {
    try {
      auto& asker = CallContext::owner<HttpAsker>(host, PLAYLIST_SERVICE_HTTP);
      return asker.ask(host, *request, answer);
    } catch (const std::exception& error) {
      host->fail(host, PLAYLIST_ERROR, (std::string("an HTTP request: ") + error.what()).c_str());
      return PLAYLIST_ERROR;
    }
  }
  static constexpr playlist_http kFunctions{sizeof(playlist_http), 0, ask};
};

CallService HttpAsker::service() {
  return {PLAYLIST_SERVICE_HTTP, &HttpFunctions::kFunctions, this};
}

playlist_status HttpAsker::ask(const playlist_host* host, const playlist_http_request& asked,
                               const playlist_http_answer** answer) {
  const std::string question = pack(HttpQuestion{element_, request_of(asked)});
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string bytes = ask_(question);
  if (bytes.empty() && host->cancelled(host) != 0) return PLAYLIST_CANCELLED;
  if (bytes.empty()) {
    got_ = {};
    got_.problem = "nobody answers: there is no network here";
  } else {
    got_ = http::unpack_answer(bytes);
  }
  header_lines_.clear();
  headers_.clear();
  for (const http::Header& header : got_.headers)
    header_lines_.push_back(header.name + ": " + header.value);
  for (const std::string& line : header_lines_) headers_.push_back(line.c_str());
  headers_.push_back(nullptr);
  answer_ = {sizeof answer_,   got_.status,      got_.problem.c_str(), headers_.data(),
             got_.body.data(), got_.body.size(), got_.age_seconds,     got_.retry_at};
  *answer = &answer_;
  return PLAYLIST_OK;
}

}  // namespace engine
