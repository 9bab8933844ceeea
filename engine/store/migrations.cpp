#include "store/migrations.hpp"

#include <cstdio>
#include <memory>

#include "core/error.hpp"
#include "store/key_functions.hpp"

namespace engine {

extern const std::string_view kSchemaSql;  // schema.sql, embedded

namespace {

/// The log of what people said (store/feedback.hpp), in place of tables that nothing filled. What
/// holdings know of bans, and of what the person said to the engine, is in it from the beginning.
constexpr std::string_view kFeedbackSql = R"sql(
DROP TABLE feedback;
DROP TABLE discoveries;
DROP TABLE track_clusters;
DROP TABLE clusters;
DROP TABLE snapshots;
CREATE TABLE feedback (
  feedback_id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: an undo names one
  user_id INTEGER NOT NULL REFERENCES users,
  ts INTEGER NOT NULL,                 -- when it was said; 0: not told, always
  verdict TEXT NOT NULL, subject TEXT NOT NULL, -- words of store/feedback.hpp
  track_id INTEGER REFERENCES tracks, artist_id INTEGER REFERENCES artists,
  name TEXT NOT NULL DEFAULT '',       -- of the album, of the playlist; a mood's words
  first_ts INTEGER, last_ts INTEGER,   -- of times, the last excluded
  rating REAL, reason TEXT NOT NULL DEFAULT '',
  list TEXT NOT NULL DEFAULT '',       -- the list that it is about; '': all
  expires_at INTEGER,                  -- NULL: never
  origin TEXT NOT NULL,                -- the way in, or the service that told it
  run_id INTEGER, propensity REAL,
  undoes INTEGER                       -- the row that an undo takes back
) STRICT;
CREATE INDEX feedback_by_user ON feedback (user_id, feedback_id);
CREATE INDEX feedback_by_track ON feedback (track_id) WHERE track_id IS NOT NULL;
CREATE INDEX feedback_by_artist ON feedback (artist_id) WHERE artist_id IS NOT NULL;
CREATE INDEX feedback_by_undone ON feedback (undoes) WHERE undoes IS NOT NULL;

INSERT INTO feedback (user_id, ts, verdict, subject, track_id, artist_id, origin)
  SELECT user_id, ts, iif(kind IN (4, 5), 'ban', 'love'), iif(kind IN (1, 4), 'track', 'artist'),
    iif(kind IN (1, 4), id, NULL), iif(kind IN (1, 4), NULL, id),
    CASE teller WHEN '' THEN 'import' WHEN 'you' THEN 'cli' ELSE teller END
  FROM holdings WHERE kind IN (4, 5) OR (kind IN (1, 3) AND teller = 'you')
  ORDER BY user_id, ts, kind, id, teller;
INSERT INTO feedback (user_id, ts, verdict, subject, track_id, artist_id, origin, undoes)
  SELECT f.user_id, h.ended_at, 'undo', f.subject, f.track_id, f.artist_id,
    CASE h.ended_by WHEN 'you' THEN 'cli' WHEN '' THEN 'import' ELSE h.ended_by END, feedback_id
  FROM feedback f JOIN holdings h ON h.user_id = f.user_id AND h.ts = f.ts
    AND CASE h.teller WHEN '' THEN 'import' WHEN 'you' THEN 'cli' ELSE h.teller END = f.origin
    AND h.kind = CASE f.verdict || f.subject WHEN 'bantrack' THEN 4 WHEN 'banartist' THEN 5
      WHEN 'lovetrack' THEN 1 ELSE 3 END AND h.id = ifnull(f.track_id, f.artist_id)
  WHERE h.ended_at IS NOT NULL ORDER BY h.ended_at, feedback_id;
)sql";

/// What a person likes, saved and banned gets a beginning, an end and a teller; the four tables of
/// before are views of what holds now. Writing to a view writes a holding without a teller.
///
/// Rows of older stores get the service whose export alone can have told them; where several
/// services told likes, '' stays until an export lists the track again. What older imports said is
/// marked as superseded, so that importing the same file again reads it again.
constexpr std::string_view kHoldingsSql = R"sql(
CREATE TABLE holdings (
  user_id INTEGER NOT NULL REFERENCES users,
  kind INTEGER NOT NULL,               -- store/holdings.hpp
  id INTEGER NOT NULL,                 -- the track, or the artist
  name TEXT NOT NULL DEFAULT '',       -- the album, or the playlist
  teller TEXT NOT NULL DEFAULT '',     -- whose word it is: a service, 'you', '' not known
  ts INTEGER NOT NULL,                 -- since when; 0: not told, always
  ended_at INTEGER,                    -- until when, excluded; NULL: still so
  ended_by TEXT,                       -- whose word ended it
  ingestion_id INTEGER NOT NULL DEFAULT 0, -- the import that listed it last; 0: none did
  PRIMARY KEY (user_id, kind, id, name, teller, ts)) STRICT, WITHOUT ROWID;

CREATE TEMP TABLE services AS SELECT user_id, min(service) AS service FROM
  (SELECT DISTINCT user_id, CASE format WHEN 'listenbrainz' THEN format ELSE 'spotify' END AS service
   FROM ingestions WHERE format IN ('spotify_library', 'exportify', 'listenbrainz'))
  GROUP BY user_id HAVING count(*) = 1;
CREATE TEMP TABLE libraries AS
  SELECT DISTINCT user_id FROM ingestions WHERE format = 'spotify_library';
INSERT INTO holdings (user_id, kind, id, teller, ts)
  SELECT user_id, 1, track_id, ifnull(service, ''), ts FROM likes LEFT JOIN services USING (user_id);
INSERT INTO holdings (user_id, kind, id, name, teller, ts)
  SELECT user_id, 2, artist_id, album, iif(user_id IN libraries, 'spotify', ''), ts
  FROM saved_albums;
INSERT INTO holdings (user_id, kind, id, teller, ts)
  SELECT user_id, 3, artist_id, iif(user_id IN libraries, 'spotify', ''), ts FROM saved_artists;
INSERT INTO holdings (user_id, kind, id, teller, ts)
  SELECT user_id, kind + 3, id, iif(user_id IN libraries, 'spotify', ''), ts FROM banned;
DROP TABLE services;
DROP TABLE libraries;
DROP TABLE likes;
DROP TABLE saved_albums;
DROP TABLE saved_artists;
DROP TABLE banned;

CREATE VIEW likes AS SELECT user_id, id AS track_id, min(ts) AS ts FROM holdings
  WHERE kind = 1 AND ended_at IS NULL GROUP BY user_id, id;
CREATE VIEW saved_albums AS SELECT user_id, id AS artist_id, name AS album, min(ts) AS ts
  FROM holdings WHERE kind = 2 AND ended_at IS NULL GROUP BY user_id, id, name;
CREATE VIEW saved_artists AS SELECT user_id, id AS artist_id, min(ts) AS ts FROM holdings
  WHERE kind = 3 AND ended_at IS NULL GROUP BY user_id, id;
CREATE VIEW banned AS SELECT user_id, kind - 3 AS kind, id, min(ts) AS ts FROM holdings
  WHERE kind IN (4, 5) AND ended_at IS NULL GROUP BY user_id, kind, id;
CREATE TRIGGER likes_insert INSTEAD OF INSERT ON likes BEGIN
  INSERT INTO holdings (user_id, kind, id, ts) VALUES (NEW.user_id, 1, NEW.track_id, NEW.ts); END;
CREATE TRIGGER saved_albums_insert INSTEAD OF INSERT ON saved_albums BEGIN
  INSERT INTO holdings (user_id, kind, id, name, ts)
    VALUES (NEW.user_id, 2, NEW.artist_id, NEW.album, NEW.ts); END;
CREATE TRIGGER saved_artists_insert INSTEAD OF INSERT ON saved_artists BEGIN
  INSERT INTO holdings (user_id, kind, id, ts) VALUES (NEW.user_id, 3, NEW.artist_id, NEW.ts); END;
CREATE TRIGGER banned_insert INSTEAD OF INSERT ON banned BEGIN
  INSERT INTO holdings (user_id, kind, id, ts) VALUES (NEW.user_id, NEW.kind + 3, NEW.id, NEW.ts); END;
CREATE TRIGGER likes_delete INSTEAD OF DELETE ON likes BEGIN
  DELETE FROM holdings WHERE user_id = OLD.user_id AND kind = 1 AND id = OLD.track_id
    AND ended_at IS NULL; END;

-- A file that tells what holds (likes, playlists ...) is known by its content and its name: two
-- playlists of one content are two. A later file that tells the same supersedes it: then its bytes
-- no longer stand for what the store holds, and are read again when they come again.
ALTER TABLE ingestions ADD COLUMN file_name TEXT NOT NULL DEFAULT ''; -- '' where it tells no such
ALTER TABLE ingestions ADD COLUMN is_superseded INTEGER NOT NULL DEFAULT 0;
UPDATE ingestions SET is_superseded = 1,
  file_name = substr(path, length(rtrim(path, replace(path, '/', ''))) + 1)
  WHERE format IN ('spotify_library', 'spotify_playlists', 'exportify')
    OR (format = 'listenbrainz' AND path LIKE '%feedback%');
DROP INDEX ingestions_by_hash;
CREATE UNIQUE INDEX ingestions_by_hash ON ingestions (hash, ifnull(user_id, 0), file_name);
CREATE TABLE told_lists (              -- lists that an import told whole
  ingestion_id INTEGER NOT NULL REFERENCES ingestions, list TEXT NOT NULL, teller TEXT NOT NULL,
  PRIMARY KEY (ingestion_id, list)) STRICT, WITHOUT ROWID;
INSERT INTO told_lists SELECT ingestion_id, 'playlists', 'spotify' FROM ingestions
  WHERE format = 'spotify_playlists' AND is_complete = 1;
-- A newer state of the playlist `replaces`, not read to its end yet: nothing else looks at it.
ALTER TABLE playlists ADD COLUMN replaces INTEGER;
)sql";

