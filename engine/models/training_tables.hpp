// What a model learns from: the library as of `now`, and what everybody in the store played.
#pragma once

#include <memory>
#include <string>

#include "data/as_of.hpp"
#include "store/store.hpp"
#include "store/taught_people.hpp"

namespace engine {

/// The tables of AsOf, and of everybody who played or liked something by `now`:
///
///   table "users"        id i64 (the store's), by id
///   lists "user_tracks"  per row of "users": track numbers, weighted by plays
///   lists "user_likes"   per row of "users": track numbers
///   lists "user_skips"   per row of "users": track numbers, weighted by skips
///   table "user_listens" user i32 (row of "users"), track i32, ts i64 (start), is_play u8,
///                        is_skip u8; by user, then ts. Read when it is first asked for, as most
///                        models do without the order of listens
///   table "user_listen_contexts"  of each row of "user_listens": ms_played i32, is_finished u8,
///                        shuffle u8, start_reason and end_reason (as in "listen_contexts"), session
///                        i32 (everybody's, numbered in the order of the rows). Read when asked for
///   table "audience"     id i64, is_taught u8; by id. Everybody, whoever is to be learned from
///   table "audience_listens"  as "user_listens", of the rows of "audience": for counting who
///                        plays what, never for what somebody does next, unless they are taught
///
/// A play and a skip are what they are in the table "listens"; private sessions are left out, what
/// a person asked to be forgotten is, and so are podcasts, which account data mixes in as artists: those of whom no track's length is
/// known and half of whose listens of 30 s or more went on for ten minutes. Nothing that happened
/// after `now` changes a byte, whoever it happened to. `store` must outlive the tables. Throws
/// Error(kStore), as the first look at "user_listens" does.
///
/// They are of the `taught` only, and so are the podcasts found. Only "audience" and its
/// listens stay everybody's: what others play is there to be seen by whoever recommends, it is what
/// somebody does next that was to be kept from a model.
///
/// A model that asks for none but these and those of the catalogue has learned from everybody.
std::unique_ptr<Tables> load_training_tables(const Store& store,
                                             std::shared_ptr<const PreparedColumns> columns,
                                             const AsOfOptions& options,
                                             const TaughtPeople& taught = {});

}  // namespace engine
