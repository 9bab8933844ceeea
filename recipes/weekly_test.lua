-- Tests of weekly.lua:  engine test weekly
local library = { tracks = 2000, artists = 250, listens = 8000, users = 3, random_seed = 7 }

local function is_discovery(row) return row.channel ~= "saved_artists" end

return {
  { "fifty tracks, at most three of an artist, well apart",
    library = library,
    expect = { tracks = 50, per_artist = 3, minutes = { max = 240 }, spacing = 1, never_banned = true } },

  -- All likes, as a like that grows older than `likes_months` in the middle of a week changes what is discovered.
  { "the same list all week",
    library = library, now = "2026-11-17", set = { likes_months = 1200 },
    expect = { same = "week" } },

  { "a tenth more discoveries are as many new tracks, and none is owned",
    library = library, set = { discovery = 0.3, tracks = 40 },
    expect = {
      tracks = 40,
      none = function(row) return is_discovery(row) and row.is_owned end,
      check = function(rows)
        local found = 0
        for _, row in ipairs(rows) do if is_discovery(row) then found = found + 1 end end
        return found == 12, found .. " discoveries, expected 12 of 40"
      end,
    } },

  { "every discovery says why it was found",
    library = library, set = { discovery = 0.2 },
    expect = { never_banned = true, all = function(row) return row.explanation:find("made it to the playlist! [", 1, true) end } },

  { "nothing but the artists you saved without discoveries",
    library = {
      tracks = {
        { title = "One", artist = "Mine" }, { title = "Two", artist = "Mine" },
        { title = "Three", artist = "Another" }, { title = "Four", artist = "Nobody's" },
      },
      listens = { { "One", days_ago = 3, times = 4 }, { "Three", days_ago = 5 } },
      likes = { { "One", days_ago = 10 } },
      saved_artists = { "Mine" },
    },
    set = { discovery = 0, tracks = 2 },
    expect = { includes = { "One", "Two" }, excludes = { "Three", "Four" }, per_artist = 2 } },
}
