-- Tests of discover-weekly.lua:  engine test discover-weekly
-- No models are trained here, so these lists come from related artists and genres.
local library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 7 }

return {
  { "thirty tracks, at most two of an artist, well apart",
    library = library,
    expect = { tracks = 30, per_artist = 2, spacing = 1 } },

  { "every track is new to the listener, and none is owned or liked",
    library = library,
    expect = { new = 1, none = function(row) return row.is_owned or row.is_liked end, never_banned = true } },

  { "the same list when it is run again",
    library = library, expect = { same = "run" } },

  { "every track says why it is there",
    library = library, expect = { all = function(row) return #row.explanation > 0 end } },

  { "as long as it is asked to be",
    library = library, set = { tracks = 12, per_artist = 1 }, expect = { tracks = 12, per_artist = 1 } },

  { "what was heard does not come again, another track of its artist does",
    library = {
      tracks = {
        { title = "Heard", artist = "Mine", tags = { "rock" } }, { title = "Unheard", artist = "Mine", tags = { "rock" } },
        { title = "Owned", artist = "Mine", tags = { "rock" } }, { title = "Near", artist = "Kin", tags = { "rock" } },
      },
      listens = { { "Heard", days_ago = 3, times = 4 } },
      library = { "Owned" },
    },
    expect = { excludes = { "Heard", "Owned" } } },

  { "who knows all there is gets back what they have not heard for long, called so",
    library = {
      tracks = { { title = "Old", artist = "Mine" }, { title = "Older", artist = "Yours" }, { title = "Lately", artist = "Kin" } },
      listens = { { "Old", days_ago = 100, times = 4 }, { "Older", days_ago = 200, times = 4 }, { "Lately", days_ago = 3, times = 9 } },
    },
    expect = { list = { "Older", "Old" }, all = function(row) return row.fallback == "rediscoveries" end } },
}
