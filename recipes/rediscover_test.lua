-- Tests of rediscover.lua:  engine test rediscover
return {
  { "loved and silent comes; what was heard lately, seldom, skipped or banned does not",
    library = {
      tracks = { { title = "Loved", artist = "A" }, { title = "Liked", artist = "B" }, { title = "Lately", artist = "C" },
        { title = "Seldom", artist = "D" }, { title = "Banned", artist = "E" } },
      listens = { { "Loved", days_ago = 300, times = 8 }, { "Liked", days_ago = 300 }, { "Lately", days_ago = 300, times = 8 },
        { "Lately", days_ago = 10 }, { "Seldom", days_ago = 300, times = 2 }, { "Banned", days_ago = 300, times = 8 } },
      likes = { { "Liked", days_ago = 300 } },
      banned = { "Banned" },
    },
    expect = { includes = { "Loved", "Liked" }, excludes = { "Lately", "Seldom", "Banned" } } },
  { "your own songs, the same all week",
    library = { tracks = 600, artists = 120, listens = 9000, users = 2, random_seed = 4 }, set = { silent = 60, plays = 2 },
    expect = { same = "week", never_banned = true, none = function(row) return row.is_new end } },
}
