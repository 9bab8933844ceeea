-- Weekly mix: the artists you saved, with a few discoveries spread evenly through the list.
-- Own     tracks by the artists you saved, drawn
-- New     once model.discovery is trained (engine train discovery): songs by artists you play, by artists whose listeners
--         yours share, what is played in one session with what you played lately and what came up lately, the likeliest
--         first. Without it, and where these are too few: genres and artists related to what you liked in the last
--         `likes_months` months (fewer than 10: your last 100 likes of all time), drawn in turns
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
    local own = pl.recall.saved_artists { weight = p.weight, implicit = p.finished }
      :filter(pl.filtering.allowed {})

    local liked = user.likes:or_implicit { finished = p.finished }
    local mine = user.library + liked
    local function new_to_you(candidates)
      return candidates
        :filter(pl.filtering.allowed {})
        :filter(pl.filtering.not_in { mine })
        :filter(pl.filtering.served { days = p.not_again })
    end
    local function related()
      local likes = liked
        :since { months = p.likes_months }
        :or_last { 100, when_fewer_than = 10 }
        :filter(pl.filtering.allowed {})
      return new_to_you(pl.alternate {
        pl.recall.genre           { seeds = likes, top = p.genres, pool = p.pool },
        pl.recall.similar_artists { seeds = likes, min_likes = p.liked_artists, pool = p.pool },
      })
    end

    local new = new_to_you(pl.blend { by = "rank",
      { weight = 0.4,  pl.recall.familiar           { limit = 400 } },
      { weight = 0.25, pl.recall.artist_cf          { limit = 250 } },
      { weight = 0.25, pl.recall.session_neighbours { limit = 250 } },
      { weight = 0.1,  pl.recall.fresh              { limit = 100 } },
    })
    local found = #new
    if found > 0 then
      new = new:rank(pl.ranking.discovery {}):score(function(t) return known(t.discovery, 0) end)
    end
    if found < p.attempts * math.ceil(p.tracks * p.discovery) then   -- not enough for all tries of all discoveries
      new = found == 0 and related() or pl.concat { new, related() }
    end

    return pl.mix {
      { own, share = 1 - p.discovery },
      { new, share = p.discovery, otherwise = own },
      attempts = p.attempts,
    }
      :limit { tracks = p.tracks, minutes = p.minutes, per_artist = p.per_artist, per_seed_share = p.per_seed }
      :order(pl.ordering.artist_spacing { gap = p.spacing })
  end,
}
