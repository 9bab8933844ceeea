-- Pieces for formulas:  local f = require "formulas"
--
--   :score(function(t) return f.bell(t.tempo, 120, 15) * f.freshness(t.days_since_played, 60) end)
--
-- Numbers in, numbers out. NaN stands for "missing", as in every column, and comes out where it goes in; say what to
-- use instead with known(x, default). Nothing here makes a table, so formulas that call these stay compiled.
--
-- Every formula has these without requiring anything:
--   known(x, default)    x, or the default where x is missing
--   clamp(x, low, high)  x, but at least low and at most high
--   lerp(a, b, x)        a at x = 0, b at x = 1, a straight line between and beyond
--   sigmoid(x)           1 / (1 + exp(-x)): 0 far below, 0.5 at 0, 1 far above
--   step(edge, x)        0 below the edge, 1 from it on
--   decay(age, half)     1 now, 0.5 after `half`, 0.25 after twice that
--
-- Shapes       ramp smoothstep bell near between
-- Statistics   zscore shrunk log_share freshness
-- Time         hour_distance daypart era
-- Music        camelot camelot_name camelot_distance tempo_distance quadrant

local f = {}

local abs, exp, floor, log = math.abs, math.exp, math.floor, math.log
local clamp, decay, known = clamp, decay, known
local NAN = 0 / 0
local LOG2 = log(2)

-- ---- shapes -----------------------------------------------------------------------------------------------------

-- 0 up to `from`, 1 from `to` on, a straight line between. `from` may be above `to`: then it falls.
---@param x number
---@param from number where it is 0
---@param to number where it is 1
---@return number 0..1
function f.ramp(x, from, to) return clamp((x - from) / (to - from), 0, 1) end

-- The same with soft ends: 3 r^2 - 2 r^3 of the ramp r (level at both ends).
---@param x number
---@param from number where it is 0
---@param to number where it is 1
---@return number 0..1
function f.smoothstep(x, from, to)
  local r = clamp((x - from) / (to - from), 0, 1)
  return r * r * (3 - 2 * r)
end

-- A bell around `centre`: 1 there, 0.61 one `width` away, 0.14 two widths away (a Gaussian).
---@param x number
---@param centre number
---@param width number above 0
---@return number 0..1
function f.bell(x, centre, width)
  local away = (x - centre) / width
  return exp(-0.5 * away * away)
end

-- 1 at `target`, falling in a straight line to 0 at `reach` away from it.
---@param x number
---@param target number
---@param reach number above 0
---@return number 0..1
function f.near(x, target, reach) return clamp(1 - abs(x - target) / reach, 0, 1) end

-- 1 where low <= x <= high, else 0.
---@param x number
---@param low number
---@param high number
---@return number 0 or 1, NaN where x is missing
function f.between(x, low, high)
  if x ~= x then return NAN end
  if x >= low and x <= high then return 1 end
  return 0
end

-- ---- statistics -------------------------------------------------------------------------------------------------

-- How many standard deviations x lies above the mean; 0 where the deviation is 0.
---@param x number
---@param mean number
---@param deviation number standard deviation, at least 0
---@return number
function f.zscore(x, mean, deviation)
  if deviation == 0 then return 0 * x end
  return (x - mean) / deviation
end

-- A mean of few observations drawn towards `prior`, as if `strength` observations of it had been made before.
-- f.shrunk(t.skip_rate, t.plays, 0.3, 5): two plays say little, two hundred say it all.
---@param mean number of the observations; may be missing where count is 0
---@param count number of observations
---@param prior number what is expected without any
---@param strength number above 0
---@return number
function f.shrunk(mean, count, prior, strength)
  return (known(mean, 0) * count + prior * strength) / (count + strength)
end

-- Counts that range over powers of ten, as 0..1: log(1 + count) / log(1 + most), 1 above `most`.
---@param count number at least 0
---@param most number the count that gives 1
---@return number 0..1
function f.log_share(count, most) return clamp(log(1 + count) / log(1 + most), 0, 1) end

-- 0 just heard, 0.5 after `half` days, towards 1; 1 for what was never heard (missing).
---@param days number days since it was heard
---@param half number days above 0
---@return number 0..1
function f.freshness(days, half) return known(1 - decay(days, half), 1) end

-- ---- time -------------------------------------------------------------------------------------------------------

-- Hours between two times of day, the short way round: 0..12. From 23 to 1 it is 2.
---@param a number hour, 0..24
---@param b number hour, 0..24
---@return number
function f.hour_distance(a, b)
  local d = abs(a - b) % 24
  if d > 12 then return 24 - d end
  return d
end

-- The part of the day an hour belongs to.
---@param hour number 0..24
---@return "night"|"morning"|"afternoon"|"evening"|nil # night 22-5, morning 5-12, afternoon 12-17, evening 17-22; nil for a missing hour
function f.daypart(hour)
  if hour ~= hour then return nil end
  hour = hour % 24
  if hour < 5 or hour >= 22 then return "night" end
  if hour < 12 then return "morning" end
  if hour < 17 then return "afternoon" end
  return "evening"
end

-- The first year of the decade: 1990 for 1994.
---@param year number
---@return number
function f.era(year) return floor(year / 10) * 10 end

-- ---- music ------------------------------------------------------------------------------------------------------
-- Plugins have the same in plugins/shared/harmony.hpp, as formulas stay compiled only as Lua; a test holds the two together.

-- The number on the Camelot wheel, 1..12, of a key (0 = C ... 11 = B) in a mode (1 major, 0 minor): a fifth up is one
-- step on, and a major key has the number of its relative minor. C major and A minor are 8.
---@param key number 0..11
---@param mode number 0 or 1
---@return number 1..12
function f.camelot(key, mode)
  return (7 * (key + 3 * (1 - mode)) + 7) % 12 + 1
end

-- "8B" for C major, "8A" for A minor.
---@param key number 0..11
---@param mode number 0 or 1
---@return string|nil # nil where the key or the mode is missing
function f.camelot_name(key, mode)
  local number = f.camelot(key, mode)
  if number ~= number then return nil end
  return number .. (mode == 1 and "B" or "A")
end

-- Steps on the Camelot wheel from one key to another: around it the short way, and one more between major and minor.
-- 0 is the same key, 1 mixes well, 7 is as far as it gets.
---@param key_a number 0..11
---@param mode_a number 0 or 1
---@param key_b number 0..11
---@param mode_b number 0 or 1
---@return number 0..7
function f.camelot_distance(key_a, mode_a, key_b, mode_b)
  local d = abs(f.camelot(key_a, mode_a) - f.camelot(key_b, mode_b))
  if d > 6 then d = 12 - d end
  return d + abs(mode_a - mode_b)
end

-- How far apart two tempos are, in octaves, where half and double time count as the same: 0..0.5. 120 against 60 is 0,
-- 120 against 132 is 0.14.
---@param a number beats per minute, above 0
---@param b number beats per minute, above 0
---@return number 0..0.5
function f.tempo_distance(a, b)
  local octaves = abs(log(a / b) / LOG2)
  return abs(octaves - floor(octaves + 0.5))
end

-- The quarter of the mood plane (Russell's circumplex of valence and arousal): happy, tense, sad or calm.
---@param valence number 0..1
---@param energy number 0..1
---@return "happy"|"tense"|"sad"|"calm"|nil # nil where one is missing
function f.quadrant(valence, energy)
  if valence ~= valence or energy ~= energy then return nil end
  if energy >= 0.5 then return valence >= 0.5 and "happy" or "tense" end
  return valence >= 0.5 and "calm" or "sad"
end

return f
