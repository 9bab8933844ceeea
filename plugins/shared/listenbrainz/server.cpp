#include "server.hpp"

#include <cstdlib>

namespace listenbrainz {
namespace {

constexpr int kTries = 4;
constexpr const char* kHowToGiveToken =
    "engine connect listenbrainz --secret FILE --secret-field token";

}  // namespace

const Json& part_of(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::string text_of(const Json& object, const char* name) {
  const Json& found = part_of(object, name);
  if (found.is_string()) return found.get<std::string>();
  return found.is_number_integer() ? std::to_string(found.get<std::int64_t>()) : "";
}

std::optional<double> number_of(const Json& object, const char* name) {
  const Json& found = part_of(object, name);
  if (found.is_number()) return found.get<double>();
  if (!found.is_string()) return std::nullopt;
  const auto& text = found.get_ref<const std::string&>();
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return text.empty() || *end != '\0' ? std::nullopt : std::optional(number);
}

Server::Server(const playlist::Call& call) : http_(call) {
  user_ = call.setting("user").value_or(std::string_view());
  token_ = call.setting("token").value_or(std::string_view());
}

playlist::HttpRequest Server::request_for(const std::string& target) const {
  playlist::HttpRequest request;
  request.target = target;
  if (!token_.empty()) request.headers.push_back("Authorization: Token " + token_);
  return request;
}

std::string Server::told(const playlist::HttpAnswer& answer, const Json& json) const {
  if (!answer.problem.empty()) return answer.problem;
  const std::string message = text_of(json, "error");
  if (answer.status == 401)
    return playlist::concat(token_.empty()
                                ? "ListenBrainz answers this only to people with a token, which "
                                  "its settings page shows: "
                                : "ListenBrainz does not take this token: ",
                            kHowToGiveToken);
  if (answer.status == 404 && message.starts_with("Cannot find user"))
    return "ListenBrainz knows nobody called " + user_ +
           ": engine connect listenbrainz --login NAME";
  return playlist::concat("ListenBrainz answers with status ", answer.status,
                          message.empty() ? "" : ": ", message);
}

std::optional<Json> Server::find(const std::string& target, std::int64_t cache_seconds) const {
  playlist::HttpRequest request = request_for(target);
  request.cache_seconds = cache_seconds;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const playlist::HttpAnswer answer = http_.ask(request);
    Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (answer.status == 204) return Json();
    if (answer.status == 404 && json.is_object() &&
        !text_of(json, "error").starts_with("Cannot find user"))
      return std::nullopt;
    if (!answer.is_ok()) throw playlist::Error(told(answer, json));
    if (json.is_structured()) return json;
    request.cache_seconds = 0;  // a bad answer that was kept is no better the next time
  }
  throw playlist::Error("what answers there is not ListenBrainz");
}

Json Server::get(const std::string& target, std::int64_t cache_seconds) const {
  std::optional<Json> found = find(target, cache_seconds);
  if (!found) throw playlist::Error("ListenBrainz answers with status 404: it has no " + target);
  return *std::move(found);
}

Server::Posted Server::post(const std::string& target, const Json& body) const {
  playlist::HttpRequest request = request_for(target);
  request.method = "POST";
  request.headers.emplace_back("Content-Type: application/json");
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const playlist::HttpAnswer answer = http_.ask(request);
  const Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_ok() && json.is_object()) return {true, json, ""};
  if (answer.status >= 400 && answer.status < 500) throw playlist::Error(told(answer, json));
  return {false, Json(), answer.is_ok() ? "its answer is cut short" : told(answer, json)};
}

void Server::require_token(const char* what_for) const {
  if (token_.empty())
    throw playlist::Error(playlist::concat(what_for,
                                           " takes your token, which the settings page of "
                                           "ListenBrainz shows: ",
                                           kHowToGiveToken));
}

}  // namespace listenbrainz
