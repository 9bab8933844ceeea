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
    now = "2026-11-21T12:00:00Z", set = { from = "2026-06", to = "2026-08" },
    expect = { list = { "Twice", "Once" }, never_banned = true } },

  { "without months, of the latest summer",
    library = {
      tracks = { { title = "July", artist = "A" }, { title = "Winter", artist = "B" }, { title = "July before", artist = "C" } },
      listens = { { "July", days_ago = 130 }, { "Winter", days_ago = 300, times = 3 }, { "July before", days_ago = 495, times = 3 } },
    },
    now = "2026-11-21T12:00:00Z",
    expect = { list = { "July" }, all = function(row) return row.explanation:find("1 play in summer", 1, true) ~= nil end } },
  { "a year is as good as two months",
    library = { tracks = 2000, random_seed = 1 }, now = "2026-11-21", set = { from = "2026", to = "2026" },
    expect = { tracks = 40, per_artist = 4, same = "run", never_banned = true } },
}
