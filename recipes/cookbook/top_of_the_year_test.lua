-- Tests of top_of_the_year.lua:  engine test cookbook/top_of_the_year
return {
  { "the most played comes last, and other years do not count",
    library = {
      tracks = { { title = "One", artist = "A" }, { title = "Two", artist = "B" }, { title = "Last year", artist = "C" } },
      listens = { { "One", days_ago = 50 }, { "Two", days_ago = 60, times = 2 }, { "Last year", days_ago = 500, times = 9 } },
    },
    now = "2026-11-21T12:00:00Z", set = { year = "2026" }, expect = { list = { "One", "Two" } } },
  { "without a year, of the last twelve months",
    library = {
      tracks = { { title = "One", artist = "A" }, { title = "Two", artist = "B" }, { title = "Before", artist = "C" }, { title = "Begun", artist = "D" } },
      listens = { { "One", days_ago = 350 }, { "Two", days_ago = 60, times = 2 }, { "Before", days_ago = 380, times = 9 }, { "Begun", days_ago = 3, seconds = 5 } },
    },
    expect = { list = { "One", "Two" },
               check = function(rows) return rows[1].explanation:find("1 play in twelve months", 1, true) ~= nil, rows[1].explanation end } },
  { "plays never fall along it", library = { tracks = 2000, random_seed = 1 }, now = "2026-11-21", set = { year = "2026" },
    expect = { tracks = 50, rising = "score", never_banned = true } },
}
