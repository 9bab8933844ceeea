#include "accounts/telegram.hpp"

#include <algorithm>
#include <vector>

#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "http/secrets.hpp"
#include "http/service.hpp"

namespace engine::accounts {
namespace {

using nlohmann::json;

std::string without_token(const Account& account, const std::string& text) {
  http::Service service;
  service.secrets = account.secrets();
  return http::Secrets(service).scrubbed(text);
}

std::int64_t asked_wait(const json& body, const http::Answer& answer, std::int64_t now) {
  if (body.contains("parameters") && body.at("parameters").is_object()) {
    const json& parameters = body.at("parameters");
    if (parameters.contains("retry_after") && parameters.at("retry_after").is_number_integer())
      return std::clamp<std::int64_t>(parameters.at("retry_after").get<std::int64_t>(), 1, 86'400);
  }
  return answer.retry_at > now ? answer.retry_at - now : 1;
}

std::string problem_of(const json& body, const http::Answer& answer) {
  if (body.contains("description") && body.at("description").is_string())
    return body.at("description").get<std::string>();
  if (!answer.problem.empty()) return answer.problem;
  if (answer.status == 200) return "its answer is none of the Bot API's";
  return "status " + std::to_string(answer.status);
}

}  // namespace

http::Request telegram_request(const Account& account, std::string_view method,
                               const json& parameters) {
  http::Request request;
  request.method = "POST";
  request.target = "/bot" + account.value("token") + "/" + std::string(method);
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json_text(parameters);
  return request;
}

TelegramAnswer telegram_answer(const Account& account, const http::Answer& answer,
                               std::int64_t now) {
  TelegramAnswer told;
  told.status = answer.status;
  json body = json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) body = json::object();
  const bool says_ok =
      body.contains("ok") && body.at("ok").is_boolean() && body.at("ok").get<bool>();
  if (answer.status == 200 && says_ok && body.contains("result")) {
    told.is_ok = true;
    told.result = std::move(body.at("result"));
    return told;
  }
  // What is told by the client alone, as the service wants to be left alone, is a 429 as well.
  if (answer.status == 429 || (answer.status == 0 && answer.retry_at > 0)) {
    told.status = 429;
    told.retry_after = asked_wait(body, answer, now);
  }
  told.problem = one_line(without_token(account, problem_of(body, answer)));
  return told;
}

}  // namespace engine::accounts
