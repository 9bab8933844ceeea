-- Prompts as ListenBrainz Radio writes them, as terms. pl.prompt makes candidates of them.
--
--   local prompts = require "prompts"
--   prompts.terms "artist:(Rick Astley):2 #(trip hop, dub):1:or mood:calm"
--     -> { { entity = "artist", values = { "Rick Astley" }, weight = 2, options = {} },
--          { entity = "tag", values = { "trip hop", "dub" }, weight = 1, options = { ["or"] = true } },
--          { entity = "mood", values = { "calm" }, weight = 1, options = {} } }
--
-- A term is ENTITY:VALUES:WEIGHT:OPTIONS, blanks between terms. VALUES with blanks stand in ( ), several with commas;
-- WEIGHT is a whole number from 1 on; OPTIONS have commas between them. #VALUES is tag:VALUES, and #mood:VALUES is
-- mood:VALUES, which ListenBrainz does not have. A prompt without any colon or # is an artist's name.

local prompts = {}

-- The options that an entity has.
local entities = {
  artist = { nosim = true, easy = true, medium = true, hard = true },
  tag = { ["and"] = true, ["or"] = true, easy = true, medium = true, hard = true },
  mood = {},
  playlist = {},
  stats = { week = true, month = true, quarter = true, half_yearly = true, year = true, all_time = true },
  recs = { listened = true, unlistened = true },
}
-- Those of ListenBrainz whose data is not in a library.
local elsewhere = { collection = "collections of MusicBrainz", country = "countries of artists" }

