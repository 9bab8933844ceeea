-- A calm Sunday: the quiet side of what you like and play, soft tags first, nothing loud.
local pl = require "playlist"

return pl.recipe {
  title = "Sunday calm",
  about = "The quiet side of what you like and play.",
  params = {
    tracks = pl.int    { 30,  min = 1, max = 500, help = "length of the playlist" },
    energy = pl.number { 0.5, min = 0, max = 1,   help = "most energetic track allowed" },
  },
  random_seed = "week",
  build = function(p, user)
    local played = user.listens:filter(function(t) return t.plays > 0 end, "never played long enough to count")
    return (user.library + played)
      :filter(pl.filtering.allowed {})
      :filter(function(t) return known(t.energy_or_artist, 1) <= p.energy end, "too lively for a Sunday, or nobody knows how lively")
      :filter(pl.filtering.tag { none = { "metal", "punk", "techno" } })
      :score(function(t) return 1 - t.energy_or_artist + known(t.acousticness_or_artist, 0.3)
        + ((t.has_tag("ambient") or t.has_tag("folk") or t.has_tag("jazz")) and 0.5 or 0) end)
      :top(p.tracks * 3)
      :sample { temperature = 0.2 }
      :limit { tracks = p.tracks, per_artist = 2 }
      :order(pl.ordering.artist_spacing { gap = 2 })
  end,
}
