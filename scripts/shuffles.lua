-- Ways to shuffle that others have, for `engine evaluate shuffle` to hold smart-shuffle against, and for recipes:
--   local shuffles = require "shuffles"
--   return shuffles.balanced(shuffles.songs(user, 2), 50)
-- Each takes candidates and a length.
local pl = require "playlist"

local shuffles = {}

-- Somebody's own songs: what they liked, saved or put into a playlist; where that is fewer than `few` songs, what they
-- heard to the end `finished` times, too; without those everything that they heard. The run's notes say which it was.
function shuffles.songs(user, finished, few)
  return pl.fallback {
    (user.library + user.likes:or_implicit { finished = finished, few = few or 100 }):filter(pl.filtering.allowed {}),
    user.listens:filter(pl.filtering.allowed {}),
  }
end

-- The song that a text names, as candidates: "ARTIST - TITLE", "TITLE" or "track:NUMBER"; of several of that name sooner one
-- of `mine`. Nothing that is banned or rejected.
function shuffles.song(text, mine)
  local found
  local function try(artist, title)
    if not found or #found == 0 then found = pl.recall.catalogue { artist = artist, title = title } end
  end
  local number = tonumber(text:match "^track:(%d+)$")
  if number then
    found = pl.recall.catalogue {}:filter(pl.filtering.range { field = "id", min = number, max = number })
  else
    for artist_end, title_begin in text:gmatch "()%s+%-%s+()" do try(text:sub(1, artist_end - 1), text:sub(title_begin)) end
    try("", text)   -- a title may hold a dash itself
  end
  if #found == 0 then error("no song here is called \"" .. text .. "\"; write ARTIST - TITLE, or TITLE", 2) end
  local free = found:filter(pl.filtering.allowed {})
  if #free == 0 then
    error("you have banned or rejected \"" .. text .. "\"; engine unban or engine feedback --undo takes that back", 2)
  end
  local own = free * mine
  return (#own > 0 and own or free):top(1)
end

-- The candidates in the order of place[id], smallest first.
local function arranged(candidates, place)
  return candidates:order(function(t) return place[t.id] end)
end

-- Every order as likely.
function shuffles.uniform(candidates, n)
  return candidates:order(pl.ordering.shuffle {}):top(n)
end

-- Each artist's songs spread evenly over the whole, with some chance in where they begin and lie (Spotify: How to shuffle
-- songs?, 2014).
function shuffles.balanced(candidates, n)
  local songs_of, artists, place = {}, {}, {}
  for _, row in ipairs(candidates:rows()) do
    local artist = row.artist or ""
    if not songs_of[artist] then songs_of[artist] = {}; artists[#artists + 1] = artist end
    table.insert(songs_of[artist], row.id)
  end
  for _, artist in ipairs(artists) do
    local songs = songs_of[artist]
    for i = #songs, 2, -1 do   -- in any order among themselves
      local j = math.random(i)
      songs[i], songs[j] = songs[j], songs[i]
    end
    local offset = math.random()
    for i, id in ipairs(songs) do place[id] = (i - 1 + offset + 0.2 * (math.random() - 0.5)) / #songs end
  end
  return arranged(candidates, place):top(n)
end

-- How stale each of the rows is, 0..1: 1 was played just now, or stands last in the lists before; 0 neither for thirty days.
local function staleness_of(rows, served)
  local lately, most = {}, 0
  for i, row in ipairs(served and served:rows() or {}) do lately[row.id] = i end
  for _, i in pairs(lately) do most = math.max(most, i) end
  local stale = {}
  for i, row in ipairs(rows) do
    local days = row.days_since_played
    local played = days and math.max(0, 1 - days / 30) or 0
    stale[i] = math.max(played, lately[row.id] and lately[row.id] / most or 0)
  end
  return stale
end

local function in_order(rows)
  local order = {}
  for i = 1, #rows do order[i] = i end
  return order
end

-- Brings `order`, any order of all rows, into a random one in its first n places; what the staleness costs in them: the
-- later a song was played and the earlier it comes, the more.
local function shuffle_start(order, stale, n)
  local cost = 0
  for i = 1, math.min(n, #stale) do
    local j = math.random(i, #stale)
    order[i], order[j] = order[j], order[i]
    cost = cost + stale[order[i]] * (1 - (i - 1) / n)
  end
  return cost
end

-- The freshest of ten random orders: every song that was played in the last thirty days, or in one of the lists before,
-- costs the order the more the later it was played and the earlier it comes (Spotify: Shuffle: making random feel more
-- human, 2025, as far as it is told there).
function shuffles.fewer_repeats(candidates, n, served)
  local rows = candidates:rows()
  local stale = staleness_of(rows, served)
  local best, least
  for _ = 1, 10 do
    local order = in_order(rows)
    local cost = shuffle_start(order, stale, n)
    if not least or cost < least then best, least = order, cost end
  end
  local place = {}
  for i, k in ipairs(best or {}) do place[rows[k].id] = i end
  return arranged(candidates, place):top(n)
end

-- Drawn by how long ago each was played: twice as long, twice as likely; never played counts as ten years.
function shuffles.staleness(candidates, n)
  return candidates:score(function(t) return math.log(1 + known(t.days_since_played, 3650)) end)
    :sample { temperature = 1, count = n }
end

-- From each to one that is like it, whatever was heard before.
function shuffles.similarity(candidates, n)
  return candidates:walk { steps = n, no_repeat = 0, strangers = 0, score = { similarity = 10 } }
end

-- A list that begins with `first`, a song, and goes on as it is.
function shuffles.beginning_with(first, list, n)
  local place = {}
  for i, row in ipairs(list:rows()) do place[row.id] = i end
  for _, row in ipairs(first:rows()) do place[row.id] = 0 end
  return arranged(first + list, place):top(n)
end

-- The same ways asked for the one song that follows `heard`, oldest first (user.last_session): each ends in a draw that
-- knows how likely every song is, by which `engine evaluate shuffle` holds them against what was really played. An order
-- has no song twice.
shuffles.next = {}

local function not_yet(candidates, heard) return pl.fallback { candidates - heard, candidates } end

function shuffles.next.uniform(candidates, heard)
  return not_yet(candidates, heard):score(function() return 0 end):sample { count = 1 }
end

-- All songs as likely but for those whose artist would come sooner than four fifths of the way to its next even place,
-- which is the least that chance leaves of it.
function shuffles.next.balanced(candidates, heard)
  local since, songs_of, too_soon = {}, {}, {}
  local before = heard:rows()
  for i, row in ipairs(before) do since[row.artist or ""] = #before - i + 1 end
  local theirs = candidates:filter(function(t) return since[t.artist] ~= nil end):rows()
  for _, row in ipairs(theirs) do songs_of[row.artist] = (songs_of[row.artist] or 0) + 1 end
  for _, row in ipairs(theirs) do
    too_soon[row.id] = since[row.artist] < 0.8 * #candidates / songs_of[row.artist] and 1 or nil
  end
  return not_yet(candidates, heard):score(function(t) return too_soon[t.id] and -700 or 0 end):sample { count = 1 }
end

-- How often an order that begins with a song is the freshest of ten, over 100 random ones.
function shuffles.next.fewer_repeats(candidates, heard, n)
  local songs = not_yet(candidates, heard)
  local stale = staleness_of(songs:filter(function(t) return known(t.days_since_played, 30) < 30 end):rows())
  for i = #stale + 1, #songs do stale[i] = 0 end
  local order, costs, rests = in_order(stale), {}, {}
  for k = 1, #stale > 0 and 100 or 0 do
    costs[k] = shuffle_start(order, stale, n)
    rests[k] = costs[k] - stale[order[1]]
  end
  table.sort(costs)
  local function costlier(cost)   -- the share of orders, equal ones half
    local low, high = 1, #costs + 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if costs[middle] < cost then low = middle + 1 else high = middle end
    end
    local equal = low
    while equal <= #costs and costs[equal] == cost do equal = equal + 1 end
    return (#costs + 1 - equal + (equal - low) / 2) / #costs
  end
  local log_chance = {}   -- by staleness in hundredths
  for _, one in ipairs(stale) do
    local step, sum = math.floor(one * 100 + 0.5), 0
    if not log_chance[step] then
      for _, rest in ipairs(rests) do sum = sum + costlier(rest + step / 100) ^ 9 end
      log_chance[step] = math.log(math.max(sum, 1e-300))
    end
  end
  return songs:score(function(t)
    return log_chance[math.floor(math.max(0, 1 - known(t.days_since_played, 30) / 30) * 100 + 0.5)]
  end):sample { count = 1 }
end

function shuffles.next.staleness(candidates, heard) return shuffles.staleness(not_yet(candidates, heard), 1) end

function shuffles.next.similarity(candidates, heard)
  return candidates:walk { steps = 1, no_repeat = 0, strangers = 0, after = heard, score = { similarity = 10 } }
end

return shuffles
