#include "library/people.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_set>

#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "core/text_key.hpp"
#include "library/tellings.hpp"
#include "store/devices.hpp"
#include "store/listen_flags.hpp"
#include "store/owned_rows.hpp"

namespace engine::library {
namespace {

constexpr std::string_view kUsualUser = "config.user";  // app/store_settings.hpp

std::string of_user(std::int64_t user_id) {
  return "user_id = " + std::to_string(user_id);
}

void require_other(const User& a, const User& b) {
  if (a.id != b.id) return;
  throw Error(Exit::kInput, "both names are those of " + one_line(a.name), {"", "", "", ""});
}

/// Files that both imported: the one that was read to its end stays, and told everything.
void drop_double_imports(Store& store, std::int64_t kept, std::int64_t joined) {
  std::vector<std::pair<std::int64_t, std::int64_t>> doubles;  // user, ingestion
  Statement select = store.prepare(
      "SELECT a.ingestion_id, a.is_complete, b.ingestion_id FROM ingestions a JOIN ingestions b "
      "ON a.hash = b.hash AND a.file_name = b.file_name WHERE a.user_id = ?1 AND b.user_id = ?2");
  for (select.start(kept, joined); select.step();) {
    const bool is_kept_whole = select.integer(1) != 0;
    doubles.emplace_back(is_kept_whole ? joined : kept, select.integer(is_kept_whole ? 2 : 0));
  }
  for (const auto& [user, ingestion] : doubles) {
    take_back(store, user, ingestion);
    delete_rows(store, "ingestions", "ingestion_id = " + std::to_string(ingestion));
  }
}

std::unordered_set<std::int64_t> tracks_told_of(const Store& store, std::int64_t user) {
  std::unordered_set<std::int64_t> tracks;
  Statement select = store.prepare(
      "SELECT track_id FROM listens WHERE user_id = ?1 UNION "
      "SELECT track_id FROM tellings WHERE user_id = ?1");
  for (select.start(user); select.step();) tracks.insert(select.integer(0));
  return tracks;
}

/// The number that `kept` has for each device of `joined`.
std::vector<std::int64_t> move_devices(Store& store, std::int64_t kept, std::int64_t joined) {
  Devices devices(store);
  std::vector<std::int64_t> numbers;
  for (const std::string& name : device_names(store, joined))
    numbers.push_back(devices.find_or_make(kept, name));
  return numbers;
}

/// What was told of `joined` is told of `kept`, and the listens are made anew. What one teller told
/// of both alike is one play; what it told twice of one of them stays two.
void move_persons_tellings(Store& store, std::int64_t kept, std::int64_t joined) {
  const std::unordered_set<std::int64_t> tracks = tracks_told_of(store, joined);
  Tellers tellers(store);
  NearbyTellings nearby;
  for (const std::int64_t user : {kept, joined}) {
    nearby.load(store, tellers, user, std::numeric_limits<std::int64_t>::min(),
                std::numeric_limits<std::int64_t>::max(), tracks);
  }
  remove_rows(store, nearby);
  const auto place = [](const Telling& t) {
    return std::tie(t.track, t.ts, t.ms_played, t.teller);
  };
  std::vector<Telling> told = std::move(nearby.tellings);
  std::stable_sort(told.begin(), told.end(), [&](const Telling& a, const Telling& b) {
    return std::tuple_cat(place(a), std::make_tuple(a.user != kept)) <
           std::tuple_cat(place(b), std::make_tuple(b.user != kept));
  });
  std::vector<Telling> all;
  std::int64_t first_user = kept;
  Statement retold = store.prepare("INSERT OR IGNORE INTO retellings VALUES (?1, ?2, ?3, ?4, ?5)");
  for (Telling& telling : told) {
    const bool is_same_play = !all.empty() && place(all.back()) == place(telling);
    if (!is_same_play) first_user = telling.user;
    if (is_same_play && telling.user != first_user) {
      retold.run(telling.ingestion, telling.ts, telling.track, telling.teller, telling.ms_played);
      continue;
    }
    all.push_back(std::move(telling));
  }
  const std::vector<std::int64_t> device_of = move_devices(store, kept, joined);
  for (Telling& telling : all) {
    if (telling.user == joined) {
      const auto device = static_cast<std::size_t>(ListenFlags::device(telling.play_flags));
      telling.play_flags = (telling.play_flags & ~ListenFlags::kDevice) |
                           ListenFlags::with_device(device_of[device]);
    }
    telling.user = kept;
  }
  settle_anew(store, tellers, std::move(all));
}

void move_playlist_names(Store& store, const User& kept, const User& joined) {
  store
      .prepare(
          "UPDATE playlists SET name = name || ' (' || ?3 || ')' WHERE user_id = ?2 AND EXISTS "
          "(SELECT 1 FROM playlists o WHERE o.user_id = ?1 AND o.name = playlists.name AND "
          "o.external_id = playlists.external_id)")
      .run(kept.id, joined.id, joined.name);
  store
      .prepare(
          "UPDATE kept_playlists SET name = name || ' (' || ?3 || ')' WHERE user_id = ?2 AND name "
          "IN (SELECT name FROM kept_playlists WHERE user_id = ?1)")
      .run(kept.id, joined.id, joined.name);
}

/// Totals without times add up.
void add_artist_plays(Store& store, std::int64_t kept, std::int64_t joined) {
  store
      .prepare(
          "UPDATE artist_plays SET plays = plays + (SELECT o.plays FROM artist_plays o WHERE "
          "o.user_id = ?2 AND o.artist_id = artist_plays.artist_id) WHERE user_id = ?1 AND "
          "artist_id IN (SELECT artist_id FROM artist_plays WHERE user_id = ?2)")
      .run(kept, joined);
}

/// Rows that `kept` has already go with `joined`.
void move_other_rows(Store& store, std::int64_t kept, std::int64_t joined) {
  for (const std::string& table : tables_of_users(store)) {
    if (table == "user_versions" || table == "listens" || table == "tellings" || table == "devices")
      continue;
    store.prepare("UPDATE OR IGNORE " + table + " SET user_id = ?1 WHERE user_id = ?2")
        .run(kept, joined);
  }
  store.prepare("UPDATE OR IGNORE user_relations SET related_id = ?1 WHERE related_id = ?2")
      .run(kept, joined);
  store.prepare("DELETE FROM user_relations WHERE user_id = related_id").run();
}

void remove_person(Store& store, std::int64_t user_id) {
  for (const std::string& table : tables_of_users(store))
    delete_rows(store, table, of_user(user_id));
  delete_rows(store, "users", of_user(user_id));
}

}  // namespace

std::vector<std::pair<std::string, std::int64_t>> belongings(const Store& store,
                                                             std::int64_t user_id) {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  for (const std::string& table : tables_of_users(store)) {
    const std::int64_t count =
        store.integer("SELECT count(*) FROM " + table + " WHERE " + of_user(user_id));
    if (count > 0 && table != "user_versions") counts.emplace_back(table, count);
  }
  return counts;
}

void delete_rows(Store& store, const std::string& table, const std::string& condition) {
  for (const TableReference& reference : references_to(store, table)) {
    if (reference.table == table) continue;
    delete_rows(store, reference.table,
                reference.column + " IN (SELECT " + reference.parent_column + " FROM " + table +
                    " WHERE " + condition + ")");
  }
  store.execute("DELETE FROM " + table + " WHERE " + condition);
}

void forget_person(Store& store, const User& user) {
  store.execute("PRAGMA secure_delete = ON");  // what is deleted is overwritten
  Transaction transaction(store);
  remove_person(store, user.id);
  if (store.setting(kUsualUser) == user.name) store.set_setting(kUsualUser, "");
  store.bump_data_version();
  transaction.commit();
}

void rename_person(Store& store, const User& user, const std::string& name) {
  if (name.empty() || !is_utf8(name)) {
    throw Error(Exit::kUsage, "a person cannot be called \"" + one_line(name) + "\"",
                {"", "", name.empty() ? "a name has a letter at least" : "the name is not UTF-8",
                 "give another name"});
  }
  Transaction transaction(store);
  if (const auto other = find_user(store, name); other && other->id != user.id) {
    throw Error(Exit::kInput, "somebody else is called " + one_line(other->name),
                {store.path(), "", "",
                 "if both are one person: engine library join \"" + one_line(other->name) +
                     "\" \"" + one_line(user.name) + "\""});
  }
  const std::string composed = nfc(name);
  store.prepare("UPDATE users SET name = ?1 WHERE user_id = ?2").run(composed, user.id);
  if (store.setting(kUsualUser) == user.name) store.set_setting(kUsualUser, composed);
  store.bump_data_version();
  transaction.commit();
}

void join_people(Store& store, const User& kept, const User& joined) {
  require_other(kept, joined);
  Transaction transaction(store);
  drop_double_imports(store, kept.id, joined.id);
  move_persons_tellings(store, kept.id, joined.id);
  move_playlist_names(store, kept, joined);
  add_artist_plays(store, kept.id, joined.id);
  move_other_rows(store, kept.id, joined.id);
  remove_person(store, joined.id);
  if (store.setting(kUsualUser) == joined.name) store.set_setting(kUsualUser, kept.name);
  store.bump_data_version();
  transaction.commit();
}

}  // namespace engine::library
