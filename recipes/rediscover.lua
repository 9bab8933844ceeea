-- Rediscover: songs that you loved once and have not heard since.
-- Loved   at least `plays` plays, and not nearly always skipped; a like counts as `like_plays` more
-- Silent  no version of it heard for `silent` days
-- Score   how present it still is, by all of its plays and how long ago each was (base_level), how much you play its artist and
--         whether you have done so lately, and how much you heard it together with what you play now (session_fit): what people
--         come back to is what they loved along with what they are hearing now
-- Try     silent = 365 for what is gone for a year; present = -1 for the longest silent first
local pl = require "playlist"

return pl.recipe {
  title = "Rediscover",
  about = "Loved then, silent since.",
  params = {
    tracks     = pl.int    { 30,  min = 1, max = 500, help = "length of the playlist" },
    plays      = pl.int    { 2,   min = 1, max = 1000, help = "plays that make a song loved" },
    silent     = pl.int    { 180, min = 1, max = 10000, help = "days since you heard any version of it" },
    skipped    = pl.share  { 0.75, help = "share of its plays that may have been skipped" },
    like_plays = pl.number { 5,   min = 0, max = 1000, help = "a like counts as this many plays" },
    present    = pl.number { 1,   min = -10, max = 10, tune = true, help = "weight of how present it still is" },
    artist     = pl.number { 0.5, min = 0, max = 10, tune = true, help = "weight of how much you play its artist, by the logarithm" },
    lately     = pl.number { 1,   min = 0, max = 10, tune = true, help = "weight of having played its artist lately" },
    together   = pl.number { 8,   min = 0, max = 100, tune = true, help = "weight of having heard it in sessions with what you play now" },
    not_again  = pl.int    { 28,  min = 0, max = 3650, help = "days in which no earlier list's song comes again" },
    chance     = pl.number { 0.1, min = 0, max = 10, help = "0: always the best; higher: any of them" },
    spacing    = pl.int    { 4,   min = 0, max = 50, help = "songs between two of the same artist, where possible" },
  },
  random_seed = "week",

  build = function(p, user)
    local liked = {}
    for _, row in ipairs(user.likes:rows()) do liked[row.id] = true end
    local function loved(t) return t.plays + (liked[t.id] and p.like_plays or 0) end
    local per_artist = math.max(1, math.floor(p.tracks / (p.spacing + 1)))   -- more could not be kept apart
    return user.listens
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.heard { days = p.silent, by = "song" })
      :filter(function(t) return loved(t) >= p.plays and t.plays > 0 and known(t.skip_rate, 0) <= p.skipped end, "you did not love it")
      :filter(pl.filtering.served { days = p.not_again })
      :rank(pl.ranking.sessions {})
      :score(function(t)
        local days = (user.now - known(t.artist_last_played, 0)) / 86400
        return p.present * t.base_level + p.artist * math.log(1 + t.artist_plays) + p.lately * math.exp(-days / 14)
          + p.together * t.session_fit
      end)
      :filter(pl.filtering.per_artist { max = per_artist })
      :top(p.tracks * 4)
      :sample { temperature = p.chance }
      :limit { tracks = p.tracks, per_artist = per_artist }
      :order(pl.ordering.transitions { gap = p.spacing, valence = 1 })
  end,
}