// What is to be done when, and what came of it (schedule/jobs.hpp). All times are Unix seconds.
constexpr std::string_view kJobsSql = R"sql(
CREATE TABLE jobs (
  job_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
  user_id INTEGER REFERENCES users,    -- whose; NULL: the house's
  verb TEXT NOT NULL,
  arguments TEXT NOT NULL,             -- JSON array of words
  expression TEXT NOT NULL,            -- of cron
  timezone TEXT NOT NULL,              -- by whose clocks; '': those of its person
  jitter_seconds INTEGER NOT NULL, retries INTEGER NOT NULL, backoff_seconds INTEGER NOT NULL,
  limit_seconds INTEGER NOT NULL,      -- 0: as long as it takes
  counts_from INTEGER NOT NULL,        -- what was due by then does not matter
  paused_at INTEGER) STRICT;
CREATE TABLE job_runs (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT, job_id INTEGER NOT NULL REFERENCES jobs,
  due_at INTEGER,                      -- NULL: run by hand
  missed INTEGER NOT NULL,             -- earlier times that it stands for as well
  attempt INTEGER NOT NULL,            -- from 1
  started_at INTEGER NOT NULL,
  ended_at INTEGER,                    -- NULL: it has not, or died and nobody has looked since
  outcome TEXT NOT NULL,               -- running, done, failed, died, interrupted
  exit_status INTEGER, told TEXT NOT NULL) STRICT;
