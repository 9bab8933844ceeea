-- Tests of forgotten_favourites.lua:  engine test cookbook/forgotten_favourites
return {
  { "what was heard lately is not forgotten, what is banned stays out",
    library = {
      tracks = { { title = "Old", artist = "A" }, { title = "New", artist = "B" }, { title = "Banned", artist = "C" } },
      listens = { { "Old", days_ago = 100, times = 3 }, { "New", days_ago = 3, times = 9 }, { "Banned", days_ago = 100, times = 9 } },
      banned = { "Banned" },
    },
    expect = { list = { "Old" } } },
  { "as long as it is asked to be, the same all week",
    library = { tracks = 2000, random_seed = 1 }, set = { tracks = 20 },
    expect = { tracks = 20, per_artist = 2, same = "week", never_banned = true } },
}
