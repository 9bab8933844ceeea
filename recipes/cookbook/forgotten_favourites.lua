-- Forgotten favourites: what you played gladly and have not heard for two months.
local pl = require "playlist"

return pl.recipe {
  title = "Forgotten favourites",
  about = "Played gladly, and not heard for two months.",
  params = {
    tracks = pl.int { 25, min = 1, max = 500, help = "length of the playlist" },
    days   = pl.int { 60, min = 1, max = 10000, help = "days since you last heard any version of it" },
  },
  random_seed = "week",
  build = function(p, user)
    return user.listens
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.heard { days = p.days, by = "song" })
      :score(function(t) return math.log(1 + t.plays) - 2 * known(t.skip_rate, 0) end)
      :top(p.tracks * 4)
      :sample { temperature = 0.3 }
      :limit { tracks = p.tracks, per_artist = 2 }
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
