-- Tests of adventure.lua:  engine test adventure
local function song(title, artist, energy, tempo)
  return { title = title, artist = artist, energy = energy, valence = energy, tempo = tempo, popularity = 50 }
end
local library = {
  tracks = { song("Mine", "A", 0.1, 70), song("Near", "B", 0.12, 72), song("Also mine", "A", 0.1, 71), song("Far", "C", 0.9, 150),
    song("Farther", "D", 0.95, 160), song("Banned", "F", 0.99, 170) },
  listens = { { "Mine", days_ago = 1, times = 3 } },
  banned = { "Banned" },
}

return {
  { "the farthest of those whose artists are new to you, nothing banned",
    library = library, set = { tracks = 2, chance = 0 },
    expect = { includes = { "Farther", "Far" }, excludes = { "Mine", "Also mine", "Near", "Banned" }, tracks = 2 } },
  { "one song of an artist, the same all day, all of them new",
    library = { tracks = 2000, artists = 250, listens = 3000, users = 3, random_seed = 3 },
    expect = { per_artist = 1, same = "day", never_banned = true, all = function(row) return row.is_new end } },
}
