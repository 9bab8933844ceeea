-- A list by one element alone, for comparing builds (tests/golden_run.sh): --set element=ranking.mood
local pl = require "playlist"

-- Arguments of those that need some.
local needs = {
  ["recall.catalogue"] = function() return {} end,
  ["recall.popular"] = function() return {} end,
  ["recall.saved_artists"] = function() return {} end,
  ["recall.prompt"] = function() return { text = "calm late night" } end,
  ["recall"] = function(user) return { seeds = user.history:last { n = 50 } } end,
  ["ranking.din"] = function(user) return { history = user.history:last { n = 50 } } end,
  ["ranking.prompt"] = function() return { text = "calm late night" } end,
  ["filtering.in_set"] = function(user) return { tracks = user.library } end,
  ["filtering.not_in"] = function(user) return { tracks = user.library } end,
  ["filtering.range"] = function() return { field = "energy", min = 0.4, max = 0.8 } end,
  ["ordering.by"] = function() return { field = "tempo" } end,
  ["ordering.curve"] = function() return { tempo = { 100, 140 }, energy = { 0.2, 0.8, weight = 0.5 } } end,
}
local verbs = { ranking = "rank", filtering = "filter", ordering = "order" }

return pl.recipe {
  title = "One element",
  params = { element = pl.text { "recall.catalogue", help = "which" } },
  build = function(p, user)
    local kind, name = p.element:match "^(%a+)%.(.+)$"
    local args = needs[p.element] or needs[kind]
    local element = pl[kind][name](args and args(user) or {})
    if kind == "recall" then return element:limit { tracks = 20 } end
    local tracks = pl.recall.catalogue {}:top(60)
    return tracks[verbs[kind]](tracks, element):limit { tracks = 20 }
  end,
}
