// The future, for tests that it must not reach: SQL for a demo library whose history ends at
// kLaterDataBegins.
#pragma once

#include <cstdint>

namespace test {

inline constexpr std::int64_t kLaterDataBegins = 1'700'000'000;

// All that an import of later data, and later runs, may bring. Ids are larger than any there.
inline constexpr const char* kLaterData = R"(
  INSERT INTO users (user_id, name) VALUES (1000, 'zoe');
  INSERT INTO artists (artist_id, name, key) VALUES (90001, 'Later Artist', 'later artist');
  INSERT INTO tags VALUES (90001, 'later tag');
  INSERT INTO tracks (track_id, title, artist_id, album, key, song_key, spotify_id, energy, valence,
                      tempo, duration_ms)
    SELECT 90000 + artist_id, 'Later ' || artist_id, artist_id, 'Later Album', 'k' || artist_id,
           'k' || artist_id, 'later' || artist_id, 0.9, 0.9, 190, 200000
    FROM artists WHERE artist_id < 20 OR artist_id = 90001;
  INSERT INTO track_artists SELECT track_id, 0, artist_id FROM tracks WHERE track_id > 90000;
  INSERT INTO track_tags (track_id, tag_id)
    SELECT track_id, 1 FROM tracks WHERE track_id > 90000
    UNION SELECT track_id, 90001 FROM tracks WHERE track_id > 90000;
  INSERT INTO embeddings SELECT 'taste', track_id, 2, x'0000803F00000040' FROM tracks
    WHERE track_id > 90000;
  INSERT INTO engagement (track_id, plays, likes, ts) SELECT track_id, 900, 90, 1700000100
    FROM tracks WHERE track_id < 200 OR track_id > 90000;
  INSERT INTO prompts (prompt_id, user_id, track_id, ts, text)
    SELECT 90000 + track_id, track_id % 3, track_id, 1700000100, 'later caption ' || track_id
    FROM tracks WHERE track_id < 3 AND track_id > 0
    UNION ALL SELECT 80000 + track_id, NULL, track_id, 1700000100, 'later words' FROM tracks
    WHERE track_id < 200 OR track_id > 90000
    UNION ALL SELECT 95000, 1, NULL, 1700000100, 'later prompt'
    UNION ALL SELECT 95001, 1, NULL, 1700000100, 'calm evening';
  INSERT INTO prompt_vectors SELECT 'taste', prompt_id, 2, x'0000803F00000040' FROM prompts
    WHERE prompt_id > 80000;
  INSERT INTO devices VALUES (1, 4, 'Later phone'), (1, 5, 'Another later phone');
  INSERT INTO listens SELECT 1, 1700000000 + track_id, track_id, 200000, 4 << 56, 'SE', 9 FROM tracks
    WHERE track_id < 300 OR track_id > 90000;
  INSERT INTO listens SELECT 1, 1699999900, track_id, 300000, (5 << 56) + (4 << 48) + 256 + 4, 'AA',
    9 FROM tracks
    WHERE track_id < 40;  -- began before now, ends after
  INSERT INTO listens SELECT 1000, 1700000000 + track_id, track_id, 200000, 0, 'NO', 9 FROM tracks
    WHERE track_id < 300;
  INSERT INTO tellers VALUES (90, 'later');
  INSERT INTO tellings SELECT 1, ts, track_id, 90, ms_played, 0, 'SE', 9 FROM listens
    WHERE user_id = 1 AND ts > 1699999800;
  INSERT OR IGNORE INTO likes SELECT 1, track_id, 1700000000 + track_id FROM tracks
    WHERE track_id BETWEEN 1000 AND 1300 OR track_id > 90000;
  INSERT OR IGNORE INTO saved_artists SELECT 1, artist_id, 1700000100 FROM artists
    WHERE artist_id < 50;
  INSERT OR IGNORE INTO saved_albums SELECT DISTINCT 1, artist_id, album, 1700000100 FROM tracks
    WHERE track_id < 500;
  INSERT INTO playlists (playlist_id, user_id, name, ts) VALUES (90001, 1, 'later', 1700000200),
    (90002, NULL, 'later data set', 1700000200);
  INSERT INTO playlist_tracks SELECT 90001, track_id, track_id, 0 FROM tracks WHERE track_id < 100;
  INSERT INTO playlist_tracks SELECT 90002, track_id, track_id, 1700000300 FROM tracks
    WHERE track_id < 100;
  INSERT INTO playlist_tracks SELECT playlist_id, 5000, 90001, 1700000300 FROM playlists
    WHERE user_id = 1 AND playlist_id < 90000;
  INSERT INTO banned VALUES (1, 1, 90002, 1700000000), (1, 2, 90001, 1700000000);
  INSERT OR IGNORE INTO holdings (user_id, kind, id, teller, ts)
    SELECT 1, 4, track_id, 'you', 1700000050 FROM tracks WHERE track_id < 100
    UNION ALL SELECT 1, 5, artist_id, 'you', 1700000050 FROM artists WHERE artist_id < 30;
  UPDATE holdings SET ended_at = 1700000100, ended_by = 'spotify'
    WHERE ended_at IS NULL AND ts < 1700000000 AND id % 2 = 0;
  INSERT OR IGNORE INTO holdings (user_id, kind, id, name, teller, ts, ended_at)
    SELECT 1, 6, track_id, 'was in it for a while', 'spotify', 1700000060, 1700000070 FROM tracks
    WHERE track_id > 90000;
  INSERT INTO feedback (user_id, ts, verdict, subject, track_id, origin, rating, reason)
    SELECT 1, 1700000050, 'rate', 'track', track_id, 'cli', 5, '' FROM tracks WHERE track_id < 100
    UNION ALL SELECT 1, 1700000060, 'reject', 'song', track_id, 'cli', NULL, 'overplayed'
    FROM tracks WHERE track_id < 60
    UNION ALL SELECT 1, 1700000061, 'approve', 'track', track_id, 'bot', NULL, '' FROM tracks
    WHERE track_id BETWEEN 60 AND 90;
  INSERT INTO feedback (user_id, ts, verdict, subject, artist_id, origin)
    SELECT 1, 1700000062, 'forget', 'artist', artist_id, 'cli' FROM artists WHERE artist_id < 20;
  INSERT INTO feedback (user_id, ts, verdict, subject, name, origin)
    VALUES (1, 1700000063, 'forget', 'device', 'Phone', 'cli');
  INSERT INTO feedback (user_id, ts, verdict, subject, first_ts, last_ts, origin)
    VALUES (1, 1700000063, 'forget', 'times', 0, 1800000000, 'cli'),
           (2, 1700000063, 'forget', 'times', 0, 1800000000, 'cli');
  INSERT INTO feedback (user_id, ts, verdict, subject, track_id, artist_id, origin, undoes)
    SELECT user_id, 1700000070, 'undo', subject, track_id, artist_id, 'cli', feedback_id
    FROM feedback WHERE ts < 1700000000;
  INSERT INTO runs VALUES (900, 1, 'weekly.lua', '', 1700000400, 7, '', '', '', '', '', '', '', '', 0);
  INSERT INTO run_tracks SELECT 900, track_id, track_id FROM tracks WHERE track_id < 50;
)";

}  // namespace test
