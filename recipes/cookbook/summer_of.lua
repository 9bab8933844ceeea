-- The latest summer, or any other time: what you played most between two months.
local pl = require "playlist"

return pl.recipe {
  title = "Summer of",
  about = "What you played most in the latest summer, or between two months.",
  params = {
    tracks = pl.int  { 40, min = 1, max = 500, help = "length of the playlist" },
    from   = pl.text { "", help = "from the beginning of this month: 2019-06 (or year, or day); else the summer of the last twelve months" },
    to     = pl.text { "", help = "to the end of this one; else of the same" },
  },

  build = function(p, user)
    local to = p.to ~= "" and p.to or p.from
    local heard = p.from ~= "" and user.listens:between { p.from, to } or user.listens:since { months = 12 }:at { season = "summer" }
    local when = p.from == "" and "in summer" or p.from == to and "in " .. to or "from " .. p.from .. " to " .. to
    return heard:most_played(100000)   -- counts what was played then
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.score > 0 end, "only begun")
      :limit { tracks = p.tracks, per_artist = 4 }
      :explain(function(t) return ("THEN: %d %s %s"):format(t.score, t.score == 1 and "play" or "plays", when) end)
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
