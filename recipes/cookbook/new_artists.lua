-- New artists: nothing but artists you never came across, one track of each.
local pl = require "playlist"

return pl.recipe {
  title = "New artists",
  about = "Artists whose listeners yours share; where nobody else is in the store, those related to yours.",
  params = { tracks = pl.int { 30, min = 1, max = 200, help = "length of the playlist, one track of each artist" } },
  random_seed = "week",
  build = function(p, user)
    local mine = user.library + user.likes + user.listens
    local seeds = mine:most_played(50)
    return pl.fallback { { pl.recall.artist_cf { limit = 20 * p.tracks }, at_least = p.tracks },
                         { pl.recall.similar_artists { seeds = seeds, pool = 50 }:top(20 * p.tracks), title = "" } }
      :filter(pl.filtering.allowed {})
      :filter(pl.filtering.served { days = 180 })
      :filter(function(t) return known(t.artist_plays, 0) == 0 end, "by an artist you know")
      :filter(pl.filtering.not_in { mine })
      :limit { tracks = p.tracks, per_artist = 1 }
  end,
}
