-- How fast a kept list turns over, 1 (hardly) to 10 (another list soon): what each level makes of a recipe's staleness (how soon a
-- song that is played much gives way), exploration (how much of what was hardly played comes) and change (how much may change at a
-- refresh), as factors. 5 leaves all three as they are. Set by `engine cycling`.
local levels = {
  { staleness = 0.2,  exploration = 0.4,  change = 0.2 },
  { staleness = 0.4,  exploration = 0.55, change = 0.4 },
  { staleness = 0.6,  exploration = 0.7,  change = 0.6 },
  { staleness = 0.8,  exploration = 0.85, change = 0.8 },
  { staleness = 1,    exploration = 1,    change = 1 },
  { staleness = 1.25, exploration = 1.15, change = 1.2 },
  { staleness = 1.5,  exploration = 1.3,  change = 1.4 },
  { staleness = 2,    exploration = 1.5,  change = 1.7 },
  { staleness = 3,    exploration = 1.75, change = 2 },
  { staleness = 4,    exploration = 2,    change = 2.5 },
}

return {
  -- The factors of a level.
  factors = function(level) return levels[level] end,
}
