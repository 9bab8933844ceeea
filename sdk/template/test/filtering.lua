-- Runs filtering.@NAME@ over the synthetic library and looks at what it kept. An assert that fails fails the test.
local pl = require "playlist"
return pl.recipe {
  title = "test of filtering.@NAME@",
  build = function()
    local all = pl.recall.catalogue { limit = 500 }
    local kept = all:filter(pl.filtering.@NAME@ { minutes = 3.5 })
    assert(#kept > 0 and #kept < #all, "it kept " .. #kept .. " of " .. #all)
    for _, row in ipairs(kept:rows()) do
      assert(not row.duration_ms or row.duration_ms <= 3.5 * 60000, row.title)
    end
    return kept:top(10)
  end,
}
