-- A small library, by the columns of beets 2 that matter here.
CREATE TABLE items (id INTEGER PRIMARY KEY, path BLOB, title TEXT, artist TEXT, artists TEXT, albumartist TEXT, album TEXT, genre TEXT, year INTEGER, length REAL, bpm INTEGER, initial_key TEXT, isrc TEXT, mb_trackid TEXT, added REAL);
CREATE TABLE albums (id INTEGER PRIMARY KEY, albumartist TEXT, album TEXT);
CREATE TABLE item_attributes (id INTEGER PRIMARY KEY, entity_id INTEGER, key TEXT, value TEXT, UNIQUE (entity_id, key));
CREATE TABLE album_attributes (id INTEGER PRIMARY KEY, entity_id INTEGER, key TEXT, value TEXT);

INSERT INTO items VALUES
  (1, CAST('/music/The Tin Sailors/Low Tide/01 Glass Harbour.flac' AS BLOB), 'Glass Harbour', 'The Tin Sailors & Nina Falk', 'The Tin Sailors\␀Nina Falk', 'The Tin Sailors', 'Low Tide', 'Folk, Sea Song', 2019, 251.3, 118, 'Ebm', 'XXABC2600001', '00000000-0000-4000-8000-000000000002', 1700000000.5),
  (2, CAST('/music/Nina Falk/Sal y Luz/02 - Ceniza.mp3' AS BLOB), '', '', '', '', '', '', 0, 0, 0, '', '', '', 1700000000.5),
  (3, CAST('/music/Nina Falk - Sal.mp3' AS BLOB), 'Sal', 'Nina Falk', NULL, '', '', 'Pop', 2021, 180.0, 0, 'C', '', '', 1700000000.5),
  (4, CAST('/x.mp3' AS BLOB), '', '', '', '', '', '', 0, 0, 0, '', '', '', 1700000000.5);
INSERT INTO item_attributes (entity_id, key, value) VALUES
  (1, 'mood', 'calm; wistful'), (1, 'style', 'Ballad'), (1, 'play_count', '5'), (1, 'last_played', '1767225851'),
  (1, 'rating', '0.7'), (1, 'data_source', 'MusicBrainz'),
  (3, 'spotify_track_id', '0000000000000000000001'), (3, 'spotify_energy', '0.42'), (3, 'spotify_tempo', '121.5'),
  (3, 'spotify_danceability', '7'), (9, 'mood', 'of an item that is gone');
