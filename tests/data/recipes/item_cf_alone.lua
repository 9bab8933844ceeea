-- Item-item similarity alone, as a yardstick for recipes that do more: engine backtest discover-weekly THIS --train
local pl = require "playlist"

return pl.recipe {
  title = "Item CF alone",
  build = function(_, user)
    return pl.recall.item_cf { seeds = user.history:last { n = 50 } }
      :filter(pl.filtering.heard {})
      :limit { tracks = 50 }
  end,
}
