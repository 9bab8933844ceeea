-- Discover: what `engine discover` draws from to ask you about, one song at a time (`engine next`).
-- Recall  the best `each` of every channel that is on: artists you play, new artists whose listeners yours share, what is
--         played in one session with what you played lately, what came up lately, what your last `history` tracks lead to
--         by listeners, taste and sound, what services recommend to you (engine sync), related artists, genres and what many
--         play. A channel without a model gives none
-- Result  at most `tracks` songs in the order of the channels, of each the likeliest first: none that you heard, have in
--         another version, banned or rejected, at most `per_artist` of one artist
local pl = require "playlist"

return pl.recipe {
  title = "Discover",
  about = "Songs new to you from every channel, to be asked about one at a time.",
  params = {
    tracks     = pl.int  { 300, min = 1, max = 5000, help = "songs to draw from" },
    each       = pl.int  { 40,  min = 1, max = 1000, help = "songs of one channel" },
    per_artist = pl.int  { 3,   min = 1, max = 100,  help = "at most this many songs of one artist" },
    off        = pl.text { "",  help = "channels to leave out, with commas between: popular,genre" },
    history    = pl.int  { 50,  min = 1, max = 1000, help = "your last tracks that channels start from" },
  },
  random_seed = "day",

  build = function(p, user)
    local seeds = user.history:last { n = p.history }:filter(pl.filtering.allowed {})
    local mine = user.library + user.likes + user.listens
    local wide = p.each * 5   -- half of what is found may be known, and the best of the rest are wanted

    local function best(found)
      return found
        :filter(pl.filtering.allowed {})
        :filter(pl.filtering.heard { by = "song" })
        :filter(pl.filtering.not_in { mine, by = "song" })
        :filter(pl.filtering.per_artist { max = p.per_artist })
        :rank(pl.ranking.discovery {})
        :score(function(t)
          local chance = known(t.discovery, 0.0001)
          return math.log(chance / (1 - chance))
        end)
        :top(p.each)
    end

    local channels = {
      { "familiar",           function() return pl.recall.familiar { limit = wide } end },
      { "artist_cf",          function() return pl.recall.artist_cf { limit = wide } end },
      { "session_neighbours", function() return pl.recall.session_neighbours { limit = wide } end },
      { "fresh",              function() return pl.recall.fresh { limit = wide } end },
      { "item_cf",            function() return pl.recall.item_cf { seeds = seeds, limit = wide } end },
      { "als",                function() return pl.recall.als { seeds = seeds, limit = wide } end },
      { "graph_filter",       function() return pl.recall.graph_filter { seeds = seeds, limit = wide } end },
      { "content",            function() return pl.recall.content { seeds = seeds, limit = wide } end },
      { "recommendations",    function() return pl.recall.recommendations { limit = wide } end },
      { "similar_artists",    function() return pl.recall.similar_artists { seeds = seeds, pool = wide } end },
      { "genre",              function() return pl.recall.genre { seeds = seeds, pool = wide } end },
      { "popular",            function() return pl.recall.popular { limit = wide } end },
    }
    local found = {}
    for _, channel in ipairs(channels) do
      if not ("," .. p.off .. ","):find("," .. channel[1] .. ",", 1, true) then found[#found + 1] = best(channel[2]()) end
    end
    if #found == 0 then error "every channel is left out by `off`" end
    return pl.concat(found)
      :limit { tracks = p.tracks, per_artist = p.per_artist }
      :rank(pl.ranking.clusters {})   -- by kind of music, where it is known, answers are learned from
  end,
}
