#include "bot/options.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "accounts/services.hpp"
#include "core/error.hpp"

namespace engine::bot {
namespace {

using accounts::Account;

Error wrong_field(const Account& account, const char* field, const std::string& why,
                  const std::string& example) {
  return {Exit::kInput,
          account.title() + ": " + field + " cannot be \"" + account.value(field) + "\"",
          {"", "", why,
           "engine connect " + account.title() + " --field \"" + field + "=" + example + "\""}};
}

bool read_whole(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// "22:00" as seconds of the day; -1 for another text.
int second_of(std::string_view text) {
  std::int64_t hour = 0, minute = 0;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() - colon != 3) return -1;
  if (!read_whole(text.substr(0, colon), hour) || !read_whole(text.substr(colon + 1), minute))
    return -1;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return -1;
  return static_cast<int>(hour * 3600 + minute * 60);
}

DailyTime quiet_hours_of(const Account& account) {
  const std::string& text = account.value("quiet_hours");
  if (text.empty()) return {};
  const std::size_t dash = text.find('-');
  const int begin = second_of(trimmed(std::string_view(text).substr(0, dash)));
  const int end =
      dash == std::string::npos ? -1 : second_of(trimmed(std::string_view(text).substr(dash + 1)));
  if (begin < 0 || end < 0)
    throw wrong_field(account, "quiet_hours", "it is a time of the day, on your clocks",
                      "22:00-08:00");
  return {begin, end};
}

int notes_per_day_of(const Account& account) {
  std::int64_t notes = 0;
  if (!read_whole(account.value("notes_per_day"), notes) || notes < 0 || notes > 50)
    throw wrong_field(account, "notes_per_day", "it is a whole number from 0 to 50", "3");
  return static_cast<int>(notes);
}

double least_match_of(const Account& account) {
  const std::string& text = account.value("note_match");
  char* end = nullptr;
  const double match = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(match >= 0 && match <= 1))
    throw wrong_field(account, "note_match", "it is a number from 0 to 1", "0.5");
  return match;
}

}  // namespace

std::map<std::int64_t, std::string> people_of_users(const Account& account) {
  std::map<std::int64_t, std::string> people;
  const auto wrong = [&](const std::string& why) {
    return wrong_field(account, "users", why, "12345678=ann, 23456789=bob");
  };
  for (const std::string& part : accounts::listed_values(account.value("users"))) {
    const std::size_t equals = part.find('=');
    const std::string_view number = trimmed(std::string_view(part).substr(0, equals));
    const std::string_view name =
        equals == std::string::npos ? "" : trimmed(std::string_view(part).substr(equals + 1));
    std::int64_t id = 0;
    if (!read_whole(number, id) || id <= 0)
      throw wrong(
          "a user of Telegram is told by a number: write to the bot, and engine bot says yours");
    if (equals != std::string::npos && name.empty())
      throw wrong("behind = stands the name of a person of the library");
    if (!people.emplace(id, name).second)
      throw wrong("the user " + std::to_string(id) + " stands there twice");
  }
  if (people.empty()) throw wrong("nobody could speak with the bot");
  return people;
}

BotOptions bot_options(const Account& account) {
  BotOptions options;
  options.people = people_of_users(account);
  options.has_notes = account.value("notes") == "yes";
  options.quiet_hours = quiet_hours_of(account);
  options.notes_per_day = notes_per_day_of(account);
  options.least_match = least_match_of(account);
  return options;
}

}  // namespace engine::bot
