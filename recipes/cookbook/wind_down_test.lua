-- Tests of wind_down.lua:  engine test cookbook/wind_down
return {
  { "energy falls from first to last, from lively to calm",
    library = { tracks = 3000, artists = 300, listens = 6000, users = 3, random_seed = 7 },
    expect = { tracks = 25, per_artist = 2, falling = "energy", never_banned = true,
               check = function(rows)
                 return math.abs(rows[1].energy - 0.7) < 0.05 and math.abs(rows[#rows].energy - 0.1) < 0.1,
                   "it goes from " .. rows[1].energy .. " to " .. rows[#rows].energy
               end } },
  { "tracks of unknown energy are in no such list",
    library = { tracks = { { title = "Lively", artist = "A", energy = 0.6 }, { title = "Unknown", artist = "B" }, { title = "Calm", artist = "C", energy = 0.2 } },
                likes = { "Calm", "Unknown", "Lively" } },
    expect = { list = { "Lively", "Calm" } } },
}
