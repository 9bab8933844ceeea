return {
  { "quiet and soft tracks, no loud ones and none of a loud tag",
    library = {
      tracks = {
        { title = "Mist", artist = "A", energy = 0.2, acousticness = 0.9, tags = { "ambient" } },
        { title = "Rain", artist = "B", energy = 0.2, acousticness = 0.9, tags = { "pop" } },
        { title = "Roar", artist = "C", energy = 0.9, tags = { "ambient" } },
        { title = "Sludge", artist = "D", energy = 0.3, tags = { "metal" } },
        { title = "Unknown", artist = "E" },
        { title = "Not yours", artist = "F", energy = 0.1, tags = { "ambient" } },
      },
      likes = { "Mist", "Rain", "Roar", "Sludge", "Unknown" },
    },
    expect = { tracks = 2, includes = { "Mist", "Rain" } } },
  { "a whole list, the same all week",
    library = { tracks = 2000, random_seed = 1 },
    expect = { tracks = 30, per_artist = 2, never_banned = true, same = "week",
               all = function(row) return row.energy_or_artist <= 0.5 end } },
}
