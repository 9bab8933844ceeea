return {
  { "tagged as rock, not as a ballad, and not slow",
    library = {
      tracks = {
        { title = "Riff", artist = "A", tempo = 140, tags = { "rock" } },
        { title = "Drive", artist = "B", tags = { "indie rock", "shoegaze" } },
        { title = "Tears", artist = "C", tempo = 120, tags = { "rock", "ballad" } },
        { title = "Slow", artist = "D", tempo = 70, tags = { "rock" } },
        { title = "Beat", artist = "E", tempo = 128, tags = { "house" } },
        { title = "Untagged", artist = "F", tempo = 128 },
        -- The artist of an untagged track lends it the artist's own tags, of which a written library has none.
      },
      library = { "Riff", "Drive", "Tears", "Slow", "Beat", "Untagged" },
    },
    expect = { tracks = 2, includes = { "Riff", "Drive" } } },
  { "on a synthetic library, by its own first genre",
    library = { tracks = 2000, random_seed = 1 },
    expect = { tracks = { min = 1, max = 40 }, per_artist = 3, never_banned = true, same = "day" } },
}
