-- Tests of dynamic.lua:  engine test dynamic
local library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 5 }

local function heard_of(row) return not row.is_new end

return {
  { "a hundred songs, artists apart, nothing banned, the same all day",
    library = library,
    expect = { tracks = 100, spacing = 4, never_banned = true, same = "day" } },

  { "a tenth of them is new",
    library = library, set = { tracks = 40 },
    expect = { tracks = 40, check = function(rows)
      local new = 0
      for _, row in ipairs(rows) do if not heard_of(row) then new = new + 1 end end
      return new == 4, new .. " songs of 40 are new"
    end } },

  { "without discoveries there are your own songs only",
    library = library, set = { discovery = 0, tracks = 30 },
    expect = { tracks = 30, all = heard_of } },

  { "a song that was played too much rests, and comes back",
    library = {
      tracks = { { title = "Often", artist = "A" }, { title = "Now and then", artist = "B" } },
      library = { "Often", "Now and then" },
      listens = { { "Often", days_ago = 20, times = 15 }, { "Now and then", days_ago = 20 } },
    },
    set = { discovery = 0 },
    expect = { list = { "Now and then" } } },
  { "after its cooldown it is back",
    library = {
      tracks = { { title = "Often", artist = "A" }, { title = "Now and then", artist = "B" } },
      library = { "Often", "Now and then" },
      listens = { { "Often", days_ago = 20, times = 15 }, { "Now and then", days_ago = 20 } },
    },
    set = { discovery = 0, cooldown = 10 },
    expect = { includes = { "Often", "Now and then" } } },

  { "the mood of what was played last counts",
    library = {
      tracks = { { title = "Calm 1", artist = "A", energy = 0.1, valence = 0.2, tempo = 70 },
        { title = "Calm 2", artist = "B", energy = 0.15, valence = 0.25, tempo = 72 },
        { title = "Wild 1", artist = "C", energy = 0.9, valence = 0.8, tempo = 150 },
        { title = "Wild 2", artist = "D", energy = 0.95, valence = 0.85, tempo = 155 } },
      library = { "Calm 1", "Calm 2", "Wild 1", "Wild 2" },
      listens = { { "Wild 1", days_ago = 0.01 } },
    },
    set = { tracks = 2, discovery = 0, exploration = 0, taste = 0, freshness = 0, noise = 0 },
    expect = { includes = { "Wild 1", "Wild 2" } } },
}
