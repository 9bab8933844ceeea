-- Tests of discover.lua:  engine test discover
-- No models are trained here, so that what is found comes from related artists, genres and what many play.
return {
  { "none is known to the listener, three of an artist at most, several channels",
    library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 7 },
    expect = { new = 1, none = function(row) return row.is_owned or row.is_liked end, never_banned = true, per_artist = 3,
               tracks = { min = 30 }, same = "run",
               check = function(rows)
                 local channels, count = {}, 0
                 for _, row in ipairs(rows) do
                   if not channels[row.channel] then channels[row.channel], count = true, count + 1 end
                 end
                 return count >= 2, count .. " channels"
               end } },

  { "a channel that is left out finds nothing",
    library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 7 }, set = { off = "popular,genre" },
    expect = { tracks = { min = 1 }, none = function(row) return row.channel == "popular" or row.channel == "genre" end } },

  { "another version of a song that is owned is none",
    library = {
      tracks = {
        { title = "Mine", artist = "A", tags = { "rock" } }, { title = "Mine - Live", artist = "A", tags = { "rock" } },
        { title = "Other", artist = "A", tags = { "rock" } }, { title = "Near", artist = "B", tags = { "rock" } },
      },
      listens = { { "Mine", days_ago = 3, times = 4 } }, library = { "Mine" },
    },
    expect = { excludes = { "Mine", "Mine - Live" }, includes = { "Near" } } },
}
