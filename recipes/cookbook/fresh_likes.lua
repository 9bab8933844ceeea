-- Fresh likes: what you liked in the last months, the newest first, a few of each artist.
local pl = require "playlist"

return pl.recipe {
  title = "Fresh likes",
  about = "What you liked lately, the newest first.",
  params = {
    tracks = pl.int { 30, min = 1, max = 500, help = "length of the playlist" },
    months = pl.int { 3,  min = 1, max = 1200, help = "liked in the last months; with fewer than ten of them, the last of all time" },
  },
  build = function(p, user)
    return user.likes
      :since { months = p.months }
      :or_last { p.tracks, when_fewer_than = 10 }
      :filter(pl.filtering.allowed {})
      :order(pl.ordering.by { "ts", direction = "down" })
      :limit { tracks = p.tracks, per_artist = 3 }
  end,
}
