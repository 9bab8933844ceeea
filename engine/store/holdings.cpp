#include "store/holdings.hpp"

#include <algorithm>
#include <string>

namespace engine {
namespace {

const std::string kOneHolding = "user_id = ?1 AND kind = ?2 AND id = ?3 AND name = ?4";
const std::string kOneWord = kOneHolding + " AND teller = ?5";

std::int64_t number(HoldingKind kind) {
  return static_cast<std::int64_t>(kind);
}

bool is_of_artist(const Holding& holding) {
  return holding.kind == HoldingKind::kSavedArtist || holding.kind == HoldingKind::kBannedArtist;
}

bool is_ban(const Holding& holding) {
  return holding.kind == HoldingKind::kBannedTrack || holding.kind == HoldingKind::kBannedArtist;
}

/// What services list of likes and albums is what somebody has; the rest is what they said.
bool is_logged(const Holding& holding) {
  const bool is_word =
      holding.kind == HoldingKind::kLike || holding.kind == HoldingKind::kSavedArtist;
  return is_ban(holding) || (is_word && holding.teller == kYou);
}

std::string origin_of(std::string_view teller) {
  return teller.empty() ? "import" : teller == kYou ? "cli" : std::string(teller);
}

/// It was that teller who said the row; one who was not told may be anybody.
bool is_word_of(const FeedbackRow& row, std::string_view teller) {
  if (teller == kYou) return is_own_origin(row.origin);
  return row.origin == origin_of(teller) || row.origin == origin_of("");
}

FeedbackRow log_row(const Holding& holding, FeedbackRow row = {}) {
  row.user = holding.user;
  row.verdict = is_ban(holding) ? Verdict::kBan : Verdict::kLove;
  row.subject = is_of_artist(holding) ? FeedbackSubject::kArtist : FeedbackSubject::kTrack;
  (is_of_artist(holding) ? row.artist : row.track) = holding.id;
  return row;
}

/// By `at`, by a catalogue or by somebody's listen: not to be moved by what anybody says from then
/// on.
bool is_known_without_words(const Store& store, const Holding& holding, std::int64_t at) {
  const std::string tracks = is_of_artist(holding)
                                 ? "(SELECT track_id FROM track_artists WHERE artist_id = ?1 UNION "
                                   "SELECT track_id FROM tracks WHERE artist_id = ?1)"
                                 : "(?1)";
  const std::string in_catalogue = "SELECT 1 FROM tracks WHERE track_id IN " + tracks +
                                   " AND in_catalogue = 1 AND ifnull(title, '') <> '' LIMIT 1";
  if (store.prepare(in_catalogue).find_integer(holding.id)) return true;
  // Listens have no index by track: a pass over them, up to the first.
  const std::string heard = "SELECT 1 FROM listens WHERE track_id IN " + tracks +
                            " AND ts + (max(ms_played, 0) + 999) / 1000 <= ?2 LIMIT 1";
  return store.prepare(heard).find_integer(holding.id, at).has_value();
}

/// A run's start sees that the person said something of it: of bans it sees whoever's.
bool shows_word(const Store& store, const Holding& holding) {
  if (is_ban(holding)) return true;
  return store
      .prepare(
          "SELECT 1 FROM holdings WHERE user_id = ?1 AND kind = ?2 AND id = ?3 "
          "AND (teller = 'you' OR ended_by = 'you') LIMIT 1")
      .find_integer(holding.user, number(holding.kind), holding.id)
      .has_value();
}

}  // namespace

void note_word(Store& store, const Holding& holding, std::int64_t now) {
  store.bump_user_version(holding.user,
                          shows_word(store, holding) ? UserPart::kWords : UserPart::kSets);
  if (!is_known_without_words(store, holding, now)) store.bump_data_version();
}

Holdings::Holdings(const Store& store)
    : log_(store),
      find_(store.prepare("SELECT ts FROM holdings WHERE " + kOneWord + " AND ended_at IS NULL")),
      find_ended_(store.prepare("SELECT ts, ended_at, ended_by FROM holdings WHERE " + kOneWord +
                                " ORDER BY ended_at DESC LIMIT 1")),
      insert_(store.prepare("INSERT INTO holdings (user_id, kind, id, name, teller, ts, "
                            "ingestion_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
      // Not back over a time in which it did not hold. Tracks that were merged may have two rows.
      date_(store.prepare(
          "UPDATE OR IGNORE holdings SET ts = ?6 WHERE " + kOneWord +
          " AND ended_at IS NULL AND ?6 > 0 AND (ts = 0 OR ?6 < ts) AND NOT EXISTS (SELECT 1 FROM "
          "holdings WHERE " +
          kOneWord + " AND ended_at > ?6)")),
      date_anew_(store.prepare("UPDATE OR IGNORE holdings SET ts = ?6 WHERE " + kOneWord +
                               " AND ended_at IS NULL AND ?6 > 0 AND ts <> ?6")),
      list_(store.prepare("UPDATE holdings SET ingestion_id = ?6 WHERE " + kOneWord +
                          " AND ended_at IS NULL AND ingestion_id <> ?6")),
      adopt_(store.prepare("UPDATE OR IGNORE holdings SET teller = ?5, ingestion_id = ?6 "
                           "WHERE " +
                           kOneHolding + " AND teller = '' AND ended_at IS NULL")),
      reopen_(store.prepare("UPDATE holdings SET ended_at = NULL, ended_by = NULL, "
                            "ingestion_id = ?7 WHERE " +
                            kOneWord + " AND ts = ?6")),
      list_ended_(store.prepare("UPDATE holdings SET ingestion_id = ?7 WHERE " + kOneWord +
                                " AND ts = ?6")),
      end_(store.prepare("UPDATE holdings SET ended_at = ?6, ended_by = ?7 WHERE " + kOneWord +
                         " AND ended_at IS NULL")),
      drop_empty_(store.prepare("DELETE FROM holdings WHERE " + kOneWord + " AND ended_at <= ts")),
      tellers_(store.prepare("SELECT teller FROM holdings WHERE " + kOneHolding +
                             " AND ended_at IS NULL ORDER BY teller")),
      unlisted_(store.prepare("SELECT id, name FROM holdings WHERE user_id = ?1 AND kind = ?2 AND "
                              "teller = ?3 AND ended_at IS NULL AND ingestion_id <> ?4")),
      // The teller has dropped it too, so what it lists later is a new word.
      forget_word_(store.prepare(
          "UPDATE holdings SET ended_by = teller WHERE user_id = ?1 AND kind = ?2 AND teller = ?3 "
          "AND ended_at IS NOT NULL AND ended_by <> teller AND ingestion_id <> ?4")),
      leave_(store.prepare(
          "INSERT INTO holdings (user_id, kind, id, name, teller, ts, ended_at, ended_by) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?5) ON CONFLICT DO UPDATE "
          "SET ended_at = excluded.ended_at WHERE excluded.ended_at > ended_at")) {}

Holdings::Told Holdings::hold(const Holding& h, std::int64_t since, std::int64_t ingestion,
                              std::int64_t now, const FeedbackRow& said) {
  const std::int64_t kind = number(h.kind);
  const bool holds = find_.find_integer(h.user, kind, h.id, h.name, h.teller).has_value();
  if (holds) list_.run(h.user, kind, h.id, h.name, h.teller, ingestion);
  const bool is_adopted = !holds && !h.teller.empty() && h.teller != kYou &&
                          adopt_.run(h.user, kind, h.id, h.name, h.teller, ingestion) > 0;
  if (holds || is_adopted) {
    const bool is_dated = date_.run(h.user, kind, h.id, h.name, h.teller, since) > 0;
    if (is_dated) log_redated(h, since);
    return is_dated ? Told::kDated : Told::kKnown;
  }

  find_ended_.start(h.user, kind, h.id, h.name, h.teller);
  if (!find_ended_.step()) {
    insert_.run(h.user, kind, h.id, h.name, h.teller, since, ingestion);
    log_beginning(h, since, said);
    return Told::kNew;
  }
  const std::int64_t began = find_ended_.integer(0), ended = find_ended_.integer(1);
  const bool is_persons_word = find_ended_.text(2) == kYou && h.teller != kYou;
  find_ended_.reset();
  if (is_persons_word && since <= ended) {
    list_ended_.run(h.user, kind, h.id, h.name, h.teller, began, ingestion);
    return Told::kKnown;
  }
  if (std::max(now, since) <= ended) {
    reopen_.run(h.user, kind, h.id, h.name, h.teller, began, ingestion);
    log_beginning(h, began, said);
  } else {
    const std::int64_t again = since > ended ? since : now;
    insert_.run(h.user, kind, h.id, h.name, h.teller, again, ingestion);
    log_beginning(h, again, said);
  }
  return Told::kNew;
}

bool Holdings::date_anew(const Holding& h, std::int64_t since) {
  if (date_anew_.run(h.user, number(h.kind), h.id, h.name, h.teller, since) == 0) return false;
  log_redated(h, since);
  return true;
}

std::optional<std::int64_t> Holdings::since(const Holding& h) {
  return find_.find_integer(h.user, number(h.kind), h.id, h.name, h.teller);
}

void Holdings::keep(const Holding& h, std::int64_t ingestion) {
  list_.run(h.user, number(h.kind), h.id, h.name, h.teller, ingestion);
}

bool Holdings::end(const Holding& h, std::int64_t at, std::string_view by,
                   std::string_view way_in) {
  if (end_.run(h.user, number(h.kind), h.id, h.name, h.teller, at, by) == 0) return false;
  drop_empty_.run(h.user, number(h.kind), h.id, h.name, h.teller);
  log_end(h, at, way_in.empty() ? origin_of(by) : std::string(way_in));
  return true;
}

std::vector<std::string> Holdings::end_for_all(const Holding& h, std::int64_t at,
                                               std::string_view by) {
  std::vector<std::string> ended = tellers(h);
  for (const std::string& teller : ended) {
    Holding word = h;
    word.teller = teller;
    end(word, at, by);
  }
  return ended;
}

void Holdings::log_beginning(const Holding& h, std::int64_t since, FeedbackRow said) {
  if (!is_logged(h)) return;
  said.ts = since;
  if (said.origin.empty()) said.origin = origin_of(h.teller);
  log_.append(log_row(h, std::move(said)));
}

// What was logged of it by now never was; it has been so since then.
void Holdings::log_redated(const Holding& h, std::int64_t since) {
  if (!is_logged(h)) return;
  for (const FeedbackRow& row : log_.lasting(log_row(h)))
    if (is_word_of(row, h.teller)) log_.append(undo_of(row, row.ts, origin_of(h.teller)));
  log_beginning(h, since, {});
}

void Holdings::log_end(const Holding& h, std::int64_t at, const std::string& origin) {
  if (!is_logged(h)) return;
  for (const FeedbackRow& row : log_.lasting(log_row(h)))
    if (is_word_of(row, h.teller)) log_.append(undo_of(row, at, origin));
}

std::vector<EndedHolding> Holdings::end_unlisted(std::int64_t user, HoldingKind kind,
                                                 std::string_view teller, std::int64_t ingestion,
                                                 std::int64_t at) {
  std::vector<EndedHolding> ended;
  for (unlisted_.start(user, number(kind), teller, ingestion); unlisted_.step();)
    ended.push_back({kind, unlisted_.integer(0), std::string(unlisted_.text(1))});
  for (const EndedHolding& it : ended) end({user, kind, it.id, it.name, teller}, at, teller);
  forget_word_.run(user, number(kind), teller, ingestion);
  return ended;
}

void Holdings::leave_playlist(const Holding& h, std::int64_t since, std::int64_t at) {
  if (at <= since) return;
  leave_.run(h.user, number(HoldingKind::kPlaylistTrack), h.id, h.name, h.teller, since, at);
}

std::vector<std::string> Holdings::tellers(const Holding& h) {
  std::vector<std::string> found;
  for (tellers_.start(h.user, number(h.kind), h.id, h.name); tellers_.step();)
    found.emplace_back(tellers_.text(0));
  return found;
}

}  // namespace engine
