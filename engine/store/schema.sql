-- The store's schema, version 1. Applied in one transaction; later versions are migrations forward.
-- Times are Unix seconds, UTC. Numbers that follow from the listens are computed when read, never stored.

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- 'data_version' here counts every committed change of what a recipe can read (not of runs), and 'data_token'
-- is drawn anew by each: the key of the column cache. 'appended' names the states since then that only added
-- newer listens.

CREATE TABLE users (
  user_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, timezone TEXT NOT NULL DEFAULT 'UTC',
  created_at INTEGER NOT NULL DEFAULT 0) STRICT;

-- ---- catalogue, shared by all users ----------------------------------------------------------------
CREATE TABLE artists (
  artist_id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, -- normalised name
  spotify_id TEXT, mbid TEXT, popularity REAL,
  features BLOB                       -- mean audio features: float32 in the order of store/features.hpp; NULL unknown
) STRICT;

CREATE TABLE tracks (
  track_id INTEGER PRIMARY KEY,
  title TEXT,                          -- NULL: known by id only so far
  artist_id INTEGER REFERENCES artists,-- first (primary) artist
  album TEXT,
  key TEXT,                            -- normalised artist + '\x1f' + title + '\x1f' + version
  song_key TEXT,                       -- the same without the version
  version TEXT NOT NULL DEFAULT '',    -- 'live', 'remix ...', 'acoustic' ...; edition words are none
  spotify_id TEXT, isrc TEXT, mbid TEXT, -- the one to write out; all are in track_ids
  duration_ms INTEGER, year INTEGER, popularity REAL, explicit INTEGER,
  danceability REAL, energy REAL, key_pitch INTEGER, loudness REAL, mode INTEGER, speechiness REAL,
  acousticness REAL, instrumentalness REAL, liveness REAL, valence REAL, tempo REAL, time_signature INTEGER,
  in_catalogue INTEGER NOT NULL DEFAULT 0 -- 1: a catalogue import brought it, so it was always there to find;
                                       -- 0: known only from somebody's listens, likes or playlists
) STRICT;
CREATE INDEX tracks_by_key ON tracks (key) WHERE key IS NOT NULL;

