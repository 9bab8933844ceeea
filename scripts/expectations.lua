-- Tests of recipes: what `engine test` asks of a list. In the recipe, or in NAME_test.lua beside it:
--
--   tests = {                                            -- NAME_test.lua: return { ... }
--     { "at most three of an artist",
--       library = { tracks = 2000, random_seed = 1 },    -- a synthetic library (engine demo), made for the test; its
--                                                        -- listener banned 5 % of tracks and of artists (banned = 0.05)
--       now = "2026-11-21", set = { tracks = 30 },
--       expect = { tracks = 30, per_artist = 3, same = "week" } },
--     { "loud tracks only",
--       library = {                                      -- or one written down
--         tracks = { { title = "A", artist = "X", energy = 0.9, year = 1999, tags = { "rock" }, seconds = 200 } },
--         listens = { { "A", days_ago = 3 } }, likes = { { "A", days_ago = 10 } },
--         library = { "A" }, playlists = { ["Road trip"] = { "A" } }, saved_artists = { "X" }, banned = { "A" },
--         people = { bob = { likes = { "A" } } } },        -- others than the listener, with the same fields
--       expect = { all = function(row) return row.energy > 0.5 end } },
--   }
--
-- A test     a name, library, now, set (parameters), random_seed, user (of a synthetic library: "demo"), expect
-- expect     tracks, minutes, artists, new     a number, or { min = ..., max = ... }; new: share of tracks new to the user
--            per_artist, per_album             at most so many of one
--            spacing                           at least so many others between two of one artist
--            rising, falling                   a column that never goes the other way along the list
--            list, includes, excludes          titles: exactly these in this order; all of these; none of these
--            all, none                         a function of a row that holds for every track; for no track
--            never_banned                      no track or artist of `banned`
--            same                              "run": the same when run again; "day", "week": also later that day, week
--            check                             a function of all rows: true, or false and what is wrong
-- A row      position, title, artist, album, seconds, score, explanation, the library's columns (energy, year ...), those
--            that the recipe's steps added, tags (a list), is_new, is_liked, is_owned, is_banned

local expectations = {}

