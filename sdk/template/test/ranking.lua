-- Runs ranking.@NAME@ over the synthetic library and looks at what it added. An assert that fails fails the test.
local pl = require "playlist"
return pl.recipe {
  title = "test of ranking.@NAME@",
  build = function()
    local ranked = pl.recall.catalogue { limit = 500 }:rank(pl.ranking.@NAME@ { target = 0.25 })
    local seen = 0
    for _, row in ipairs(ranked:rows()) do
      if row.energy then
        assert(math.abs(row.@NAME@ - (1 - math.abs(row.energy - 0.25))) < 1e-5, row.title)
        seen = seen + 1
      else
        assert(not row.@NAME@, "missing energy must stay missing: " .. row.title)
      end
    end
    assert(seen > 100, "only " .. seen .. " tracks have an energy")
    return ranked:score { @NAME@ = 1 }:top(10)
  end,
}
