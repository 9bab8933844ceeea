-- The trusted core of the Lua runtime, run once per state: core(host) -> what the C++ side uses.
-- Builds the sandbox's environments and the row objects and drivers of formulas. The only Lua text
-- that holds ffi; nothing of it but whitelisted functions is handed to recipes.
--
--   host.fail(what, why, fix)      raises an error at the user's line
--   host.nearest(word, list)       the near one of a list, or nil
--   host.slow_tick()               looks at the clock
--   host.alarm, host.alarm_is_up   is the alarm up? a pointer and int (*)(const void *)
--   host.binding                   const uint32_t *: the number of the run of a formula, 0 outside of one
--   host.gsub  host.format  host.sort   the same as string.gsub ..., and bounded where they call Lua in turn
--   host.keys_without_order(type)  raises the error of pairs() over such keys
--   host.column(name)              description of a column of the formula, or nil
--   host.column_data(place)        its data in this run, and its texts
--   host.is_family(name)           are there columns t.NAME.PERSON?
--   host.tag_bits(place, tag)      of a column of tags: a pointer to a bit for each track, and how many tracks there are
--   host.column_names()            all of them, sorted
--   host.bad_result(row, type, missing)   raises the error for a row without a number
--   host.print(text)  host.require(name)  host.engine (table)  host.random_seed (number)
local host = ...

local ffi = require_ffi
local type, tonumber, rawget, rawset, setmetatable = type, tonumber, rawget, rawset, setmetatable
local next, select, unpack, load, pcall, error = next, select, unpack, load, pcall, error
local math, table, string, ipairs, getmetatable = math, table, string, ipairs, getmetatable
local sort, concat, dump = table.sort, table.concat, string.dump
local fail = host.fail
local NAN = 0 / 0
local ROW = "\0"   -- the hidden field of every row; no source text can spell it but as an index

jit.opt.start("maxtrace=4000", "maxrecord=8000", "maxmcode=16384", "sizemcode=64")
math.randomseed(host.random_seed)

-- ---- ticks ----------------------------------------------------------------------------------------

-- A timer raises the alarm (lua_alarm.hpp). Its flag is read by a call, which the compiler cannot take out of a
-- loop, at every 32nd tick; at every tick where those take so long that the alarm was up at the last look.

local alarm_is_up, alarm = ffi.cast("int (*)(const void *)", host.alarm_is_up), ffi.cast("const void *", host.alarm)
local slow_tick = host.slow_tick
local left = 0
local function tick()
  left = left - 1
  if left < 0 then
    if alarm_is_up(alarm) ~= 0 then
      slow_tick()
      left = 0
    else
      left = 31
    end
  end
end

-- ---- functions that are the same in every run --------------------------------------------------------
-- LuaJIT's own `pairs` follows a hash that differs from process to process, and its `tostring` shows
-- addresses; a recipe must give the same list every time. Keys that are tables, functions, candidates, rows or 64-bit
-- numbers have no order but that of their addresses: several of them go by their values, which must be texts or numbers
-- that differ, or pairs and next refuse the table.

local ranks = { boolean = 1, number = 2, string = 3 }

local function before(a, b)
  local ra, rb = ranks[type(a)] or 4, ranks[type(b)] or 4
  if ra ~= rb then return ra < rb end
  if ra == 1 then return not a and b end
  if ra == 4 then return false end
  return a < b
end

local function sort_by_values(keys, t)
  for _, k in ipairs(keys) do
    local v = rawget(t, k)
    if ranks[type(v)] == nil or v ~= v then host.keys_without_order(type(k)) end
  end
  sort(keys, function(a, b) return before(rawget(t, a), rawget(t, b)) end)
  for i = 2, #keys do
    if rawget(t, keys[i - 1]) == rawget(t, keys[i]) then host.keys_without_order(type(keys[i])) end
  end
end

