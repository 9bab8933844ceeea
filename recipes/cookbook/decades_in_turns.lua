-- Decades in turns: the best of every decade you play, one after the other.
local pl = require "playlist"

return pl.recipe {
  title = "Decades in turns",
  about = "The best of every decade you play, one after the other.",
  params = {
    tracks = pl.int { 40, min = 1, max = 500, help = "length of the playlist" },
    first  = pl.int { 1960, min = 1900, max = 2100, help = "the first decade" },
    last   = pl.int { 2020, min = 1900, max = 2100, help = "the last one" },
  },
  random_seed = "week",
  build = function(p, user)
    local played = user.listens:filter(function(t) return t.plays > 0 end, "never played long enough to count")
    local mine = (played + user.library):filter(pl.filtering.allowed {})
    local turns = {}
    for decade = p.first, math.max(p.first, p.last), 10 do
      turns[#turns + 1] = mine
        :filter(function(t) return t.year >= decade and t.year < decade + 10 end, "of another decade, or of no known year")
        :score(function(t) return math.log(1 + t.plays) end)
        :sample { temperature = 0.3 }
    end
    return pl.alternate(turns):limit { tracks = p.tracks, per_artist = 2 }
  end,
}
