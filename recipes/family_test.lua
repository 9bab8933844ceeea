local tracks = {}
for _, name in ipairs { "A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "Both", "Rude", "Hated" } do
  tracks[#tracks + 1] = { title = name, artist = "Artist of " .. name, explicit = name == "Rude" }
end
local function heard(...)
  local listens = {}
  for i, name in ipairs { ... } do listens[i] = { name, times = 2, days_ago = i } end
  return listens
end
local library = {
  tracks = tracks,
  listens = heard("A1", "A2", "A3", "A4", "Both", "Rude", "Hated"),
  people = { bob = { listens = heard("B1", "B2", "B3", "B4", "Both"), banned = { "Hated" } } },
}
local function count(rows, whose)
  local n = 0
  for _, row in ipairs(rows) do if row.explanation:find(whose .. " it", 1, true) then n = n + 1 end end
  return n
end

return {
  { "as much for one as for the other, nothing explicit, nothing that one of them banned",
    library = library, set = { tracks = 5 },
    expect = { tracks = 5, excludes = { "Rude", "Hated" },
               check = function(rows)
                 local test, bob = count(rows, "you play"), count(rows, "bob plays")
                 return math.abs(test - bob) <= 1 and test + bob >= 5, test .. " of test, " .. bob .. " of bob"
               end } },
  { "by the product of shares: what both play is in it",
    library = library, set = { tracks = 3, fair = "proportional" },
    expect = { tracks = 3, includes = { "Both" } } },
  { "of those named only",
    library = library, set = { people = "bob" },
    expect = { all = function(row) return row.explanation:find "bob plays it" ~= nil end } },
  { "a household that is made up, the same all day",
    library = { tracks = 2000, users = 3, random_seed = 1 },
    expect = { tracks = 40, never_banned = true, same = "day" } },
}
