-- Runs ordering.@NAME@ over the synthetic library and looks at the order. An assert that fails fails the test.
local pl = require "playlist"
return pl.recipe {
  title = "test of ordering.@NAME@",
  build = function()
    local all = pl.recall.catalogue { limit = 500 }
    local ordered = all:order(pl.ordering.@NAME@ { direction = "up" })
    assert(#ordered == #all, "an ordering keeps every row")
    local last = 0
    for _, row in ipairs(ordered:rows()) do
      local duration = row.duration_ms or math.huge
      assert(duration >= last, row.title)
      last = duration
    end
    return ordered:limit { tracks = 10 }
  end,
}
