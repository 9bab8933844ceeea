#include "import/same_tracks.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "core/text_key.hpp"
#include "import/credits.hpp"
#include "import/track_matcher.hpp"
#include "library/merge.hpp"

namespace engine::import {
namespace {

constexpr const char* kSettled = "tracks_settled";  // the state that was settled

/// By its numbers: another copy of the store has a setting of its own.
std::string state_of(const Store& store) {
  const std::string added = store.appended_states().back();
  return std::to_string(store.data_version()) + " " + added.substr(0, added.find('-'));
}

/// Lengths in ms, -1 unknown.
bool are_lengths_alike(std::int64_t a, std::int64_t b) {
  return a < 0 || b < 0 || std::llabs(a - b) <= TrackMatcher::kSameRecordingMs;
}

/// Sets of tracks that are one.
class SameTracks {
 public:
  void join(std::int64_t a, std::int64_t b) {
    a = root(a);
    b = root(b);
    if (a != b) parents_[std::max(a, b)] = std::min(a, b);
  }
  std::int64_t root(std::int64_t track) {
    for (auto found = parents_.find(track); found != parents_.end(); found = parents_.find(track)) {
      track = found->second;
    }
    return track;
  }
  [[nodiscard]] bool empty() const { return parents_.empty(); }
  /// Every track that was joined to something, its set's smallest number not included.
  [[nodiscard]] std::vector<std::int64_t> joined() const {
    std::vector<std::int64_t> tracks;
    for (const auto& [track, parent] : parents_) tracks.push_back(track);
    std::sort(tracks.begin(), tracks.end());
    return tracks;
  }

 private:
  std::unordered_map<std::int64_t, std::int64_t> parents_;
};

// ---- what is the same ---------------------------------------------------------------------------

void join_by_ids(const Store& store, SameTracks& same) {
  Statement pairs = store.prepare(
      "SELECT a.track_id, b.track_id, ifnull(a.duration_ms, -1), ifnull(b.duration_ms, -1) "
      "FROM same_tracks JOIN tracks a USING (track_id) JOIN tracks b ON b.track_id = other_id "
      "WHERE a.song_key IS NULL OR b.song_key IS NULL OR a.song_key = b.song_key");
  for (pairs.start(); pairs.step();) {
    if (are_lengths_alike(pairs.integer(2), pairs.integer(3))) {
      same.join(pairs.integer(0), pairs.integer(1));
    }
  }
}

/// The keys that some of these tracks have, in the temporary table `changed_keys`.
void choose_keys(Store& store, const std::unordered_set<std::int64_t>& tracks) {
  store.execute(
      "CREATE TEMP TABLE IF NOT EXISTS changed_keys (key TEXT PRIMARY KEY) WITHOUT ROWID; "
      "DELETE FROM changed_keys");
  Statement insert = store.prepare(
      "INSERT OR IGNORE INTO changed_keys SELECT key FROM tracks WHERE track_id = ?1 AND "
      "key IS NOT NULL");
  for (const std::int64_t track : tracks) insert.run(track);
}

/// Of one key: in the order of lengths, each belongs to the shortest one that is not too far off;
/// those without a length belong to the track with the smallest number.
void join_by_key(const Store& store, SameTracks& same, bool is_of_changed) {
  const std::string keys = is_of_changed
                               ? "SELECT key FROM changed_keys"
                               : "SELECT key FROM tracks WHERE key IS NOT NULL GROUP BY key "
                                 "HAVING count(*) > 1";
  Statement select =
      store.prepare("SELECT key, track_id, ifnull(duration_ms, -1) FROM tracks WHERE key IN (" +
                    keys + ") ORDER BY key, ifnull(duration_ms, -1), track_id");
  struct Track {
    std::int64_t id, length;
  };
  std::string key;
  std::vector<Track> tracks;
  const auto join = [&] {
    if (tracks.empty()) return;
    const auto smallest = std::min_element(tracks.begin(), tracks.end(),
                                           [](auto& a, auto& b) { return a.id < b.id; });
    const Track* first = nullptr;
    for (const Track& track : tracks) {
      if (track.length < 0) {
        same.join(smallest->id, track.id);
      } else if (first && are_lengths_alike(first->length, track.length)) {
        same.join(first->id, track.id);
      } else {
        first = &track;
      }
    }
    tracks.clear();
  };
  for (select.start(); select.step();) {
    if (select.text(0) != key) {
      join();
      key = select.text(0);
    }
    tracks.push_back({select.integer(1), select.integer(2)});
  }
  join();
}

void join_credits(const Store& store, SameTracks& same) {
  Statement credits = store.prepare(
      "SELECT track_id, a.name, title, ifnull(album, ''), ifnull(duration_ms, -1) FROM artists a "
      "CROSS JOIN tracks t USING (artist_id) WHERE a.is_credit AND t.key IS NOT NULL ORDER BY "
      "track_id");
  Statement find = store.prepare(
      "SELECT track_id, ifnull(duration_ms, -1) FROM tracks WHERE key = ?1 ORDER BY track_id");
  const auto find_alike = [&](const std::string& key, std::int64_t length) {
    std::int64_t found = 0;
    for (find.start(key); find.step();) {
      if (found == 0 && are_lengths_alike(find.integer(1), length)) found = find.integer(0);
    }
    return found;
  };
  for (credits.start(); credits.step();) {
    TextKey key = text_key("", credits.text(2), credits.text(3));
    for (const std::string& name : credited_names(credits.text(1))) {
      key.artist = artist_key(name);
      const std::int64_t found = find_alike(key.track_key(), credits.integer(4));
      if (found == 0) continue;
      same.join(found, credits.integer(0));
      break;
    }
  }
}

/// The heard tracks by title and version; a title that several artists have is nobody's.
class HeardTitles {
 public:
  explicit HeardTitles(const Store& store) {
    Statement heard = store.prepare(
        "SELECT track_id, key, ifnull(duration_ms, -1) FROM tracks WHERE key IS NOT NULL AND "
        "track_id IN (SELECT track_id FROM listens) ORDER BY track_id");
    for (heard.start(); heard.step();) {
      const std::string_view key = heard.text(1);
      const std::size_t artist = key.find('\x1f'), title = key.find('\x1f', artist + 1);
      const std::string name(key.substr(artist + 1, title - artist - 1));
      const auto [owner, is_first] = owners_.emplace(name, key.substr(0, artist));
      if (!is_first && owner->second != key.substr(0, artist)) shared_[name] = true;
      const std::size_t version = key.find('\x1f', title + 1);
      tracks_[std::string(key.substr(artist + 1, version - artist - 1))].push_back(
          {heard.integer(0), heard.integer(2)});
    }
  }
  /// 0 when there is none, or it is not clear which.
  std::int64_t find(const TextKey& key, std::int64_t length) const {
    if (shared_.contains(key.title)) return 0;
    const auto found = tracks_.find(key.title + '\x1f' + key.version);
    if (found == tracks_.end()) return 0;
    for (const Track& track : found->second) {
      if (are_lengths_alike(track.length, length)) return track.id;
    }
    return 0;
  }

