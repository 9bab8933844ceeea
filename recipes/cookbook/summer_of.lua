-- The summer of a year, or any other time: what you played most between two months.
local pl = require "playlist"

return pl.recipe {
  title = "Summer of",
  about = "What you played most between two months.",
  params = {
    tracks = pl.int  { 40, min = 1, max = 500, help = "length of the playlist" },
    from   = pl.text { "2026-06", help = "from the beginning of this month: 2019-06 (or year, or day)" },
    to     = pl.text { "2026-08", help = "to the end of this one" },
  },

  build = function(p, user)
    return user.listens:between { p.from, p.to }
      :filter(pl.filtering.banned {})
      :plays_between { p.from, p.to }
      :score(function(t) return t.plays_between end)
      :limit { tracks = p.tracks, per_artist = 4 }
      :explain(function(t) return ("THEN: %d plays from %s to %s"):format(t.plays_between, p.from, p.to) end)
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
