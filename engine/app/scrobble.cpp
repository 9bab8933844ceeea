#include "app/scrobble.hpp"

#include <algorithm>
#include <optional>

#include "accounts/accounts.hpp"
#include "app/default_user.hpp"
#include "data/owned_table.hpp"
#include "recipe/output_document.hpp"
#include "store/listen_flags.hpp"
#include "store/pushes.hpp"
#include "store/users.hpp"

namespace engine::app {
namespace {

/// Under which the account remembers them: no list is called so.
constexpr const char* kPlays = "";
constexpr std::int64_t kLongMs = 240'000, kUnknownMs = 30'000;

struct Play {
  std::int64_t ts = 0;
  std::string title, artist, album, mbid, isrc, spotify_id;
  std::int64_t duration_ms = 0;
};

bool is_whole(std::int64_t ms_played, std::int64_t duration_ms, std::int64_t flags) {
  if (ListenFlags::skipped(flags) == 1) return false;
  if (duration_ms <= 0) return ms_played >= kUnknownMs;
  return ms_played >= kLongMs || 2 * ms_played >= duration_ms;
}

/// Of what was followed, by its journals (pipelines/listen.hpp).
std::vector<Play> plays_since(const Store& store, std::int64_t user_id, std::int64_t since,
                              std::int64_t now, const std::string& journals) {
  Statement select = store.prepare(
      "SELECT l.ts, l.ms_played, l.flags, ifnull(t.duration_ms, 0), ifnull(t.title, ''), "
      "ifnull(a.name, ''), ifnull(t.album, ''), "
      "ifnull((SELECT min(id) FROM track_ids WHERE track_id = l.track_id AND kind = 3), ''), "
      "ifnull((SELECT min(id) FROM track_ids WHERE track_id = l.track_id AND kind = 2), ''), "
      "ifnull((SELECT min(id) FROM track_ids WHERE track_id = l.track_id AND kind = 1), '') "
      "FROM listens l JOIN ingestions i USING (ingestion_id) JOIN tracks t USING (track_id) "
      "LEFT JOIN artists a ON a.artist_id = t.artist_id "
      "WHERE l.user_id = ?1 AND l.ts > ?2 AND l.ts <= ?3 AND "
      "substr(i.path, 1, length(?4)) = ?4 ORDER BY l.ts, l.track_id");
  std::vector<Play> plays;
  for (select.start(user_id, since, now, journals); select.step();) {
    if (!is_whole(select.integer(1), select.integer(3), select.integer(2))) continue;
    Play& play = plays.emplace_back();
    play.ts = select.integer(0);
    play.duration_ms = select.integer(3);
    play.title = select.text(4);
    play.artist = select.text(5);
    play.album = select.text(6);
    play.mbid = select.text(7);
    play.isrc = select.text(8);
    play.spotify_id = select.text(9);
  }
  return plays;
}

/// As a remote output is handed a list.
std::string document_of(const std::vector<Play>& plays, std::int64_t now) {
  OwnedTable rows(static_cast<std::int64_t>(plays.size()));
  const auto put = [&](const char* name, std::string Play::*field) {
    std::vector<std::string> texts;
    for (const Play& play : plays) texts.push_back(play.*field);
    std::int32_t* codes = rows.texts(name, texts);
    for (std::size_t row = 0; row < plays.size(); ++row)
      codes[row] = static_cast<std::int32_t>(row);
  };
  put("title", &Play::title);
  put("artist_name", &Play::artist);
  put("artists", &Play::artist);
  put("album", &Play::album);
  put("mbid", &Play::mbid);
  put("isrc", &Play::isrc);
  put("spotify_id", &Play::spotify_id);
  std::fill_n(rows.texts("explanation", {""}), plays.size(), 0);
  std::int32_t* lengths = rows.i32("duration_ms");
  std::int64_t* times = rows.i64("played_at");
  for (std::size_t row = 0; row < plays.size(); ++row) {
    lengths[row] = static_cast<std::int32_t>(plays[row].duration_ms);
    times[row] = plays[row].ts;
  }
  playlist_playlist playlist{};
  playlist.size = sizeof playlist;
  playlist.title = "plays";
  playlist.description = playlist.creator = "";
  playlist.created = now;
  playlist.tracks = rows.table();
  return pack_playlist(playlist);
}

}  // namespace

void require_takes_plays(const Caller& caller, const std::string& account) {
  const accounts::Account known = accounts::Accounts(caller.home.accounts_file()).require(account);
  if (known.service == "subsonic") return;
  throw Error(
      Exit::kUsage, account + " takes no plays",
      {"", "", "servers of the Subsonic kind do", "engine accounts lists what is connected"});
}

ScrobbleReport scrobble(const Caller& caller, const std::string& account, bool is_dry_run) {
  require_takes_plays(caller, account);
  ScrobbleReport report;
  report.account = account;
  report.is_dry_run = is_dry_run;
  std::vector<Play> plays;
  std::int64_t user_id = 0;
  {
    const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
    const User user = choose_user(store, user_name(caller));
    user_id = user.id;
    report.user = user.name;
    const std::optional<std::string> told = kept_of_push(store, user.id, account, kPlays);
    plays = plays_since(store, user.id, told ? std::stoll(*told) : 0, caller.asked.now,
                        caller.home.library_path() + ".listens/");
  }
  report.plays = static_cast<std::int64_t>(plays.size());
  if (plays.empty()) return report;
  PushReport pushed = push(caller, user_id, {.format = account + ",plays=true", .file = kPlays},
                           document_of(plays, caller.asked.now), is_dry_run);
  report.told = pushed.changes.added;
  report.missing = std::move(pushed.missing);
  return report;
}

}  // namespace engine::app
