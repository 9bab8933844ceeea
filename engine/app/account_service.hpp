// An account as the HTTP client knows it, and as its elements are told of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "accounts/accounts.hpp"
#include "accounts/tokens.hpp"
#include "app/caller.hpp"
#include "app/http_outside.hpp"
#include "config/settings.hpp"
#include "core/error.hpp"
#include "http/service.hpp"

namespace engine::app {

/// Where it is, how often it may be asked, and what of it no message may show. Throws Error(kInput)
/// for a requests_per_second that is none.
http::Service http_service_of(const accounts::Account& account, const Settings& settings);

/// What host->setting(field) of its elements answers; nullptr where nothing is known.
const char* account_value(const accounts::Account& account, std::string_view field);

/// The tokens of an account that one logs in to in a browser; null for another. They are asked for
/// by a client of their own: `outside` may be in the middle of an answer.
std::shared_ptr<accounts::Tokens> tokens_of(const accounts::Account& account, const Home& home);

/// As long as it lives, the element may ask the account's service, and nothing else. Tells where the
/// login to it ends soon.
class AccountAccess {
 public:
  /// `element`: "output.subsonic".
  AccountAccess(const Caller& caller, std::string element, const accounts::Account& account);

  /// Without what the account keeps secret.
  [[nodiscard]] std::string scrubbed(std::string_view text) const;
  [[nodiscard]] Error scrubbed(const Error& error) const;

 private:
  http::Service service_;
  std::shared_ptr<accounts::Tokens> tokens_;
  HttpOutside::Grant grant_;
};

}  // namespace engine::app
