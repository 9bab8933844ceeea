// What outputs that put lists into services and players remember of what they put there
// (playlist.target/1): the list's id over there, say, and what of it is ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// What was kept of the list called `name` in the account; nothing where it was never pushed.
std::optional<std::string> kept_of_push(const Store& store, std::int64_t user_id,
                                        std::string_view account, std::string_view name);
/// Of all lists of the account, by name.
std::vector<std::string> kept_of_pushes(const Store& store, std::int64_t user_id,
                                        std::string_view account);
/// Of the list of the account that was pushed last; nothing where none was.
std::optional<std::string> last_kept_of_account(const Store& store, std::int64_t user_id,
                                                std::string_view account);
/// In a transaction of its own. `text` is the output's own.
void keep_of_push(Store& store, std::int64_t user_id, std::string_view account,
                  std::string_view name, std::string_view text, std::int64_t now);

}  // namespace engine
