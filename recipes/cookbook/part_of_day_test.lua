-- Tests of part_of_day.lua:  engine test cookbook/part_of_day
local library = {
  tracks = {
    { title = "Saturday evenings", artist = "A" }, { title = "Other evenings", artist = "B" },
    { title = "Saturday mornings", artist = "C" }, { title = "Banned", artist = "D" },
  },
  listens = {   -- now is 20:00, an evening, whatever the weekday
    { "Saturday evenings", days_ago = 7 }, { "Saturday evenings", days_ago = 14 }, { "Other evenings", days_ago = 5, times = 2 },
    { "Saturday mornings", days_ago = 7.5, times = 3 }, { "Banned", days_ago = 7 },
  },
  banned = { "Banned" },
}

return {
  { "what is played at this time of the week, then of the day, and nothing else",
    library = library, now = "2026-11-21T20:00:00Z",
    expect = { tracks = 2, includes = { "Saturday evenings", "Other evenings" }, never_banned = true,
               all = function(row) return row.title ~= "Saturday evenings" or row.explanation:find("2 of 2 plays on a Saturday evening", 1, true) end } },

  { "where this weekday has nothing, other days fill up",
    library = { tracks = { { title = "Mondays", artist = "A" } }, listens = { { "Mondays", days_ago = 5 } } },
    now = "2026-11-21T20:00:00Z", set = { habit = 1 },
    expect = { list = { "Mondays" }, all = function(row) return row.explanation:find("0 of 1 plays", 1, true) end } },

  { "on a library of two thousand tracks",
    library = { tracks = 2000, listens = 20000, random_seed = 1 }, now = "2026-11-21T20:00:00Z",
    expect = { tracks = 30, per_artist = 2, same = "run", never_banned = true } },
}
