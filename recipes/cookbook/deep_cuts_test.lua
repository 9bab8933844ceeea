-- Tests of deep_cuts.lua:  engine test cookbook/deep_cuts
return {
  { "tracks of the artist played most that were hardly played",
    library = {
      tracks = {
        { title = "Hit", artist = "Mine" }, { title = "Album track", artist = "Mine" }, { title = "Twice", artist = "Mine" },
        { title = "Other", artist = "Rarely played" }, { title = "Banned", artist = "Mine" },
      },
      listens = { { "Hit", days_ago = 3, times = 9 }, { "Twice", days_ago = 9, times = 2 }, { "Other", days_ago = 3 } },
      banned = { "Banned" },
    },
    set = { artists = 1, share = 0 },
    expect = { tracks = 2, includes = { "Album track", "Twice" }, never_banned = true } },

  { "of ten artists, with as many plays as are few for the artist",
    library = { tracks = 2000, random_seed = 1 },
    expect = { tracks = { min = 10, max = 30 }, per_artist = 5, same = "run", never_banned = true,
               all = function(row) return row.plays <= 20 end } },
}
