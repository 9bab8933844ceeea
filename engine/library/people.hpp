// What is done with a whole person of the library: forgotten, called otherwise, found to be the
// same as another.
//
// What is somebody's, the schema says (store/owned_rows.hpp). The catalogue is nobody's: tracks that only one person
// played stay in it when that person goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/users.hpp"

namespace engine::library {

/// How many rows somebody has, by table; those without any are left out. Rows that hang on others
/// (the tracks of a playlist) are not counted.
std::vector<std::pair<std::string, std::int64_t>> belongings(const Store& store,
                                                             std::int64_t user_id);

/// Removes the person and everything of theirs in one transaction, overwriting it in the file, and
/// the setting that makes them the usual one. Files beside the store are the caller's to remove.
void forget_person(Store& store, const User& user);

/// The same person by another name; the setting that makes them the usual one follows. Throws
/// Error(kInput) when somebody else is called so, Error(kUsage) for a name that cannot be.
void rename_person(Store& store, const User& user, const std::string& name);

/// Makes everything of `joined` that of `kept`, and forgets `joined`: one person who was imported
/// under two names. A play that both were told of is one listen, as if one had imported both
/// exports; a file that both imported counts once; a playlist of a name that `kept` has too is
/// called "NAME (JOINED)". Throws Error(kInput) when both are the same.
void join_people(Store& store, const User& kept, const User& joined);

/// Removes rows and what hangs on them. `condition` is SQL over the table's columns. To be called
/// in a transaction.
void delete_rows(Store& store, const std::string& table, const std::string& condition);

}  // namespace engine::library
