-- Tests of new_artists.lua:  engine test cookbook/new_artists
return {
  { "one of each artist, and none of them was ever played",
    library = { tracks = 4000, artists = 500, random_seed = 2 }, set = { tracks = 10 },
    expect = { all = function(row) return row.is_new and not row.is_owned end, tracks = { min = 3, max = 10 },
               per_artist = 1, never_banned = true, same = "run" } },
}
