// The Bot API for a bot of ours: the methods that it needs, over the host's HTTP client.
//
// Long polls    getUpdates waits up to kPollSeconds at Telegram; its request has kPollGrace more.
// Once          Each is asked once: what was refused or broke is the caller's to ask again. sendMessage
//               is never asked twice by the client itself either.
// Rates         30 requests in a second in all (accounts/services.hpp), over all processes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "accounts/accounts.hpp"
#include "accounts/telegram.hpp"
#include "config/settings.hpp"
#include "http/client.hpp"
#include "http/service.hpp"

namespace engine::bot {

class Telegram {
 public:
  static constexpr int kPollSeconds = 50;  // the most that Telegram waits
  static constexpr int kPollGrace = 15;

  using Answer = accounts::TelegramAnswer;
  using Done = std::function<void(const Answer&)>;

  /// `account` is completed. The client lives longer.
  Telegram(http::Client& client, const accounts::Account& account, const Settings& settings);

  /// Waits. Throws Error(kInput) where the token is none, or nobody answers.
  nlohmann::json get_me();
  /// What is shown behind "/" there. Waits; false where it was refused.
  bool set_my_commands(const nlohmann::json& commands);

  /// Messages and presses from `offset` on, 0: all that there are; for so many seconds at most, until
  /// there is one.
  void get_updates(std::int64_t offset, int seconds, Done done);
  /// So that the button is seen to work. What comes of it is of no interest: it is refused when it
  /// comes late.
  void answer_callback_query(const std::string& press);
  /// sendMessage, editMessageText or editMessageReplyMarkup, in that chat.
  void send(const std::string& method, std::int64_t chat, nlohmann::json parameters, Done done);

 private:
  std::uint64_t start(const std::string& method, const nlohmann::json& parameters, Done done,
                      double timeout_seconds = 0);
  Answer ask(const std::string& method, const nlohmann::json& parameters);

  http::Client& client_;
  accounts::Account account_;
  http::Service service_;
};

}  // namespace engine::bot
