-- Tests of one_side_of_a_tape.lua:  engine test cookbook/one_side_of_a_tape
local library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 7 }

return {
  { "a side is 45 minutes long, within 5 seconds", library = library,
    expect = { minutes = { min = 45 - 5 / 60, max = 45 + 5 / 60 }, per_artist = 2, never_banned = true, same = "week" } },
  { "the side of a longer tape", library = library, set = { minutes = 60, exactly = "1 s" },
    expect = { minutes = { min = 60 - 1 / 60, max = 60 + 1 / 60 } } },
  { "where nothing is as long, what comes nearest",
    library = {
      tracks = { { title = "Long", artist = "A", seconds = 400 }, { title = "Middle", artist = "B", seconds = 230 },
                 { title = "Short", artist = "C", seconds = 100 } },
      listens = { { "Long", days_ago = 3, times = 3 }, { "Middle", days_ago = 3, times = 2 }, { "Short", days_ago = 3 } },
    },
    set = { minutes = 5, exactly = "5s" }, expect = { list = { "Middle", "Short" } } },   -- 330 s for 300 s
}