local function trimmed(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end

local function sorted_keys(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = k end
  table.sort(list)
  return list
end

local function fail(text, what, fix) engine.fail("the prompt \"" .. text .. "\" " .. what, fix) end

-- What stands in "(a, b)" or up to the next blank or colon; and the place behind it.
local function values_at(text, at)
  local list = {}
  if text:sub(at, at) ~= "(" then
    local word = text:match("^[^%s:()]+", at)
    if not word then fail(text, "lacks a value at its " .. at .. ". character", "write artist:radiohead or artist:(pink floyd)") end
    return { word }, at + #word
  end
  local close = text:find(")", at, true)
  if not close then fail(text, "has a ( that no ) closes", "close it behind the last value") end
  for part in text:sub(at + 1, close - 1):gmatch "[^,]+" do
    local value = trimmed(part)
    if value ~= "" then list[#list + 1] = value end
  end
  if #list == 0 then fail(text, "has ( ) without a value", "write artist:(pink floyd)") end
  return list, close + 1
end

local function options_at(text, at, entity)
  local options = {}
  local word = text:match("^[%w_,]+", at) or ""
  if word == "" or word:find("^,") or word:find(",$") or word:find(",,", 1, true) then
    fail(text, "lacks an option behind the colon", entity .. " knows " .. table.concat(sorted_keys(entities[entity]), ", "))
  end
  for name in word:gmatch "[^,]+" do
    if not entities[entity][name] then
      local near = engine.nearest(name, sorted_keys(entities[entity]))
      local known = table.concat(sorted_keys(entities[entity]), ", ")
      fail(text, "has the option \"" .. name .. "\", which " .. entity .. " does not",
        near and "did you mean " .. near .. "?" or (known == "" and "leave it out" or entity .. " knows " .. known))
    end
    options[name] = true
  end
  return options, at + #word
end

-- The term at a place, and the place behind it.
local function term_at(text, at)
  local entity
  if text:sub(at, at) == "#" then
    local is_mood = text:sub(at + 1, at + 5) == "mood:"
    entity, at = is_mood and "mood" or "tag", at + (is_mood and 6 or 1)
  else
    entity = text:match("^([%a_]+):", at)
    if not entity then
      fail(text, "has \"" .. text:match("^%S+", at) .. "\", which is no term", "write artist:(...), tag:(...), #tag or mood:(...)")
    end
    if elsewhere[entity] then fail(text, "asks for " .. elsewhere[entity] .. ", which no library has", "leave " .. entity .. ": out") end
    if not entities[entity] then
      local near = engine.nearest(entity, sorted_keys(entities))
      fail(text, "asks for \"" .. entity .. ":\"", near and "did you mean " .. near .. ":?" or "it knows " .. table.concat(sorted_keys(entities), ", "))
    end
    at = at + #entity + 1
  end
  local term = { entity = entity, weight = 1, options = {} }
  term.values, at = values_at(text, at)
  if text:sub(at, at) == ":" then
    local digits = text:match("^%d*", at + 1)
    at = at + 1 + #digits
    if digits ~= "" then term.weight = tonumber(digits) end
    if term.weight < 1 or term.weight > 1000 then fail(text, "has a weight of " .. digits, "a weight is a whole number from 1 to 1000") end
    if text:sub(at, at) == ":" then
      term.options, at = options_at(text, at + 1, entity)
    elseif digits == "" then
      fail(text, "lacks a weight behind the colon", "write " .. entity .. ":" .. term.values[1] .. ":2, or ::easy for an option alone")
    end
  end
  if at <= #text and not text:find("^%s", at) then
    fail(text, "has \"" .. text:match("^%S+", at) .. "\" where a term should have ended", "put a blank between terms, and values with blanks in ( )")
  end
  return term, at
end

---@param text string
---@return table[] terms
function prompts.terms(text)
  if type(text) ~= "string" or trimmed(text) == "" then engine.fail("a prompt is a text, such as artist:(Radiohead) #jazz") end
  local words = trimmed(text)
  if not words:find "[:#]" then return { { entity = "artist", values = { words }, weight = 1, options = {} } } end
  local terms, at = {}, 1
  while at <= #words do
    terms[#terms + 1], at = term_at(words, at)
    at = words:find("%S", at) or #words + 1
  end
  return terms
end

-- ---- candidates ---------------------------------------------------------------------------------------------------

-- What a mode looks for first: what everybody knows, what fewer know, what hardly anybody knows.
local wanted_popularity = { easy = 1, medium = 0.5, hard = 0 }
local months_of = { month = 1, quarter = 3, half_yearly = 6, year = 12 }

local function in_mode(candidates, term, mode)
  for name in pairs(wanted_popularity) do
    if term.options[name] then mode = name end
  end
  local wanted = wanted_popularity[mode]
  return candidates:score(function(t) return -math.abs(known(t.popularity, 50) / 100 - wanted) end):sample { temperature = 0.2 }
end

-- Of each entity: the candidates of one of its terms.
local makers = {}

function makers.artist(pl, term, mode)
  local branches = {}
  for _, name in ipairs(term.values) do
    local own = pl.recall.catalogue { artist = name }
    branches[#branches + 1] = in_mode(own, term, mode)
    if not term.options.nosim then branches[#branches + 1] = pl.recall.similar_artists { seeds = own, pool = 200 } end
  end
  return #branches == 1 and branches[1] or pl.alternate(branches)
end

function makers.tag(pl, term, mode)
  local found
  for _, tag in ipairs(term.values) do
    local tagged = pl.recall.catalogue { tag = tag }
    if not found then
      found = tagged
    elseif term.options["or"] then
      found = found + tagged
    else
      found = found:filter(pl.filtering.in_set { tagged })
    end
  end
  return in_mode(found, term, mode)
end

function makers.mood(pl, term)
  return pl.recall.prompt { text = table.concat(term.values, " ") }
end

function makers.playlist(pl, term)
  local branches = {}
  for i, name in ipairs(term.values) do branches[i] = pl.recall.playlist { name = name } end
  return #branches == 1 and branches[1] or pl.alternate(branches)
end

function makers.stats(pl, term)
  local heard = pl.person(term.values[1]).listens
  for name, months in pairs(months_of) do
    if term.options[name] then heard = heard:since { months = months } end
  end
  if term.options.week then heard = heard:since { weeks = 1 } end
  return heard:most_played(1000)
end

function makers.recs(pl, term, _, text)
  local listener = pl.everyone[1]
  if term.values[1] ~= listener.name then
    fail(text, "asks for what is recommended to " .. term.values[1] .. ", and the list is for " .. listener.name,
      "run it with --user " .. term.values[1])
  end
  local new = pl.alternate { pl.recall.familiar {}, pl.recall.artist_cf {}, pl.recall.session_neighbours {} }
  if term.options.unlistened and not term.options.listened then return new end
  if term.options.listened and not term.options.unlistened then return listener.history end
  return pl.alternate { new, listener.history }
end

local most_tracks = 10000

-- pl.prompt(text, { mode = "easy" }): the terms' candidates in turns by their weights, without what is banned.
function prompts.candidates(pl, text, options)
  options = options or {}
  local mode = options.mode or "easy"
  if not wanted_popularity[mode] then engine.fail("pl.prompt has no mode \"" .. tostring(mode) .. "\"", "it knows easy, medium, hard") end
  for name in pairs(options) do
    if name ~= "mode" then engine.fail("pl.prompt has no option \"" .. tostring(name) .. "\"", "it knows mode") end
  end
  local found, branches, total = {}, { attempts = 1000 }, 0
  local terms = prompts.terms(text)
  for i, term in ipairs(terms) do
    found[i] = makers[term.entity](pl, term, mode, text):filter(pl.filtering.allowed {})
    total = total + term.weight
  end
  if #found == 1 then return found[1] end
  for i, term in ipairs(terms) do branches[i] = { found[i], share = term.weight / total } end
  -- As one list, so that a term that has nothing left leaves no places empty.
  return pl.mix(branches):top(most_tracks)
end

return prompts
