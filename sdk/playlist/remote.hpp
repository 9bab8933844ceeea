// For elements that talk to a service or a player: playlist/remote.h, which says whom they may ask.
//
//   class Mine final : public playlist::Output {
//    public:
//     static constexpr std::uint32_t kFlags = PLAYLIST_REMOTE;
//     void write(playlist::OutputCall& call) const {
//       playlist::Http http(call);
//       const playlist::HttpAnswer answer = http.get("/api/lists");
//       if (!answer.is_ok()) throw playlist::Error(answer.told());
//       ...
//     }
//   };
#pragma once

#include "playlist/call.hpp"
#include "playlist/error.hpp"
#include "playlist/remote.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace playlist {

struct HttpRequest {
  std::string method = "GET";
  std::string target;                // see playlist_http_request
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  bool is_repeatable = false;  // of a POST or PATCH
  double timeout = 0;          // seconds; 0: the user's
  std::int64_t cache_seconds = 0;
};

struct HttpAnswer {
  int status = 0;                                            // 0: none came
  std::string problem;                                       // then why
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::int64_t age = 0, retry_at = 0;  // see playlist_http_answer

  [[nodiscard]] bool is_ok() const { return status >= 200 && status < 300; }
  /// The value of the first header of this name, in lower case; "" without one.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [its_name, value] : headers)
      if (its_name == name) return value;
    return {};
  }
  /// For a message, of an answer that is not ok: "it answers with status 404".
  [[nodiscard]] std::string told() const {
    return status == 0 ? problem : concat("it answers with status ", status);
  }
};

/// The text as a part of a path or a query: what is not a letter, a digit or one of -._~ as %XX.
inline std::string url_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4];
    encoded += kDigits[byte & 15];
  }
  return encoded;
}

/// The host's HTTP client, as one call of an element has it. Throws Error where this engine offers
/// none, and Cancelled when the user stopped the run.
class Http {
 public:
  explicit Http(const Call& call)
      : host_(call.host()), service_(find_service<playlist_http>(host_, PLAYLIST_SERVICE_HTTP)) {
    if (service_ == nullptr)
      throw Error(concat("this engine offers no ", PLAYLIST_SERVICE_HTTP, " here"));
  }

  HttpAnswer ask(const HttpRequest& request) const {
    std::vector<const char*> headers;
    for (const std::string& header : request.headers) headers.push_back(header.c_str());
    headers.push_back(nullptr);
    playlist_http_request asked{};
    asked.size = sizeof asked;
    asked.flags = request.is_repeatable ? std::uint32_t{PLAYLIST_HTTP_REPEATABLE} : 0u;
    asked.method = request.method.c_str();
    asked.target = request.target.c_str();
    asked.headers = headers.data();
    asked.body = request.body.data();
    asked.length = request.body.size();
    asked.timeout = request.timeout;
    asked.cache_seconds = request.cache_seconds;
    const playlist_http_answer* got = nullptr;
    const playlist_status status = service_->ask(host_, &asked, &got);
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    if (status != PLAYLIST_OK || got == nullptr)
      throw Error("the engine does not ask this", status);
    return taken(*got);
  }

  HttpAnswer get(std::string target, std::int64_t cache_seconds = 0) const {
    HttpRequest request;
    request.target = std::move(target);
    request.cache_seconds = cache_seconds;
    return ask(request);
  }

 private:
  static HttpAnswer taken(const playlist_http_answer& got) {
    HttpAnswer answer;
    answer.status = got.status;
    answer.problem = got.problem != nullptr ? got.problem : "";
    for (const char* const* header = got.headers; header != nullptr && *header != nullptr;
         ++header) {
      const std::string_view line = *header;
      const std::size_t colon = line.find(": ");
      if (colon != std::string_view::npos)
        answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    answer.body.assign(static_cast<const char*>(got.body), got.length);
    answer.age = got.age;
    answer.retry_at = got.retry_at;
    return answer;
  }

  const playlist_host* host_;
  const playlist_http* service_;
};

/// Where an output flagged PLAYLIST_REMOTE puts the playlist.
class Target {
 public:
  struct Changes {
    std::int64_t added = 0, removed = 0, moved = 0, stayed = 0, others = 0;
  };

  explicit Target(const Call& call)
      : host_(call.host()),
        service_(find_service<playlist_target>(host_, PLAYLIST_SERVICE_TARGET)) {
    if (service_ == nullptr)
      throw Error(concat("this engine offers no ", PLAYLIST_SERVICE_TARGET, " here"));
  }

  [[nodiscard]] std::string name() const { return service_->name(host_); }
  [[nodiscard]] bool is_dry_run() const { return service_->is_dry_run(host_) != 0; }
  [[nodiscard]] bool keeps_others() const { return service_->keeps_others(host_) != 0; }
  [[nodiscard]] std::optional<std::string> kept() const {
    const char* text = service_->kept(host_);
    return text != nullptr ? std::optional<std::string>(text) : std::nullopt;
  }
  void keep(const std::string& text) const { check(service_->keep(host_, text.c_str())); }
  void missing(std::int64_t row, const std::string& why, const std::string& nearest = "") const {
    check(service_->missing(host_, row, why.c_str(), nearest.c_str()));
  }
  void report(const Changes& changes) const {
    check(service_->report(host_, changes.added, changes.removed, changes.moved, changes.stayed,
                           changes.others));
  }

 private:
  static void check(playlist_status status) {
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    if (status != PLAYLIST_OK) throw Error("the engine stopped the push", status);
  }

  const playlist_host* host_;
  const playlist_target* service_;
};

/// How far a source flagged PLAYLIST_REMOTE has read, see playlist_state.
class State {
 public:
  explicit State(const Call& call)
      : host_(call.host()), service_(find_service<playlist_state>(host_, PLAYLIST_SERVICE_STATE)) {
    if (service_ == nullptr)
      throw Error(concat("this engine offers no ", PLAYLIST_SERVICE_STATE, " here"));
  }

  [[nodiscard]] std::optional<std::string> kept() const {
    const char* text = service_->kept(host_);
    return text != nullptr ? std::optional<std::string>(text) : std::nullopt;
  }
  /// Before SourceCall::complete() or finish().
  void advance(const std::string& text) const {
    const playlist_status status = service_->advance(host_, text.c_str());
    if (status == PLAYLIST_CANCELLED) throw Cancelled();
    if (status != PLAYLIST_OK) throw Error("the engine stopped the sync", status);
  }

 private:
  const playlist_host* host_;
  const playlist_state* service_;
};

/// The connected socket to a player that speaks no HTTP.
inline int connection(const Call& call) {
  const auto* service = find_service<playlist_connection>(call.host(), PLAYLIST_SERVICE_CONNECTION);
  if (service == nullptr)
    throw Error(concat("this engine offers no ", PLAYLIST_SERVICE_CONNECTION, " here"));
  return service->descriptor(call.host());
}

}  // namespace playlist
