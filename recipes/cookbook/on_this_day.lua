-- On this day: what you played around this day of the year in earlier years, the longest ago first.
local pl = require "playlist"

return pl.recipe {
  title = "On this day",
  about = "What you played around this day in earlier years.",
  params = {
    tracks = pl.int { 30, min = 1, max = 500, help = "length of the playlist" },
    days   = pl.int { 3,  min = 0, max = 180, help = "days before and after that count too" },
  },
  random_seed = "day",

  build = function(p, user)
    local function years_ago(t) return math.floor((user.now - t.ts) / 31556952 + 0.5) end
    return user.listens:on_this_day { days = p.days }
      :filter(pl.filtering.allowed {})
      :score(function(t) return t.plays end)
      :limit { tracks = p.tracks, per_artist = 3 }
      :explain(function(t) return "ON-THIS-DAY: you played it " .. (years_ago(t) == 1 and "a year" or years_ago(t) .. " years") .. " ago" end)
      :order(function(t) return t.ts end)
  end,
}
