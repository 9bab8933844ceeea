-- Discover Weekly: tracks you never played, found from what you played, liked and skipped lately.
-- Seeds   your last `history` tracks, `weekly_mix` of them from this week; those you skipped count against
-- Recall  channels with a quota each: what others play too, where your taste lies among everybody's, what sounds alike.
--         A channel without a model gives its quota to the others (engine train all); where they find little, genres and
--         artists related to yours fill up, and where they find nothing, these stand in
-- Result  `tracks` tracks, at most `per_artist` of one artist and `per_seed` of the list by way of one seed, none of them
--         heard, saved, banned or served before. Where nothing new is to be found: what is popular here, or, of your own,
--         what you have not heard for longest; the list is called so
-- Try     --prompt "dusty late night jazz", sounds = 0.8 for your own sound, or popularity = -0.2 to keep away from what everybody knows
local pl = require "playlist"

return pl.recipe {
  title = "Discover Weekly",
  about = "New to you, found from what you played lately.",
  params = {
    tracks     = pl.int    { 30,  min = 1, max = 200, help = "length of the playlist" },
    per_artist = pl.int    { 2,   min = 1, max = 100, help = "at most this many tracks of one artist" },
    per_seed   = pl.share  { 0.2, help = "at most this share of the list by way of one track or artist of yours; 0: any" },
    history    = pl.int    { 50,  min = 1, max = 1000, help = "your last tracks to start from" },
    weekly_mix = pl.share  { 0.5, help = "share of them from this week; the others are from before" },
    pool       = pl.int    { 500, min = 10, max = 10000, help = "candidates that are found in all" },
    listeners  = pl.share  { 0.4, tune = true, help = "share of the pool that the listeners of your tracks play too" },
    taste      = pl.share  { 0.4, tune = true, help = "share of the pool that lies near your taste among everybody's" },
    sounds     = pl.share  { 0.2, tune = true, help = "share of the pool that sounds alike" },
    artists    = pl.share  { 0.25, help = "weight of similar artists, where few listeners share a track" },
    quality    = pl.share  { 0.3, help = "no track that is enjoyed less than this; 0.5 is average" },
    liking     = pl.number { 0.2, min = -1, max = 1, tune = true, help = "weight of a track's quality" },
    chance     = pl.number { 0.3, min = -1, max = 1, tune = true, help = "weight of the chance that you play it through" },
    popularity = pl.number { 0,   min = -1, max = 1, tune = true, help = "weight of a track's popularity" },
    prompt     = pl.text   { "", help = "what the tracks should be like, in words: dusty late night jazz; without, your own last prompts, if any" },
    wish       = pl.number { 1,   min = 0, max = 10, tune = true, help = "weight of how a track fits the prompt" },
    not_again  = pl.int    { 365, min = 0, max = 3650, help = "days in which no recipe's earlier track comes again" },
    unheard    = pl.int    { 30,  min = 1, max = 3650, help = "where nothing new is found: days since you last heard a rediscovery" },
    spacing    = pl.int    { 3,   min = 0, max = 50,  help = "tracks between two of the same artist, where possible" },
  },
  random_seed = "week",   -- the same list all week

  build = function(p, user)
    local seeds = user.history:last { n = p.history, weekly_mix = p.weekly_mix }:filter(pl.filtering.banned {})
    local mine = user.library + user.likes + user.listens   -- what was only skipped, too

    local function unknown(candidates)
      return candidates
        :filter(pl.filtering.banned {})
        :filter(pl.filtering.heard { by = "song" })
        :filter(pl.filtering.not_in { mine })
        :filter(pl.filtering.served { days = p.not_again })
    end
    local function quota(share) return math.max(1, math.floor(share * p.pool + 0.5)) end

    -- Each finds more than its quota, as half may be known and as others may have none to give.
    local most = 2 * p.pool
    local found = pl.blend {
      { weight = p.listeners, quota = quota(p.listeners), unknown(pl.recall.item_cf { seeds = seeds, artists = p.artists, limit = most }) },
      { weight = p.taste,     quota = quota(p.taste),     unknown(pl.recall.als { seeds = seeds, artists = p.artists, limit = most }) },
      { weight = p.sounds,    quota = quota(p.sounds),    unknown(pl.recall.content { seeds = seeds, limit = most }) },
      by = "rank",
    }
    local function related()
      return unknown(pl.alternate {
        pl.recall.similar_artists { seeds = seeds, pool = 50 },
        pl.recall.genre           { seeds = seeds, pool = 50 },
      }:top(p.pool))
    end

    -- What is not enjoyed less than `quality`, by how well it fits.
    local function best(candidates)
      return candidates
        :rank(pl.ranking.quality {})
        :filter(function(t) return known(t.quality, 0.5) >= p.quality end, "enjoyed less than `quality`")
        :rank(pl.ranking.prompt { text = p.prompt, optional = true })   -- or what you asked for last
        :rank(pl.ranking.din { history = seeds })
        :score(function(t)
          return 61 * t.score   -- 1 for the first of every channel
            + p.liking * known(t.quality, 0.5) + p.chance * known(t.din, 0.5)
            + p.wish * known(t.prompt, 0) + p.popularity * known(t.popularity, 0) / 100
        end)
    end

    -- Few candidates are soon used up by the limits of the list.
    local fresh = best(found)
    if #found < 10 * p.tracks then
      local more = best(related())
      fresh = pl.concat { pl.fallback { fresh, { more, title = "related artists and genres" } }, more }
    end

    -- Nothing new: what many play or what is rated popular, or the longest unheard of what was heard gladly.
    local popular = unknown(pl.recall.popular { limit = most, min_users = 2 })
    local unheard = user.history
      :filter(pl.filtering.banned {})
      :filter(function(t) return known(t.score, 0) > 0 end, "skipped as often as it was heard")
      :filter(pl.filtering.heard { days = p.unheard })
      :score(function(t) return t.score * (user.now - t.ts) end)

    local function list(candidates)
      return candidates:limit { tracks = p.tracks, per_artist = p.per_artist, per_seed_share = p.per_seed }
    end
    return pl.fallback {
      list(fresh),
      { list(popular), title = "popular tracks" },
      { list(unheard), title = "rediscoveries" },
    }
      :order(pl.ordering.artist_spacing { gap = p.spacing })
  end,
}
