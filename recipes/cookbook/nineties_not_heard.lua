-- Songs of the 1990s, yours or played once, that you have not heard for a year: the most played first.
local pl = require "playlist"

return pl.recipe {
  title = "Nineties not heard",
  about = "Songs of the 1990s that you have not heard for a year.",
  params = {
    tracks = pl.int { 40,   min = 1, max = 500, help = "length of the playlist" },
    decade = pl.int { 1990, min = 1900, max = 2020, help = "the first year of the ten" },
    days   = pl.int { 365,  min = 1, max = 36500, help = "not heard for so many days" },
  },
  random_seed = "week",

  build = function(p, user)
    local played = user.listens:filter(function(t) return t.plays > 0 end, "never played long enough to count")
    return (user.library + played)
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.year >= p.decade and t.year < p.decade + 10 end, "of another decade, or of no known year")
      :filter(pl.filtering.heard { days = p.days, by = "song" })
      :score(function(t) return math.log(1 + t.plays) - known(t.skip_rate, 0) end)
      :sample { temperature = 0.3 }
      :limit { tracks = p.tracks, per_artist = 2 }
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
