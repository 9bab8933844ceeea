-- Tests of often_skipped.lua:  engine test cookbook/often_skipped
return {
  { "every track was skipped more often than finished",
    library = { tracks = 2000, listens = 20000, random_seed = 1 }, set = { skips = 1 },
    expect = { all = function(row)
                 local skipped, finished = row.explanation:match "(%d+) times, heard to the end (%d+)"
                 return row.is_owned and tonumber(skipped) >= 0.6 * (skipped + finished)
               end,
               tracks = { min = 1 }, never_banned = true, same = "run" } },
}
