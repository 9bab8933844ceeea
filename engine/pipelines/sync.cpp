#include "pipelines/sync.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "accounts/accounts.hpp"
#include "accounts/services.hpp"
#include "app/account_service.hpp"
#include "app/default_user.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "import/account_sync.hpp"
#include "pipelines/import_request.hpp"
#include "pipelines/questions.hpp"
#include "pipelines/similar_wanted.hpp"
#include "pipelines/tracks_wanted.hpp"
#include "store/store.hpp"

namespace engine::pipelines {
namespace {

using accounts::Account;
using accounts::Accounts;

/// Reads the account for the caller's person. `add_questions` says what its source is asked.
SyncedAccount read_account(
    const app::Caller& caller, const Account& account, const std::string& title, bool is_dry_run,
    const std::function<void(engine::import::SyncOrder& order)>& add_questions) {
  const app::AccountAccess access(caller, accounts::source_of_service(account.service), account);
  engine::import::ImportOptions options = make_import_request(caller);
  options.user = app::user_name(caller);
  options.is_dry_run = is_dry_run;
  options.limits.outside = &caller.home.outside();
  engine::import::SyncOrder order;
  order.service = account.service;
  order.source = accounts::source_of_service(account.service);
  order.account = title;
  order.account_value = [&account](std::string_view field) {
    return app::account_value(account, field);
  };
  order.scrubbed = [&access](const std::string& text) { return access.scrubbed(text); };
  add_questions(order);
  SyncedAccount synced;
  synced.account = account.title();
  try {
    engine::import::ImportResult result = engine::import::sync_account(options, order);
    caller.progress("");
    for (const auto& [path, message] : result.problems)
      caller.note_once("plugin " + path + ": " + message);
    synced.user = result.user.empty() ? options.user : result.user;
    const std::string likeness = engine::import::likeness_text(result);
    if (!result.files.empty()) synced.came = std::move(result.files.front());
    if (!likeness.empty()) synced.came.notes.push_back(likeness);
    synced.is_interrupted = result.is_interrupted;
    synced.seconds = result.seconds;
  } catch (const Error& error) {
    throw access.scrubbed(error);
  }
  return synced;
}

/// What is read of the person's own there.
SyncedAccount sync_one(const app::Caller& caller, const Account& account, bool is_dry_run) {
  return read_account(
      caller, account, account.title(), is_dry_run, [&](engine::import::SyncOrder& order) {
        const accounts::KnownService* service = accounts::find_service(account.service);
        if (service == nullptr || (!service->brings_lyrics && service->features.empty())) return;
        const TracksWanted wanted = tracks_wanted(caller, account, *service);
        order.asked[wanted.setting] = wanted.tracks;
        if (wanted.count == 0) return;
        caller.note(account.title() + " is asked for the " + wanted.what + " of " +
                    counted(wanted.count, "track") +
                    (wanted.later > 0
                         ? ", of " + std::to_string(wanted.later) + " more the next time"
                         : "") +
                    "; " + service->sent);
      });
}

bool answers(const accounts::KnownService* service, std::string_view question) {
  return service != nullptr &&
         std::ranges::find(service->answers, question) != service->answers.end();
}

/// Behind what is read of the person's own: tracks like those that they play, of a service that answers
/// so. Nothing where there is nothing to ask.
std::optional<SyncedAccount> ask_for_similar(const app::Caller& caller, const Account& account) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  if (!answers(service, "similar_tracks")) return std::nullopt;
  const std::vector<std::int64_t> wanted = similar_wanted(caller, *service);
  if (wanted.empty()) return std::nullopt;
  // Of the library, which is closed again when what comes is written to it.
  const std::string questions = questions_text(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}),
      "similar_tracks", wanted);
  SyncedAccount asked = ask_account(caller, account, questions);
  asked.account += ", tracks like " + counted(wanted.size(), "track") + " of yours";
  return asked;
}

/// `what`: "tags", "MusicBrainz ids".
std::optional<SyncedAccount> ask_of_tracks(const app::Caller& caller, const Account& account,
                                           const char* question, const std::string& what,
                                           const TracksAsked& wanted) {
  if (wanted.tracks.empty()) return std::nullopt;
  const std::string tracks = counted(wanted.tracks.size(), "track");
  if (wanted.later > 0)
    caller.note(account.title() + " is asked for the " + what + " of " + tracks + ", of " +
                std::to_string(wanted.later) + " more the next time");
  const std::string questions = questions_text(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}),
      question, wanted.tracks);
  SyncedAccount asked = ask_account(caller, account, questions);
  asked.account += ", " + what + " of " + tracks + " of yours";
  return asked;
}

/// The tags of tracks that have none, where the account's person wishes that.
std::optional<SyncedAccount> ask_for_tags(const app::Caller& caller, const Account& account) {
  if (!answers(accounts::find_service(account.service), "track_tags") ||
      account.value("track_tags") != "yes")
    return std::nullopt;
  return ask_of_tracks(caller, account, "track_tags", "tags", tags_wanted(caller, account));
}

