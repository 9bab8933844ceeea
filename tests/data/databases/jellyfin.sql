-- Playback Reporting's table.
CREATE TABLE PlaybackActivity (DateCreated DATETIME NOT NULL, UserId TEXT, ItemId TEXT, ItemType TEXT, ItemName TEXT, PlaybackMethod TEXT, ClientName TEXT, DeviceName TEXT, PlayDuration INT);
CREATE TABLE UserList (UserId TEXT);
PRAGMA user_version = 1;
INSERT INTO PlaybackActivity VALUES
  ('2026-01-01 00:00:00.1234567', '0123456789abcdef0123456789abcdef', '1123456789abcdef0123456789abcdef', 'Audio', 'The Tin Sailors, Nina Falk - Glass Harbour (Low Tide (Deluxe))', 'DirectPlay', 'Web', 'Kitchen', 240),
  ('2026-01-01 00:05:00', '0123456789abcdef0123456789abcdef', '2123456789abcdef0123456789abcdef', 'Audio', 'Nina Falk - Ceniza - Live (Not Known)', 'DirectPlay', 'Web', 'Kitchen', NULL),
  ('2026-01-01 00:06:00', '0123456789abcdef0123456789abcdef', '3123456789abcdef0123456789abcdef', 'Audio', 'Not Known - Ceniza (Not Known)', 'DirectPlay', 'Web', 'Kitchen', 10),
  ('2026-01-01 00:07:00', 'f123456789abcdef0123456789abcdef', '4123456789abcdef0123456789abcdef', 'Movie', 'A Film', 'Transcode', 'Web', 'Kitchen', 5000),
  ('soon', '0123456789abcdef0123456789abcdef', '5123456789abcdef0123456789abcdef', 'Audio', 'Nina Falk - Ceniza (Sal y Luz)', 'DirectPlay', 'Web', 'Kitchen', 10);
