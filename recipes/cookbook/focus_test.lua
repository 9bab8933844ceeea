-- Tests of focus.lua:  engine test cookbook/focus
return {
  { "nobody sings, and it is as long as asked for at most",
    library = { tracks = 4000, artists = 400, random_seed = 3 }, set = { minutes = 60 },
    expect = { all = function(row) return row.instrumentalness >= 0.7 and row.energy <= 0.7 end,
               minutes = { max = 60 }, tracks = { min = 3 }, per_artist = 4, never_banned = true, same = "day" } },
}
