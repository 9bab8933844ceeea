-- Tests of mood.lua:  engine test mood
local function song(title, artist, energy, valence, tempo)
  return { title = title, artist = artist, energy = energy, valence = valence, tempo = tempo }
end
local library = {
  tracks = { song("Calm", "A", 0.2, 0.5, 70), song("Sad", "B", 0.25, 0.1, 80), song("Happy", "C", 0.7, 0.9, 120), song("Wild", "D", 0.95, 0.6, 150) },
  library = { "Calm", "Sad", "Happy", "Wild" },
  listens = { { "Sad", days_ago = 0.02 } },
}
local function asked(set, title)
  set.tracks, set.taste, set.chance = 1, 0, 0
  return { set.mood .. " is " .. title, library = library, set = set, expect = { list = { title } } }
end

return {
  asked({ mood = "calm" }, "Calm"),
  asked({ mood = "happy" }, "Happy"),
  asked({ mood = "energetic" }, "Wild"),
  asked({ mood = "own", energy = 0.25, valence = 0.1 }, "Sad"),
  asked({ mood = "now" }, "Sad"),
  { "forty of your own, artists apart, nothing banned, the same all day",
    library = { tracks = 2000, artists = 250, listens = 8000, users = 2, random_seed = 9 },
    expect = { tracks = 40, spacing = 4, never_banned = true, same = "day" } },
}
