-- Wind down: an evening that begins where the day left you and ends quietly, energy falling all the way.
local pl = require "playlist"

return pl.recipe {
  title = "Wind down",
  about = "Tracks you like, with popular ones where those are few, from lively to calm.",
  params = {
    tracks  = pl.int   { 25,  min = 2, max = 200, help = "length of the playlist" },
    lively  = pl.share { 0.7, help = "energy of the first track" },
    calm    = pl.share { 0.1, help = "energy of the last one" },
  },
  random_seed = "day",
  build = function(p, user)
    local function fit(tracks)
      return tracks
        :filter(pl.filtering.allowed {})
        :filter(function(t) return t.energy >= 0 end, "its energy is not known")
        :limit { per_artist = 2 }
    end
    local own = user.likes:or_implicit { finished = 3 } + user.library
    return pl.fallback { { fit(own), at_least = 3 * p.tracks }, { fit(own + pl.recall.popular { limit = 500 }), title = "" } }
      :order(pl.ordering.curve { energy = { p.lively, p.calm }, tracks = p.tracks })
  end,
}
