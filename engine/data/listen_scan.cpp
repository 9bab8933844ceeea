#include "data/listen_scan.hpp"

#include <algorithm>

#include "data/numbering.hpp"
#include "store/devices.hpp"
#include "store/listen_flags.hpp"

namespace engine {
namespace {

std::int32_t length_of(std::int64_t ms_played) {
  if (ms_played < 0) return INT32_MIN;
  return static_cast<std::int32_t>(std::min<std::int64_t>(ms_played, INT32_MAX));
}

/// ts, track_id, ms_played, flags, country.
void add_all(Statement& listens, ListenRows& rows) {
  while (listens.step())
    rows.add(listens.integer(0), listens.integer(1), length_of(listens.integer(2)),
             listens.integer(3), listens.text(4));
}

Dictionary devices_of(const Store& store, std::int64_t user_id) {
  Dictionary devices;
  const std::vector<std::string> names = device_names(store, user_id);
  for (std::size_t k = 1; k < names.size(); ++k) devices.append(names[k]);
  return devices;
}

// First times of the user being read, by track id; listens come user by user.
class FirstTimes {
 public:
  explicit FirstTimes(std::int64_t largest_track_id)
      : times_(static_cast<std::size_t>(largest_track_id + 1)) {}

  /// A row of ts, track_id, ms_played.
  void add(const Statement& listen) {
    add(listen.integer(0), listen.integer(1), length_of(listen.integer(2)));
  }

  void add(std::int64_t ts, std::int64_t track_id, std::int32_t ms_played) {
    const std::int64_t ended = end_of_listen(ts, ms_played);
    const bool is_long = ms_played == INT32_MIN || ms_played >= kHeardSeconds * 1000;
    if (track_id < 0 || static_cast<std::size_t>(track_id) >= times_.size()) return;
    Times& times = times_[static_cast<std::size_t>(track_id)];
    if (times.ended == kNever) touched_.push_back(track_id);
    times.ended = std::min(times.ended, ended);
    if (is_long) times.long_ended = std::min(times.long_ended, ended);
  }

  void flush(std::int64_t user_id, std::vector<FirstHeard>& out) {
    std::sort(touched_.begin(), touched_.end());
    for (const std::int64_t track_id : touched_) {
      Times& times = times_[static_cast<std::size_t>(track_id)];
      out.push_back({user_id, track_id, times.ended, times.long_ended});
      times = {};
    }
    touched_.clear();
  }

 private:
  struct Times {
    std::int64_t ended = kNever, long_ended = kNever;
  };
  std::vector<Times> times_;
  std::vector<std::int64_t> touched_;
};

}  // namespace

ListenRows::ListenRows() {
  for (char first = 'A'; first <= 'Z'; ++first)
    for (char second = 'A'; second <= 'Z'; ++second) {
      const char country[] = {first, second};
      countries.code({country, 2});
    }
}

ListenRows::ListenRows(const playlist_dict& known) : countries(known) {}

void ListenRows::add(std::int64_t start, std::int64_t track, std::int32_t played, std::int64_t how,
                     std::string_view where) {
  ts.push_back(start);
  track_id.push_back(track);
  ms_played.push_back(played);
  flags.push_back(how);
  // Mostly the same country as the row before.
  const std::int32_t last = country.empty() ? -1 : country.back();
  const bool is_same = last < 0 ? where.empty() : countries.text(last) == where;
  country.push_back(is_same ? last : where.empty() ? -1 : countries.code(where));
}

ListenScan scan_listens(const Store& store, std::int64_t wanted_user) {
  ListenScan scan;
  scan.rows.devices = devices_of(store, wanted_user);
  FirstTimes first(store.integer("SELECT max(track_id) FROM tracks"));
  Statement listens =
      store.prepare("SELECT user_id, ts, track_id, ms_played, flags, country FROM listens");
  std::int64_t user = -1;
  while (listens.step()) {
    const std::int64_t row_user = listens.integer(0);
    if (row_user != user) {
      first.flush(user, scan.first_heard);
      user = row_user;
    }
    const std::int64_t ts = listens.integer(1), track_id = listens.integer(2);
    const std::int32_t ms_played = length_of(listens.integer(3));
    first.add(ts, track_id, ms_played);
    if (user == wanted_user)
      scan.rows.add(ts, track_id, ms_played, listens.integer(4), listens.text(5));
  }
  first.flush(user, scan.first_heard);
  return scan;
}

std::int64_t count_private_listens(const Store& store, std::int64_t user_id, std::int64_t now) {
  return store
      .prepare(
          "SELECT count(*) FROM listens WHERE user_id = ?1 AND ts <= ?2 AND flags & ?3 "
          "AND ts + (max(ifnull(ms_played, 0), 0) + 999) / 1000 <= ?2")
      .find_integer(user_id, now, std::int64_t{ListenFlags::kIncognito})
      .value_or(0);
}

ListenRows read_listens(const Store& store, std::int64_t user_id) {
  ListenRows rows;
  rows.devices = devices_of(store, user_id);
  Statement listens = store.prepare(
      "SELECT ts, track_id, ms_played, flags, country FROM listens WHERE user_id = ?1");
  listens.start(user_id);
  add_all(listens, rows);
  return rows;
}

ListenRows read_listens_after(const Store& store, std::int64_t user_id, std::int64_t ts,
                              const playlist_dict& countries) {
  ListenRows rows(countries);
  rows.devices = devices_of(store, user_id);
  Statement listens = store.prepare(
      "SELECT ts, track_id, ms_played, flags, country FROM listens "
      "WHERE user_id = ?1 AND ts > ?2");
  listens.start(user_id, ts);
  add_all(listens, rows);
  return rows;
}

std::vector<FirstHeard> first_heard_after(const Store& store,
                                          const std::map<std::int64_t, std::int64_t>& newest) {
  std::vector<FirstHeard> heard;
  FirstTimes first(store.integer("SELECT max(track_id) FROM tracks"));
  Statement listens =
      store.prepare("SELECT ts, track_id, ms_played FROM listens WHERE user_id = ?1 AND ts > ?2");
  Statement users = store.prepare("SELECT user_id FROM users ORDER BY user_id");
  while (users.step()) {
    const std::int64_t user = users.integer(0);
    const auto last = newest.find(user);
    listens.start(user, last == newest.end() ? INT64_MIN : last->second);
    while (listens.step()) first.add(listens);
    first.flush(user, heard);
  }
  return heard;
}

std::map<std::int64_t, std::int64_t> newest_listens(const Store& store) {
  std::map<std::int64_t, std::int64_t> newest;
  Statement last = store.prepare("SELECT max(ts) FROM listens WHERE user_id = ?1");
  for (Statement users = store.prepare("SELECT user_id FROM users"); users.step();)
    if (const auto ts = last.find_integer(users.integer(0))) newest.emplace(users.integer(0), *ts);
  return newest;
}

}  // namespace engine
