-- Tests of often_skipped.lua:  engine test cookbook/often_skipped
return {
  { "what is skipped counts, be it saved or only tried",
    library = {
      tracks = { { title = "Saved", artist = "A" }, { title = "Tried", artist = "B" }, { title = "Heard", artist = "C" } },
      library = { "Saved" },
      listens = {
        { "Saved", days_ago = 9, times = 5, seconds = 5 }, { "Saved", days_ago = 3 },
        { "Tried", days_ago = 9, times = 3, seconds = 5 },
        { "Heard", days_ago = 9, times = 3, seconds = 5 }, { "Heard", days_ago = 3, times = 9 },
      },
    },
    expect = { list = { "Saved", "Tried" },
               check = function(rows)
                 local texts = rows[1].explanation .. "; " .. rows[2].explanation
                 return texts:find("5 times, once heard to the end", 1, true) ~= nil and texts:find("3 times, never heard", 1, true) ~= nil, texts
               end } },
  { "every track was skipped more often than finished",
    library = { tracks = 2000, listens = 20000, random_seed = 1 }, set = { skips = 1 },
    expect = { all = function(row)
                 local skips, _, ends = row.explanation:match "(%d+) times(, )(%d+) times heard"
                 return skips == nil or tonumber(skips) >= 0.6 * (skips + ends)
               end,
               tracks = { min = 1 }, never_banned = true, same = "run" } },
}
