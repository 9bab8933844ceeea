-- Smart shuffle: your own songs, each drawn from those near the one before, so that the mood holds and nothing comes too
-- soon again.
-- Songs   what you liked, saved or put into a playlist; of fewer than `few` also what you heard to the end `finished` times;
--         without those everything that you heard. None that you banned or rejected
-- Walk    each next song is drawn from the `neighbours` nearest to the one before and a few by lot, by a score that you
--         see below; it goes on from what you heard last, and over the days every song comes before one comes a third time
-- Try     --set from="ARTIST - TITLE", and to="..." for a way between two songs; wildness = 3 for closer to plain shuffle,
--         likeness = 20 for closer neighbours. `engine shuffle` is the short way
local pl = require "playlist"
local shuffles = require "shuffles"

return pl.recipe {
  title = "Smart shuffle",
  about = "Your own songs, shuffled so that each follows from the one before.",
  params = {
    tracks     = pl.int    { 50,  min = 1, max = 1000, help = "length of the playlist" },
    from       = pl.text   { "",  help = "the song that it starts with: ARTIST - TITLE, TITLE or track:NUMBER" },
    to         = pl.text   { "",  help = "the song that it ends with; then it is a way from one to the other" },
    few        = pl.int    { 100, min = 0, max = 1000000, help = "with fewer songs liked, saved or in playlists, those heard to the end are yours too" },
    finished   = pl.int    { 2,   min = 1, max = 1000, help = "with few likes: songs that you heard to the end this often" },
    neighbours = pl.int    { 50,  min = 1, max = 1000, help = "songs to choose from at each step" },
    recent     = pl.int    { 50,  min = 0, max = 10000, help = "songs heard last that do not come while others are left; of few songs half of them" },
    by_lot     = pl.int    { 5,   min = 0, max = 1000, help = "songs from anywhere to choose from besides" },
    wildness   = pl.number { 1,   min = 0, max = 100, help = "0: always the best; higher: closer to plain shuffle" },
    likeness   = pl.number { 8,   min = 0, max = 50, tune = true, help = "weight of how alike two songs in a row are" },
    freshness  = pl.number { 3,   min = 0, max = 50, tune = true, help = "weight of not having heard a song lately" },
    days       = pl.number { 14,  min = 0.1, max = 3650, help = "days after which a song is half fresh again" },
    artists    = pl.number { 8,   min = 0, max = 50, tune = true, help = "weight of not hearing an artist again too soon" },
    spacing    = pl.int    { 5,   min = 0, max = 50, help = "songs between two of one artist, where possible" },
    keys       = pl.number { 1,   min = 0, max = 50, tune = true, help = "weight of keys that fit" },
    tempo      = pl.number { 2,   min = 0, max = 50, tune = true, help = "weight of a tempo that stays" },
    energy     = pl.number { 2,   min = 0, max = 50, tune = true, help = "weight of an energy that stays" },
    skips      = pl.number { 2,   min = 0, max = 50, tune = true, help = "weight of not skipping a song when it comes" },
    learned    = pl.number { 4,   min = 0, max = 50, tune = true, help = "weight of what `engine train choice` learned of what you let play" },
    served     = pl.number { 4,   min = 0, max = 50, tune = true, help = "weight of not having been in earlier lists" },
  },

  build = function(p, user)
    local unknown = math.log(3)   -- a song that the model does not know is let play three times of four, as most are
    local mine = shuffles.songs(user, p.finished, p.few)
    local walk = {
      steps = p.tracks, k = p.neighbours, strangers = p.by_lot, no_repeat = p.recent, temperature = p.wildness,
      score = function(t)
        local fresh = 1 - decay(known(t.hours_since_played, 1e6) / 24, p.days)
        local again = t.steps_since_artist <= p.spacing and 1 or 0
        return p.likeness * known(t.similarity, 0) + p.freshness * fresh - p.artists * again
          - p.keys * known(t.key_distance, 0.5) - p.tempo * (known(t.tempo_ratio, 1.2) - 1)
          - p.energy * math.abs(known(t.energy_step, 0.2)) - p.skips * known(t.skip_rate, 0.3)
          - p.served * t.exposures + p.learned * known(math.log(t.acceptance / (1 - t.acceptance)) - unknown, 0)
      end,
    }
    if p.from ~= "" then walk.from = shuffles.song(p.from, mine) else walk.after = user.last_session end
    if p.to ~= "" then walk.to = shuffles.song(p.to, mine) end
    return mine:rank(pl.ranking.choice { optional = true, moment = false }):walk(walk)
  end,
}
