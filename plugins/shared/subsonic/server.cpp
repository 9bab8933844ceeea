#include "server.hpp"

#include <array>
#include <cstdint>
#include <md5.h>

namespace subsonic {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string md5(const std::string& text) {
  std::array<char, MD5_DIGEST_STRING_LENGTH> digest{};
  MD5Data(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  return digest.data();
}

std::string problem_of(const Json& answer) {
  const Json error = answer.value("error", Json::object());
  const std::string code = text_of(error, "code"), message = text_of(error, "message");
  if (code == "40") return "the server does not know this user with this password";
  return playlist::concat("the server says: ", message.empty() ? "error " + code : message);
}

}  // namespace

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? std::to_string(found->get<std::int64_t>()) : "";
}

/// A list; some servers give a single thing as itself.
std::vector<Json> list_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_array()) return {*found};
  return {found->begin(), found->end()};
}

Server::Server(const playlist::Call& call) : http_(call) {
  const auto value = [&](const char* key) {
    return std::string(call.setting(key).value_or(std::string_view()));
  };
  user_ = value("user");
  password_ = value("password");
  key_ = value("api_key");
  if (key_.empty() && (user_.empty() || password_.empty()))
    throw playlist::Error(
        "it wants a user and a password, or an api_key: engine connect subsonic "
        "--login NAME --secret -");
  salt_ = hex(std::to_string(call.random("salt").below(std::uint64_t{1} << 62)));
  log_in();
}

Json Server::ask(const std::string& method, const Fields& fields, bool is_repeatable) const {
  const Json answer = asked(method, fields, is_repeatable);
  if (text_of(answer, "status") == "ok") return answer;
  throw playlist::Error(problem_of(answer));
}

void Server::log_in() {
  if (!key_.empty()) {
    login_ = Login::kKey;
    static_cast<void>(ask("ping", {}, true));
    return;
  }
  const Json answer = asked("ping", {}, true);
  if (text_of(answer, "status") == "ok") return;
  // 41: no tokens; 10: it misses a password, as it knows nothing of tokens.
  const std::string code = text_of(answer.value("error", Json::object()), "code");
  if (code != "41" && code != "10") throw playlist::Error(problem_of(answer));
  login_ = Login::kPassword;
  static_cast<void>(ask("ping", {}, true));
}

Fields Server::login_fields() const {
  Fields fields = {{"v", "1.16.1"}, {"c", "playlist-engine"}, {"f", "json"}};
  if (login_ == Login::kKey) {
    fields.emplace_back("apiKey", key_);  // and no user, which servers refuse beside it
    return fields;
  }
  fields.emplace_back("u", user_);
  if (login_ == Login::kToken) {
    fields.emplace_back("t", md5(password_ + salt_));
    fields.emplace_back("s", salt_);
  } else {
    fields.emplace_back("p", "enc:" + hex(password_));
  }
  return fields;
}

Json Server::asked(const std::string& method, const Fields& fields, bool is_repeatable) const {
  playlist::HttpRequest request;
  request.method = "POST";
  request.target = "/rest/" + method + ".view";
  request.headers = {"Content-Type: application/x-www-form-urlencoded"};
  request.is_repeatable = is_repeatable;
  for (const Fields& some : {login_fields(), fields})
    for (const auto& [name, value] : some)
      request.body += playlist::concat(request.body.empty() ? "" : "&", name, '=',
                                       playlist::url_encoded(value));
  const playlist::HttpAnswer answer = http_.ask(request);
  const Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  // Some answer errors of the protocol with a status of 4xx; then the words inside say more.
  if (json.is_object() && json.contains("subsonic-response")) return json["subsonic-response"];
  if (!answer.is_ok()) throw playlist::Error(answer.told());
  throw playlist::Error(
      "what answers there is no Subsonic server: its address is the one of its "
      "web page, without /rest");
}

}  // namespace subsonic
