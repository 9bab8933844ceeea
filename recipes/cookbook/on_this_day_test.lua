-- Tests of on_this_day.lua:  engine test cookbook/on_this_day
return {
  { "what was played around this day in earlier years, the longest ago first",
    library = {
      tracks = {
        { title = "A year ago", artist = "A" }, { title = "Two years ago", artist = "B" }, { title = "In summer", artist = "C" },
        { title = "Yesterday", artist = "D" }, { title = "Banned", artist = "E" },
      },
      listens = {
        { "A year ago", days_ago = 366 }, { "Two years ago", days_ago = 728 }, { "In summer", days_ago = 150 },
        { "Yesterday", days_ago = 1 }, { "Banned", days_ago = 365 },
      },
      banned = { "Banned" },
    },
    now = "2026-11-21T12:00:00Z",
    expect = { list = { "Two years ago", "A year ago" }, never_banned = true,
               all = function(row) return row.explanation:find(row.title == "A year ago" and "a year ago" or "2 years ago", 1, true) end } },

  { "on a library of two thousand tracks",
    library = { tracks = 2000, listens = 20000, days = 1400, random_seed = 1 }, now = "2026-11-21T12:00:00Z",
    expect = { tracks = { min = 10 }, rising = "ts", same = "run", never_banned = true } },
}
