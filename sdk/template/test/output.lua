-- Ten tracks for output.@NAME@ to write.
local pl = require "playlist"
return pl.recipe {
  title = "test of output.@NAME@",
  build = function() return pl.recall.catalogue { limit = 10 } end,
}