CREATE INDEX job_runs_by_job ON job_runs (job_id, run_id);
CREATE INDEX job_runs_at_work ON job_runs (job_id) WHERE ended_at IS NULL;
)sql";

// Playlists that are kept and refreshed (store/kept_playlists.hpp). `run_tracks` has what is in a
// version; tracks are not checked, as they are not there, so that a merge can move them.
constexpr std::string_view kKeptPlaylistsSql = R"sql(
CREATE TABLE kept_playlists (
  playlist_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, name TEXT NOT NULL,
  recipe TEXT NOT NULL,
  parameters TEXT NOT NULL,            -- JSON array of "NAME=VALUE"
  created_at INTEGER NOT NULL, UNIQUE (user_id, name)) STRICT;
CREATE TABLE kept_outputs (            -- where it is written
  playlist_id INTEGER NOT NULL REFERENCES kept_playlists, position INTEGER NOT NULL,
  format TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (playlist_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE kept_versions (
  version_id INTEGER PRIMARY KEY, playlist_id INTEGER NOT NULL REFERENCES kept_playlists,
  version INTEGER NOT NULL,            -- from 1
  run_id INTEGER NOT NULL REFERENCES runs,
  now INTEGER NOT NULL,                -- since when it is the list
  restored INTEGER,                    -- the version of which it is a copy; NULL: a refresh made it
  UNIQUE (playlist_id, version)) STRICT;
CREATE INDEX kept_versions_by_run ON kept_versions (run_id);
CREATE TABLE kept_pins (
  playlist_id INTEGER NOT NULL REFERENCES kept_playlists, track_id INTEGER NOT NULL,
  ts INTEGER NOT NULL,                 -- since when
  ended_at INTEGER,                    -- until when, excluded; NULL: still so
  PRIMARY KEY (playlist_id, track_id, ts)) STRICT, WITHOUT ROWID;
CREATE TABLE kept_snapshots (
  snapshot_id INTEGER PRIMARY KEY, playlist_id INTEGER NOT NULL REFERENCES kept_playlists,
  version_id INTEGER NOT NULL REFERENCES kept_versions, ts INTEGER NOT NULL, name TEXT NOT NULL,
  UNIQUE (playlist_id, name)) STRICT;
CREATE TABLE kept_files (              -- a version as its outputs have it
  file_id INTEGER PRIMARY KEY, version_id INTEGER NOT NULL REFERENCES kept_versions,
  snapshot_id INTEGER REFERENCES kept_snapshots, -- of which it is a file; NULL: of the playlist
  format TEXT NOT NULL, file TEXT NOT NULL, bytes BLOB NOT NULL,
  is_written INTEGER NOT NULL) STRICT; -- 0: still to be put into its place
CREATE INDEX kept_files_by_version ON kept_files (version_id);
CREATE INDEX kept_files_to_write ON kept_files (file_id) WHERE NOT is_written;
)sql";

// What pipelines came to (store/metrics.hpp), in place of a table that nothing filled, and where the
// files of imports came from (import/places.hpp). Of earlier imports the files are known, not what
// the person named and not how they looked then: the next update reads them once more.
constexpr std::string_view kPipelinesSql = R"sql(
DROP TABLE metrics;
CREATE TABLE metrics (
  metric_id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users,
  pipeline TEXT NOT NULL, step TEXT NOT NULL,
  at INTEGER NOT NULL,                 -- the now that the step was made as of
  outcome TEXT NOT NULL,               -- done, nothing, skipped, failed
  reason TEXT NOT NULL DEFAULT '',     -- why; '' where that is plain
  figures TEXT NOT NULL DEFAULT '{}',  -- JSON: names and numbers
  state TEXT NOT NULL DEFAULT '',      -- JSON from which the step goes on the next time
  milliseconds INTEGER NOT NULL) STRICT;
CREATE INDEX metrics_by_step ON metrics (user_id, pipeline, step, at);
CREATE TABLE import_places (           -- files and folders that somebody imported, as they named them
  user_id INTEGER NOT NULL REFERENCES users, path TEXT NOT NULL,
  columns TEXT NOT NULL DEFAULT '', dates TEXT NOT NULL DEFAULT '', -- with which --columns and --dates
  PRIMARY KEY (user_id, path)) STRICT, WITHOUT ROWID;
CREATE TABLE import_files (            -- and how what was read there looked then
  user_id INTEGER NOT NULL REFERENCES users, path TEXT NOT NULL,
  bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, PRIMARY KEY (user_id, path)) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO import_places (user_id, path) SELECT user_id, path FROM ingestions
  WHERE user_id IN (SELECT user_id FROM users) AND path LIKE '/%';
)sql";