CREATE TABLE track_ids (               -- every outside id of a track; an id belongs to one track
  kind INTEGER NOT NULL,               -- 1 spotify, 2 isrc, 3 mbid
  id TEXT NOT NULL, track_id INTEGER NOT NULL REFERENCES tracks,
  origin INTEGER NOT NULL DEFAULT 0,   -- who knows this id: 1 a catalogue, 2 somebody's own export, 3 both
  PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
CREATE TABLE artist_ids (              -- outside ids of artists: a bare Spotify id, or NAMESPACE:ID
  id TEXT PRIMARY KEY, artist_id INTEGER NOT NULL REFERENCES artists) STRICT, WITHOUT ROWID;

CREATE TABLE track_aliases (           -- keys of tracks that were merged into another
  key TEXT PRIMARY KEY, track_id INTEGER NOT NULL REFERENCES tracks) STRICT, WITHOUT ROWID;

CREATE TABLE track_artists (
  track_id INTEGER NOT NULL REFERENCES tracks, position INTEGER NOT NULL,
  artist_id INTEGER NOT NULL REFERENCES artists, PRIMARY KEY (track_id, position)) STRICT, WITHOUT ROWID;

CREATE TABLE tags (tag_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE tag_ids (                 -- outside ids of tags, NAMESPACE:ID
  id TEXT PRIMARY KEY, tag_id INTEGER NOT NULL REFERENCES tags) STRICT, WITHOUT ROWID;
CREATE TABLE track_tags (
  track_id INTEGER NOT NULL REFERENCES tracks, tag_id INTEGER NOT NULL REFERENCES tags,
  weight REAL NOT NULL DEFAULT 1, PRIMARY KEY (track_id, tag_id)) STRICT, WITHOUT ROWID;
CREATE TABLE artist_tags (
  artist_id INTEGER NOT NULL REFERENCES artists, tag_id INTEGER NOT NULL REFERENCES tags,
  weight REAL NOT NULL DEFAULT 1, PRIMARY KEY (artist_id, tag_id)) STRICT, WITHOUT ROWID;
CREATE TABLE artist_relations (
  artist_id INTEGER NOT NULL REFERENCES artists, related_id INTEGER NOT NULL REFERENCES artists,
  weight REAL NOT NULL DEFAULT 1, PRIMARY KEY (artist_id, related_id)) STRICT, WITHOUT ROWID;
CREATE TABLE embeddings (
  space TEXT NOT NULL, track_id INTEGER NOT NULL REFERENCES tracks, dim INTEGER NOT NULL,
  vector BLOB NOT NULL, PRIMARY KEY (space, track_id)) STRICT, WITHOUT ROWID;
CREATE TABLE engagement (
  track_id INTEGER PRIMARY KEY REFERENCES tracks, plays REAL, likes REAL, comments REAL, skip_rate REAL,
  completion REAL) STRICT;
CREATE TABLE prompts (
  prompt_id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users, track_id INTEGER REFERENCES tracks,
  ts INTEGER, text TEXT NOT NULL) STRICT;

-- ---- what a user has and did ---------------------------------------------------------------------------
CREATE TABLE listens (                 -- clustered by user and time; no second index on the hot table
  user_id INTEGER NOT NULL, ts INTEGER NOT NULL, -- start of the play
  track_id INTEGER NOT NULL, ms_played INTEGER NOT NULL, -- -1: not told by the source
  flags INTEGER NOT NULL,              -- engine/store/listen_flags.hpp: skipped, shuffle, offline, incognito, end
  country TEXT, ingestion_id INTEGER NOT NULL,
  PRIMARY KEY (user_id, ts, track_id, ms_played)) STRICT, WITHOUT ROWID;
CREATE TABLE likes (
  user_id INTEGER NOT NULL REFERENCES users, track_id INTEGER NOT NULL REFERENCES tracks,
  ts INTEGER NOT NULL,                 -- 0: the export does not say when
  PRIMARY KEY (user_id, track_id)) STRICT, WITHOUT ROWID;
CREATE TABLE saved_albums (
  user_id INTEGER NOT NULL REFERENCES users, artist_id INTEGER NOT NULL REFERENCES artists,
  album TEXT NOT NULL, ts INTEGER NOT NULL, PRIMARY KEY (user_id, artist_id, album)) STRICT, WITHOUT ROWID;
CREATE TABLE saved_artists (
  user_id INTEGER NOT NULL REFERENCES users, artist_id INTEGER NOT NULL REFERENCES artists,
  ts INTEGER NOT NULL, PRIMARY KEY (user_id, artist_id)) STRICT, WITHOUT ROWID;
CREATE TABLE banned (
  user_id INTEGER NOT NULL REFERENCES users, kind INTEGER NOT NULL, -- 1 track, 2 artist
  id INTEGER NOT NULL, ts INTEGER NOT NULL, PRIMARY KEY (user_id, kind, id)) STRICT, WITHOUT ROWID;
CREATE TABLE artist_plays (            -- totals without times (HetRec-like tables)
  user_id INTEGER NOT NULL REFERENCES users, artist_id INTEGER NOT NULL REFERENCES artists,
  plays INTEGER NOT NULL, PRIMARY KEY (user_id, artist_id)) STRICT, WITHOUT ROWID;
CREATE TABLE user_relations (
  user_id INTEGER NOT NULL REFERENCES users, related_id INTEGER NOT NULL REFERENCES users,
  PRIMARY KEY (user_id, related_id)) STRICT, WITHOUT ROWID;
CREATE TABLE playlists (
  playlist_id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users, -- NULL: nobody's here (a data set's)
  name TEXT NOT NULL, external_id TEXT NOT NULL DEFAULT '', description TEXT, ts INTEGER NOT NULL DEFAULT 0,
  ingestion_id INTEGER,                -- the import that last filled it
  UNIQUE (user_id, name, external_id)) STRICT;
CREATE TABLE playlist_tracks (
  playlist_id INTEGER NOT NULL REFERENCES playlists, position INTEGER NOT NULL,
  track_id INTEGER NOT NULL REFERENCES tracks, ts INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (playlist_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE feedback (
  feedback_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users,
  track_id INTEGER NOT NULL REFERENCES tracks, ts INTEGER NOT NULL, kind TEXT NOT NULL, run_id INTEGER) STRICT;
CREATE TABLE discoveries (
  user_id INTEGER NOT NULL REFERENCES users, track_id INTEGER NOT NULL REFERENCES tracks,
  ts INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (user_id, track_id)) STRICT, WITHOUT ROWID;
CREATE TABLE clusters (
  cluster_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, name TEXT NOT NULL, ts INTEGER NOT NULL,
  centroid BLOB) STRICT;
CREATE TABLE track_clusters (
  cluster_id INTEGER NOT NULL REFERENCES clusters, track_id INTEGER NOT NULL REFERENCES tracks,
  distance REAL, PRIMARY KEY (cluster_id, track_id)) STRICT, WITHOUT ROWID;
CREATE TABLE snapshots (
  snapshot_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, ts INTEGER NOT NULL,
  name TEXT NOT NULL, content TEXT NOT NULL) STRICT;

-- ---- what the engine did ------------------------------------------------------------------------------------
CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users, recipe TEXT NOT NULL, title TEXT NOT NULL,
  now INTEGER NOT NULL, random_seed INTEGER NOT NULL, parameters TEXT NOT NULL, recipe_text TEXT NOT NULL,
  recipe_hash TEXT NOT NULL, scripts_hash TEXT NOT NULL, elements TEXT NOT NULL, data_state TEXT NOT NULL,
  playlist_hash TEXT NOT NULL, record TEXT NOT NULL, -- the `run --json` object
  started_at INTEGER NOT NULL) STRICT;
CREATE TABLE run_tracks (
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, position INTEGER NOT NULL,
  track_id INTEGER NOT NULL, PRIMARY KEY (run_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE models (
  model_id INTEGER PRIMARY KEY, name TEXT NOT NULL, as_of INTEGER NOT NULL, card TEXT NOT NULL,
  path TEXT NOT NULL, is_active INTEGER NOT NULL) STRICT;
CREATE TABLE metrics (
  metric_id INTEGER PRIMARY KEY, ts INTEGER NOT NULL, user_id INTEGER, name TEXT NOT NULL, value REAL, detail TEXT) STRICT;

-- ---- imports: every record of every file is in exactly one bucket -------------------------------------------
CREATE TABLE ingestions (
  ingestion_id INTEGER PRIMARY KEY, user_id INTEGER, path TEXT NOT NULL, hash TEXT NOT NULL, format TEXT NOT NULL,
  records INTEGER NOT NULL DEFAULT 0,  -- in the file; known when complete
  records_done INTEGER NOT NULL DEFAULT 0, -- a later import of the same file goes on from here
  is_complete INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
  first_ts INTEGER, last_ts INTEGER, started_at INTEGER NOT NULL, finished_at INTEGER) STRICT;
CREATE UNIQUE INDEX ingestions_by_hash ON ingestions (hash, ifnull(user_id, 0));
CREATE TABLE ingestion_rows (          -- run-length: records [first, last] of the file went into `bucket`
  ingestion_id INTEGER NOT NULL REFERENCES ingestions, first INTEGER NOT NULL, last INTEGER NOT NULL,
  bucket TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (ingestion_id, first)) STRICT, WITHOUT ROWID;
CREATE TABLE merges (                  -- `engine library merge A B`, so that it can be undone
  merge_id INTEGER PRIMARY KEY, kept_id INTEGER NOT NULL, merged_id INTEGER NOT NULL, ts INTEGER NOT NULL,
  undo TEXT NOT NULL) STRICT;