local function sorted_keys(t)
  local keys, count, kind, unordered = {}, 0, nil, nil
  for k in next, t do
    count = count + 1
    keys[count] = k
    local this = type(k)
    if ranks[this] == nil then
      unordered = unordered or {}
      unordered[#unordered + 1] = k
    end
    if kind == nil then kind = this elseif kind ~= this then kind = "mixed" end
  end
  if kind == "string" or kind == "number" then
    sort(keys)
  elseif count > 1 then
    sort(keys, before)
  end
  if unordered and #unordered > 1 then
    sort_by_values(unordered, t)
    for i, k in ipairs(unordered) do keys[count - #unordered + i] = k end
  end
  return keys
end

local function need_table(t, what)
  if type(t) ~= "table" then
    fail(what .. " needs a table, got " .. (t == nil and "nothing" or "a " .. type(t)))
  end
  if rawget(t, ROW) ~= nil then
    fail(what .. " cannot walk over a row", "a row reads its columns when they are named", "write t.energy or t[name]")
  end
end

-- Keys in order: false, true, numbers, texts, and then others by their values.
local function safe_pairs(t)
  need_table(t, "pairs")
  local keys, at = sorted_keys(t), 0
  return function(walked)
    while true do
      at = at + 1
      local k = keys[at]
      if k == nil then return nil end
      local v = rawget(walked, k)
      if v ~= nil then return k, v end
    end
  end, t, nil
end

-- Only next(t): the first pair of pairs(t).
local function safe_next(t, key)
  need_table(t, "next")
  if key ~= nil then
    fail("next takes a table only", nil, "walk the table with: for key, value in pairs(t) do")
  end
  local first = sorted_keys(t)[1]
  if first == nil then return nil end
  return first, rawget(t, first)
end

local raw_tostring, raw_find, raw_match, raw_gsub = tostring, string.find, string.match, string.gsub
local function safe_tostring(v)
  local kind = type(v)
  if kind == "table" or kind == "function" or kind == "userdata" then
    local text = raw_tostring(v)
    if raw_match(text, "^" .. kind .. ": ") then return kind end
    return text
  end
  return raw_tostring(v)
end

local raw_format, deeper_format = string.format, host.format
local function plain_arguments(pattern, ...)
  if raw_find(raw_gsub(pattern, "%%%%", ""), "%%[-+ #0-9.]*p") then
    fail("string.format has no %p", "addresses differ from run to run")
  end
  local arguments = { ... }
  local count = select("#", ...)
  for i = 1, count do
    local kind = type(arguments[i])
    if kind == "table" or kind == "function" or kind == "userdata" then
      arguments[i] = safe_tostring(arguments[i])
    end
  end
  return unpack(arguments, 1, count)
end
local function safe_format(pattern, ...)
  local format = raw_format
  for i = 1, select("#", ...) do
    local kind = type((select(i, ...)))
    if kind == "table" or kind == "userdata" then format = deeper_format end   -- perhaps it calls __tostring
  end
  local text = format(pattern, ...)
  if raw_find(text, "0x", 1, true) or raw_find(text, "builtin#", 1, true) then   -- perhaps an address
    return raw_format(pattern, plain_arguments(pattern, ...))
  end
  return text
end

local deeper_gsub = host.gsub
local function is_text(v) return type(v) == "string" or type(v) == "number" end
local function safe_gsub(s, pattern, replacement, most)
  local kind = type(replacement)
  if (kind == "function" or kind == "table") and is_text(s) and is_text(pattern) then
    return deeper_gsub(s, pattern, replacement, most)
  end
  return raw_gsub(s, pattern, replacement, most)
end

local raw_sort, deeper_sort = sort, host.sort
local function safe_sort(t, before)
  if type(t) ~= "table" or (before ~= nil and type(before) ~= "function") then return raw_sort(t, before) end
  return deeper_sort(t, before)
end

local raw_rep = string.rep
local LONGEST = 1000000
local function safe_rep(s, n, separator)
  local length = (#s + (separator and #separator or 0)) * n
  if length > LONGEST then
    fail(raw_format("string.rep would make a text of %.0f bytes", length), raw_format("at most %d are allowed", LONGEST))
  end
  return raw_rep(s, n, separator)
end

local function safe_randomseed()
  fail("the engine seeds the random numbers", "the same run gives the same list", "set random_seed in pl.recipe, or give --random-seed")
end

-- Counts draws: a result that hangs on them cannot be kept for another run.
local raw_random, draws = math.random, 0
local function safe_random(...)
  draws = draws + 1
  return raw_random(...)
end

local function safe_print(...)
  local texts = { ... }
  for i = 1, select("#", ...) do texts[i] = safe_tostring(texts[i]) end
  host.print(concat(texts, "\t"))
end

-- ---- numbers for formulas; compiled without branches, NaN (missing) stays NaN ---------------------------

local exp = math.exp
local function number_function(name) return ffi.cast("double (*)(double, double)", host[name]) end
local known_number, step_number = number_function "known_number", number_function "step_number"
local least_number, most_number = number_function "least_number", number_function "most_number"

-- LuaJIT's own min and max may give either argument where one is NaN, interpreted one, compiled the other.
local function chosen(raw, choose)
  return function(a, b, ...)
    if b == nil then return raw(a) end
    local best = choose(a, b)
    for i = 1, select("#", ...) do best = choose(best, (select(i, ...))) end
    return best
  end
end
local min, max = chosen(math.min, least_number), chosen(math.max, most_number)

local function known(x, default)   -- x, or the default where x is missing
  if type(x) == "number" and type(default) == "number" then return known_number(x, default) end
  if x == nil or x ~= x then return default end
  return x
end
local function clamp(x, low, high) return min(high, max(low, x)) end
local function lerp(a, b, x) return a + (b - a) * x end
local function sigmoid(x) return 1 / (1 + exp(-x)) end
local function step(edge, x) return step_number(edge, x) end   -- 0 below the edge, 1 from it on
local HALF = math.log(2)
local function decay(age, half_life) return exp(age * (-HALF / half_life)) end   -- 1 now, 0.5 after half_life

-- ---- environments ---------------------------------------------------------------------------------------

local function pick(from, names)
  local picked = {}
  for name in names:gmatch "%S+" do picked[name] = from[name] end
  return picked
end

local math_names = "abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp huge ldexp log log10 modf pi pow rad random sin sinh sqrt tan tanh"
local string_names = "byte char find gmatch len lower match reverse sub upper"
local table_names = "concat insert maxn remove"
local base = pick(_G, "assert error ipairs pcall select tonumber type unpack xpcall")
for name, value in next, {
  pairs = safe_pairs, next = safe_next, tostring = safe_tostring, print = safe_print,
  known = known, clamp = clamp, lerp = lerp, sigmoid = sigmoid, step = step, decay = decay,
} do base[name] = value end

-- Texts reach the real string table by ("x"):rep(), so that table itself is reduced.
local string_functions = pick(string, string_names)
string_functions.rep, string_functions.format, string_functions.gsub = safe_rep, safe_format, safe_gsub
for name in next, string do string[name] = nil end
for name, value in next, string_functions do string[name] = value end
getmetatable("").__metatable = false

local function names_of(t)
  local names = {}
  for k in next, t do if type(k) == "string" then names[#names + 1] = k end end
  sort(names)
  return names
end
local function did_you_mean(word, names)
  local near = host.nearest(safe_tostring(word), names)
  return near and "did you mean " .. near .. "?" or nil
end

-- Names of Lua and of other languages that recipes have not, and what to write instead.
local instead = {
  os = "the time of the run is user.now (Unix seconds); a formula has t.days_since_played and its like",
  io = "a recipe reads and writes no files: engine run --to FORMAT:FILE writes its list",
  null = "write nil", None = "write nil", undefined = "write nil", NULL = "write nil",
  True = "write true", False = "write false",
  len = "write #list, or #candidates", range = "write: for i = 1, 10 do ... end",
  console = "write print(...)", printf = "write print(string.format(...))",
  dofile = "write require \"name\" for name.lua beside the recipe", loadfile = "write require \"name\" for name.lua beside the recipe",
}

-- A fresh environment for a chunk; `is_module` adds setmetatable and the table `engine`.
local function environment(is_module)
  local env = {}
  for name, value in next, base do env[name] = value end
  env.math = pick(math, math_names)
  env.math.min, env.math.max, env.math.randomseed = min, max, safe_randomseed
  env.math.random = safe_random
  env.string = pick(string_functions, string_names .. " rep format gsub")
  env.table = pick(table, table_names)
  env.table.sort = safe_sort
  env.require = host.require
  if is_module then
    env.setmetatable = setmetatable
    env.engine = pick(host.engine, concat(names_of(host.engine), " "))
  end
  return setmetatable(env, {
    __metatable = false,
    __index = function(t, name)
      name = safe_tostring(name)
      fail("unknown name \"" .. name .. "\"", nil, instead[name] or did_you_mean(name, names_of(t)))
    end,
    __newindex = function(_, name)
      name = safe_tostring(name)
      fail("\"" .. name .. "\" would be a global name", "recipes and scripts have none", "write: local " .. name .. " = ...")
    end,
  })
end

-- ---- rows of formulas --------------------------------------------------------------------------------------

local pointers = {
  [1] = ffi.typeof "const float *", [2] = ffi.typeof "const double *", [3] = ffi.typeof "const int32_t *",
  [4] = ffi.typeof "const int64_t *", [5] = ffi.typeof "const int32_t *", [6] = ffi.typeof "const uint8_t *",
}
local int32_pointer, float_pointer, byte_pointer = pointers[3], ffi.typeof "float *", ffi.typeof "uint8_t *"
local I32_MISSING, I64_MISSING = -2147483648, ffi.cast("int64_t", bit.lshift(1LL, 63))

local function unknown_column(name)
  name = safe_tostring(name)
  local names = host.column_names()
  local hint = did_you_mean(name, names)
  local why = nil
  if not hint then
    why = #names == 0 and "these candidates have no columns" or "there are: " .. concat(names, ", ")
  end
  fail("unknown column \"" .. name .. "\"", why, hint)
end

local function refuse_write(_, name)
  fail("a formula cannot change a track (it tried to set \"" .. safe_tostring(name) .. "\")", nil,
    "keep it in a local variable, or add a column with :column(name, function)")
end

-- What a column's stored item means: numbers with NaN for missing, texts, true and false; nil for a
-- missing text or flag.
local decoders = {
  [1] = function(p, i) return tonumber(p[i]) end,
  [3] = function(p, i) local v = p[i] if v == I32_MISSING then return NAN end return v end,
  [4] = function(p, i) local v = p[i] if v == I64_MISSING then return NAN end return tonumber(v) end,
  [5] = function(p, i, names) return names[p[i] + 1] end,
  [6] = function(p, i) local v = p[i] if v == 255 then return nil end return v ~= 0 end,
}
decoders[2] = decoders[1]

local running = ffi.cast("const uint32_t *", host.binding)

local function not_of_this_run()
  fail("a track of another formula cannot be read",
    "it was kept from a formula that has ended, or that waits for this one",
    "keep what you need of it, as in: local energy = t.energy")
end

-- t.has_tag("rock"): a row's t.has_tag is { [ROW] = its track }, called. Every column of tags has a metatable of its
-- own, which holds the bits of the tags that were asked for in this run.
local TAGS = 100
local word_pointer, band, rshift = ffi.typeof "const uint32_t *", bit.band, bit.rshift

local function need_tag(tag)
  if type(tag) == "string" then return end
  fail("has_tag takes the name of a tag, got " .. (tag == nil and "nothing" or "a " .. type(tag)), nil,
    "write t.has_tag(\"rock\"), with a dot")
end

local function add_tags(c)
  local known, tracks, run = {}, 0, 0
  c.pointer = { __metatable = false, __newindex = function() fail "tags cannot be changed" end }
  function c.pointer.__call(asked, tag)
    if running[0] ~= run then not_of_this_run() end
    local bits = known[tag]
    if not bits then
      need_tag(tag)
      local address, count = host.tag_bits(c.place, tag)
      bits, tracks = ffi.cast(word_pointer, address), count
      known[tag] = bits
    end
    local track = rawget(asked, ROW)
    if type(track) ~= "number" or not (track >= 0 and track < tracks) then fail "a row's number was changed" end
    return band(rshift(bits[rshift(track, 5)], band(track, 31)), 1) ~= 0
  end
  function c.renew() known, run = {}, running[0] end
  c.renew()
end
decoders[TAGS] = function(p, track) return setmetatable({ [ROW] = track }, p) end

-- How columns of a formula are read, by name: filled as they are asked for. One table serves all runs of a formula,
-- each of which rebinds it to its own data.
local function reader(readers, name)
  local c = readers[name]
  if c == nil then
    c = type(name) == "string" and host.column(name)
    if not c then return nil end
    c.decode = decoders[c.type]
    if c.type == TAGS then add_tags(c) else c.pointer = ffi.cast(pointers[c.type], c.data) end
    readers[name] = c
  end
  return c
end

local function rebind(readers)
  for _, c in next, readers do
    if c.renew then
      c.renew()
    else
      local data, names = host.column_data(c.place)
      c.pointer, c.names = ffi.cast(pointers[c.type], data), names
    end
  end
end

-- The metatable of rows that read any column: a row is { [ROW] = its number }. `seen` (when given) collects the
-- names read, with the value last read; `replaced` (when given) overrides values by name. Rows are of the run of a
-- formula in which this is called; they do not outlive it, as its columns do not.
local function flexible_rows(seen, replaced, readers)
  local tracks = host.tracks() and ffi.cast(int32_pointer, host.tracks())
  local rows, run = host.rows(), running[0]
  readers = readers or {}
  local read
  local function family(name, i)   -- t.plays_of, whose fields are people
    return setmetatable({ [ROW] = i }, {
      __metatable = false, __newindex = refuse_write,
      __index = function(asked, person) return read(name .. "." .. safe_tostring(person), rawget(asked, ROW)) end,
    })
  end
  local function value(name, i)
    if running[0] ~= run then not_of_this_run() end
    if type(i) ~= "number" or not (i >= 0 and i < rows) then fail "a row's number was changed" end
    local c = readers[name] or reader(readers, name)
    if not c then
      if type(name) == "string" and host.is_family(name) then return family(name, i) end
      unknown_column(name)
    end
    return c.decode(c.pointer, c.by_track and tracks[i] or i, c.names)
  end
  function read(name, i)
    local v
    if replaced and replaced[name] ~= nil then v = replaced[name] else v = value(name, i) end
    if seen then seen[name] = v == nil and NAN or v end
    return v
  end
  return {
    __metatable = false,
    __newindex = refuse_write,
    __index = function(t, name) return read(name, rawget(t, ROW)) end,
  }
end

local function flexible_row(i, ...) return setmetatable({ [ROW] = i }, flexible_rows(...)) end

-- ---- drivers ---------------------------------------------------------------------------------------------
-- Each formula gets a loop of its own (a shared one would make every later formula a side trace of the
-- first). The row is a fresh table of the columns the formula names, which the compiler keeps in
-- registers; columns it did not expect are read through the row's metatable.

local MOST_COLUMNS = 40
local statements = {
  [1] = "local v%d = p%d[%s]", [2] = "local v%d = p%d[%s]",
  [3] = "local v%d = p%d[%s] if v%d == -2147483648 then v%d = NAN end",
  [4] = "local v%d = p%d[%s] if v%d == MISSING then v%d = NAN else v%d = tonumber(v%d) end",
  [5] = "local v%d = n%d[p%d[%s] + 1]",
  [6] = "local v%d = p%d[%s] if v%d == 255 then v%d = nil else v%d = v%d ~= 0 end",
  [TAGS] = "local v%d = setmetatable({ ['\\0'] = %s }, p%d)",
}

local function statement(kind, k, index)
  local text = statements[kind]:gsub("%%s", index)
  return (text:gsub("%%d", k))
end

local endings = {
  score = "if type(v) ~= 'number' then bad(j, v) end out[j] = v",
  filter = "if v then out[j] = 1 else out[j] = 0 end",
}

-- The loop over rows that are read from `names`, as a function of what it works on in one run; and its columns.
local function compile(kind, names, readers)
  local declare, reads, fields = {}, {}, {}
  local columns, by_track = {}, false
  for _, name in ipairs(names) do
    local c = #columns < MOST_COLUMNS and reader(readers, name)
    if c then
      local k = #columns + 1
      columns[k] = c
      declare[k] = raw_format("local p%d, n%d = columns[%d].pointer, columns[%d].names", k, k, k, k)
      by_track = by_track or c.by_track
      reads[k] = statement(c.type, k, c.by_track and "i" or "j")
      fields[k] = raw_format("[%q] = v%d,", name, k)
    end
  end
  local source = concat({
    "local f, out, columns, tracks, mt, bad, NAN, MISSING = ...",
    "local setmetatable, type, tonumber = setmetatable, type, tonumber",
    concat(declare, " "),
    "return function(from, to) for j = from, to - 1 do",
    by_track and "local i = tracks[j]" or "",
    concat(reads, " "),
    "local v = f(setmetatable({" .. concat(fields, " ") .. " ['\\0'] = j }, mt))",
    endings[kind],
    "end end",
  }, "\n")
  local driver_env = { setmetatable = setmetatable, type = type, tonumber = tonumber }
  return load(source, "=driver", "t", driver_env), columns
end

local function bad(row, v) host.bad_result(row, v == nil and "nothing" or type(v)) end

local FEW = 128   -- so few rows are not worth compiling for

-- What runs a formula again and again: a function that does the first rows one by one, which also refuses writes and
-- tells which columns are read through helper functions, and returns the loop for the others, or nil when there are
-- none. `mentioned`: columns that the formula's text names.
local function driver(f, kind, mentioned)
  local readers, loop, columns = {}, nil, nil
  local pointer = kind == "score" and float_pointer or byte_pointer
  return function(out_address, rows)
    rebind(readers)
    local out = ffi.cast(pointer, out_address)
    local seen = {}
    local flexible = flexible_rows(seen, nil, readers)
    local first = rows <= FEW and rows or 1
    for j = 0, first - 1 do
      local v = f(setmetatable({ [ROW] = j }, flexible))
      if kind == "score" then
        if type(v) ~= "number" then bad(j, v) end
        out[j] = v
      else
        out[j] = v and 1 or 0
      end
    end
    if first == rows then return nil end
    if not loop then
      for _, name in ipairs(mentioned) do seen[name] = true end
      loop, columns = compile(kind, names_of(seen), readers)
    end
    local tracks = host.tracks() and ffi.cast(int32_pointer, host.tracks())
    return loop(f, out, columns, tracks, flexible_rows(nil, nil, readers), bad, NAN, I64_MISSING)
  end
end

-- The columns of one row that the formula read and that were missing there.
local function missing_columns(f, j)
  local seen = {}
  pcall(f, flexible_row(j, seen))
  local missing = {}
  for _, name in ipairs(names_of(seen)) do
    if seen[name] ~= seen[name] then missing[#missing + 1] = name end
  end
  return missing
end

local function text(f, j) return f(flexible_row(j)) end

-- The formula's value for one row, and for each number or flag it read (by name) the value with that
-- column replaced. typical(name) gives the replacement or nil.
local function contributions(f, j, typical)
  local seen, replaced = {}, {}
  local row = flexible_row(j, seen, replaced)
  local base_value = f(row)
  if type(base_value) ~= "number" then return {} end
  local results = {}
  for _, name in ipairs(names_of(seen)) do
    local other = typical(name)
    if other ~= nil then
      replaced[name] = other
      local v = f(row)
      if type(v) == "number" then results[#results + 1] = { name, base_value - v } end
      replaced[name] = nil
    end
  end
  return results
end

-- Functions that programs over blocks know, by function.
local formula_functions = {
  [known] = "known", [clamp] = "clamp", [lerp] = "lerp", [sigmoid] = "sigmoid", [step] = "step",
  [decay] = "decay", [min] = "min", [max] = "max",
}
for name in ("abs atan ceil cos exp floor log log10 pow sin sqrt tan tanh"):gmatch "%S+" do
  formula_functions[math[name]] = name
end

local core = {
  environment = environment, tick = tick, driver = driver, text = text,
  contributions = contributions, missing_columns = missing_columns,
  formula_functions = formula_functions, seed = math.randomseed,
  code = function(f) return dump(f, true) end, draws = function() return draws end,
}
local globals = _G
for k in next, globals do globals[k] = nil end   -- nobody needs the real globals any more
return core
