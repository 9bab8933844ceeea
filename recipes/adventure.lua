-- Adventure: music far from what you play, and every time from somewhere else.
-- Songs   of the whole catalogue, by artists whom you have never heard and whom no earlier list has given you: so that no
--         boundary is crossed twice
-- Score   how far a song sounds from what you played last, and how much others play it, so that it is worth the way
-- Try     familiar = 0.5 for a shorter way, window = 1000 for the distance from everything you played
local pl = require "playlist"

return pl.recipe {
  title = "Adventure",
  about = "Far from what you play, by artists you have never heard, never the same twice.",
  params = {
    tracks   = pl.int    { 20,  min = 1, max = 500, help = "length of the playlist" },
    distance = pl.number { 1,   min = 0, max = 100, tune = true, help = "weight of how far a song sounds from what you play" },
    familiar = pl.number { 0,   min = 0, max = 100, help = "weight of how close it is to your taste: for a shorter way" },
    others   = pl.number { 0.3, min = 0, max = 100, tune = true, help = "weight of how popular it is" },
    window   = pl.int    { 200, min = 1, max = 10000, help = "plays, the latest, that it is to be far from" },
    chance   = pl.number { 0.05, min = 0, max = 10, help = "0: always the farthest; higher: any of those that are far" },
    spacing  = pl.int    { 4,   min = 0, max = 50, help = "songs between two of the same artist, where possible" },
  },
  random_seed = "day",

  build = function(p, user)
    local met = {}
    for _, row in ipairs(user.served:rows()) do met[row.artist or ""] = true end
    return pl.recall.catalogue {}
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.not_in { user.library })
      :filter(function(t) return t.artist_plays == 0 end, "you have heard its artist")
      :filter(function(t) return not met[t.artist] end, "an earlier list has given you its artist")
      :rank(pl.ranking.mood_now { window = p.window, decay = 1 })
      :rank(pl.ranking.taste {})
      :score(function(t)
        return p.distance * (1 - t.mood_now) + p.familiar * t.taste + p.others * known(t.popularity, 0) / 100
      end)
      :top(p.tracks * 10)
      :sample { temperature = p.chance }
      :limit { tracks = p.tracks, per_artist = 1 }
      :order(pl.ordering.transitions { gap = p.spacing, valence = 1 })
  end,
}
