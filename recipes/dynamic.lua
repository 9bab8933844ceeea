-- Dynamic: one list to live with, which changes a little at each refresh.
-- Core         your own songs with the best scores: how gladly you hear them, how close to what you played last, and how
--              fresh; a little chance decides among those that are close
-- Exploration  your own songs that you hardly played in the last 30 days and that you do not dislike, by lot
-- Discovery    songs on trial (engine feedback approve), the newest first; then songs that you have never heard, by artists
--              near those you play
-- Result       `tracks` songs; at most `change` of the list leaves at one refresh, pinned songs stay; artists `spacing` songs
--              apart, small jumps in key, tempo, energy and valence. Nothing that you banned or rejected, nothing that you
--              played too much of late
-- Try          engine playlist keep Dynamic dynamic --to m3u8:Dynamic.m3u8, then engine refresh; change = 0.3 for a list
--              that turns over faster, mood = 0.8 for one that follows what you play
local pl = require "playlist"
local shuffles = require "shuffles"
local cycling = require "cycling"

return pl.recipe {
  title = "Dynamic",
  about = "Your own songs by taste, mood and freshness, some you have not played lately, and a few that are new.",
  params = {
    tracks         = pl.int    { 100,  min = 1, max = 1000, help = "length of the playlist" },
    exploration    = pl.share  { 0.2,  help = "share of your own songs that you hardly played lately" },
    discovery      = pl.share  { 0.1,  help = "share of songs on trial, or that you have never heard; the core is the rest, 0.7" },
    change         = pl.share  { 0.15, help = "share of the list that changes at one refresh, at most" },
    cycling        = pl.int    { 5,    min = 1, max = 10, help = "how fast it turns over, 1 hardly to 10: factors of staleness, exploration and change (engine cycling)" },
    taste          = pl.number { 0.4,  min = 0, max = 10, tune = true, help = "weight of how gladly you hear a song (ranking.preference)" },
    mood           = pl.number { 0.4,  min = 0, max = 10, tune = true, help = "weight of how well it fits what you played last" },
    freshness      = pl.number { 0.2,  min = 0, max = 10, tune = true, help = "weight of not having been played much lately" },
    noise          = pl.number { 0.1,  min = 0, max = 10, help = "what chance adds to a score, at most" },
    window         = pl.int    { 20,   min = 1, max = 1000, help = "plays that make the mood" },
    decay          = pl.number { 0.85, min = 0, max = 1, help = "what each earlier play counts of the one after it" },
    staleness      = pl.number { 0.05, min = 0, max = 10, help = "how fast plays of the last 30 days make a song stale" },
    stale_from     = pl.int    { 5,    min = 0, max = 1000, help = "plays in 30 days below which a song is not stale" },
    tired          = pl.int    { 14,   min = 1, max = 1000, help = "plays within 30 days that make a song tired" },
    cooldown       = pl.int    { 60,   min = 0, max = 3650, help = "days that a tired song rests" },
    explored_plays = pl.int    { 2,    min = 0, max = 1000, help = "exploration: at most this many plays in the last 30 days" },
    explored_taste = pl.number { 0.3,  min = 0, max = 1, help = "exploration: songs that you hear more gladly than this" },
    few            = pl.int    { 100,  min = 0, max = 1000000, help = "with fewer songs liked, saved or in playlists, those heard to the end are yours too" },
    finished       = pl.int    { 2,    min = 1, max = 1000, help = "with few likes: songs that you heard to the end this often" },
    spacing        = pl.int    { 4,    min = 0, max = 50, help = "songs between two of the same artist, where possible" },
    key_jump       = pl.number { 1,    min = 0, max = 100, help = "weight of jumps in key from song to song" },
    tempo_jump     = pl.number { 1,    min = 0, max = 100, help = "weight of jumps in tempo" },
    energy_jump    = pl.number { 1,    min = 0, max = 100, help = "weight of jumps in energy" },
    valence_jump   = pl.number { 1,    min = 0, max = 100, help = "weight of jumps in valence" },
  },
  random_seed = "day",   -- a second refresh on one day changes what new plays change

  build = function(p, user)
    local turnover = cycling.factors(p.cycling)
    local exploration = math.min(1, p.exploration * turnover.exploration)
    local change = math.min(1, p.change * turnover.change)
    local own = shuffles.songs(user, p.finished, p.few)
      :filter(pl.filtering.tired { plays = p.tired, rest_days = p.cooldown })
      :rank(pl.ranking.preference {})
      :rank(pl.ranking.mood_now { window = p.window, decay = p.decay })
      :rank(pl.ranking.listening_statistics { lambda = p.staleness * turnover.staleness, min_plays = p.stale_from })
      :score(function(t)
        return p.taste * t.preference + p.mood * t.mood_now + p.freshness * (1 - t.staleness) + p.noise * math.random()
      end)
    local explored = own
      :filter(function(t) return t.plays_30d <= p.explored_plays and t.preference > p.explored_taste end)
      :sample { temperature = 1000 }
    local likes = user.likes:or_implicit { finished = p.finished, few = p.few }
    local new = pl.fallback {
        pl.recall.artist_cf { limit = 500 },
        pl.alternate { pl.recall.genre { seeds = likes }, pl.recall.similar_artists { seeds = likes } },
      }
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.not_in { user.library })
      :filter(pl.filtering.heard { by = "song" })

    local trials = user.trials:filter(pl.filtering.allowed {}):score(function(t) return t.ts end)

    local per_artist = math.max(1, math.floor(p.tracks / (p.spacing + 1)))   -- more could not be kept apart
    local discovery = math.min(p.discovery, 1 - exploration)
    return pl.mix {
      { own,      share = 1 - exploration - discovery },
      { explored, share = exploration, otherwise = own },
      { pl.concat { trials, new }, share = discovery, otherwise = own },
    }
      :limit { tracks = p.tracks, per_artist = per_artist }
      :keep { changed_at_most = change, per_artist = per_artist }
      :order(pl.ordering.transitions {
        gap = p.spacing, key = p.key_jump, tempo = p.tempo_jump, energy = p.energy_jump, valence = p.valence_jump,
      })
  end,
}