// The music files that were read (import/track_files.hpp).
constexpr std::string_view kTrackFilesSql = R"sql(
CREATE TABLE track_files (
  path ANY PRIMARY KEY,                -- absolute; a blob where its bytes are no UTF-8
  track_id INTEGER REFERENCES tracks,  -- NULL: it tells no track
  bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
  bucket TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '') -- why it tells none
STRICT, WITHOUT ROWID;
CREATE INDEX track_files_by_track ON track_files (track_id);
)sql";

// What was measured in tracks' music files (import/sound_files.hpp), in the columns of `tracks`.
constexpr std::string_view kTrackSoundSql = R"sql(
CREATE TABLE track_sound (
  track_id INTEGER PRIMARY KEY REFERENCES tracks,
  bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, -- of the file that was listened to
  energy REAL, key_pitch INTEGER, loudness REAL, mode INTEGER, tempo REAL) STRICT;
ALTER TABLE track_files ADD COLUMN unheard TEXT NOT NULL DEFAULT ''; -- why nothing can be heard in it
)sql";

// The folders and files that `engine import --files` was given (import/music_places.hpp), and what
// encoders that people brought made of their sound (import/encoders.hpp).
constexpr std::string_view kMusicPlacesSql = R"sql(
CREATE TABLE music_places (
  path ANY PRIMARY KEY,                -- absolute; a blob where its bytes are no UTF-8
  listens INTEGER NOT NULL,            -- with --audio
  space TEXT NOT NULL) STRICT, WITHOUT ROWID; -- of --encoder; "" without
CREATE TABLE encoders (
  space TEXT PRIMARY KEY,              -- whose vectors are its alone
  path TEXT NOT NULL, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE encoded_tracks (          -- those of the space's vectors that it made
  space TEXT NOT NULL REFERENCES encoders, track_id INTEGER NOT NULL REFERENCES tracks,
  bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, -- of the file that was listened to
  PRIMARY KEY (space, track_id)) STRICT, WITHOUT ROWID;
CREATE INDEX encoded_tracks_by_track ON encoded_tracks (track_id);
)sql";

// What is sung in tracks, by who says so (store/lyrics.hpp). Music files that were read before have
// not been asked: without the stamp of a file of lyrics they are read again.
constexpr std::string_view kTrackLyricsSql = R"sql(
CREATE TABLE track_lyrics (
  track_id INTEGER NOT NULL REFERENCES tracks,
  source TEXT NOT NULL,              -- 'tag', 'file', or the service: 'lrclib'
  path ANY NOT NULL,                 -- of the music file; '' of a service
  ts INTEGER NOT NULL,               -- since when it is known; 0: as long as the track is
  is_instrumental INTEGER NOT NULL,  -- 1: nothing is sung, and text is ''
  text TEXT NOT NULL,                -- '' of what is not instrumental: asked at ts, and not found
  PRIMARY KEY (track_id, source, path)) STRICT;
CREATE INDEX track_lyrics_by_path ON track_lyrics (path) WHERE path <> '';
ALTER TABLE track_files ADD COLUMN lyrics_bytes INTEGER;       -- of the file of lyrics beside it,
ALTER TABLE track_files ADD COLUMN lyrics_modified_ns INTEGER; -- 0: there is none; NULL: not asked
)sql";

