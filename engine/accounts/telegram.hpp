// Telegram's Bot API: what is asked, and what its answers say.
//
// The token stands in the path of every request (/bot TOKEN / METHOD). It is a secret of the account
// (accounts/services.hpp), so that the HTTP client takes it out of what it says; what an answer says is
// without it, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "accounts/accounts.hpp"
#include "http/messages.hpp"

namespace engine::accounts {

struct TelegramAnswer {
  bool is_ok = false;
  int status = 0;                // of HTTP; 0: there was no answer
  std::string problem;           // of one that is not ok: in words, on one line, without the token
  std::int64_t retry_after = 0;  // of a 429: seconds
  nlohmann::json result;         // of one that is ok
};

/// POST with JSON. `account` is completed() and has a token.
http::Request telegram_request(const Account& account, std::string_view method,
                               const nlohmann::json& parameters);

/// `now`: for answers that the client gives without asking, as it was told to wait.
TelegramAnswer telegram_answer(const Account& account, const http::Answer& answer,
                               std::int64_t now);

}  // namespace engine::accounts
