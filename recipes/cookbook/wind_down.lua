-- Wind down: an evening that begins where the day left you and ends quietly, energy falling all the way.
local pl = require "playlist"

return pl.recipe {
  title = "Wind down",
  about = "Tracks you like, from lively to calm.",
  params = {
    tracks  = pl.int   { 25,  min = 2, max = 200, help = "length of the playlist" },
    lively  = pl.share { 0.7, help = "energy of the first track" },
    calm    = pl.share { 0.1, help = "energy of the last one" },
  },
  random_seed = "day",
  build = function(p, user)
    local own = user.likes:or_implicit { finished = 3 } + user.library
    return (own + pl.recall.popular { limit = 500 })
      :filter(pl.filtering.banned {})
      :limit { per_artist = 2 }
      :order(pl.ordering.curve { energy = { p.lively, p.calm }, tracks = p.tracks })
  end,
}
