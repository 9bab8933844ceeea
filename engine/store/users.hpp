// The people in the store. Names are kept in Unicode's composed form (NFC), so that the two ways to
// write "José" are one person; names that differ by case are two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

struct User {
  std::int64_t id = 0;
  std::string name;
  std::string timezone = "UTC";  // tz database name
  std::int64_t created_at = 0;
};

/// What the first person of a library is called unless told.
inline constexpr const char* kFirstUser = "me";

/// By name; id order.
std::vector<User> list_users(const Store& store);
std::optional<User> find_user(const Store& store, std::string_view name);

/// The user of that name, made when there is none. Call inside a transaction.
User require_user(Store& store, std::string_view name, std::int64_t now);

/// `timezone` is a name that local_day() knows. Call inside a transaction.
void set_timezone(Store& store, std::int64_t user_id, std::string_view timezone);

/// Whom a verb means when no --user was given: the only user who imported anything of their own,
/// else (a store that was filled another way) the only user at all. Nothing when there are none or
/// several.
std::optional<User> default_user(const Store& store);

/// The user called `name`, or default_user() for "". Throws Error(kUsage) that names the users when
/// it cannot tell, Error(kInput) with "did you mean" when nobody is called so.
User choose_user(const Store& store, const std::string& name);

}  // namespace engine