constexpr std::string_view kServiceAnswersSql = R"sql(
CREATE TABLE service_tracks (        -- tracks that a service told of: known since then
  service TEXT NOT NULL, track_id INTEGER NOT NULL REFERENCES tracks, ts INTEGER NOT NULL,
  PRIMARY KEY (service, track_id)) STRICT, WITHOUT ROWID;
CREATE TABLE artist_questions (      -- what a service was asked of an artist; answers: rows that came
  service TEXT NOT NULL, question TEXT NOT NULL, artist_id INTEGER NOT NULL REFERENCES artists,
  ts INTEGER NOT NULL, answers INTEGER NOT NULL,
  PRIMARY KEY (service, question, artist_id)) STRICT, WITHOUT ROWID;
CREATE TABLE track_questions (
  service TEXT NOT NULL, question TEXT NOT NULL, track_id INTEGER NOT NULL REFERENCES tracks,
  ts INTEGER NOT NULL, answers INTEGER NOT NULL,
  PRIMARY KEY (service, question, track_id)) STRICT, WITHOUT ROWID;
CREATE TABLE recommendations (       -- what services recommend to somebody, in [ts, ended_at)
  user_id INTEGER NOT NULL REFERENCES users, service TEXT NOT NULL, channel TEXT NOT NULL,
  track_id INTEGER NOT NULL REFERENCES tracks, ts INTEGER NOT NULL,
  ended_at INTEGER,                  -- NULL: still
  score REAL,                        -- of one channel, higher is better; NULL: not told
  seed_id INTEGER REFERENCES tracks, -- of the person's tracks the one that led there
  told_by INTEGER NOT NULL,          -- the ingestion that told it last
  PRIMARY KEY (user_id, service, channel, track_id, ts)) STRICT, WITHOUT ROWID;
CREATE INDEX recommendations_by_track ON recommendations (track_id);
CREATE INDEX artist_ids_by_artist ON artist_ids (artist_id);
ALTER TABLE artist_relations ADD COLUMN ts INTEGER NOT NULL DEFAULT 0; -- known since; 0: always
)sql";

// What bots keep (bot/state.hpp): of each, by the number that its service has for it, and in each chat.
constexpr std::string_view kBotsSql = R"sql(
CREATE TABLE bots (
  bot TEXT PRIMARY KEY, next_update INTEGER NOT NULL, -- from which on updates are asked for
  came_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;    -- when the last came
CREATE TABLE bot_requests (            -- what was asked and is not answered yet
  bot TEXT NOT NULL, update_id INTEGER NOT NULL, chat INTEGER NOT NULL, request TEXT NOT NULL,
  is_begun INTEGER NOT NULL DEFAULT 0,
  plan TEXT NOT NULL DEFAULT '',       -- so that it does nothing twice when it is begun again
  PRIMARY KEY (bot, update_id)) STRICT, WITHOUT ROWID;
CREATE TABLE bot_messages (            -- what is to be said, in this order
  bot_message_id INTEGER PRIMARY KEY AUTOINCREMENT, bot TEXT NOT NULL, chat INTEGER NOT NULL,
  user_id INTEGER REFERENCES users,
  update_id INTEGER, part INTEGER,     -- of which answer, and where in it; NULL: nobody asked
  method TEXT NOT NULL, parameters TEXT NOT NULL,
  question TEXT,                       -- what it asks; NULL: nothing
  state INTEGER NOT NULL DEFAULT 0,    -- 0 waits, 1 its sending has begun, 2 it was sent
  UNIQUE (bot, update_id, part)) STRICT;
CREATE TABLE bot_questions (           -- messages that wait, or waited, for an answer
  bot TEXT NOT NULL, chat INTEGER NOT NULL, message_id INTEGER NOT NULL,
  user_id INTEGER REFERENCES users, reference TEXT NOT NULL, asked_at INTEGER NOT NULL,
  is_open INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (bot, chat, message_id)) STRICT, WITHOUT ROWID;
CREATE TABLE bot_lists (               -- the kept playlist that was shown last
  bot TEXT NOT NULL, chat INTEGER NOT NULL, user_id INTEGER REFERENCES users,
  playlist TEXT NOT NULL, run_id INTEGER NOT NULL,
  PRIMARY KEY (bot, chat)) STRICT, WITHOUT ROWID;
CREATE TABLE bot_notes (               -- what was told unasked
  bot TEXT NOT NULL, chat INTEGER NOT NULL, user_id INTEGER REFERENCES users,
  subject TEXT NOT NULL, ts INTEGER NOT NULL,
  PRIMARY KEY (bot, chat, subject)) STRICT, WITHOUT ROWID;
CREATE TABLE bot_moods (               -- against which a mood shifts
  bot TEXT NOT NULL, chat INTEGER NOT NULL, user_id INTEGER REFERENCES users,
  what TEXT NOT NULL, ts INTEGER NOT NULL,
  PRIMARY KEY (bot, chat)) STRICT, WITHOUT ROWID;
)sql";

