-- Quotas of pl.blend, worked out by hand; each test is named after the tracks that its blend must give, in order.
-- `up` gives A B C D E, `down` gives E D C B A, `none` nothing, as no model is trained. The k-th of a branch has
-- weight / (60 + k).
local pl = require "playlist"

local blends = {
  AB = function(b) return { { quota = 2, b.up } } end,
  AED = function(b) return { { quota = 1, weight = 2, b.up }, { quota = 2, b.down } } end,
  AEDCB = function(b) return { { quota = 1, weight = 2, b.up }, b.down } end,   -- no quota: all of it
  ABC = function(b) return { { quota = 2, b.none }, { quota = 1, b.up } } end,
  -- 3 are free; up and down get 2 and 1 of them, by their quotas: A B C D and E D. D has 9 / 64 + 1 / 62, A 9 / 61.
  DABCE = function(b) return { { quota = 3, b.none }, { quota = 2, weight = 9, b.up }, { quota = 1, b.down } } end,
  ABCDE = function(b) return { { quota = 9, b.none }, { quota = 1, b.up } } end,   -- no more than there is
  EDCBA = function(b) return { { quota = 5, b.down } } end,
}

local library = {
  tracks = {
    { title = "A", artist = "X", energy = 0.1 }, { title = "B", artist = "X", energy = 0.2 },
    { title = "C", artist = "Y", energy = 0.3 }, { title = "D", artist = "Y", energy = 0.4 },
    { title = "E", artist = "Y", energy = 0.5 },
  },
  listens = { { "A", days_ago = 2 } },
}

local tests = {}
for name in pairs(blends) do
  local titles = {}
  for title in name:gmatch "." do titles[#titles + 1] = title end
  tests[#tests + 1] = { name, library = library, set = { blend = name }, expect = { list = titles } }
end

return pl.recipe {
  title = "Quotas",
  params = { blend = pl.text { "AB", help = "which of the blends" } },
  build = function(p, user)
    local blend = blends[p.blend] {
      up = pl.recall.catalogue {}:score(function(t) return 1 - t.energy end),
      down = pl.recall.catalogue {}:score(function(t) return t.energy end),
      none = pl.recall.item_cf { seeds = user.listens },
    }
    blend.by = "rank"
    return pl.blend(blend)
  end,
  tests = tests,
}
