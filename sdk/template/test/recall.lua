-- Runs recall.@NAME@ over the synthetic library and looks at what it found. An assert that fails fails the test.
local pl = require "playlist"
return pl.recipe {
  title = "test of recall.@NAME@",
  build = function()
    local found = pl.recall.@NAME@ { from = 2000, to = 2009, limit = 50 }
    local last = 2009
    for _, row in ipairs(found:rows()) do
      assert(row.year >= 2000 and row.year <= last, row.title)
      last = row.year
    end
    assert(#found > 0, "it found nothing")
    return found:top(10)
  end,
}
