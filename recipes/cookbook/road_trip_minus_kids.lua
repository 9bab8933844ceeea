-- The road trip once the children are asleep: two of your playlists together, without what is in a third.
local pl = require "playlist"

return pl.recipe {
  title = "Road trip minus kids",
  about = "Two playlists together, without what is in a third.",
  params = {
    trip    = pl.text { "Road trip", help = "a playlist to drive to" },
    more    = pl.text { "Singalong", help = "another one" },
    kids    = pl.text { "Kids", help = "the playlist to leave out, with other versions of its songs" },
    minutes = pl.int  { 180, min = 1, max = 2000, help = "at most this long" },
  },
  random_seed = "day",
  build = function(p, user)
    local trip, more, kids = user.playlists[p.trip], user.playlists[p.more], user.playlists[p.kids]
    return (trip + more - kids)
      :filter(pl.filtering.not_in { kids })
      :filter(pl.filtering.allowed {})
      :order(pl.ordering.shuffle {})
      :limit { minutes = p.minutes }
      :order(pl.ordering.artist_spacing { gap = 2 })
  end,
}
