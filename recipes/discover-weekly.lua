-- Discover Weekly: songs you never played, ranked by how likely you are to take to them.
-- Recall  channels with a share of the pool each: songs by artists you play, by artists whose listeners yours share, what
--         is played in one session with what you played lately, what came up lately; and what your last `history` tracks
--         lead to. A channel without a model gives its share to the others (engine train all); where they find little,
--         genres and artists related to yours fill up, and where they find nothing, these stand in
-- Ranking what everybody's past discoveries say about yours, as a chance
-- Result  `tracks` tracks, `adventure` of them by artists you never met, at most `per_artist` of one artist and
--         `per_seed` of the list by way of one seed, none of them heard, saved, banned or served before. Where nothing new
--         is to be found: what is popular here, or, of your own, what you have not heard for longest; the list says so
-- Try     adventure = 1 for new artists only, --prompt "dusty late night jazz", or popularity = -1 to keep away from what
--         everybody knows
local pl = require "playlist"

return pl.recipe {
  title = "Discover Weekly",
  about = "New to you, found from what you played lately.",
  params = {
    tracks     = pl.int    { 30,  min = 1, max = 200, help = "length of the playlist" },
    per_artist = pl.int    { 2,   min = 1, max = 100, help = "at most this many tracks of one artist" },
    per_seed   = pl.share  { 0.2, help = "at most this share of the list by way of one track or artist of yours; 0: any" },
    adventure  = pl.share  { 0.1,  help = "share of the list by artists you never came across" },
    pool       = pl.int    { 3000, min = 10, max = 10000, help = "candidates that are found in all" },
    familiar   = pl.share  { 0.4, help = "share of the pool by artists you play" },
    new_artists = pl.share { 0.25, help = "share of the pool by new artists whose listeners yours share" },
    sessions   = pl.share  { 0.25, help = "share of the pool played in one session with what you played lately" },
    fresh      = pl.share  { 0.1, help = "share of the pool that came up lately, by artists you play" },
    listeners  = pl.share  { 0,   help = "share of the pool that the listeners of your last tracks play too" },
    taste      = pl.share  { 0,   help = "share of the pool that lies near your taste among everybody's" },
    sounds     = pl.share  { 0,   help = "share of the pool that sounds like your last tracks" },
    history    = pl.int    { 50,  min = 1, max = 1000, help = "your last tracks that listeners, taste and sounds start from" },
    weekly_mix = pl.share  { 0.5, help = "share of them from this week; the others are from before" },
    artists    = pl.share  { 0.25, help = "weight of similar artists, where few listeners share a track" },
    quality    = pl.share  { 0.3, help = "no track that is enjoyed less than this; 0.5 is average" },
    chance     = pl.number { 1,   min = 0, max = 10, tune = true, help = "weight of the log odds that you take to it" },
    found      = pl.number { 0,   min = 0, max = 10, tune = true, help = "weight of how early the channels found it" },
    liking     = pl.number { 0,   min = -5, max = 5, tune = true, help = "weight of a track's quality" },
    through    = pl.number { 0,   min = -5, max = 5, tune = true, help = "weight of the chance that you play it through" },
    popularity = pl.number { 0,   min = -5, max = 5, tune = true, help = "weight of a track's popularity" },
    prompt     = pl.text   { "", help = "what the tracks should be like, in words: dusty late night jazz; without, your own last prompts, if any" },
    wish       = pl.number { 5,   min = 0, max = 10, tune = true, help = "weight of how a track fits the prompt" },
    not_again  = pl.int    { 365, min = 0, max = 3650, help = "days in which no recipe's earlier track comes again" },
    unheard    = pl.int    { 30,  min = 1, max = 3650, help = "where nothing new is found: days since you last heard a rediscovery" },
    spacing    = pl.int    { 3,   min = 0, max = 50,  help = "tracks between two of the same artist, where possible" },
  },
  random_seed = "week",   -- the same list all week

  build = function(p, user)
    local function seeds() return user.history:last { n = p.history, weekly_mix = p.weekly_mix }:filter(pl.filtering.allowed {}) end
    local mine = user.library + user.likes + user.listens   -- what was only skipped, too

    local function unknown(candidates)
      return candidates
        :filter(pl.filtering.allowed {})
        :filter(pl.filtering.heard { by = "song" })
        :filter(pl.filtering.not_in { mine })
        :filter(pl.filtering.served { days = p.not_again })
    end

    local channels = { by = "rank" }
    local function channel(share, recall)
      local quota = math.floor(share * p.pool + 0.5)
      if quota > 0 then channels[#channels + 1] = { weight = share, quota = quota, recall(quota) } end
    end
    -- These find what was not heard; of the others' twice as much is asked for, as half may be known.
    channel(p.familiar,    function(quota) return pl.recall.familiar           { limit = quota } end)
    channel(p.new_artists, function(quota) return pl.recall.artist_cf          { limit = quota } end)
    channel(p.sessions,    function(quota) return pl.recall.session_neighbours { limit = quota } end)
    channel(p.fresh,       function(quota) return pl.recall.fresh              { limit = quota } end)
    channel(p.listeners,   function(quota) return unknown(pl.recall.item_cf { seeds = seeds(), artists = p.artists, limit = 2 * quota }) end)
    channel(p.taste,       function(quota) return unknown(pl.recall.als     { seeds = seeds(), artists = p.artists, limit = 2 * quota }) end)
    channel(p.sounds,      function(quota) return unknown(pl.recall.content { seeds = seeds(), limit = 2 * quota }) end)
    local found = unknown(pl.blend(channels))
    local function related()
      return unknown(pl.alternate {
        pl.recall.similar_artists { seeds = seeds(), pool = 50 },
        pl.recall.genre           { seeds = seeds(), pool = 50 },
      }:top(500))
    end

    -- What is not enjoyed less than `quality`, by how likely you take to it and how well it fits.
    local function best(candidates)
      candidates = candidates
        :rank(pl.ranking.quality {})
        :filter(function(t) return known(t.quality, 0.5) >= p.quality end, "enjoyed less than `quality`")
        :rank(pl.ranking.discovery {})
        :rank(pl.ranking.prompt { text = p.prompt, optional = true })   -- or what you asked for last
      if p.through ~= 0 then
        candidates = candidates:rank(pl.ranking.din { history = seeds() })
          :column("lasting", function(t) return p.through * known(t.din, 0.5) end)
      else   -- the network is asked only where it counts
        candidates = candidates:column("lasting", function() return 0 end)
      end
      return candidates:score(function(t)
        local chance = known(t.discovery, 0.0001)
        return p.chance * math.log(chance / (1 - chance))
          + p.found * 61 * t.score   -- 1 for the first of every channel
          + p.liking * known(t.quality, 0.5) + t.lasting
          + p.wish * known(t.prompt, 0) + p.popularity * known(t.popularity, 0) / 100
      end)
    end

    -- Few candidates are soon used up by the limits of the list.
    local fresh, more = best(found), best(related())
    fresh = pl.fallback {
      { fresh, at_least = 10 * p.tracks },
      { pl.concat { pl.fallback { fresh, { more, title = "related artists and genres" } }, more }, title = "" },
    }

    -- Nothing new: what many play or what is rated popular, or the longest unheard of what was heard gladly.
    local popular = unknown(pl.recall.popular { limit = 1000, min_users = 2 })
    local unheard = user.history
      :filter(pl.filtering.allowed {})
      :filter(function(t) return known(t.score, 0) > 0 end, "skipped as often as it was heard")
      :filter(pl.filtering.heard { days = p.unheard })
      :score(function(t) return t.score * (user.now - t.ts) end)

    local function list(candidates)
      return candidates:limit { tracks = p.tracks, per_artist = p.per_artist, per_seed_share = p.per_seed }
    end
    -- Artists you never met and those you did in turns, each where the other has nothing left.
    local new   = fresh:filter(function(t) return known(t.is_new_artist, false) end, "by an artist you know")
    local known_artists = fresh:filter(function(t) return not known(t.is_new_artist, false) end, "by an artist new to you")
    return pl.fallback {
      list(pl.mix {
        { known_artists, share = 1 - p.adventure, otherwise = new },
        { new,           share = p.adventure, otherwise = known_artists },
        attempts = p.pool,   -- each kind to its end before the other takes its place
      }),
      { list(popular), title = "popular tracks" },
      { list(unheard), title = "rediscoveries" },
    }
      :order(pl.ordering.artist_spacing { gap = p.spacing })
  end,
}