 private:
  struct Track {
    std::int64_t id, length;
  };
  std::unordered_map<std::string, std::string> owners_;  // by title: the artist
  std::unordered_map<std::string, bool> shared_;         // titles of several artists
  std::unordered_map<std::string, std::vector<Track>> tracks_;
};

void join_titles(const Store& store, SameTracks& same) {
  if (store.integer("SELECT 1 FROM tracks WHERE key IS NULL AND title IS NOT NULL "
                    "AND artist_id IS NULL LIMIT 1") == 0) {
    return;
  }
  const HeardTitles heard(store);
  Statement titles = store.prepare(
      "SELECT track_id, title, ifnull(duration_ms, -1) FROM tracks "
      "WHERE key IS NULL AND title IS NOT NULL AND artist_id IS NULL ORDER BY track_id");
  for (titles.start(); titles.step();) {
    const std::int64_t found = heard.find(text_key("", titles.text(1)), titles.integer(2));
    if (found != 0) same.join(found, titles.integer(0));
  }
}

// ---- making them one ----------------------------------------------------------------------------

/// Fills the temporary table `joined`: every track that goes, and the one it becomes.
void choose_kept(Store& store, SameTracks& same) {
  store.execute(
      "CREATE TEMP TABLE IF NOT EXISTS joined (from_id INTEGER PRIMARY KEY, "
      "to_id INTEGER NOT NULL); DELETE FROM joined");
  Statement insert = store.prepare("INSERT INTO joined VALUES (?1, ?2)");
  Statement is_named = store.prepare("SELECT 1 FROM tracks WHERE track_id = ?1 AND key NOT NULL");
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> sets;
  for (const std::int64_t track : same.joined()) sets[same.root(track)].push_back(track);
  for (auto& [root, tracks] : sets) {
    tracks.insert(tracks.begin(), root);  // in the order of their numbers
    const auto named = std::find_if(tracks.begin(), tracks.end(), [&](std::int64_t track) {
      return is_named.find_integer(track).has_value();
    });
    const std::int64_t kept = named == tracks.end() ? root : *named;
    for (const std::int64_t track : tracks) {
      if (track != kept) insert.run(track, kept);
    }
  }
}

/// A column that the kept track lacks takes the value of the first that goes and has one.
void fill_kept(Store& store) {
  Statement names = store.prepare(
      "SELECT name FROM pragma_table_info('tracks') WHERE name NOT IN "
      "('track_id', 'key', 'song_key', 'version', 'in_catalogue')");
  std::string set;
  for (names.start(); names.step();) {
    const std::string column(names.text(0));
    set += ", " + column + " = ifnull(" + column + ", (SELECT f." + column +
           " FROM joined JOIN tracks f ON f.track_id = from_id WHERE to_id = tracks.track_id AND "
           "f." +
           column + " IS NOT NULL ORDER BY from_id LIMIT 1))";
  }
  store.execute(
      "UPDATE tracks SET in_catalogue = in_catalogue | (SELECT max(f.in_catalogue) FROM joined "
      "JOIN tracks f ON f.track_id = from_id WHERE to_id = tracks.track_id)" +
      set + " WHERE track_id IN (SELECT to_id FROM joined)");
}

void move_references(Store& store) {
  store.execute(
      "UPDATE OR IGNORE track_artists SET track_id = (SELECT to_id FROM joined WHERE from_id = "
      "track_id) WHERE track_id IN (SELECT from_id FROM joined WHERE to_id NOT IN "
      "(SELECT track_id FROM track_artists))");
  library::move_joined_tellings(store);
  for (const library::TrackReference& reference : library::track_references()) {
    const std::string table = reference.table, column = reference.column;
    const std::string of_joined =
        " WHERE " + column + " IN (SELECT from_id FROM joined)" + reference.condition;
    if (reference.is_moved) {
      store.execute("UPDATE OR IGNORE " + table + " SET " + column +
                    " = (SELECT to_id FROM joined WHERE from_id = " + column + ")" + of_joined);
    }
    store.execute("DELETE FROM " + table + of_joined);
  }
  store.execute(
      "UPDATE merges SET kept_id = (SELECT to_id FROM joined WHERE from_id = kept_id) "
      "WHERE kept_id IN (SELECT from_id FROM joined)");
}

std::int64_t join_tracks(Store& store, SameTracks& same) {
  choose_kept(store, same);
  fill_kept(store);
  move_references(store);
  store.execute("DELETE FROM tracks WHERE track_id IN (SELECT from_id FROM joined)");
  const std::int64_t count = store.integer("SELECT count(*) FROM joined");
  store.execute("DELETE FROM joined");
  return count;
}

/// Credits that no track carries any more.
void forget_credits(Store& store) {
  if (store.integer("SELECT 1 FROM artists WHERE is_credit LIMIT 1") == 0) return;
  std::string unused = "DELETE FROM artists WHERE is_credit";
  for (const char* users :
       {"artist_id FROM tracks WHERE artist_id IS NOT NULL", "artist_id FROM track_artists",
        "artist_id FROM artist_tags", "artist_id FROM artist_relations",
        "related_id FROM artist_relations", "artist_id FROM artist_plays",
        "artist_id FROM artist_ids", "id FROM holdings WHERE kind IN (2, 3, 5)",
        "artist_id FROM feedback WHERE artist_id IS NOT NULL"}) {
    unused += std::string(" AND artist_id NOT IN (SELECT ") + users + ")";
  }
  store.execute(unused);
}

}  // namespace

bool is_settled(const Store& store) {
  return store.setting(kSettled) == state_of(store);
}

std::int64_t settle_tracks(Store& store, const std::unordered_set<std::int64_t>* changed) {
  if (is_settled(store)) return 0;
  Transaction transaction(store);
  std::int64_t count = 0;
  if (changed != nullptr) choose_keys(store, *changed);
  // What was joined may be the evidence for more: a credit's name for an id, an id for a name.
  for (int round = 0; round < 3; ++round) {
    SameTracks same;
    join_by_ids(store, same);
    // What was joined has changed too.
    join_by_key(store, same, changed != nullptr && round == 0);
    join_credits(store, same);
    join_titles(store, same);
    store.execute("DELETE FROM same_tracks");
    if (same.empty()) break;
    count += join_tracks(store, same);
  }
  forget_credits(store);
  if (count > 0) store.bump_data_version();
  store.set_setting(kSettled, state_of(store));
  transaction.commit();
  return count;
}

}  // namespace engine::import
