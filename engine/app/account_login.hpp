// A login in the browser, from its first word to the account that it makes: `engine connect spotify`.
//
// What is said meanwhile is said on standard error, and in no log: the address to log in at is for
// that person alone, and good once.
#pragma once

#include <cstdint>
#include <string>

#include "accounts/accounts.hpp"
#include "app/caller.hpp"

namespace engine::app {

struct LoginOptions {
  bool is_headless = false;   // no browser here: the person pastes the answer
  double wait_seconds = 300;  // for the browser
};

struct LoggedIn {
  accounts::Account account;  // with its login and its user; nothing is kept yet
  std::string name;           // that the service calls the person by; "" not told
  /// Why the new login could not be tried, where the service was out of reach; else "".
  std::string untried;
};

/// Leads through a login to `account`, of a service with BrowserLogin, and tries it. Throws
/// Error(kInput) where it comes to nothing; what is kept is not touched.
LoggedIn log_in(const Caller& caller, const accounts::Account& account,
                const LoginOptions& options);

struct LoginCheck {
  std::string account;
  bool works = false;
  std::string told;  // who is logged in; or why nobody is
};
/// Asks the service who is logged in.
LoginCheck check_login(const Caller& caller, const accounts::Account& account);

}  // namespace engine::app
