-- Prompts of ListenBrainz Radio: each test is named after its prompt, and lists what it must give, in any order.
local pl = require "playlist"

local library = {
  tracks = {
    { title = "A", artist = "Björk", tags = { "pop", "trip hop" }, popularity = 90 },
    { title = "B", artist = "Björk", tags = { "pop" }, popularity = 10 },
    { title = "C", artist = "Miles", tags = { "jazz" }, popularity = 50 },
    { title = "D", artist = "Dub", tags = { "trip hop" }, popularity = 50 },
  },
  listens = { { "C", days_ago = 2 } },
}

local wanted = {
  ["artist:bjork:1:nosim"] = { "A", "B" },
  ["bjork"] = { "A", "B", "D" },   -- and what is similar: D shares a tag
  ["#jazz"] = { "C" },
  ["tag:(pop, trip hop)"] = { "A" },
  ["tag:(pop,trip hop)::or"] = { "A", "B", "D" },
  ["#jazz artist:(Dub)::nosim"] = { "C", "D" },
  ["#jazz #polka"] = { "C" },   -- what a term cannot give the others do
}

local tests = {}
for prompt, titles in pairs(wanted) do
  tests[#tests + 1] = { prompt, library = library, set = { prompt = prompt }, expect = { tracks = #titles, includes = titles } }
end

return pl.recipe {
  title = "Prompts",
  params = { prompt = pl.text { "#jazz", help = "which" } },
  random_seed = 1,
  build = function(p) return pl.prompt(p.prompt):limit { tracks = 10 } end,
  tests = tests,
}
