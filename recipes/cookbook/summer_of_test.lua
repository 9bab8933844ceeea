-- Tests of summer_of.lua:  engine test cookbook/summer_of
return {
  { "what was played between two months, the most played first",
    library = {
      tracks = { { title = "Twice", artist = "A" }, { title = "Once", artist = "B" }, { title = "In spring", artist = "C" }, { title = "Banned", artist = "D" } },
      listens = {   -- days before 2026-11-21: 2026-08-31 is 82, 2026-06-01 is 173
        { "Twice", days_ago = 100, times = 2 }, { "Once", days_ago = 82 }, { "Once", days_ago = 40, times = 5 },
        { "In spring", days_ago = 174 }, { "Banned", days_ago = 100 },
      },
      banned = { "Banned" },
    },
    now = "2026-11-21T12:00:00Z", expect = { list = { "Twice", "Once" }, never_banned = true } },

  { "a year is as good as two months",
    library = { tracks = 2000, random_seed = 1 }, now = "2026-11-21", set = { from = "2026", to = "2026" },
    expect = { tracks = 40, per_artist = 4, same = "run", never_banned = true } },
}