local function keys(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = tostring(k) end
  return list
end

local function refuse_unknown(what, given, known)
  for k in pairs(given) do
    if not known[k] then
      local near = engine.nearest(tostring(k), keys(known))
      error(what .. " has no \"" .. tostring(k) .. "\"; " ..
        (near and "did you mean " .. near .. "?" or "it knows " .. table.concat(keys(known), ", ")), 0)
    end
  end
end

local function name_of(row) return "\"" .. row.title .. "\" by " .. row.artist .. " (place " .. row.position .. ")" end

local function names_of(rows)
  local names = {}
  for i, row in ipairs(rows) do
    if i > 5 then
      names[i] = "... and " .. (#rows - 5) .. " more"
      break
    end
    names[i] = name_of(row)
  end
  return table.concat(names, ", ")
end

-- ---- expectations: each returns nothing, or what is wrong --------------------------------------------------------

-- A number to be met exactly, or bounds.
local function within(wanted, got, shown)
  local low, high = wanted, wanted
  if type(wanted) == "table" then
    refuse_unknown("bounds", wanted, { min = true, max = true })
    low, high = wanted.min or -math.huge, wanted.max or math.huge
  end
  if got < low - 1e-9 then return "expected " .. (low == high and "" or "at least ") .. shown(low) .. ", got " .. shown(got) end
  if got > high + 1e-9 then return "expected " .. (low == high and "" or "at most ") .. shown(high) .. ", got " .. shown(got) end
end

local function plain(number) return string.format("%.14g", number) end
local function percent(share) return string.format("%.4g %%", share * 100) end

local function of_same(rows, key)
  local groups = {}
  for _, row in ipairs(rows) do
    local k = key(row)
    if k then
      groups[k] = groups[k] or {}
      table.insert(groups[k], row)
    end
  end
  return groups
end

local function at_most_of_one(what, key)
  return function(most, rows)
    for name, group in pairs(of_same(rows, key)) do
      if #group > most then return #group .. " of " .. what .. " " .. name .. ": " .. names_of(group) end
    end
  end
end

local function artist_of(row) return row.artist end
local function album_of(row) return row.album and row.artist .. " - " .. row.album end

local function titles_of(rows)
  local titles = {}
  for i, row in ipairs(rows) do titles[i] = row.title end
  return titles
end

local function monotone(sign, word)
  return function(column, rows)
    for i = 2, #rows do
      local before, after = rows[i - 1][column], rows[i][column]
      if before and after and sign * (after - before) < 0 then
        return column .. " is not " .. word .. ": " .. plain(before) .. " at " .. name_of(rows[i - 1]) .. ", then " ..
          plain(after) .. " at " .. name_of(rows[i])
      end
    end
  end
end

local function matching(rows, holds, wanted)
  local wrong = {}
  for _, row in ipairs(rows) do
    if (holds(row) and true or false) ~= wanted then wrong[#wrong + 1] = row end
  end
  return wrong
end

local function same_lists(rows, other)
  for i = 1, math.max(#rows, #other.rows) do
    local mine, theirs = rows[i], other.rows[i]
    if not mine or not theirs or mine.track ~= theirs.track then
      return other.label .. ", the list is different from place " .. i .. " on: " .. (mine and name_of(mine) or "nothing") ..
        " here, " .. (theirs and name_of(theirs) or "nothing") .. " there"
    end
  end
end

local asked = {
  tracks = function(wanted, rows) return within(wanted, #rows, plain) end,
  minutes = function(wanted, rows)
    local seconds = 0
    for _, row in ipairs(rows) do seconds = seconds + row.seconds end
    return within(wanted, seconds / 60, plain)
  end,
  artists = function(wanted, rows) return within(wanted, #keys(of_same(rows, artist_of)), plain) end,
  new = function(wanted, rows)
    local new = matching(rows, function(row) return row.is_new end, false)
    local wrong = within(wanted, #rows == 0 and 0 or #new / #rows, percent)
    return wrong and wrong .. (#new > 0 and ": " .. names_of(new) or "")
  end,
  per_artist = at_most_of_one("artist", artist_of),
  per_album = at_most_of_one("album", album_of),
  spacing = function(wanted, rows)
    local last = {}
    for i, row in ipairs(rows) do
      local before = last[row.artist]
      if before and i - before <= wanted then
        return "only " .. (i - before - 1) .. " between " .. name_of(rows[before]) .. " and " .. name_of(row)
      end
      last[row.artist] = i
    end
  end,
  rising = monotone(1, "rising"),
  falling = monotone(-1, "falling"),
  list = function(wanted, rows)
    local got = titles_of(rows)
    for i = 1, math.max(#wanted, #got) do
      if wanted[i] ~= got[i] then
        return "place " .. i .. " is " .. (got[i] and name_of(rows[i]) or "empty") .. ", expected " ..
          (wanted[i] and "\"" .. wanted[i] .. "\"" or "nothing")
      end
    end
  end,
  includes = function(wanted, rows)
    local groups = of_same(rows, function(row) return row.title end)
    for _, title in ipairs(wanted) do
      if not groups[title] then return "\"" .. title .. "\" is not in the list" end
    end
  end,
  excludes = function(unwanted, rows)
    local groups = of_same(rows, function(row) return row.title end)
    for _, title in ipairs(unwanted) do
      if groups[title] then return name_of(groups[title][1]) .. " is in the list" end
    end
  end,
  all = function(holds, rows)
    local wrong = matching(rows, holds, true)
    if #wrong > 0 then return "does not hold for " .. names_of(wrong) end
  end,
  none = function(holds, rows)
    local wrong = matching(rows, holds, false)
    if #wrong > 0 then return "holds for " .. names_of(wrong) end
  end,
  never_banned = function(wanted, rows)
    local wrong = wanted and matching(rows, function(row) return row.is_banned end, false) or {}
    if #wrong > 0 then return "banned: " .. names_of(wrong) end
  end,
  same = function(_, rows, others)
    for _, other in ipairs(others) do
      local wrong = same_lists(rows, other)
      if wrong then return wrong end
    end
  end,
  check = function(holds, rows)
    local is_good, message = holds(rows)
    if not is_good then return message and tostring(message) or "the function returned " .. tostring(is_good) end
  end,
}

local types = {
  per_artist = "number", per_album = "number", spacing = "number", rising = "string", falling = "string", list = "table",
  includes = "table", excludes = "table", all = "function", none = "function", never_banned = "boolean", same = "string",
  check = "function",
}

-- ---- what engine test calls ----------------------------------------------------------------------------------------

local function describe_one(test, number)
  local what = "test " .. number
  if type(test) ~= "table" then error(what .. " is a " .. type(test) .. ", not a table", 0) end
  local name = test[1]
  if type(name) ~= "string" then error(what .. " needs a name: { \"at most three of an artist\", expect = { ... } }", 0) end
  what = "test \"" .. name .. "\""
  refuse_unknown(what, test, { [1] = true, library = true, now = true, set = true, random_seed = true, user = true, expect = true })
  local expect = test.expect
  if type(expect) ~= "table" or next(expect) == nil then error(what .. " expects nothing: give it expect = { ... }", 0) end
  refuse_unknown("expect of " .. what, expect, asked)
  for k, kind in pairs(types) do
    if expect[k] ~= nil and type(expect[k]) ~= kind then error(what .. ": " .. k .. " takes a " .. kind .. ", got a " .. type(expect[k]), 0) end
  end
  local repeats = { run = true, day = true, week = true }
  if expect.same and not repeats[expect.same] then error(what .. ": same takes \"run\", \"day\" or \"week\", got \"" .. expect.same .. "\"", 0) end
  return {
    name = name, library = test.library or {}, now = test.now and tostring(test.now) or "2026-11-21", set = test.set or {},
    random_seed = test.random_seed, user = test.user or "", same = expect.same or "",
  }
end

-- The tests as plain data, for the engine to make libraries and lists from. Refuses what it does not know.
function expectations.describe(tests)
  if type(tests) ~= "table" then error("tests are a list: { { \"name\", expect = { ... } }, ... }, got a " .. type(tests), 0) end
  for k in pairs(tests) do
    if type(k) ~= "number" then error("tests are a list, and have no \"" .. tostring(k) .. "\": { { \"name\", expect = { ... } }, ... }", 0) end
  end
  local described = {}
  for i, test in ipairs(tests) do described[i] = describe_one(test, i) end
  return described
end

-- Every expectation of one test over its rows: { expectation, is_good, message }. `others` are { label, rows } of
-- further runs that must give the same list.
function expectations.check(test, rows, others)
  local results = {}
  for name, wanted in pairs(test.expect) do
    local wrong = asked[name](wanted, rows, others)
    local shown = type(wanted) == "number" and " = " .. plain(wanted) or type(wanted) == "string" and " = \"" .. wanted .. "\"" or ""
    results[#results + 1] = { expectation = name .. shown, is_good = wrong == nil, message = wrong or "" }
  end
  return results
end

return expectations
