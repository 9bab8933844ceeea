-- Top of the year: what you played most in the last twelve months, or in a year, as a countdown.
local pl = require "playlist"

return pl.recipe {
  title = "Top of the year",
  about = "What you played most in the last twelve months or in a year, as a countdown.",
  params = {
    tracks = pl.int  { 50, min = 1, max = 500, help = "length of the countdown" },
    year   = pl.text { "", help = "the last twelve months, or a year: 2025, or any other time: 2025-06" },
  },
  build = function(p, user)
    local is_year = p.year ~= ""
    local heard = is_year and user.listens:between { p.year, p.year } or user.listens:since { months = 12 }
    local when = is_year and p.year or "twelve months"
    return heard:most_played(100000)   -- counts what was played then
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.score > 0 end, "only begun")
      :limit { tracks = p.tracks }
      :explain(function(t) return ("TOP: %d %s in %s"):format(t.score, t.score == 1 and "play" or "plays", when) end)
      :order(pl.ordering.by { "score", direction = "up" })
  end,
}
