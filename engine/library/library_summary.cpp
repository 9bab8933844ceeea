#include "library/library_summary.hpp"

#include "store/feedback.hpp"

namespace engine::library {

std::vector<UserSummary> summarise_users(const Store& store) {
  Statement listens =
      store.prepare("SELECT count(*), min(ts), max(ts) FROM listens WHERE user_id = ?1");
  Statement likes = store.prepare("SELECT count(*) FROM likes WHERE user_id = ?1");
  Statement banned = store.prepare("SELECT count(*) FROM banned WHERE user_id = ?1");
  Statement playlists = store.prepare("SELECT count(*) FROM playlists WHERE user_id = ?1");
  Statement runs = store.prepare("SELECT count(*) FROM runs WHERE user_id = ?1");
  std::vector<UserSummary> summaries;
  for (User& user : list_users(store)) {
    UserSummary& summary = summaries.emplace_back();
    for (listens.start(user.id); listens.step();) {
      summary.listens = listens.integer(0);
      if (summary.listens == 0) continue;
      summary.first_listen = listens.integer(1);
      summary.last_listen = listens.integer(2);
    }
    summary.likes = likes.find_integer(user.id).value_or(0);
    summary.banned = banned.find_integer(user.id).value_or(0);
    summary.playlists = playlists.find_integer(user.id).value_or(0);
    summary.runs = runs.find_integer(user.id).value_or(0);
    summary.user = std::move(user);
  }
  return summaries;
}

LibrarySummary summarise_library(const Store& store) {
  LibrarySummary summary;
  summary.tracks = store.integer("SELECT count(*) FROM tracks");
  summary.catalogue_tracks = store.integer("SELECT count(*) FROM tracks WHERE in_catalogue = 1");
  summary.featured_tracks = store.integer("SELECT count(*) FROM tracks WHERE energy IS NOT NULL");
  summary.artists = store.integer("SELECT count(*) FROM artists");
  summary.tags = store.integer("SELECT count(*) FROM tags");
  summary.users = store.integer("SELECT count(*) FROM users");
  summary.listens = store.integer("SELECT count(*) FROM listens");
  summary.likes = store.integer("SELECT count(*) FROM likes");
  summary.banned = store.integer("SELECT count(*) FROM banned");
  summary.playlists = store.integer("SELECT count(*) FROM playlists WHERE replaces IS NULL");
  summary.files = store.integer("SELECT count(*) FROM ingestions");
  summary.unfinished_files = store.integer("SELECT count(*) FROM ingestions WHERE is_complete = 0");
  summary.runs = store.integer("SELECT count(*) FROM runs");
  summary.merges = store.integer("SELECT count(*) FROM merges");
  summary.data_version = store.data_version();
  return summary;
}

namespace {

Subject subject_numbered(const Store& store, const FeedbackRow& row) {
  const Subject number{row.artist.has_value(), row.artist ? *row.artist : *row.track, "", ""};
  return find_subject(store, number.reference(), [](const Subject&) { return true; });
}

}  // namespace

std::vector<BannedThing> banned_things(const Store& store, std::int64_t user, std::int64_t now) {
  Statement select = store.prepare(
      "SELECT h.kind = 5, h.id, ifnull(t.title, ''), ifnull(a.name, ''), min(h.ts), "
      "group_concat(CASE teller WHEN '' THEN 'an import' ELSE teller END, ', ') FROM holdings h "
      "LEFT JOIN tracks t ON h.kind = 4 AND t.track_id = h.id "
      "LEFT JOIN artists a ON a.artist_id = iif(h.kind = 5, h.id, t.artist_id) "
      "WHERE h.user_id = ?1 AND h.kind IN (4, 5) AND h.ts <= ?2 AND "
      "(h.ended_at IS NULL OR h.ended_at > ?2) GROUP BY h.kind, h.id ORDER BY h.kind DESC, h.id");
  std::vector<BannedThing> found;
  for (select.start(user, now); select.step();) {
    BannedThing& it = found.emplace_back();
    it.subject = {select.integer(0) != 0, select.integer(1), std::string(select.text(2)),
                  std::string(select.text(3))};
    it.since = select.integer(4);
    it.tellers = select.text(5);
  }
  for (const FeedbackSpan& span : spans_of(feedback_of(store, user))) {
    const FeedbackRow& row = span.row;
    const bool is_limited = row.expires || !row.list.empty();
    if (row.verdict != Verdict::kBan || !is_limited || !span.holds(now)) continue;
    if (!row.track && (!row.artist || row.subject == FeedbackSubject::kAlbum)) continue;
    found.push_back({subject_numbered(store, row), row.ts, "you", row.list, row.expires});
  }
  return found;
}

std::vector<MergeSummary> list_merges(const Store& store) {
  Statement select = store.prepare(
      "SELECT merge_id, kept_id, merged_id, ts, t.title, a.name, score, "
      "ifnull(undo ->> '$.title', '') FROM merges "
      "LEFT JOIN tracks t ON t.track_id = kept_id LEFT JOIN artists a USING (artist_id) "
      "ORDER BY merge_id");
  std::vector<MergeSummary> merges;
  for (select.start(); select.step();) {
    MergeSummary& merge = merges.emplace_back();
    merge.id = select.integer(0);
    merge.kept = select.integer(1);
    merge.merged = select.integer(2);
    merge.ts = select.integer(3);
    merge.title = select.text(4);
    merge.artist = select.text(5);
    if (!select.is_null(6)) merge.score = select.real(6);
    merge.merged_title = select.text(7);
  }
  return merges;
}

}  // namespace engine::library
