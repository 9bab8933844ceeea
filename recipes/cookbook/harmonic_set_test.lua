-- Tests of harmonic_set.lua:  engine test cookbook/harmonic_set
local f = require "formulas"

local function jumps(rows, of)
  local sum = 0
  for i = 2, #rows do sum = sum + of(rows[i - 1], rows[i]) end
  return sum
end

return {
  { "keys and tempos of neighbours are near",
    library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 7 },
    expect = { tracks = 30, per_artist = 2, never_banned = true, same = "week",
               check = function(rows)
                 local keys = jumps(rows, function(a, b) return f.camelot_distance(a.key, a.mode, b.key, b.mode) end)
                 -- Two keys drawn at random are 3.5 steps apart, 29 pairs of them 101.
                 return keys < 50, keys .. " steps between keys in all"
               end } },

  { "around the wheel by fifths where only the key counts",
    library = {
      tracks = {
        { title = "D", artist = "A", key = 2, mode = 1, tempo = 90 }, { title = "C", artist = "B", key = 0, mode = 1, tempo = 150 },
        { title = "A", artist = "C", key = 9, mode = 1, tempo = 120 }, { title = "G", artist = "D", key = 7, mode = 1, tempo = 60 },
        { title = "None", artist = "E" },
      },
      listens = { { "D", days_ago = 3, times = 5 }, { "C", days_ago = 3, times = 4 }, { "A", days_ago = 3, times = 3 },
                  { "G", days_ago = 3, times = 2 }, { "None", days_ago = 3 } },
    },
    set = { tempo = 0, energy = 0, tracks = 4 },
    expect = { check = function(rows)
      local order = ""
      for _, row in ipairs(rows) do order = order .. row.title end
      return order == "CGDA" or order == "ADGC", order
    end } },
}
