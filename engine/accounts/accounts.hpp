// What a person has with services: where they are, and how to log in.
//
// File      accounts.json in the folder of the settings, mode 0600, changed under a lock and by a
//           rename. Nothing else of the engine's holds a secret: no setting, no store, no record.
// Wins      What the environment says, PLAYLIST_ACCOUNTS_SUBSONIC_PASSWORD, over the file. An
//           account that only the environment tells of is one, too.
// Titles    "subsonic", or "subsonic@home" for a second one of the same service.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::accounts {

struct Account {
  std::string service;                        // "subsonic"
  std::string name;                           // "home"; "" for the first
  std::map<std::string, std::string> values;  // by field; what nobody gave is not there

  [[nodiscard]] std::string title() const { return name.empty() ? service : service + "@" + name; }
  /// "" where there is none.
  [[nodiscard]] const std::string& value(const std::string& field) const;
  /// The values that no message may show. Of a service that the engine does not know all but the
  /// address and the user.
  [[nodiscard]] std::vector<std::string> secrets() const;
};

/// "subsonic@home" taken apart, without values. Throws Error(kUsage) for what is no title.
Account account_called(std::string_view title);

class Accounts {
 public:
  /// `file` need not exist.
  explicit Accounts(std::string file) : file_(std::move(file)) {}

  /// By title. Throws Error(kInput) where the file cannot be read.
  [[nodiscard]] std::vector<Account> list() const;
  /// With what the service takes for granted (MPD on this machine). Throws Error(kInput) that says
  /// how to connect where there is no such account, or it lacks what it needs.
  [[nodiscard]] Account require(std::string_view title) const;
  /// Whether `title` names a service that the engine knows, or that somebody has connected.
  [[nodiscard]] bool is_account(std::string_view title) const;
  /// Keeps it, in place of one of the same title. Throws Error(kUsage) for fields that its service
  /// does not have, or that it lacks.
  void put(const Account& account);
  /// False where there was none.
  bool remove(std::string_view title);
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  [[nodiscard]] std::vector<Account> kept() const;
  void write(const std::vector<Account>& accounts) const;

  std::string file_;
};

}  // namespace engine::accounts
