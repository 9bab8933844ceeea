// What the account of a bot may say.
#include "bot/options.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using Catch::Contains;
using engine::accounts::Account;
using namespace engine::bot;

namespace {

Account account(const std::string& users, const std::string& quiet = "22:00-08:00",
                const std::string& per_day = "3", const std::string& match = "0.5") {
  return {"telegram",
          "",
          {{"users", users},
           {"notes", "yes"},
           {"quiet_hours", quiet},
           {"notes_per_day", per_day},
           {"note_match", match}}};
}

std::string error_of(const Account& account) {
  try {
    bot_options(account);
  } catch (const engine::Error& error) {
    return error.text();
  }
  return "";
}

}  // namespace

TEST_CASE("numbers of Telegram speak for people of the library", "[bot][options]") {
  const auto people = people_of_users(account("12345=ann, 6789 = José P. ,42"));
  CHECK(people == std::map<std::int64_t, std::string>{{42, ""}, {6789, "José P."}, {12345, "ann"}});
}

TEST_CASE("what cannot be is told with how to say it", "[bot][options]") {
  CHECK_THAT(error_of(account("ann")),
             Contains("users cannot be \"ann\"") && Contains("engine connect telegram --field"));
  CHECK_THAT(error_of(account("")), Contains("nobody could speak"));
  CHECK_THAT(error_of(account("-100=ann")), Contains("users cannot be"));
  CHECK_THAT(error_of(account("12=")), Contains("stands the name"));
  CHECK_THAT(error_of(account("12=ann, 12=bob")), Contains("the user 12 stands there twice"));
  CHECK_THAT(error_of(account("12", "22-8")), Contains("quiet_hours cannot be \"22-8\""));
  CHECK_THAT(error_of(account("12", "22:00-24:00")), Contains("quiet_hours"));
  CHECK_THAT(error_of(account("12", "22:00-08:00", "1.5")), Contains("notes_per_day"));
  CHECK_THAT(error_of(account("12", "22:00-08:00", "51")), Contains("notes_per_day"));
  CHECK_THAT(error_of(account("12", "22:00-08:00", "3", "50 %")), Contains("note_match"));
  CHECK(error_of(account("12")).empty());
}

TEST_CASE("quiet hours go over midnight", "[bot][options]") {
  const DailyTime night = bot_options(account("12", "22:00-08:00")).quiet_hours;
  CHECK(night.holds(22 * 3600));
  CHECK(night.holds(0));
  CHECK(night.holds(8 * 3600 - 1));
  CHECK_FALSE(night.holds(8 * 3600));
  CHECK_FALSE(night.holds(22 * 3600 - 1));
  const DailyTime noon = bot_options(account("12", "12:30 - 13:00")).quiet_hours;
  CHECK(noon.holds(12 * 3600 + 1800));
  CHECK_FALSE(noon.holds(13 * 3600));
  const DailyTime none = bot_options(account("12", "08:00-08:00")).quiet_hours;
  CHECK_FALSE(none.holds(8 * 3600));
}
