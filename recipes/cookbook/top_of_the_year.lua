-- Top of the year: what you played most since January, as a countdown.
local pl = require "playlist"

return pl.recipe {
  title = "Top of the year",
  about = "What you played most this year, as a countdown.",
  params = {
    tracks = pl.int  { 50, min = 1, max = 500, help = "length of the countdown" },
    year   = pl.text { "2026", help = "the year, or any other time: 2025-06" },
  },
  build = function(p, user)
    return user.listens:between { p.year, p.year }
      :filter(pl.filtering.banned {})
      :plays_between { p.year, p.year }
      :score(function(t) return t.plays_between end)
      :limit { tracks = p.tracks }
      :explain(function(t) return ("TOP: %d plays in %s"):format(t.plays_between, p.year) end)
      :order(pl.ordering.by { "score", direction = "up" })
  end,
}
