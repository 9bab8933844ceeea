-- Focus: three hours without words, even and not too loud, of what you know and what is near it.
local pl = require "playlist"

return pl.recipe {
  title = "Focus",
  about = "Hours without words, even and not too loud.",
  params = {
    minutes      = pl.int   { 180, min = 10, max = 1000, help = "length of the playlist" },
    instrumental = pl.share { 0.7, help = "at least this sure that nobody sings" },
    energy       = pl.share { 0.7, help = "no track with more energy" },
  },
  random_seed = "day",
  build = function(p, user)
    local known_ones = user.listens + user.library
    return (known_ones + pl.recall.popular { limit = 3000 })
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.instrumentalness >= p.instrumental and known(t.speechiness, 0) < 0.2 end, "somebody sings or speaks, or it is not known")
      :filter(pl.filtering.range { "energy", max = p.energy, missing = "keep" })
      :score(function(t) return math.log(1 + t.plays) + t.instrumentalness - known(t.skip_rate, 0) end)
      :sample { temperature = 0.5 }
      :limit { minutes = p.minutes, per_artist = 4 }
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
