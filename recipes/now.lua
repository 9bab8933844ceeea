-- Now: your own songs for this moment: the session that goes on, and this part of the day and of the week.
-- Songs   what you played, liked, saved or put into a playlist; none that you banned or rejected, and few (`repeats`)
--         of the session that goes on
-- Score   how often you played it lately (`lately`) and how present it is to you altogether (`habit`), how often you heard it
--         in sessions with what you play now (`together`), how near it is to what you hear now (`mood`; counts while a
--         session goes on), how likely its mood is the one that comes next (`next_mood`), how gladly you hear it (`taste`), and how much of its plays falls into this part of the day
--         (`daypart`) and on days like this one (`week`), compared with songs without such habits
-- Try     engine run now, engine run now --now 2026-11-21T22:00:00Z; --set daypart=3 for a list that goes by the clock
local pl = require "playlist"

return pl.recipe {
  title = "Now",
  about = "Your own songs for the session that goes on and this part of the day.",
  params = {
    tracks     = pl.int    { 30,  min = 1, max = 500, help = "length of the playlist" },
    lately     = pl.number { 3,   min = 0, max = 20, tune = true, help = "weight of how often you played it in the last 30 days, by the logarithm" },
    habit      = pl.number { 1,   min = 0, max = 20, tune = true, help = "weight of how present it is to you, by all plays and how long ago they were" },
    together   = pl.number { 8,   min = 0, max = 100, tune = true, help = "weight of having heard it in sessions with what you play now" },
    mood       = pl.number { 1,   min = 0, max = 20, tune = true, help = "weight of being near to what you hear now, while a session goes on" },
    next_mood  = pl.number { 2,   min = 0, max = 20, tune = true, help = "weight of the chance that its mood comes next, where `engine train moods next_mood` has learned it" },
    taste      = pl.number { 1,   min = 0, max = 20, tune = true, help = "weight of how gladly you hear it (ranking.preference)" },
    daypart    = pl.number { 1,   min = 0, max = 20, tune = true, help = "weight of being played in this part of the day" },
    week       = pl.number { 0.5, min = 0, max = 20, tune = true, help = "weight of being played on workdays, or at weekends" },
    noise      = pl.number { 0.3, min = 0, max = 20, help = "what chance adds to a score, at most" },
    pause      = pl.int    { 40,  min = 1, max = 1440, help = "minutes since a song began after which no session goes on" },
    repeats    = pl.share  { 0.3,  help = "share of the list that songs of the session that goes on may have" },
    per_artist = pl.int    { 4,   min = 1, max = 500, help = "songs of one artist, at most" },
    spacing    = pl.int    { 3,   min = 0, max = 50, help = "songs between two of the same artist, where possible" },
  },
  random_seed = "day",

  build = function(p, user, now)
    local at, pause = user.now, p.pause * 60
    local session = user.sessions:filter(function(t) return t.session == 1 end)
    local goes_on = #session:filter(function(t) return at - t.ts < pause end) > 0
    local mood = goes_on and p.mood or 0
    -- What it is played then, drawn to that of songs without habits: a quarter of the day, two days of seven or five.
    local then_plays, is_weekend = "plays_" .. now.daypart, now.weekday == "saturday" or now.weekday == "sunday"
    local week_plays, days = is_weekend and "plays_weekend" or "plays_workday", is_weekend and 2 or 5
    local own = (user.listens + user.library)
      :filter(pl.filtering.allowed {})
      :rank(pl.ranking.preference {})
      :rank(pl.ranking.mood_now {})
      :rank(pl.ranking.sessions {})
      :rank(pl.ranking.next_mood { optional = true })
      :score(function(t)
        return p.lately * math.log(1 + t.plays_30d) + p.habit * t.base_level + p.together * t.session_fit + mood * t.mood_now
          + p.next_mood * known(t.next_mood, 0) + p.taste * t.preference + p.daypart * math.log(4 * (t[then_plays] + 1) / (t.plays + 4))
          + p.week * math.log(7 / days * (t[week_plays] + days) / (t.plays + 7)) + p.noise * math.random()
      end)
    local list = own
    if goes_on then list = pl.mix { { own * session, share = p.repeats }, { own - session, share = 1 - p.repeats } } end
    return list:limit { tracks = p.tracks, per_artist = p.per_artist }
      :explain(function(t) return ("NOW: %d of %d plays in the %s"):format(t[then_plays], t.plays, now.daypart) end)
      :order(pl.ordering.transitions { gap = p.spacing })
  end,
}
