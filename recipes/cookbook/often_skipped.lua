-- Often skipped: what you have or tried and skip nearly always, to look through and let go.
local pl = require "playlist"

return pl.recipe {
  title = "Often skipped",
  about = "Of what you have and tried, what you skip most; unlike it, or listen again.",
  params = {
    tracks = pl.int   { 30,  min = 1, max = 1000, help = "length of the playlist" },
    skips  = pl.int   { 3,   min = 1, max = 1000, help = "skipped at least this often" },
    rate   = pl.share { 0.6, help = "skipped at least at this share of the times it began" },
  },
  build = function(p, user)
    local function times(count) return count == 1 and "once" or count .. " times" end
    return (user.library + user.listens)
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.skips >= p.skips and t.skips >= p.rate * (t.skips + t.finished) end, "not skipped often enough")
      :score(function(t) return t.skips - t.finished end)
      :explain(function(t) return "SKIPPED: " .. times(t.skips) .. (t.finished == 0 and ", never" or ", " .. times(t.finished)) .. " heard to the end" end)
      :limit { tracks = p.tracks }
  end,
}
