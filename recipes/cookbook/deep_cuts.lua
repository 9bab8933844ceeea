-- Deep cuts: little played tracks of the ten artists that you play most.
local pl = require "playlist"

return pl.recipe {
  title = "Deep cuts",
  about = "Little played tracks of the artists you play most.",
  params = {
    tracks  = pl.int { 30, min = 1, max = 500, help = "length of the playlist" },
    artists = pl.int { 10, min = 1, max = 1000, help = "how many of your artists, most played first" },
    plays   = pl.int { 2,  min = 0, max = 1000, help = "a track that you played at most this often is a deep cut ..." },
    share   = pl.share { 0.04, help = "... and so is one with at most this share of its artist's plays" },
  },
  random_seed = "week",

  build = function(p, user)
    return user.artists:top(p.artists)
      :filter(pl.filtering.allowed {})
      :filter(function(t) return t.plays <= math.max(p.plays, p.share * t.artist_plays) end, "played too often for a deep cut")
      :score(function(t) return known(t.popularity, 50) / 100 - t.skips end)
      :sample { temperature = 0.5 }
      :limit { tracks = p.tracks, per_artist = math.ceil(1.5 * p.tracks / p.artists) }
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,
}
