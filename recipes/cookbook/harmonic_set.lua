-- Harmonic set: tracks in an order a DJ would mix, with small steps in key, tempo and energy.
local pl = require "playlist"

return pl.recipe {
  title = "Harmonic set",
  about = "What you play most, each track near the one before in key, tempo and energy.",
  params = {
    tracks = pl.int    { 30, min = 2, max = 300, help = "length of the playlist" },
    key    = pl.number { 2,  min = 0, max = 10,  help = "weight of steps between keys" },
    tempo  = pl.number { 1,  min = 0, max = 10,  help = "weight of the tempos' ratio" },
    energy = pl.number { 1,  min = 0, max = 10,  help = "weight of the difference in energy" },
  },
  random_seed = "week",
  build = function(p, user)
    return (user.listens:most_played(1000) + user.library)
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.key >= 0 and t.tempo > 0 end, "its key or its tempo is not known")
      :limit { tracks = p.tracks, per_artist = 2 }
      :order(pl.ordering.transitions { key = p.key, tempo = p.tempo, energy = p.energy })
  end,
}
