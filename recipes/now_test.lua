-- Tests of now.lua:  engine test now
local library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 5 }

local songs = {
  { title = "Dawn", artist = "A" }, { title = "Dusk", artist = "B" }, { title = "Both", artist = "C" },
  { title = "Ever", artist = "D" },
}
local evening = "2026-11-21T20:00:00Z"   -- a Saturday

return {
  { "thirty songs of your own, artists apart, nothing banned",
    library = library,
    expect = { tracks = 30, spacing = 3, never_banned = true, all = function(row) return not row.is_new end } },

  { "in the evening what is played in the evening comes first",
    now = evening,
    library = {
      tracks = songs,
      listens = { { "Dawn", days_ago = 10.5, times = 4 }, { "Dusk", days_ago = 10, times = 4 } },
    },
    set = { daypart = 3, noise = 0 },
    expect = { list = { "Dusk", "Dawn" } } },

  { "what the session that goes on has played need not come",
    now = evening,
    library = {
      tracks = songs,
      listens = { { "Both", days_ago = 5 }, { "Ever", days_ago = 3 }, { "Ever", days_ago = 0.005 } },
    },
    set = { repeats = 0 },
    expect = { list = { "Both" } } },
  { "and does where it may",
    now = evening,
    library = {
      tracks = songs,
      listens = { { "Both", days_ago = 5 }, { "Ever", days_ago = 3 }, { "Ever", days_ago = 0.005 } },
    },
    set = { repeats = 1 },
    expect = { includes = { "Ever" } } },
  { "a session that ended long ago leaves its songs free",
    now = evening,
    library = {
      tracks = songs,
      listens = { { "Both", days_ago = 5 }, { "Ever", days_ago = 3 }, { "Ever", days_ago = 0.5 } },
    },
    expect = { includes = { "Both", "Ever" } } },
}
