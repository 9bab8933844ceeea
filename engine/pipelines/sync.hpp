// `engine sync`: what people have with services, brought into the library.
#pragma once

#include <string>
#include <vector>

#include "accounts/accounts.hpp"
#include "app/caller.hpp"
#include "import/result.hpp"

namespace engine::pipelines {

struct SyncedAccount {
  std::string account;        // "lastfm@home"
  std::string user;           // whose it is
  bool is_catalogue = false;  // what the service answered of artists and tracks
  /// What came, in its buckets; empty where nothing was new.
  engine::import::FileResult came;
  bool is_interrupted = false;
  double seconds = 0;
};

/// Reads what is new at these accounts ("lastfm", "subsonic@home"), or at all that are connected
/// and can be read, for one person. An account that fails costs itself only, and is told in
/// `came.error`. Stops behind one that the user interrupted. Throws Error: a named account that is
/// not connected or cannot be read, kNothing where none is connected that can.
std::vector<SyncedAccount> sync_accounts(const app::Caller& caller,
                                         const std::vector<std::string>& titles, bool is_dry_run);

/// The same of accounts that were read for this person before (store/sync_states.hpp), without those
/// that are not connected any more. Stops behind one that the user interrupted.
std::vector<SyncedAccount> sync_accounts_again(const app::Caller& caller, const std::string& user,
                                               const std::vector<std::string>& titles);

/// Puts questions (pipelines/questions.hpp) to the account's service, for one person; what is read of
/// the person's own there is not asked for. As an import of its own, called "TITLE catalogue".
SyncedAccount ask_account(const app::Caller& caller, const accounts::Account& account,
                          const std::string& questions);

}  // namespace engine::pipelines
