-- Tests of rediscover.lua:  engine test rediscover
return {
  { "loved and silent comes; what was heard lately, seldom, skipped or banned does not",
    library = {
      tracks = { { title = "Loved", artist = "A" }, { title = "Liked", artist = "B" }, { title = "Lately", artist = "C" },
        { title = "Seldom", artist = "D" }, { title = "Banned", artist = "E" } },
      listens = { { "Loved", days_ago = 300, times = 8 }, { "Liked", days_ago = 300 }, { "Lately", days_ago = 300, times = 8 },
        { "Lately", days_ago = 10 }, { "Seldom", days_ago = 300 }, { "Banned", days_ago = 300, times = 8 } },
      likes = { { "Liked", days_ago = 300 } },
      banned = { "Banned" },
    },
    expect = { includes = { "Loved", "Liked" }, excludes = { "Lately", "Seldom", "Banned" } } },
  { "of songs silent for as long, those come first whose artist is played now",
    library = {
      tracks = { { title = "Gone", artist = "A" }, { title = "Here", artist = "B" }, { title = "Now", artist = "B" } },
      listens = { { "Gone", days_ago = 300, times = 6 }, { "Here", days_ago = 300, times = 6 }, { "Now", days_ago = 1, times = 3 } },
    },
    set = { chance = 0, tracks = 1 },
    expect = { list = { "Here" } } },
  { "... and those that were heard together with what is played now",
    library = {
      tracks = { { title = "Alone", artist = "A" }, { title = "Together", artist = "B" }, { title = "Now", artist = "C" } },
      listens = { { "Alone", days_ago = 300, times = 6 }, { "Together", days_ago = 320, times = 6 }, { "Now", days_ago = 320, times = 6 },
        { "Now", days_ago = 1 } },
    },
    set = { chance = 0, tracks = 1 },
    expect = { list = { "Together" } } },
  { "your own songs, the same when it is run again",
    library = { tracks = 600, artists = 120, listens = 9000, users = 2, random_seed = 4 }, set = { silent = 60, plays = 2 },
    expect = { same = "run", never_banned = true, none = function(row) return row.is_new end } },
}
