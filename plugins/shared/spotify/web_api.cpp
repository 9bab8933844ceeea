#include "web_api.hpp"

namespace spotify {
namespace {

Json error_of(const playlist::HttpAnswer& answer) {
  return part(Json::parse(answer.body, nullptr, /*allow_exceptions=*/false), "error");
}

/// What somebody can do about a 403; "" where it says that a path is closed.
std::string what_to_do(const std::string& message) {
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  if (says("scope"))
    return "the login was not given the right to do that: engine connect spotify logs in anew, and "
           "asks for it";
  if (says("premium"))
    return "Spotify's development mode wants the app's owner to have Spotify Premium";
  if (says("not registered"))
    return "the app does not know this person: add them under User Management of "
           "developer.spotify.com/dashboard";
  return "";
}

}  // namespace

const Json& part(const Json& object, const char* name) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::string text_of(const Json& object, const char* name) {
  const Json& value = part(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

playlist::HttpAnswer WebApi::ask(const std::string& method, const std::string& target,
                                 const Json& body) const {
  playlist::HttpRequest request;
  request.method = method;
  request.target = target;
  request.headers = {"Accept: application/json"};
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type: application/json");
    request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return http_.ask(request);
}

Json WebApi::get(const std::string& target, std::int64_t cache_seconds) const {
  return object_of(http_.get(target, cache_seconds));
}

Json WebApi::object_of(const playlist::HttpAnswer& answer) {
  if (!answer.is_ok()) throw playlist::Error(told(answer));
  Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw playlist::Error("what answers there is not Spotify");
  return json;
}

std::string WebApi::told(const playlist::HttpAnswer& answer) {
  if (answer.status == 0) return answer.problem;
  const Json error = error_of(answer);
  const std::string message = text_of(error, "message");
  if (text_of(error, "reason") == "QUOTA_EXCEEDED")
    return "Spotify's quota of apps in development mode is used up" +
           (answer.problem.empty() ? std::string() : ": " + answer.problem);
  if (!answer.problem.empty()) return answer.problem;
  if (answer.status == 401)
    return "Spotify does not take the login: engine connect spotify logs in anew";
  const std::string text = playlist::concat("Spotify answers with status ", answer.status,
                                            message.empty() ? "" : ": ", message);
  const std::string more = answer.status == 403 ? what_to_do(message) : "";
  return more.empty() ? text : text + "; " + more;
}

bool WebApi::is_closed(const playlist::HttpAnswer& answer) {
  return answer.status == 403 && what_to_do(text_of(error_of(answer), "message")).empty();
}

}  // namespace spotify