int pragma(sqlite3* database, const char* sql) {
  Statement statement(database, sql);
  return static_cast<int>(statement.find_integer().value_or(0));
}

void run(sqlite3* database, const std::string& sql, const char* doing) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw_store_error(database, doing);
  }
}

/// Computes the keys of all tracks again, also of those that a merge by hand keeps for undoing it:
/// the step for a change of core/text_key or core/title_words.
constexpr std::string_view kRekeyTracks =
    "UPDATE tracks SET key = track_key(a.key, title, album), song_key = song_key(a.key, title, "
    "album), version = title_version(title) FROM artists a "
    "WHERE a.artist_id = tracks.artist_id AND tracks.key IS NOT NULL;"
    "UPDATE merges SET undo = json_set(undo, "
    "'$.key', track_key(a.key, undo ->> '$.track[1]', undo ->> '$.track[3]'), "
    "'$.track[4]', track_key(a.key, undo ->> '$.track[1]', undo ->> '$.track[3]'), "
    "'$.track[5]', song_key(a.key, undo ->> '$.track[1]', undo ->> '$.track[3]'), "
    "'$.track[6]', title_version(undo ->> '$.track[1]')) FROM artists a "
    "WHERE a.artist_id = undo ->> '$.track[2]' AND undo ->> '$.track[4]' IS NOT NULL;"
    "INSERT OR IGNORE INTO track_aliases SELECT undo ->> '$.key', kept_id FROM merges "
    "WHERE undo ->> '$.key' <> '';"
    "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE key = 'data_version';";

/// Writes to a temporary name first, so that a backup is whole or not there.
void back_up(sqlite3* database, const std::string& path) {
  const std::string temporary = path + ".part";
  std::remove(temporary.c_str());
  {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2(temporary.c_str(), &raw,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const std::unique_ptr<sqlite3, CloseDatabase> copy(raw);
    if (opened != SQLITE_OK) throw_store_error(raw, "making a backup before a migration");
    copy_database(database, raw);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    throw Error(Exit::kStore, "cannot write the backup " + path,
                {.where = path,
                 .source = {},
                 .why = "the file cannot be put in place",
                 .fix = "make the folder writable; the store was not changed"});
  }
}

}  // namespace

