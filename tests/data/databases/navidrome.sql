-- A small server, by the columns of Navidrome 0.59 that matter here.
CREATE TABLE "user" (id varchar(255) PRIMARY KEY, user_name varchar(255), name varchar(255), email varchar(255), password varchar(255));
CREATE TABLE media_file (id varchar(255) PRIMARY KEY, path varchar(255), title varchar(255), album varchar(255), artist varchar(255), year integer, genre varchar(255), duration real, bpm integer, mbz_recording_id varchar(255), tags jsonb, sort_title varchar(255) COLLATE NATURALSORT);
CREATE INDEX media_file_sort ON media_file (sort_title COLLATE NATURALSORT);
CREATE TABLE album (id varchar(255) PRIMARY KEY, name varchar(255), album_artist varchar(255));
CREATE TABLE artist (id varchar(255) PRIMARY KEY, name varchar(255));
CREATE TABLE annotation (user_id varchar(255), item_id varchar(255), item_type varchar(255), play_count integer DEFAULT 0, play_date datetime, rating integer DEFAULT 0, starred bool DEFAULT FALSE, starred_at datetime, rated_at datetime);
CREATE TABLE scrobbles (media_file_id varchar(255), user_id varchar(255), submission_time INTEGER NOT NULL);
CREATE TABLE playlist (id varchar(255) PRIMARY KEY, name varchar(255), comment varchar(255), owner_id varchar(255), rules varchar, updated_at datetime);
CREATE TABLE playlist_tracks (id integer, playlist_id varchar(255), media_file_id varchar(255));

INSERT INTO "user" VALUES ('u1', 'Ann', 'Ann Example', 'ann@example.org', 'secret'), ('u2', 'Bob', 'Bob Example', 'bob@example.org', 'secret');
INSERT INTO media_file VALUES
  ('f1', '/music/a.flac', 'Glass Harbour', 'Low Tide', 'The Tin Sailors', 2019, 'Folk', 251.3, 118, '00000000-0000-4000-8000-000000000002', '{"isrc":[{"id":"x","value":"XXABC2600001"}],"genre":[{"id":"y","value":"Folk"},{"id":"z","value":"Sea"}]}', 'glass harbour'),
  ('f2', '/music/b.flac', 'Ceniza', '[Unknown Album]', 'Nina Falk feat. The Tin Sailors', 0, 'Pop', 180.0, 0, '', NULL, 'ceniza'),
  ('f3', '/music/c.flac', 'Sal y Luz', 'Sal y Luz', 'Nina Falk', 2021, '', 200.0, NULL, '', '{}', 'sal'),
  ('f4', '/music/d.flac', 'Untitled', '', '[Unknown Artist]', 0, '', 10.0, NULL, '', NULL, '');
INSERT INTO album VALUES ('a1', 'Low Tide', 'The Tin Sailors');
INSERT INTO artist VALUES ('p1', 'Nina Falk');
INSERT INTO scrobbles VALUES
  ('f1', 'u1', 1767225600), ('f1', 'u1', 1767229200), ('f2', 'u1', 1767230000),
  ('gone', 'u1', 1767231000), ('f1', 'u2', 1767225600);
INSERT INTO annotation VALUES
  ('u1', 'f1', 'media_file', 7, '2026-01-01 01:00:00+00:00', 5, 1, '2025-06-01 00:00:00+00:00', '2025-06-02 00:00:00+00:00'),
  ('u1', 'f2', 'media_file', 1, '2026-01-01 01:13:20+00:00', 0, 0, NULL, NULL),
  ('u1', 'f3', 'media_file', 4, '2025-12-01T10:00:00Z', 2, 0, NULL, NULL),
  ('u1', 'gone', 'media_file', 1, '2025-12-01T10:00:00Z', 2, 0, NULL, NULL),
  ('u1', 'a1', 'album', 7, '2026-01-01T01:00:00Z', 4, 1, '2025-06-01T00:00:00Z', NULL),
  ('u1', 'p1', 'artist', 5, NULL, 0, 1, '2025-06-01T00:00:00Z', NULL),
  ('u2', 'f1', 'media_file', 1, '2026-01-01T00:00:00Z', 1, 1, NULL, NULL);
INSERT INTO playlist VALUES
  ('l1', 'Evenings', 'quiet', 'u1', '', '2025-07-01T00:00:00Z'), ('l2', 'Recent', '', 'u1', '{"all":[]}', NULL), ('l3', 'Theirs', '', 'u2', NULL, NULL);
INSERT INTO playlist_tracks VALUES (1, 'l1', 'f3'), (2, 'l1', 'f1'), (3, 'l1', 'gone'), (1, 'l2', 'f1'), (1, 'l3', 'f1');
