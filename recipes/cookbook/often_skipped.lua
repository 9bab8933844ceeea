-- Often skipped: what you saved and skip nearly always, to look through and let go.
local pl = require "playlist"

return pl.recipe {
  title = "Often skipped",
  about = "Of your library, what you skip most; unlike it, or listen again.",
  params = {
    tracks = pl.int   { 30,  min = 1, max = 1000, help = "length of the playlist" },
    skips  = pl.int   { 3,   min = 1, max = 1000, help = "skipped at least this often" },
    rate   = pl.share { 0.6, help = "skipped at least at this share of the times it began" },
  },
  build = function(p, user)
    return user.library
      :filter(pl.filtering.banned {})
      :filter(function(t) return t.skips >= p.skips and t.skips >= p.rate * (t.skips + t.finished) end, "not skipped often enough")
      :score(function(t) return t.skips - t.finished end)
      :explain(function(t) return ("SKIPPED: %d times, heard to the end %d times"):format(t.skips, t.finished) end)
      :limit { tracks = p.tracks }
  end,
}
