-- @TITLE@: tracks you like and have not heard for a while, other ones every week.
-- Look    engine watch @NAME@    runs it again at every save and shows what moved, what left, and why
-- Check   engine check @NAME@    says everything that is wrong with it; engine test @NAME@ runs the tests below
-- Pieces  engine plugins list tells what finds, filters, ranks and orders; engine recipes shows others to learn from
local pl = require "playlist"
local shuffles = require "shuffles"

return pl.recipe {
  title = "@TITLE@",
  about = "Tracks you like and have not heard for a while.",

  params = {   -- shown by: engine recipes @NAME@, set with: engine run @NAME@ --set tracks=40
    tracks = pl.int { 25, min = 1, max = 500, help = "length of the playlist" },
    days   = pl.int { 30, min = 0, max = 3650, help = "not heard for this many days" },
  },
  random_seed = "week",   -- the same list all week; without this line another one at every run

  build = function(p, user)
    return shuffles.songs(user, 2)                      -- yours: liked, saved, in a playlist; of few also heard to the end
                                                        -- twice; but for what you banned or rejected
      :rank(pl.ranking.listening_statistics {})         -- adds plays, days_since_played, skip_rate ...
      :filter(function(t) return known(t.days_since_played, 10000) >= p.days end, "played lately")
      :score(function(t) return known(t.plays, 0) - 5 * known(t.skip_rate, 0) end)
      :top(p.tracks * 4)                                -- the best of them, of which ...
      :sample { temperature = 3 }                       -- ... some are drawn, the better ones more often
      :limit { tracks = p.tracks, per_artist = 2 }
      :order(pl.ordering.artist_spacing { gap = 3 })
  end,

  tests = {
    { "at most two of an artist, the same all week",
      library = { tracks = 2000, random_seed = 1 },     -- made for the test
      set = { tracks = 10, days = 0 },
      expect = { tracks = { max = 10 }, per_artist = 2, same = "week" } },
  },
}
