-- Mood: your own songs that fit a mood, or what you are playing just now.
-- Mood    `now`: the sound of your last `window` plays; or calm, happy, sad, energetic; or own, with `energy` and `valence`
-- Score   how well a song fits, and a little of your taste
-- Result  `tracks` songs with small jumps from one to the next, artists `spacing` songs apart
-- Try     --set mood=calm; mood = "own", energy = 0.8, valence = 0.3
local pl = require "playlist"
local shuffles = require "shuffles"

local places = {   -- energy and valence
  calm = { 0.2, 0.5 }, happy = { 0.7, 0.9 }, sad = { 0.25, 0.15 }, energetic = { 0.9, 0.6 },
}

return pl.recipe {
  title = "Mood",
  about = "Your own songs that fit a mood, or what you are playing just now.",
  params = {
    tracks   = pl.int    { 40,    min = 1, max = 1000, help = "length of the playlist" },
    mood     = pl.choice { "now", choices = { "now", "calm", "happy", "sad", "energetic", "own" }, help = "now: what you played last; own: energy and valence below" },
    energy   = pl.number { 0.5,   min = 0, max = 1, help = "of mood = own: 0 calm, 1 wild" },
    valence  = pl.number { 0.5,   min = 0, max = 1, help = "of mood = own: 0 sad, 1 cheerful" },
    window   = pl.int    { 20,    min = 1, max = 1000, help = "of mood = now: plays that make it" },
    decay    = pl.number { 0.85,  min = 0, max = 1, help = "of mood = now: what each earlier play counts of the one after it" },
    taste    = pl.number { 0.2,   min = 0, max = 10, tune = true, help = "weight of your taste; the fit to the mood counts 1" },
    chance   = pl.number { 0.05,  min = 0, max = 10, help = "0: always those that fit best; higher: any of those that fit" },
    finished = pl.int    { 2,     min = 1, max = 1000, help = "with few likes: songs that you heard to the end this often" },
    spacing  = pl.int    { 4,     min = 0, max = 50, help = "songs between two of the same artist, where possible" },
  },
  random_seed = "day",

  build = function(p, user)
    local own = shuffles.songs(user, p.finished):rank(pl.ranking.taste {})
    if p.mood == "now" then
      own = own:rank(pl.ranking.mood_now { window = p.window, decay = p.decay }):column("fit", function(t) return t.mood_now end)
    else
      local place = places[p.mood] or { p.energy, p.valence }
      own = own
        :rank(pl.ranking.mood { energy = place[1], valence = place[2], energy_from = "energy_or_artist", valence_from = "valence_or_artist" })
        :column("fit", function(t) return known(t.mood, 0) end)
    end
    local per_artist = math.max(1, math.floor(p.tracks / (p.spacing + 1)))   -- more could not be kept apart
    return own
      :score(function(t) return t.fit + p.taste * t.taste end)
      :filter(pl.filtering.per_artist { max = per_artist })
      :top(p.tracks * 4)
      :sample { temperature = p.chance }
      :limit { tracks = p.tracks, per_artist = per_artist }
      :order(pl.ordering.transitions { gap = p.spacing, valence = 1 })
  end,
}
