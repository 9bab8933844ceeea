// Tracks of the store that turned out to be one: settled at the end of an import, so that the store
// is the same whichever file came first. The rules are those of import/track_matcher.hpp.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "store/store.hpp"

namespace engine::import {

/// Joins
///   - tracks that one row named by an id each, when their names do not say otherwise
///   - tracks of one key whose lengths agree: one of them got its name after the other
///   - a track of a credit "A, B" with that of "A"
///   - a track with a title and no artist with the heard track of that title, if only one artist
///     has one
/// The named track is kept, of two the one with the smaller number; everything that is known of the
/// other becomes its own. Cannot be undone by `engine library unmerge`: a row that says the same
/// would join them again.
///
/// One transaction; nothing is looked at when the store did not change since the last time.
/// Returns the number of tracks that were joined to another.
/// `changed`: the tracks that have changed since the store was settled, for who knows them all; then
/// the keys of the others are not looked at.
std::int64_t settle_tracks(Store& store, const std::unordered_set<std::int64_t>* changed = nullptr);

/// Nothing has changed since the last time.
bool is_settled(const Store& store);

}  // namespace engine::import