std::span<const Migration> store_migrations() {
  static const Migration steps[] = {
      {1, kSchemaSql},
      // When counts were taken, Unix seconds: a run as of an earlier time does not see them.
      {2, "ALTER TABLE engagement ADD COLUMN ts INTEGER NOT NULL DEFAULT 0"},
      // What a text encoder made of prompts, float32. A merge that is undone takes prompts out and
      // puts them back, so that their vectors are looked at when it is over.
      {3,
       "CREATE TABLE prompt_vectors (space TEXT NOT NULL, "
       "prompt_id INTEGER NOT NULL REFERENCES prompts DEFERRABLE INITIALLY DEFERRED, "
       "dim INTEGER NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (space, prompt_id)) "
       "STRICT, WITHOUT ROWID;"
       "CREATE INDEX prompts_by_content ON prompts (user_id, track_id, text)"},
      // Who told which listens how (library/tellings.hpp). `tellings` holds what was said of listens
      // that several told; ts is the start, or what the teller gave as the time.
      {4,
       "CREATE TABLE tellers (teller_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
       "CREATE TABLE ingestion_tellers (ingestion_id INTEGER NOT NULL REFERENCES ingestions, "
       "teller_id INTEGER NOT NULL REFERENCES tellers, PRIMARY KEY (ingestion_id, teller_id)) "
       "STRICT, WITHOUT ROWID;"
       "CREATE TABLE tellings (user_id INTEGER NOT NULL, ts INTEGER NOT NULL, "
       "track_id INTEGER NOT NULL, teller_id INTEGER NOT NULL, ms_played INTEGER NOT NULL, "
       "flags INTEGER NOT NULL, country TEXT, ingestion_id INTEGER NOT NULL, "
       "PRIMARY KEY (user_id, ts, track_id, teller_id, ms_played)) STRICT, WITHOUT ROWID"},
      {5, kHoldingsSql},
      // Edition and version words of more languages; titles like "Intro" by album.
      {6, kRekeyTracks},
      // Names that were met only where several may be joined ("A, B"), and what is needed to find
      // out that tracks are one.
      {7,
       "ALTER TABLE artists ADD COLUMN is_credit INTEGER NOT NULL DEFAULT 0;"
       "UPDATE artists SET is_credit = 1 WHERE spotify_id IS NULL AND artist_id NOT IN "
       "(SELECT artist_id FROM tracks WHERE artist_id IS NOT NULL AND spotify_id IS NOT NULL) "
       "AND artist_id NOT IN (SELECT artist_id FROM saved_artists) "
       "AND (name LIKE '%, %' OR name LIKE '% & %' OR name LIKE '%; %');"
       "CREATE INDEX artists_by_credit ON artists (artist_id) WHERE is_credit;"
       "CREATE TABLE same_tracks (track_id INTEGER NOT NULL, other_id INTEGER NOT NULL, "
       "PRIMARY KEY (track_id, other_id)) STRICT, WITHOUT ROWID;"
       "CREATE INDEX track_ids_by_track ON track_ids (track_id);"
       "CREATE INDEX tracks_without_key ON tracks (track_id) WHERE key IS NULL"},
      // Two spellings of one name are one person from now on; who is there twice already stays so.
      {8, "UPDATE OR IGNORE users SET name = nfc(name)"},
      // What one person says counts for itself: it makes nobody else's columns stale.
      {9,
       "CREATE TABLE user_versions (user_id INTEGER NOT NULL REFERENCES users, "
       "part INTEGER NOT NULL, version INTEGER NOT NULL, token TEXT NOT NULL, "
       "PRIMARY KEY (user_id, part)) STRICT, WITHOUT ROWID"},
      // Whose own a version of a model is; NULL: everybody's.
      {10, "ALTER TABLE models ADD COLUMN user_id INTEGER REFERENCES users"},
      // What the person said to the engine, which is read at every start of a run.
      {11,
       "CREATE INDEX holdings_by_word ON holdings (user_id, kind, id) "
       "WHERE teller = 'you' OR ended_by = 'you'"},
      // What undoing an import needs (library/imports.hpp): tellings that it repeated of what others
      // had told, and what it changed in the tables of what people have. Earlier imports have neither.
      {12,
       "ALTER TABLE ingestions ADD COLUMN is_recorded INTEGER NOT NULL DEFAULT 0;"
       "CREATE TABLE retellings (ingestion_id INTEGER NOT NULL REFERENCES ingestions, "
       "ts INTEGER NOT NULL, track_id INTEGER NOT NULL, teller_id INTEGER NOT NULL, "
       "ms_played INTEGER NOT NULL, "
       "PRIMARY KEY (ingestion_id, ts, track_id, teller_id, ms_played)) STRICT, WITHOUT ROWID;"
       "CREATE TABLE import_changes (ingestion_id INTEGER NOT NULL REFERENCES ingestions, "
       "number INTEGER NOT NULL, changes BLOB NOT NULL, PRIMARY KEY (ingestion_id, number)) "
       "STRICT"},
      // Why plays began, and that they were not shuffled, which earlier imports did not ask: the same
      // file imported again is read again and tells it.
      {13,
       "UPDATE ingestions SET is_superseded = 1 WHERE is_complete AND "
       "format IN ('spotify_extended', 'plays_csv')"},
      {14, kFeedbackSql},
      // What waits for a verdict (discovery/queue.hpp).
      {15,
       "CREATE TABLE suggestions (suggestion_id INTEGER PRIMARY KEY AUTOINCREMENT, "
       "user_id INTEGER NOT NULL REFERENCES users, track_id INTEGER NOT NULL REFERENCES tracks, "
       "ts INTEGER NOT NULL, expires_at INTEGER NOT NULL, source TEXT NOT NULL, "
       "kind TEXT NOT NULL, reason TEXT NOT NULL, score REAL, propensity REAL NOT NULL, "
       "run_id INTEGER) STRICT;"
       "CREATE INDEX suggestions_by_user ON suggestions (user_id, suggestion_id);"
       "CREATE INDEX suggestions_by_track ON suggestions (track_id)"},
      {16, kKeptPlaylistsSql},
      // What people played on (store/devices.hpp), which earlier imports did not ask: the same file
      // imported again is read again and tells it.
      {17,
       "CREATE TABLE devices (user_id INTEGER NOT NULL REFERENCES users, device INTEGER NOT NULL, "
       "name TEXT NOT NULL, PRIMARY KEY (user_id, device), UNIQUE (user_id, name)) "
       "STRICT, WITHOUT ROWID;"
       "UPDATE ingestions SET is_superseded = 1 WHERE is_complete AND "
       "format IN ('spotify_extended', 'plays_csv', 'listenbrainz')"},
      {18, kPipelinesSql},
      // What was put into services and players (store/pushes.hpp).
      {19,
       "CREATE TABLE pushes (user_id INTEGER NOT NULL REFERENCES users, account TEXT NOT NULL, "
       "name TEXT NOT NULL, kept TEXT NOT NULL, ts INTEGER NOT NULL, "
       "PRIMARY KEY (user_id, account, name)) STRICT, WITHOUT ROWID"},
      {20, kTrackFilesSql},
      {21, kTrackSoundSql},
      // How far services were read (store/sync_states.hpp).
      {22,
       "CREATE TABLE sync_states (ingestion_id INTEGER PRIMARY KEY REFERENCES ingestions, "
       "user_id INTEGER NOT NULL REFERENCES users, account TEXT NOT NULL, state TEXT NOT NULL) "
       "STRICT; CREATE INDEX sync_states_by_account ON sync_states (user_id, account)"},
      {23, kMusicPlacesSql},
      {24, kTrackLyricsSql},
      // What language models were asked (store/completions.hpp).
      {25,
       "CREATE TABLE completions (completion_id INTEGER PRIMARY KEY, ts INTEGER NOT NULL, "
       "asked_at INTEGER NOT NULL, account TEXT NOT NULL, model TEXT NOT NULL, "
       "purpose TEXT NOT NULL, key TEXT NOT NULL, answer TEXT, requests INTEGER NOT NULL, "
       "input_tokens INTEGER, output_tokens INTEGER, cost REAL) STRICT;"
       "CREATE INDEX completions_by_key ON completions (key);"
       "CREATE INDEX completions_by_account ON completions (account, asked_at)"},
      // Merges by likeness (library/likeness.hpp) have a score; of what was taken apart the keys are
      // known. There are many of them, and the highest number that one freed is often asked for.
      {26,
       "ALTER TABLE merges ADD COLUMN score REAL;"
       "CREATE INDEX merges_by_merged ON merges (merged_id);"
       "CREATE TABLE different_tracks (key TEXT NOT NULL, other_key TEXT NOT NULL, "
       "PRIMARY KEY (key, other_key)) STRICT, WITHOUT ROWID"},
      {27, kServiceAnswersSql},
      // Audio features that services were asked for (store/service_features.hpp).
      {28,
       "CREATE TABLE service_features (track_id INTEGER NOT NULL REFERENCES tracks, "
       "source TEXT NOT NULL, ts INTEGER NOT NULL, is_found INTEGER NOT NULL, "
       "danceability REAL, energy REAL, key_pitch INTEGER, loudness REAL, mode INTEGER, "
       "speechiness REAL, acousticness REAL, instrumentalness REAL, liveness REAL, valence REAL, "
       "tempo REAL, PRIMARY KEY (track_id, source)) STRICT, WITHOUT ROWID"},
      // Where the picture of a track's album is (store/artworks.hpp).
      {29,
       "CREATE TABLE artworks (track_id INTEGER PRIMARY KEY REFERENCES tracks, "
       "address TEXT NOT NULL, ts INTEGER NOT NULL) STRICT"},
      {30, kJobsSql},
      {31, kBotsSql}};
  return steps;
}

