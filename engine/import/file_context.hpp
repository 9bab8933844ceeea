// What the writers of a batch need to know of the file it comes from.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace engine::import {

struct FileContext {
  std::int64_t ingestion_id = 0;
  std::string format;  // "spotify_extended"
  std::string folder;  // absolute, where it lies: places that it names begin there
  std::int64_t now = 0;
  bool is_personal = false;    // somebody's own export; otherwise a catalogue or a data set
  bool is_service = false;     // an account with a service: what it says is known from `now` on
  bool is_user_named = false;  // the import says whose it is (--user, or a folder of that name)
  bool is_read_again = false;  // the content was read otherwise before: what it says now counts
  /// Whose export it is. Throws Error(kUsage) when that is not known.
  std::function<std::int64_t()> user_id;
  std::optional<std::int64_t> first_ts, last_ts;  // of the listens so far

  struct List {
    std::string teller;
    bool is_whole = false;  // the file held all of it
  };
  std::map<std::string, List, std::less<>> lists;  // what the source said of them, by name
  /// The service whose list it is; where the source does not say, the source itself.
  [[nodiscard]] const std::string& teller_of(std::string_view list) const {
    const auto told = lists.find(list);
    return told == lists.end() || told->second.teller.empty() ? format : told->second.teller;
  }

  void saw(std::int64_t ts) {
    if (!first_ts || ts < *first_ts) first_ts = ts;
    if (!last_ts || ts > *last_ts) last_ts = ts;
  }
};

/// Between 1970 and 2100, both excluded: anything else cannot be when somebody listened.
inline bool is_possible_time(std::int64_t ts) {
  return ts > 0 && ts < 4'102'444'800;
}
/// 0 for a missing or impossible time.
inline std::int64_t time_or_zero(std::int64_t ts) {
  return is_possible_time(ts) ? ts : 0;
}

}  // namespace engine::import
