-- Tests of smart-shuffle.lua:  engine test smart-shuffle
local library = { tracks = 2000, artists = 250, listens = 8000, users = 2, random_seed = 11 }

local function song(title, artist, energy, tempo) return { title = title, artist = artist, energy = energy, tempo = tempo } end

return {
  { "fifty of your own songs, none banned, artists apart",
    library = library,
    expect = {
      tracks = 50, never_banned = true, same = "run", new = { max = 0.5 },
      check = function(rows)
        local close = 0
        for i = 2, #rows do if rows[i].artist == rows[i - 1].artist then close = close + 1 end end
        return close <= 2, close .. " pairs in a row by one artist"
      end,
    } },

  { "songs in a row are alike",
    library = library, set = { wildness = 0.5 },
    expect = { check = function(rows)
      local sum, known = 0, 0
      for i = 2, #rows do
        local likeness = rows[i].similarity
        if likeness == likeness then sum, known = sum + likeness, known + 1 end
      end
      return known > 20 and sum / known > 0.5, "their mean likeness is " .. sum / known
    end } },

  { "it starts with the song that you name, and ends with the other",
    library = {
      tracks = { song("Calm", "A", 0.1, 70), song("Warmer", "B", 0.3, 90), song("Warm", "C", 0.5, 110),
        song("Hot", "D", 0.7, 130), song("Wild", "E", 0.9, 150), song("Other", "F", 0.2, 170) },
      library = { "Calm", "Warmer", "Warm", "Hot", "Wild", "Other" },
    },
    set = { from = "A - calm", to = "Wild", tracks = 4 },
    expect = { tracks = 4, check = function(rows)
      return rows[1].title == "Calm" and rows[4].title == "Wild", rows[1].title .. " to " .. rows[4].title
    end } },

  { "a title may hold a dash, and one of your own comes before another's",
    library = {
      tracks = { song("Live - Take 2", "A", 0.1, 70), song("Home", "B", 0.3, 90), song("Home", "C", 0.5, 110), song("End", "D", 0.7, 130) },
      library = { "Live - Take 2", "C - Home", "End" },
    },
    set = { from = "Live - Take 2", to = "home", tracks = 2 },
    expect = { tracks = 2, check = function(rows)
      return rows[1].title == "Live - Take 2" and rows[2].artist == "C", rows[1].title .. " to " .. rows[2].artist
    end } },

  { "few songs that were heard just now are shuffled all the same",
    library = {
      tracks = { song("One", "A", 0.1, 70), song("Two", "B", 0.3, 90), song("Three", "C", 0.5, 110), song("Four", "D", 0.7, 130) },
      library = { "One", "Two", "Three", "Four" },
      listens = { { "One", days_ago = 0.04 }, { "Two", days_ago = 0.03 }, { "Three", days_ago = 0.02 }, { "Four", days_ago = 0.01 } },
    },
    expect = { tracks = 4, check = function(rows)
      local early = { One = true, Two = true }
      return early[rows[1].title] and early[rows[2].title], rows[1].title .. ", " .. rows[2].title
    end } },

  { "one song is a list",
    library = { tracks = { song("One", "A", 0.5, 100) }, library = { "One" } },
    expect = { list = { "One" } } },

  { "songs of which nothing is known are shuffled too",
    library = { tracks = { { title = "One", artist = "A" }, { title = "Two", artist = "A" }, { title = "Three", artist = "B" } },
      library = { "One", "Two", "Three" } },
    expect = { tracks = 3 } },

  { "without likes it is what you heard to the end twice",
    library = { tracks = { { title = "Twice", artist = "A" }, { title = "Once", artist = "B" }, { title = "Never", artist = "C" } },
      listens = { { "Twice", days_ago = 3 }, { "Twice", days_ago = 5 }, { "Once", days_ago = 4 } } },
    expect = { list = { "Twice" } } },

  { "with few likes what you heard to the end twice is yours, too",
    library = { tracks = { { title = "Liked", artist = "D" }, { title = "Twice", artist = "A" }, { title = "Once", artist = "B" } },
      likes = { "Liked" },
      listens = { { "Twice", days_ago = 3 }, { "Twice", days_ago = 5 }, { "Once", days_ago = 4 } } },
    expect = { tracks = 2, check = function(rows)
      return rows[1].title ~= "Once" and rows[2].title ~= "Once", rows[1].title .. ", " .. rows[2].title
    end } },

  { "who wants their likes alone says so",
    library = { tracks = { { title = "Liked", artist = "D" }, { title = "Twice", artist = "A" } },
      likes = { "Liked" }, listens = { { "Twice", days_ago = 3 }, { "Twice", days_ago = 5 } } },
    set = { few = 0 },
    expect = { list = { "Liked" } } },
}
