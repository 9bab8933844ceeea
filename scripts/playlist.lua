-- The recipe library: local pl = require "playlist"
--
-- A recipe describes a plan; nothing runs until the last node is asked for, or until the recipe looks at one
-- (#node, node:rows()). This file only builds descriptions; the engine checks them as they are made, so that a
-- mistake is told with the recipe's own line. You may change this file; recipes pick the change up at the next run.
--
--   pl.recipe { title, about, params, random_seed, build, tests }   what a recipe file returns; tests: see expectations.lua
--   build = function(p, user, now) ... end                        p.NAME a parameter; user.NAME a set of the listener's; now.hour 0..23,
--                                                                now.weekday "monday" ..., now.daypart "night" "morning" "afternoon"
--                                                                "evening", now.season, by the clocks of the listener's time zone
--   pl.int / number / share / boolean / text / choice { default, min =, max =, choices =, help =, tune = }
--   pl.recall.NAME { ... }                                       candidates from a plugin
--   user.playlists["Road trip"]                                  or pl.recall.playlist { name = "Road trip", owner = "bob" }
--   pl.person("bob").likes  ipairs(pl.everyone)                  other people of the library, with the sets that user has; a formula
--                                                                has t.plays_of.bob and so on
--   pl.ranking.NAME { ... }  pl.filtering.NAME { ... }  pl.ordering.NAME { ... }   used in :rank :filter :order
--   pl.prompt("artist:(Radiohead):2 #jazz")                      candidates for a prompt of ListenBrainz Radio
--   pl.mix pl.alternate pl.blend pl.fallback pl.concat pl.fair   combine candidates;  a + b union, a - b difference, a * b both
--   :filter :rank :score :column :explain :top :sample :limit :order :seeds
--   :walk { steps = 50, after = user.last_session, score = ... } from each track to one near it
--   :since :between :at :on_this_day :last :or_last :or_implicit :most_played :plays_between   by when it was played, liked ...
--   user.artists:top(10)                                         all tracks of the ten artists played most
--
-- Lua in recipes is the same in every run: pairs(t) goes by key (false, true, numbers, texts), several keys that have no
-- order (tables, functions, candidates) by their values, which must be texts or numbers that differ; math.random is seeded; there are no globals of your
-- own. A formula (a function of a track) may ask #candidates, and makes none; a track it keeps cannot be read later.
-- A plan has at most 10,000 steps, 1,000 behind each other; print() has limits.print_kilobytes for a run.
--
-- The table `engine` is what the host offers to modules:
--   engine.node(description) -> node      engine.methods(table)   engine.elements() -> { name = kind }
--   engine.steps()                        the built-in steps: { { name, form, arguments, takes_span, returns_text, fields, weight }, ... }
--   engine.check_element(name, arguments) engine.rows(node)       engine.nearest(word, list) -> word or nil
--   engine.fail(message, fix)             raises an error at the recipe's line
--   engine.problem(message, fix)          the same, but `engine check` notes it and goes on
--   engine.parameter_read(name)           in `engine check` only: a parameter was read
--   engine.now_read(name)                 in `engine check` only: now.NAME was read
--   engine.where()                        "FILE:LINE" of the recipe's line that runs
--   engine.unfollowed(f) -> function      f, for whose own lines that is not kept up: for what recipes call often
--   engine.user_sets()                    { name = true }: what user.NAME may be
--   engine.people()                       the names of everybody, the listener's first

local pl = {}

-- ---- small helpers ----------------------------------------------------------------------------------------------

local function keys(t)
  local list = {}
  for k in pairs(t) do list[#list + 1] = tostring(k) end
  table.sort(list)
  return list
end

local function did_you_mean(word, known)
  local names = keys(known)
  local near = engine.nearest(tostring(word), names)
  if near then return "did you mean " .. near .. "?" end
  return #names > 0 and "it knows " .. table.concat(names, ", ") or nil
end

-- The error for a field that is not there. Returns the field that was meant, for `engine check` to go on with.
local function missing_field(what, k, fields)
  local near = engine.nearest(tostring(k), keys(fields))
  local tell = near and engine.problem or engine.fail
  tell(what .. " has no \"" .. tostring(k) .. "\"", did_you_mean(k, fields))
  return near
end

-- A table whose unknown fields are errors, so that a typing mistake is found where it was made.
local function strict(what, fields, on_read)
  return setmetatable({}, {
    __index = function(_, k)
      if fields[k] == nil then k = missing_field(what, k, fields) end
      if on_read then on_read(k) end
      return fields[k]
    end,
    __newindex = function(_, k) engine.fail(what .. " cannot be changed (tried to set \"" .. tostring(k) .. "\")") end,
    __metatable = false,
  })
end

local function is_node(v) return type(v) == "userdata" end

local function need_node(v, what)
  if not is_node(v) then engine.fail(what .. " needs candidates, got " .. (v == nil and "nothing" or "a " .. type(v))) end
  return v
end

-- ---- parameters -------------------------------------------------------------------------------------------------

local function parameter(kind, defaults)
  return engine.unfollowed(function(spec)
    if type(spec) ~= "table" then engine.fail("pl." .. kind .. " takes a table: pl." .. kind .. " { default, help = \"...\" }") end
    local allowed = { min = true, max = true, help = true, choices = true, tune = true }
    for k in pairs(spec) do
      if k ~= 1 and not allowed[k] then engine.fail("pl." .. kind .. " has no \"" .. tostring(k) .. "\"", did_you_mean(k, allowed)) end
    end
    if spec[1] == nil then engine.fail("pl." .. kind .. " needs a default as its first value") end
    local result = { kind = kind, default = spec[1], where = engine.where() }
    for k, v in pairs(defaults) do result[k] = v end
    for k in pairs(allowed) do if spec[k] ~= nil then result[k] = spec[k] end end
    return result
  end)
end

pl.int = parameter("int", {})
pl.number = parameter("number", {})
pl.share = parameter("share", { min = 0, max = 1 })
pl.boolean = parameter("boolean", {})
pl.text = parameter("text", {})
pl.choice = parameter("choice", {})

-- ---- elements ---------------------------------------------------------------------------------------------------

local Call = { __metatable = false }   -- an element with its arguments, not yet applied to candidates

-- Elements that recipes may call in a shorter way than their parameters have it: full name -> arguments -> arguments.
local spelled_out = {}

local curve_columns = { "", "_2", "_3", "_4" }                                  -- column_2, points_2, weight_2 ...
local curve_lists = { at = true, points = true, points_2 = true, points_3 = true, points_4 = true }

-- { tempo = { 120, 170 }, energy = { 0.3, 0.9, weight = 0.5 } }: every list is the points of the column of its name.
spelled_out["ordering.curve"] = function(arguments)
  local result, names = {}, {}
  for k, v in pairs(arguments) do
    if type(k) == "string" and type(v) == "table" and not curve_lists[k] then names[#names + 1] = k else result[k] = v end
  end
  table.sort(names)
  if #names > #curve_columns then
    engine.fail("pl.ordering.curve takes at most " .. #curve_columns .. " columns, got " .. #names)
  end
  for i, name in ipairs(names) do
    local points, ending = {}, curve_columns[i]
    if result["column" .. ending] or (i == 1 and result[1]) then
      engine.fail("pl.ordering.curve: " .. name .. " = { ... } and column" .. ending .. " are two ways to say the same")
    end
    for k, v in pairs(arguments[name]) do
      if type(k) == "number" then points[k] = v
      elseif k == "weight" then result["weight" .. ending] = v
      else engine.fail("pl.ordering.curve: " .. name .. " has no \"" .. tostring(k) .. "\"", did_you_mean(k, { weight = true })) end
    end
    result["column" .. ending], result["points" .. ending] = name, points
  end
  local at = result.at
  for _, ending in ipairs(curve_columns) do
    local points = result["points" .. ending]
    if type(points) == "table" and #points == 0 then engine.problem("pl.ordering.curve: " .. tostring(result["column" .. ending]) .. " needs at least one point", "write e.g. tempo = { 120, 170 }") end
    if type(at) == "table" and type(points) == "table" and #at > 0 and #at ~= #points then
      engine.problem("pl.ordering.curve: at has " .. #at .. " positions, and a curve " .. #points .. " points", "give one for each point")
    end
  end
  for i = 2, type(at) == "table" and #at or 0 do
    if type(at[i]) == "number" and type(at[i - 1]) == "number" and at[i] <= at[i - 1] then
      engine.problem("pl.ordering.curve: the positions of at must ascend", "write e.g. at = { 0, 0.8, 1 }")
    end
  end
  return result
end

local function element_caller(kind, name)
  local full = kind .. "." .. name
  return engine.unfollowed(function(arguments)
    arguments = arguments or {}
    if type(arguments) ~= "table" then arguments = { arguments } end
    if spelled_out[full] then arguments = spelled_out[full](arguments) end
    engine.check_element(full, arguments)
    if kind == "recall" then return engine.node { step = full, arguments = arguments } end
    return setmetatable({ element = full, arguments = arguments }, Call)
  end)
end

local function playlist(arguments)
  local given = {}
  for k, v in pairs(type(arguments) == "table" and arguments or { arguments }) do given[k == "owner" and "of" or k] = v end
  return engine.node { step = "playlist", arguments = given }
end

for _, kind in ipairs { "recall", "ranking", "filtering", "ordering" } do
  local callers = { playlist = kind == "recall" and playlist or nil }
  pl[kind] = setmetatable({}, {
    __metatable = false,
    __index = function(_, name)
      name = tostring(name)
      if not callers[name] then
        engine.check_element(kind .. "." .. name)   -- raises "no plugin offers ..."
        callers[name] = element_caller(kind, name)
      end
      return callers[name]
    end,
    __newindex = function() engine.fail("pl." .. kind .. " cannot be changed") end,
  })
end

-- ---- verbs on candidates ------------------------------------------------------------------------------------------

local methods = {}

local words_of_lua = {}
for word in ("and or not nil true false t known clamp lerp sigmoid step decay math"):gmatch "%a+" do words_of_lua[word] = true end

-- `energy > 0.5`, written as a text, as a function of a track.
local function as_formula(text)
  if #text > 200 or text:find "\n" or text:find "%f[%w_]t%." or text:find "return" then return "function(t) return ... end" end
  local texts = {}
  text = text:gsub("[\"'][^\"']*[\"']", function(quoted) texts[#texts + 1] = quoted return "\1" .. #texts .. "\1" end)
  text = text:gsub("!=", "~="):gsub("&&", "and"):gsub("||", "or"):gsub("%f[=~<>]=%f[^=]", "==")
  text = text:gsub("%f[%w_.][%a_][%w_]*", function(word) return words_of_lua[word] and word or "t." .. word end)
  text = text:gsub("\1(%d+)\1", function(k) return texts[tonumber(k)] end)
  return "function(t) return " .. text .. " end"
end

-- What to write for a step that was given as a text: the element of that name, or the function it may mean.
local function instead_of_text(kind, verb, text)
  local name = text:match "^%a+%.([%w_]+)$" or text
  if engine.elements()[kind .. "." .. name] == kind then return "write :" .. verb .. "(pl." .. kind .. "." .. name .. " {})" end
  if kind == "ranking" then return "write :rank(pl.ranking.NAME {}); engine plugins list tells which there are" end
  return "write :" .. verb .. "(" .. as_formula(text) .. ")"
end

-- Applies an element of `kind`, or a plain function of a row.
local function apply(node, kind, verb, step, ...)
  if type(step) == "function" then
    return engine.node { step = verb .. "_function", inputs = { node }, call = step, arguments = ... or {} }
  end
  if type(step) == "table" and step.element then
    if step.element:match "^%a+" ~= kind then
      engine.fail(":" .. verb .. " takes a " .. kind .. " element or a function, got " .. step.element)
    end
    return engine.node { step = step.element, inputs = { node }, arguments = step.arguments }
  end
  engine.fail(":" .. verb .. " takes a " .. kind .. " element or a function, got " .. (step == nil and "nothing" or "a " .. type(step)),
    type(step) == "string" and instead_of_text(kind, verb, step) or nil)
end

function methods:filter(step, reason) return apply(self, "filtering", "filter", step, { reason = reason }) end
function methods:rank(step)
  if type(step) == "function" then engine.fail(":rank takes a ranking element; for a formula use :score(function) or :column(name, function)") end
  return apply(self, "ranking", "rank", step)
end
function methods:order(step) return apply(self, "ordering", "order", step) end

function methods:score(formula)
  if type(formula) == "table" then return engine.node { step = "score_weights", inputs = { self }, weights = formula } end
  if type(formula) ~= "function" then engine.fail(":score takes a function of a row or a table of weights, got " .. (formula == nil and "nothing" or "a " .. type(formula)),
    type(formula) == "string" and "write :score(" .. as_formula(formula) .. ")" or nil) end
  return engine.node { step = "score", inputs = { self }, call = formula }
end

-- Goes from track to track: :walk { steps = 50, score = function(t) ... end }, or score = { similarity = 10, ... }.
function methods:walk(arguments)
  local given, score = {}, nil
  if arguments ~= nil and type(arguments) ~= "table" then arguments = { arguments } end
  for k, v in pairs(arguments or {}) do
    if k == "score" then score = v else given[k] = v end
  end
  if score ~= nil and type(score) ~= "function" and type(score) ~= "table" then
    engine.fail(":walk takes score = a function of a row or a table of weights, got a " .. type(score),
      type(score) == "string" and "write score = " .. as_formula(score) or nil)
  end
  return engine.node { step = "walk", inputs = { self }, arguments = given,
    call = type(score) == "function" and score or nil, weights = type(score) == "table" and score or nil }
end

-- The steps that are called like most: as a verb with a table of arguments, or with its arguments and then a formula.
local makers, combiners = {}, {}

-- { "2019-06", "2019-09" } as { from = "2019-06", to = "2019-09" }.
local function with_ends_named(step, arguments)
  if arguments[2] == nil or arguments[1] == nil then return arguments end
  local named = {}
  for k, v in pairs(arguments) do named[(k == 1 or k == 2) and step.arguments[k] or k] = v end
  return named
end

function makers.verb(step)
  methods[step.name] = function(self, arguments)
    if arguments ~= nil and type(arguments) ~= "table" then arguments = { arguments } end
    if step.takes_span and arguments then arguments = with_ends_named(step, arguments) end
    return engine.node { step = step.name, inputs = { self }, arguments = arguments or {} }
  end
end

function makers.formula(step)
  local takes = "a function of a row" .. (step.returns_text and " that returns a text" or "")
  for i = #step.arguments, 1, -1 do takes = "a " .. step.arguments[i] .. " and " .. takes end
  methods[step.name] = function(self, ...)
    local given = { ... }
    local formula, arguments = given[#step.arguments + 1], {}
    if type(formula) ~= "function" then engine.fail(":" .. step.name .. " takes " .. takes) end
    for i, name in ipairs(step.arguments) do arguments[i == 1 and 1 or name] = given[i] end
    return engine.node { step = step.name, inputs = { self }, call = formula, arguments = arguments }
  end
end

function makers.combiner(step) combiners[step.name] = step end

for _, step in ipairs(engine.steps()) do
  if makers[step.form] then makers[step.form](step) end
end

function methods:rows() return engine.rows(self) end

-- candidates.filter(...) leaves the candidates out.
for name, method in pairs(methods) do
  methods[name] = engine.unfollowed(function(self, ...)
    if not is_node(self) then
      engine.fail(":" .. name .. " needs candidates, got " .. (self == nil and "nothing" or "a " .. type(self)), "write a colon: candidates:" .. name .. "(...)")
    end
    return method(self, ...)
  end)
end

engine.methods(methods)

-- ---- combiners ----------------------------------------------------------------------------------------------------

local function branches_of(combiner, list)
  local what, weight, allowed = "pl." .. combiner.name, combiner.weight, {}
  for _, name in ipairs(combiner.fields) do allowed[name] = true end
  local branches = {}
  for i, item in ipairs(list) do
    local branch = is_node(item) and { item } or item
    if type(branch) ~= "table" then engine.fail(what .. ": branch " .. i .. " is a " .. type(item) .. ", not candidates") end
    for k in pairs(branch) do
      if k ~= 1 and not allowed[k] then engine.fail(what .. ": branch " .. i .. " has no \"" .. tostring(k) .. "\"", did_you_mean(k, allowed)) end
    end
    branches[i] = { node = need_node(branch[1], what .. ": branch " .. i), weight = weight and branch[weight],
                    title = branch.title, quota = branch.quota, at_least = branch.at_least,
                    otherwise = branch.otherwise and need_node(branch.otherwise, what .. ": otherwise of branch " .. i) }
  end
  if #branches == 0 then engine.fail(what .. " needs at least one branch") end
  return branches
end

local function options_of(list)
  local options = {}
  for k, v in pairs(list) do if type(k) == "string" then options[k] = v end end
  return options
end

-- What a combiner asks of its branches beyond that, by its name.
local demands = {}

for name, combiner in pairs(combiners) do
  pl[name] = engine.unfollowed(function(list)
    local branches = branches_of(combiner, list)
    if demands[name] then demands[name](branches, list) end
    return engine.node { step = name, branches = branches, arguments = options_of(list) }
  end)
end

function demands.mix(branches)
  for i, b in ipairs(branches) do
    if type(b.weight) ~= "number" or b.weight < 0 or b.weight > 1 then engine.fail("pl.mix: branch " .. i .. " needs share = 0..1") end
  end
end

-- The first branch that has any candidates, or `at_least` as many as it asks for. One with `title = "..."` gives the list that name, where it is the one taken.
function demands.fallback(branches)
  for i, branch in ipairs(branches) do
    if branch.title ~= nil and type(branch.title) ~= "string" then engine.fail("pl.fallback: branch " .. i .. " needs title = a text") end
  end
end

-- ---- prompts ------------------------------------------------------------------------------------------------------

-- Candidates for a prompt of ListenBrainz Radio: pl.prompt("artist:(Radiohead):2 #jazz", { mode = "hard" }); prompts.lua
-- has what a prompt may say. `engine plan` shows what becomes of it.
function pl.prompt(text, options) return require("prompts").candidates(pl, text, options) end

-- ---- recipes ------------------------------------------------------------------------------------------------------

-- user.artists: what the listener plays, as artists. They come into a list as their tracks.
local artists = strict("user.artists", {
  top = function(_, arguments)
    if type(arguments) ~= "table" then arguments = { arguments } end
    return engine.node { step = "top_artists", arguments = arguments }
  end,
})

-- user.playlists: a playlist by its name. Which there are is known only as of a run.
local function playlists_of(person)
  return setmetatable({}, {
    __metatable = false,
    __index = function(_, name)
      if type(name) ~= "string" then engine.fail("playlists takes a name: user.playlists[\"Road trip\"]") end
      return playlist { name, of = person }
    end,
    __newindex = function() engine.fail("playlists cannot be changed") end,
  })
end

-- `person`: the name of another than the listener.
local function make_user(about, person)
  local sets = engine.user_sets()
  local made, fields = {}, { name = about.name, now = about.now, playlists = playlists_of(person),
    artists = not person and artists or nil }
  local known = { name = true, now = true, playlists = true, artists = not person or nil }
  for name in pairs(sets) do known[name] = true end
  return setmetatable({}, {
    __metatable = false,
    __index = function(_, k)
      if fields[k] ~= nil then return fields[k] end
      if not sets[k] then
        k = missing_field("user", k, known)
        if not sets[k] then return fields[k] end
      end
      made[k] = made[k] or engine.node { step = "set", arguments = { k, of = person } }
      return made[k]
    end,
    __newindex = function() engine.fail("user cannot be changed") end,
  })
end

local listener   -- of the list that is built

local function need_listener(what)
  if not listener then engine.fail(what .. " is known in build only", "move it into build = function(p, user) ... end") end
  return listener
end

-- Another person of the library, with the sets that `user` has. Records, bans and reasons stay the listener's.
function pl.person(name)
  if type(name) ~= "string" then engine.fail("pl.person takes a name: pl.person(\"bob\")") end
  return make_user({ name = name, now = need_listener("pl.person").now }, name)
end

-- Everybody, the listener first: for _, person in ipairs(pl.everyone) do ... person.likes ... end
local function everyone()
  local people = {}
  for i, name in ipairs(engine.people()) do people[i] = pl.person(name) end
  if #people == 0 then people[1] = pl.person(need_listener("pl.everyone").name) end
  return people
end

local recipe_fields = { title = "string", about = "string", params = "table", random_seed = "any", build = "function", tests = "table" }

pl.recipe = engine.unfollowed(function(spec)
  if type(spec) ~= "table" then engine.fail("pl.recipe takes a table") end
  for k in pairs(spec) do
    if not recipe_fields[k] then engine.fail("pl.recipe has no \"" .. tostring(k) .. "\"", did_you_mean(k, recipe_fields)) end
  end
  for _, k in ipairs { "title", "build" } do
    if type(spec[k]) ~= recipe_fields[k] then engine.fail("pl.recipe needs " .. k .. " = a " .. recipe_fields[k]) end
  end
  for name, param in pairs(spec.params or {}) do
    if type(param) ~= "table" or not param.kind then engine.fail("parameter " .. tostring(name) .. " must be made by pl.int, pl.number, pl.share, pl.boolean, pl.text or pl.choice") end
  end
  return {
    title = spec.title, about = spec.about or "", params = spec.params or {}, random_seed = spec.random_seed,
    tests = spec.tests,
    build = function(values, about)
      listener = about
      return spec.build(strict("parameters", values, engine.parameter_read), make_user(about),
        strict("now", about.moment, engine.now_read))
    end,
  }
end)

local offered = strict("pl", pl)
return setmetatable({}, {
  __metatable = false,
  __index = function(_, k)
    if k == "everyone" then return everyone() end
    return offered[k]
  end,
  __newindex = function(_, k) engine.fail("pl cannot be changed (tried to set \"" .. tostring(k) .. "\")") end,
})
