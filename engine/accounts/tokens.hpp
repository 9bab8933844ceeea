// The one place where the tokens of a login are got and renewed.
//
// Once      All processes of a person share accounts.json. Who needs a new access token takes the
//           file's lock, looks whether another has got one meanwhile, and only else asks for it. What
//           comes is on the disk before it is used: services that change the refresh token with each
//           use take the one before for stolen from then on.
// Window    Between the service's change and our write lies a moment in which a process that is
//           killed, or a connection that breaks, loses the new refresh token. The next renewal is
//           then refused, and told as the end of the login.
// When      A minute before an access token ends, counted from when it was asked for, on this
//           machine's clock, right or wrong; and when the service refuses it.
// Outages   No answer, or one that does not say invalid_grant, changes nothing, and an access token
//           that is still good is used on. Nor does invalid_grant: services have said so in outages.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "accounts/accounts.hpp"
#include "accounts/oauth.hpp"
#include "core/error.hpp"
#include "http/messages.hpp"
#include "http/service.hpp"

namespace engine::accounts {

using AskService = std::function<http::Answer(const http::Service&, http::Request)>;

/// What the person's agreement brings: tokens for the code. Throws Error(kInput).
Login login_with_code(const Account& account, const std::string& code,
                      const std::string& redirect_uri, const LoginProof& proof,
                      const AskService& ask, std::int64_t now);

class Tokens {
 public:
  /// `account` of Accounts::require(), with a login. `clock`: Unix seconds.
  Tokens(Accounts accounts, Account account, AskService ask, std::function<std::int64_t()> clock);

  /// One to be sent now. Throws Error(kInput) that says what to do.
  std::string access_token();
  /// One in place of `refused`. Throws Error(kInput).
  std::string token_after(const std::string& refused);
  /// All that this process has come to know.
  [[nodiscard]] const std::vector<std::string>& secrets() const { return secrets_; }

 private:
  [[nodiscard]] bool is_ending(const Login& login) const;
  void renew(const std::string& refused);
  [[nodiscard]] Login renewed(const Login& kept);

  Accounts accounts_;
  Account account_;
  AskService ask_;
  std::function<std::int64_t()> clock_;
  std::vector<std::string> secrets_;
  std::optional<Error> ended_;  // the login, in this process
};

/// What the service answers to `request` of who has logged in; one that is refused is asked once
/// more, with a new token. Throws Error(kInput) as Tokens.
http::Answer ask_logged_in(Tokens& tokens, http::Service service, const http::Request& request,
                           const AskService& ask);
/// As it is sent.
std::vector<http::Header> bearer(const std::string& access_token);

/// Of an account that lists are to be put into: throws Error(kInput) that says how to log in anew
/// where the login was given less than that takes. A service that did not say what it gave is asked.
void require_may_put_lists(const Account& account);

/// When the login ends whatever one does; nothing where it does not.
std::optional<std::int64_t> login_end(const Account& account);
/// From thirty days before: what will end when, and what to do. Else "".
std::string login_end_warning(const Account& account, std::int64_t now);

}  // namespace engine::accounts
