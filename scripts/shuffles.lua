-- Ways to shuffle that others have, for `engine evaluate shuffle` to hold smart-shuffle against, and for recipes:
--   local shuffles = require "shuffles"
--   return shuffles.balanced(shuffles.songs(user, 2), 50)
-- Each takes candidates and a length.
local pl = require "playlist"

local shuffles = {}

-- What is shuffled: what somebody liked, saved or put into a playlist; without likes what they heard to the end
-- `finished` times; without those everything that they heard.
function shuffles.songs(user, finished)
  return pl.fallback {
    (user.library + user.likes:or_implicit { finished = finished }):filter(pl.filtering.banned {}),
    user.listens:filter(pl.filtering.banned {}),
  }
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

-- The freshest of ten random orders: every song that was played in the last thirty days, or in one of the lists before,
-- costs the order the more the later it was played and the earlier it comes (Spotify: Shuffle: making random feel more
-- human, 2025, as far as it is told there).
function shuffles.fewer_repeats(candidates, n, served)
  local rows, lately = candidates:rows(), {}
  for i, row in ipairs(served and served:rows() or {}) do lately[row.id] = i end
  local most = 0
  for _, i in pairs(lately) do most = math.max(most, i) end
  local function staleness(row)
    local days = row.days_since_played
    local played = days and math.max(0, 1 - days / 30) or 0
    local listed = lately[row.id] and lately[row.id] / most or 0
    return math.max(played, listed)
  end
  local best, least
  for _ = 1, 10 do
    local order = {}
    for i = 1, #rows do order[i] = i end
    local cost = 0
    for i = 1, math.min(n, #rows) do
      local j = math.random(i, #rows)
      order[i], order[j] = order[j], order[i]
      cost = cost + staleness(rows[order[i]]) * (1 - (i - 1) / n)
    end
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

return shuffles