/// By which ListenBrainz knows tracks.
std::optional<SyncedAccount> ask_for_mbids(const app::Caller& caller, const Account& account) {
  if (!answers(accounts::find_service(account.service), "track_ids")) return std::nullopt;
  return ask_of_tracks(caller, account, "track_ids", "MusicBrainz ids",
                       mbids_wanted(caller, account));
}

/// What is the person's there, and then what it is asked of their tracks.
void sync_into(std::vector<SyncedAccount>& synced, const app::Caller& caller,
               const Account& account, bool is_dry_run) {
  const accounts::KnownService* service = accounts::find_service(account.service);
  if (service != nullptr && service->is_only_asked) {
    synced.push_back({.account = account.title(), .user = app::user_name(caller), .came = {}});
  } else {
    synced.push_back(sync_one(caller, account, is_dry_run));
    if (synced.back().is_interrupted || !synced.back().came.error.empty()) return;
  }
  if (is_dry_run) return;
  for (const auto& ask : {ask_for_similar, ask_for_tags, ask_for_mbids}) {
    std::optional<SyncedAccount> asked = ask(caller, account);
    if (!asked) continue;
    synced.push_back(std::move(*asked));
    if (synced.back().is_interrupted) return;
  }
}

/// Services that are only asked about the catalogue have nothing of a person's.
bool is_read(const std::string& service) {
  const accounts::KnownService* known = accounts::find_service(service);
  return known == nullptr || known->is_read;
}

/// As they are listed, but services that are asked about tracks behind those that tell of plays, and so of
/// tracks to ask about.
std::vector<Account> in_order(std::vector<Account> listed) {
  std::ranges::stable_partition(listed, [](const Account& account) {
    const accounts::KnownService* service = accounts::find_service(account.service);
    return service == nullptr || (!service->brings_lyrics && service->features.empty());
  });
  return listed;
}

/// All that are connected: those that nothing is read from are left out.
std::vector<SyncedAccount> sync_all(const app::Caller& caller, bool is_dry_run) {
  std::vector<SyncedAccount> synced;
  const Accounts accounts(caller.home.accounts_file());
  for (const Account& listed : in_order(accounts.list())) {
    if (caller.registry()->find(accounts::source_of_service(listed.service)) == nullptr) continue;
    if (!is_read(listed.service)) continue;
    sync_into(synced, caller, accounts.require(listed.title()), is_dry_run);
    if (synced.back().is_interrupted) break;
  }
  if (synced.empty())
    throw Error(
        Exit::kNothing, "no account is connected that anything is read from",
        {"", "", "", "engine accounts lists the services there are; see: engine help services"});
  return synced;
}

}  // namespace

std::vector<SyncedAccount> sync_accounts(const app::Caller& caller,
                                         const std::vector<std::string>& titles, bool is_dry_run) {
  if (titles.empty()) return sync_all(caller, is_dry_run);
  const Accounts accounts(caller.home.accounts_file());
  std::vector<Account> asked;
  for (const std::string& title : titles) {
    asked.push_back(accounts.require(title));
    if (!is_read(asked.back().service))
      throw Error(Exit::kInput, title + " has nothing of yours to read",
                  {"", "", "it is asked about artists and tracks", "engine discover --grow"});
  }
  std::vector<SyncedAccount> synced;
  for (const Account& account : asked) {
    sync_into(synced, caller, account, is_dry_run);
    if (synced.back().is_interrupted) break;
  }
  return synced;
}

std::vector<SyncedAccount> sync_accounts_again(const app::Caller& caller, const std::string& user,
                                               const std::vector<std::string>& titles) {
  app::Caller owner = caller;
  owner.asked.user = user;
  std::vector<SyncedAccount> synced;
  const Accounts accounts(caller.home.accounts_file());
  for (const Account& listed : in_order(accounts.list())) {
    if (std::find(titles.begin(), titles.end(), listed.title()) == titles.end()) continue;
    try {
      const Account account = accounts.require(listed.title());
      sync_into(synced, owner, account, /*is_dry_run=*/false);
    } catch (const Error& error) {
      if (error.exit() == Exit::kInterrupted || error.exit() == Exit::kStore) throw;
      SyncedAccount& failed = synced.emplace_back();
      failed.account = listed.title();
      failed.user = user;
      failed.came.error = error.what();
      if (!error.parts().why.empty()) failed.came.error += ": " + error.parts().why;
    }
    if (synced.back().is_interrupted) break;
  }
  return synced;
}

SyncedAccount ask_account(const app::Caller& caller, const Account& account,
                          const std::string& questions) {
  SyncedAccount answered =
      read_account(caller, account, account.title() + " catalogue", /*is_dry_run=*/false,
                   [&](engine::import::SyncOrder& order) { order.asked["questions"] = questions; });
  answered.is_catalogue = true;
  return answered;
}

}  // namespace engine::pipelines
