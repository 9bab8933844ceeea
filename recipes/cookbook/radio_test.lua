-- Tests of radio.lua:  engine test cookbook/radio
local library = {
  tracks = {
    { title = "A", artist = "X", tags = { "rock" } }, { title = "B", artist = "X", tags = { "pop" } },
    { title = "C", artist = "Y", tags = { "rock" } }, { title = "D", artist = "Z", tags = { "folk" } },
  },
  listens = { { "D", days_ago = 1 } },
}
return {
  { "without a prompt, what was played most", library = library, expect = { list = { "D" } } },
  { "a tag", library = library, set = { prompt = "#rock" }, expect = { tracks = 2, includes = { "A", "C" } } },
  { "an artist alone, and another tag", library = library, set = { prompt = "artist:x::nosim #folk:2" },
    expect = { tracks = 3, includes = { "A", "B", "D" } } },
}
