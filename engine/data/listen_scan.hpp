// One pass over everybody's listens: since when tracks are known, who played what, and one user's
// rows.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "data/dictionary.hpp"
#include "store/store.hpp"

namespace engine {

/// A user's listens as the store has them, by (ts, track_id, ms_played).
struct ListenRows {
  std::vector<std::int64_t> ts, track_id;
  std::vector<std::int32_t> ms_played;  // INT32_MIN unknown
  std::vector<std::int64_t> flags;      // store/listen_flags.hpp
  std::vector<std::int32_t> country;    // codes into `countries`, -1 missing
  /// AA to ZZ first, so that a code says nothing about which countries other listens have.
  Dictionary countries;
  Dictionary devices;  // code k is device k + 1 of the user's (store/devices.hpp)

  ListenRows();
  /// With the codes of `countries` for those it has.
  explicit ListenRows(const playlist_dict& countries);
  void add(std::int64_t ts, std::int64_t track_id, std::int32_t ms_played, std::int64_t flags,
           std::string_view country);
  [[nodiscard]] std::size_t count() const { return ts.size(); }
};

/// The first time that a user heard a track.
struct FirstHeard {
  std::int64_t user_id, track_id;
  std::int64_t ended;       // end of the first listen of any length
  std::int64_t long_ended;  // of the first of kHeardSeconds or unknown length; kNever: none
};

/// How long a track must have been heard for "artist_users" to count it.
inline constexpr std::int64_t kHeardSeconds = 30;

struct ListenScan {
  std::vector<FirstHeard> first_heard;  // by user, then track
  ListenRows rows;                      // of `wanted_user`
};

/// Unix seconds at which a listen has ended, rounded up; its start when its length is unknown.
inline std::int64_t end_of_listen(std::int64_t ts, std::int32_t ms_played) {
  return ms_played == INT32_MIN ? ts : ts + (static_cast<std::int64_t>(ms_played) + 999) / 1000;
}

/// Everybody's listens. `wanted_user` 0: no rows are kept.
ListenScan scan_listens(const Store& store, std::int64_t wanted_user);
/// How many of a user's listens were in private sessions and over by `now`: prepared columns know
/// how many there are of all times.
std::int64_t count_private_listens(const Store& store, std::int64_t user_id, std::int64_t now);
/// One user's listens only.
ListenRows read_listens(const Store& store, std::int64_t user_id);
/// Those that began later than `ts`, with all devices of the user.
ListenRows read_listens_after(const Store& store, std::int64_t user_id, std::int64_t ts,
                              const playlist_dict& countries);
/// When everybody first heard the tracks of the listens that began later than `newest` of theirs
/// (by user id; without an entry: all of them), of these listens alone.
std::vector<FirstHeard> first_heard_after(const Store& store,
                                          const std::map<std::int64_t, std::int64_t>& newest);
/// The start of everybody's newest listen, by user id.
std::map<std::int64_t, std::int64_t> newest_listens(const Store& store);

}  // namespace engine
