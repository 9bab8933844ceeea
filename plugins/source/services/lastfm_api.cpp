#include "lastfm_api.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

namespace lastfm {
namespace {

constexpr int kTries = 4;
constexpr int kNotFound = 6, kFailed = 8, kOffline = 11, kTemporary = 16, kPrivate = 17,
              kBadKey = 10, kSuspended = 26, kRateLimit = 29;

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

bool is_passing(int code) {
  return code == kFailed || code == kOffline || code == kTemporary;
}

/// For people, of what they can do about it.
std::string told(int code, const std::string& message) {
  switch (code) {
    case kPrivate:
      return "the account keeps what it hears to itself: its privacy settings hide recent "
             "listening";
    case kBadKey:
      return "Last.fm does not know this API key: engine connect lastfm --secret FILE "
             "--secret-field api_key";
    case kSuspended:
      return "Last.fm has suspended this API key";
    case kRateLimit:
      return "Last.fm wants to be left alone for a while; try again in some minutes";
    case kNotFound:
      return "Last.fm says: " + (message.empty() ? std::string("not found") : message) +
             "; is that the name of the account?";
    default:
      return "Last.fm says: " + (message.empty() ? "error " + std::to_string(code) : message);
  }
}

}  // namespace

std::string text_of(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : "";
}

std::optional<std::int64_t> number_of(const Json& object, const char* name) {
  const std::string text = text_of(object, name);
  if (text.empty() || text.size() > 18 ||
      text.find_first_not_of("0123456789", text.front() == '-' ? 1 : 0) != std::string::npos)
    return std::nullopt;
  return text == "-" ? std::nullopt : std::optional(std::stoll(text));
}

const Json& part_of(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? kNone : *found;
}

std::vector<Json> list_of(const Json& object, const char* name) {
  const Json& found = part_of(object, name);
  if (found.is_array()) return {found.begin(), found.end()};
  return found.empty() ? std::vector<Json>() : std::vector<Json>{found};
}

std::string name_of(const Json& thing) {
  if (thing.is_string()) return thing.get<std::string>();
  const std::string text = text_of(thing, "#text");
  return text.empty() ? text_of(thing, "name") : text;
}

std::optional<double> real_of(const Json& object, const char* name) {
  if (object.is_object() && object.contains(name) && object.at(name).is_number())
    return object.at(name).get<double>();
  const std::string text = text_of(object, name);
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return text.empty() || *end != '\0' ? std::nullopt : std::optional(number);
}

Server::Server(const playlist::Call& call) : http_(call) {
  const auto value = [&](const char* key) {
    return std::string(call.setting(key).value_or(std::string_view()));
  };
  user_ = value("user");
  key_ = value("api_key");
}

Server::Answer Server::ask_once(const std::string& query, const char* name) const {
  const playlist::HttpAnswer answer =
      http_.get("/2.0/?" + query + "&api_key=" + playlist::url_encoded(key_) + "&format=json");
  const Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("error")) {
    const int code = static_cast<int>(number_of(json, "error").value_or(0));
    return {code, told(code, text_of(json, "message")), {}};
  }
  if (!answer.is_ok()) throw playlist::Error(answer.told());
  const Json& found = part_of(json, name);
  if (!found.is_object() || found.empty())
    return {kFailed, "what answers there is not Last.fm", {}};
  return {0, "", found};
}

/// What passes a few times; the answer of somebody else passes, too.
Server::Answer Server::ask_again(const std::string& query, const char* name,
                                 const std::string& whose) const {
  Answer answer;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    answer = ask_once(query, name);
    if (answer.error != 0) {
      if (!is_passing(answer.error)) return answer;
      continue;
    }
    const std::string user = text_of(part_of(answer.found, "@attr"), "user");
    if (whose.empty() || user.empty() || is_same_name(user, whose)) return answer;
    answer = {kFailed, "Last.fm answers with what somebody else heard", {}};
  }
  return answer;
}

Json Server::ask_of(const std::string& user, const std::string& method, const char* name,
                    const std::string& more) const {
  Answer answer =
      ask_again("method=" + method + "&user=" + playlist::url_encoded(user) + more, name, user);
  if (answer.error != 0) throw playlist::Error(answer.problem);
  return std::move(answer.found);
}

std::optional<Json> Server::find(const std::string& method, const char* name,
                                 const std::string& more) const {
  Answer answer = ask_again("method=" + method + more, name, "");
  if (answer.error == kNotFound) return std::nullopt;
  if (is_passing(answer.error)) throw Passing(answer.problem);
  if (answer.error != 0) throw playlist::Error(answer.problem);
  return std::move(answer.found);
}

std::vector<Json> Server::friends(std::int64_t most) const {
  const Answer answer = ask_again("method=user.getFriends&user=" + playlist::url_encoded(user_) +
                                      "&limit=" + std::to_string(most),
                                  "friends", user_);
  if (answer.error == kNotFound) return {};
  if (answer.error != 0) throw playlist::Error(answer.problem);
  return list_of(answer.found, "user");
}

}  // namespace lastfm
