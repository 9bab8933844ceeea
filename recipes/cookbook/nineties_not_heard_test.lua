-- Tests of nineties_not_heard.lua:  engine test cookbook/nineties_not_heard
return {
  { "the decade's songs that were not heard for a year, and no others",
    library = {
      tracks = {
        { title = "Old love", artist = "A", year = 1991 }, { title = "Owned", artist = "B", year = 1999 },
        { title = "Heard lately", artist = "C", year = 1995 }, { title = "Later", artist = "D", year = 2000 },
        { title = "Of no year", artist = "E" }, { title = "Banned", artist = "F", year = 1993 },
      },
      listens = {
        { "Old love", days_ago = 500, times = 3 }, { "Heard lately", days_ago = 500 }, { "Heard lately", days_ago = 30 },
        { "Later", days_ago = 500 }, { "Of no year", days_ago = 500 }, { "Banned", days_ago = 500 },
      },
      library = { "Owned" }, banned = { "Banned" },
    },
    expect = { tracks = 2, includes = { "Old love", "Owned" }, never_banned = true } },

  { "another decade",
    library = {
      tracks = { { title = "Eighties", artist = "A", year = 1985 }, { title = "Nineties", artist = "B", year = 1990 } },
      library = { "Eighties", "Nineties" },
    },
    set = { decade = 1980 }, expect = { list = { "Eighties" } } },

  { "on a library of two thousand tracks",
    library = { tracks = 2000, random_seed = 1 },
    expect = { all = function(row) return row.year >= 1990 and row.year < 2000 end, per_artist = 2, same = "run", never_banned = true } },
}
