-- A mix for this part of the day and this weekday: what you play then, and not what you play at all times.
local pl = require "playlist"

return pl.recipe {
  title = "At this time",
  about = "What you play in this part of the day on this weekday.",
  params = {
    tracks = pl.int   { 30,  min = 1, max = 500, help = "length of the playlist" },
    habit  = pl.share { 0.7, help = "share of what you play on this weekday then; the others are of this part of any day" },
  },
  random_seed = "day",
  build = function(p, user, now)
    local weekday, heard = now.weekday:gsub("^%l", string.upper), user.listens:filter(pl.filtering.allowed {})
    local usual = heard:filter(function(t) return t.plays_at > 0 end, "never played at this time of the week")
    local function best(tracks)   -- plays at this time weigh more than plays in all
      tracks = tracks:score(function(t) return math.log(1 + 3 * t.plays_at + t.plays) - 2 * known(t.skip_rate, 0) end)
      return tracks:sample { temperature = 0.3 }
    end
    local others = best(heard:at { daypart = now.daypart })
    return pl.mix { { best(usual), share = p.habit, otherwise = others }, { others, share = 1 - p.habit } }
      :limit { tracks = p.tracks, per_artist = 2 }
      :explain(function(t) return ("TIME: %d of %d plays on a %s %s"):format(t.plays_at, t.plays, weekday, now.daypart) end)
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
