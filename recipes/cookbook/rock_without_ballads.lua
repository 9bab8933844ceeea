-- Rock without the ballads: what you have or play that is tagged so, fast and loud first, nothing slow among it.
local pl = require "playlist"

return pl.recipe {
  title = "Rock without ballads",
  about = "What the tags say is rock, without the slow ones.",
  params = {
    tracks = pl.int  { 40, min = 1, max = 500, help = "length of the playlist" },
    rock   = pl.text { "indie rock", help = "the tag to play" },
    never  = pl.text { "ballad", help = "the tag to leave out" },
    tempo  = pl.int  { 95, min = 0, max = 250, help = "slower than this is a ballad, whatever its tags" },
  },
  random_seed = "day",
  build = function(p, user)
    local played = user.listens:filter(function(t) return t.plays > 0 end, "never played long enough to count")
    return (user.library + played)
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.tag { any = { p.rock, "rock" }, none = p.never })
      :filter(function(t) return not (t.tempo < p.tempo) end, "too slow")
      :score(function(t) return known(t.energy_or_artist, 0.5) + (t.genre == p.rock and 0.3 or 0) end)
      :sample { temperature = 0.3 }
      :limit { tracks = p.tracks, per_artist = 3 }
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
