-- Tests of decades_in_turns.lua:  engine test cookbook/decades_in_turns
return {
  { "the decades take turns, and one without tracks is passed over",
    library = {
      tracks = { { title = "60", artist = "A", year = 1965 }, { title = "80", artist = "B", year = 1988 },
                 { title = "81", artist = "C", year = 1981 }, { title = "None", artist = "D" } },
      listens = { { "60", days_ago = 9 }, { "80", days_ago = 9, times = 90 }, { "81", days_ago = 9 }, { "None", days_ago = 9 } },
    },
    expect = { list = { "60", "80", "81" } } },
  { "as long as asked for", library = { tracks = 3000, random_seed = 1 }, expect = { tracks = 40, per_artist = 2, same = "week", never_banned = true } },
}
