-- Weekly mix: the artists you saved, with a few discoveries spread evenly through the list.
-- Seeds   what you liked in the last `likes_months` months (fewer than 10: your last 100 likes of all time)
-- Result  `tracks` tracks; ceil(tracks * discovery) of them new to you, each with the reason it was found; nothing you banned
-- Try     discovery = 0.3, weight = "plays", or put a :score{...} of your own between recall and mix
local pl = require "playlist"

return pl.recipe {
  title = "Weekly Mix",
  about = "Your own artists, with a few discoveries and the reason for each.",
  params = {
    tracks        = pl.int    { 50,   min = 1, max = 1000, help = "length of the playlist" },
    minutes       = pl.int    { 240,  min = 1, max = 10000, help = "at most this long, in minutes" },
    discovery     = pl.share  { 0.08, help = "share of tracks you do not own yet, rounded up" },
    per_artist    = pl.int    { 3,    min = 1, max = 1000, help = "at most this many tracks of one artist" },
    per_seed      = pl.share  { 0.2,  help = "at most this share of the list is discovered by way of one of your artists; 0: any" },
    attempts      = pl.int    { 10,   min = 1, max = 1000, help = "tries for each discovery before one of your own tracks takes its place" },
    weight        = pl.choice { "uniform", choices = { "uniform", "plays" }, help = "how one of your saved artists is drawn" },
    likes_months  = pl.int    { 3,    min = 1, max = 1200, help = "likes of the last months that discoveries start from" },
    finished      = pl.int    { 3,    min = 1, max = 100,  help = "without any likes: tracks played to the end this often count as liked" },
    genres        = pl.int    { 5,    min = 3, max = 5,    help = "how many of your top genres to discover from" },
    liked_artists = pl.int    { 2,    min = 1, max = 100,  help = "artists liked this often come first when looking for related ones" },
    pool          = pl.int    { 20,   min = 1, max = 1000, help = "candidates held ready for each genre or related artist" },
    not_again     = pl.int    { 28,   min = 0, max = 3650, help = "days in which no recipe's earlier discovery comes again" },
    spacing       = pl.int    { 3,    min = 0, max = 50,   help = "tracks between two of the same artist, where possible" },
  },
  random_seed = "week",   -- the same draws all week

  build = function(p, user)
    local liked = user.likes:or_implicit { finished = p.finished }
    local likes = liked
      :since { months = p.likes_months }
      :or_last { 100, when_fewer_than = 10 }
      :filter(pl.filtering.banned {})

    local own = pl.recall.saved_artists { weight = p.weight, implicit = p.finished }
      :filter(pl.filtering.banned {})

    local new = pl.alternate {
      pl.recall.genre           { seeds = likes, top = p.genres, pool = p.pool },
      pl.recall.similar_artists { seeds = likes, min_likes = p.liked_artists, pool = p.pool },
    }
      :filter(pl.filtering.banned {})
      :filter(pl.filtering.not_in { user.library + liked })
      :filter(pl.filtering.served { days = p.not_again })

    return pl.mix {
      { own, share = 1 - p.discovery },
      { new, share = p.discovery, otherwise = own },
      attempts = p.attempts,
    }
      :limit { tracks = p.tracks, minutes = p.minutes, per_artist = p.per_artist, per_seed_share = p.per_seed }
      :order(pl.ordering.artist_spacing { gap = p.spacing })
  end,
}
