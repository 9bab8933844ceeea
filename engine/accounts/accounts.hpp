// What a person has with services: where they are, and how to log in.
//
// File      accounts.json in the folder of the settings, mode 0600, changed under a lock that others
//           wait for, and by a rename of what is on the disk. Nothing else of the engine's holds a secret: no setting, no store, no record.
// Wins      What the environment says, PLAYLIST_ACCOUNTS_SUBSONIC_PASSWORD, over the file. An
//           account that only the environment tells of is one, too.
// Titles    "subsonic", or "subsonic@home" for a second one of the same service.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::accounts {

/// What a login in the browser has brought. Elements are not told of it: the host sends it along
/// with what they ask.
struct Login {
  std::string access_token, refresh_token;
  std::string scopes;              // that were granted; "" where the service did not say
  std::int64_t expires_at = 0;     // of the access token, by the clock of this machine
  std::int64_t authorised_at = 0;  // when the person agreed
};

struct Account {
  std::string service;                        // "subsonic"
  std::string name;                           // "home"; "" for the first
  std::map<std::string, std::string> values;  // by field; what nobody gave is not there
  std::optional<Login> login = {};

  [[nodiscard]] std::string title() const { return name.empty() ? service : service + "@" + name; }
  /// "" where there is none.
  [[nodiscard]] const std::string& value(const std::string& field) const;
  /// The values that no message may show, and the tokens. Of a service that the engine does not know all but the
  /// address and the user.
  [[nodiscard]] std::vector<std::string> secrets() const;
};

/// "subsonic@home" taken apart, without values. Throws Error(kUsage) for what is no title.
Account account_called(std::string_view title);

/// With what the environment says and the service takes for granted. Throws Error(kInput) that says
/// how to connect where it lacks a value that the service needs.
Account completed(Account account);

class Accounts {
 public:
  /// `file` need not exist.
  explicit Accounts(std::string file) : file_(std::move(file)) {}

  /// By title. Throws Error(kInput) where the file cannot be read.
  [[nodiscard]] std::vector<Account> list() const;
  /// With what the service takes for granted (MPD on this machine). Throws Error(kInput) that says
  /// how to connect where there is no such account, or it lacks what it needs, or nobody has logged
  /// in to it.
  [[nodiscard]] Account require(std::string_view title) const;
  /// Whether `title` names a service that the engine knows, or that somebody has connected.
  [[nodiscard]] bool is_account(std::string_view title) const;
  /// As it is kept, without the environment; without values where it is not.
  [[nodiscard]] Account kept(std::string_view title) const;
  /// Keeps it, in place of one of the same title, whose login stays where `account` has none. Throws
  /// Error(kUsage) for fields that its service does not have, or that neither it nor the environment
  /// has.
  void put(const Account& account);
  /// For one process at a time: `renew` is given the login as it is kept now, and what it returns is
  /// on the disk when this returns; nothing for one that is fine as it is. What it throws changes
  /// nothing. Throws Error(kInput) where there is no login.
  Login renew_login(std::string_view title,
                    const std::function<std::optional<Login>(const Login&)>& renew);
  /// False where there was none.
  bool remove(std::string_view title);
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  [[nodiscard]] std::vector<Account> all_kept() const;
  void write(const std::vector<Account>& accounts) const;

  std::string file_;
};

}  // namespace engine::accounts
