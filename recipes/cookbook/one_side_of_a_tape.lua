-- One side of a tape: 45 minutes to within 5 seconds, of what you played most this year.
local pl = require "playlist"

return pl.recipe {
  title = "One side of a tape",
  about = "As long as the tape, and no track cut off at its end.",
  params = {
    minutes    = pl.number { 45,   min = 1, max = 1000, help = "length of the tape's side" },
    exactly    = pl.text   { "5s", help = "give or take this much" },
    per_artist = pl.int    { 2,    min = 1, max = 100, help = "at most this many tracks of one artist" },
  },
  random_seed = "week",
  build = function(p, user)
    return user.listens:since { months = 12 }:most_played(1000)
      :filter(pl.filtering.allowed {})
      :limit { minutes = p.minutes, exactly = p.exactly, per_artist = p.per_artist }
      :order(pl.ordering.artist_spacing { gap = 2 })
  end,
}