void copy_database(sqlite3* from, sqlite3* to) {
  sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
  if (backup) {
    sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
  }
  if (sqlite3_errcode(to) != SQLITE_OK) throw_store_error(to, "copying it");
}

int store_version(sqlite3* database, const std::string& path, int newest) {
  // The tables first: a process that makes the store meanwhile marks it in the same transaction.
  const int tables = pragma(database, "SELECT count(*) FROM sqlite_schema");
  const int application = pragma(database, "PRAGMA application_id");
  const int version = pragma(database, "PRAGMA user_version");
  if (application == 0 && version == 0 && tables == 0) return 0;
  if (application != kStoreApplicationId) {
    throw Error(Exit::kStore, "this file is not a store of the playlist engine",
                {.where = path,
                 .source = {},
                 .why = "it is a database of another program",
                 .fix = "name another file with --library"});
  }
  if (version > newest) {
    throw Error(Exit::kStore, "this store was made by a newer engine",
                {.where = path,
                 .source = {},
                 .why = "its schema has version " + std::to_string(version) +
                        ", this engine knows versions up to " + std::to_string(newest),
                 .fix = "upgrade the engine, or open a backup (FILE.before-vN)"});
  }
  return version;
}

void migrate(sqlite3* database, const std::string& path, int version,
             std::span<const Migration> migrations, bool has_backup) {
  const bool has_content = version > 0;  // a new store has nothing to lose
  install_key_functions(database);
  for (const Migration& step : migrations) {
    if (step.version <= version) continue;
    if (has_content && has_backup) {
      back_up(database, path + ".before-v" + std::to_string(step.version));
    }
    run(database, "BEGIN IMMEDIATE", "migrating it");
    try {
      // Another process may have done this step while we waited for the lock.
      if (pragma(database, "PRAGMA user_version") < step.version) {
        run(database, std::string(step.sql), "migrating it");
        run(database,
            "PRAGMA application_id = " + std::to_string(kStoreApplicationId) +
                "; PRAGMA user_version = " + std::to_string(step.version),
            "migrating it");
      }
      run(database, "COMMIT", "migrating it");
    } catch (...) {
      sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
      throw;
    }
    version = step.version;
  }
}

}  // namespace engine
