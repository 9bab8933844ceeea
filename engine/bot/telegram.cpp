#include "bot/telegram.hpp"

#include <ctime>
#include <utility>

#include "app/account_service.hpp"
#include "core/error.hpp"

namespace engine::bot {

using nlohmann::json;

Telegram::Telegram(http::Client& client, const accounts::Account& account, const Settings& settings)
    : client_(client), account_(account), service_(app::http_service_of(account, settings)) {
  service_.attempts = 1;
}

std::uint64_t Telegram::start(const std::string& method, const json& parameters, Done done,
                              double timeout_seconds) {
  http::Request request = accounts::telegram_request(account_, method, parameters);
  request.is_repeatable = method != "sendMessage";
  request.timeout_seconds = timeout_seconds;
  return client_.start(service_, std::move(request),
                       [this, done = std::move(done)](const http::Answer& answer) {
                         if (done)
                           done(accounts::telegram_answer(account_, answer, std::time(nullptr)));
                       });
}

Telegram::Answer Telegram::ask(const std::string& method, const json& parameters) {
  http::Request request = accounts::telegram_request(account_, method, parameters);
  request.is_repeatable = true;
  return accounts::telegram_answer(account_, client_.ask(service_, std::move(request)),
                                   std::time(nullptr));
}

json Telegram::get_me() {
  const Answer answer = ask("getMe", json::object());
  if (answer.is_ok && answer.result.is_object() && answer.result.contains("id") &&
      answer.result.at("id").is_number_integer())
    return answer.result;
  if (answer.status == 401 || answer.status == 404)
    throw Error(Exit::kInput, account_.title() + ": Telegram does not know this bot",
                {"", "", answer.problem,
                 "@BotFather there tells the token (/mybots); then: engine connect " +
                     account_.title() + " --secret FILE --secret-field token"});
  throw Error(Exit::kInput, account_.title() + " does not answer",
              {account_.value("address"), "", answer.problem, "try again later"});
}

bool Telegram::set_my_commands(const json& commands) {
  return ask("setMyCommands", {{"commands", commands}}).is_ok;
}

void Telegram::get_updates(std::int64_t offset, int seconds, Done done) {
  json parameters{
      {"timeout", seconds}, {"limit", 100}, {"allowed_updates", {"message", "callback_query"}}};
  if (offset != 0) parameters["offset"] = offset;
  start("getUpdates", parameters, std::move(done), seconds + kPollGrace);
}

void Telegram::answer_callback_query(const std::string& press) {
  start("answerCallbackQuery", {{"callback_query_id", press}}, nullptr);
}

void Telegram::send(const std::string& method, std::int64_t chat, json parameters, Done done) {
  parameters["chat_id"] = chat;
  start(method, parameters, std::move(done));
}

}  // namespace engine::bot
