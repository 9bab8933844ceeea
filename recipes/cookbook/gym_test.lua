-- Tests of gym.lua:  engine test cookbook/gym
local library = { tracks = 3000, artists = 300, listens = 6000, users = 3, random_seed = 7 }

-- Whether every track is within `most` beats of a straight line from one tempo to the other.
local function on_line(rows, from, to, most)
  for i, row in ipairs(rows) do
    local wanted = from + (to - from) * (i - 1) / (#rows - 1)
    if math.abs(row.tempo - wanted) > most then
      return false, "place " .. i .. " has " .. row.tempo .. ", wanted " .. wanted
    end
  end
  return true
end

return {
  { "it truly goes from 120 to 170", library = library,
    expect = { tracks = 20, per_artist = 2, never_banned = true, same = "week",
               all = function(row) return row.energy >= 0.5 end,
               check = function(rows) return on_line(rows, 120, 170, 5) end } },

  { "and down again where it is asked to", library = library, set = { from = 150, to = 100, tracks = 12 },
    expect = { tracks = 12, check = function(rows) return on_line(rows, 150, 100, 6) end } },

  { "a track without a tempo is not chosen",
    library = { tracks = {
      { title = "Slow", artist = "A", tempo = 120, energy = 0.9 }, { title = "Unknown", artist = "B", energy = 0.9 },
      { title = "Fast", artist = "C", tempo = 170, energy = 0.9 }, { title = "Middle", artist = "D", tempo = 144, energy = 0.9 },
      { title = "Calm", artist = "E", tempo = 145, energy = 0.1 },
    } },
    set = { tracks = 3 }, expect = { list = { "Slow", "Middle", "Fast" } } },
}
