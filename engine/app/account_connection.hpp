// A connection to a player that speaks no HTTP, which its account says where to find.
#pragma once

#include "accounts/accounts.hpp"

namespace engine::app {

/// Made in the process that may; a worker that is forked then has it, and nothing else.
class AccountConnection {
 public:
  /// Connects, within ten seconds, where the account's address is no http one: "mpd://HOST:PORT",
  /// "unix:///PATH". Throws Error(kInput) where nobody answers, or `is_offline`.
  AccountConnection(const accounts::Account& account, bool is_offline);
  ~AccountConnection();
  AccountConnection(const AccountConnection&) = delete;
  AccountConnection& operator=(const AccountConnection&) = delete;

  /// A connected stream socket; -1 for an account that is asked over HTTP.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace engine::app
