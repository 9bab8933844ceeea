// What the account of a bot says: whom it obeys, and when it may speak of itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "accounts/accounts.hpp"

namespace engine::bot {

/// A time of every day, from `begin` to `end` in seconds of the day; over midnight where `end` is
/// before `begin`. None where both are equal.
struct DailyTime {
  int begin = 0, end = 0;

  [[nodiscard]] bool holds(int second) const {
    return begin <= end ? begin <= second && second < end : second >= begin || second < end;
  }
};

struct BotOptions {
  /// By the number that Telegram has for somebody: whose library they speak for; "": the one whom
  /// verbs mean that get no --user.
  std::map<std::int64_t, std::string> people;
  bool has_notes = false;
  DailyTime quiet_hours;   // on the clocks of the person
  int notes_per_day = 0;   // to each person
  double least_match = 1;  // a suggestion's chance from which on a note tells of it
};

/// Throws Error(kInput) that names the field and how to change it.
BotOptions bot_options(const accounts::Account& account);

/// "12345=ann, 6789" as numbers and names. Throws Error(kInput).
std::map<std::int64_t, std::string> people_of_users(const accounts::Account& account);

}  // namespace engine::bot
