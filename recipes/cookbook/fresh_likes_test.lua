-- Tests of fresh_likes.lua:  engine test cookbook/fresh_likes
return {
  { "the newest like comes first, and with few of them the older ones come too",
    library = {
      tracks = { { title = "A", artist = "X" }, { title = "B", artist = "Y" }, { title = "C", artist = "Z" } },
      likes = { { "A", days_ago = 500 }, { "B", days_ago = 1 }, { "C", days_ago = 30 } },
    },
    expect = { list = { "B", "C", "A" } } },
  { "without likes nothing, and no error",
    library = { tracks = { { title = "A", artist = "X" } }, listens = { { "A", days_ago = 1 } } }, expect = { tracks = 0 } },
  { "everything is liked, nothing is banned",
    library = { tracks = 2000, random_seed = 1 },
    expect = { all = function(row) return row.is_liked end, per_artist = 3, never_banned = true } },
}
