-- Gym: a list that climbs from 120 to 170 beats a minute, each track in a key near the one before.
local pl = require "playlist"

return pl.recipe {
  title = "Gym",
  about = "Your energetic tracks, and popular ones, with the tempo climbing.",
  params = {
    from   = pl.number { 120, min = 40, max = 240, help = "tempo of the first track, beats a minute" },
    to     = pl.number { 170, min = 40, max = 240, help = "tempo of the last one" },
    tracks = pl.int    { 20,  min = 2, max = 200,  help = "length of the playlist" },
    energy = pl.share  { 0.5, help = "no track with less energy" },
  },
  random_seed = "week",
  build = function(p, user)
    local own = user.listens:since { months = 12 }:most_played(500) + user.library
    return (own + pl.recall.popular { limit = 2000 })
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.range { "energy", min = p.energy, missing = "drop" })
      :limit { per_artist = 2 }
      :order(pl.ordering.curve { tempo = { p.from, p.to }, tracks = p.tracks, harmonic = true })
  end,
}
