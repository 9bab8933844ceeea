// How far services were read (playlist.state/1): kept with each import of theirs, so that taking an
// import back takes back how far it had come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

/// What the source of the account kept last, its own text; nothing where the account was never
/// read, or all that came of it was taken back.
std::optional<std::string> sync_state(const Store& store, std::int64_t user_id,
                                      std::string_view account);
/// The accounts that have such a text, in the order of their names.
std::vector<std::string> synced_accounts(const Store& store, std::int64_t user_id);
/// Part of the caller's transaction.
void keep_sync_state(Store& store, std::int64_t ingestion_id, std::int64_t user_id,
                     std::string_view account, std::string_view state);
/// The account was read to its end: imports of it that were cut short have been gone on with, and
/// are whole. Part of the caller's transaction.
void end_earlier_syncs(Store& store, std::int64_t user_id, std::string_view account,
                       std::int64_t now);
/// The import is taken back: the account is read again from where it began. What later imports
/// of it kept goes as well, and their rows are recognised when they come again.
void forget_sync_states_from(Store& store, std::int64_t ingestion_id);

}  // namespace engine
