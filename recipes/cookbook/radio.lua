-- Radio: a prompt as ListenBrainz Radio takes them, such as artist:(Radiohead):2 #(trip hop).
local pl = require "playlist"

return pl.recipe {
  title = "Radio",
  about = "Artists, tags, moods, playlists and people in turns, by their weights.",
  params = {
    prompt = pl.text   { "", help = "what you played most, or artist:(NAME), tag:(a, b), #tag, mood:(calm), playlist:(NAME), stats:(PERSON); then :WEIGHT:OPTIONS" },
    mode   = pl.choice { "easy", choices = { "easy", "medium", "hard" }, help = "how well known the tracks are" },
    tracks = pl.int    { 40, min = 1, max = 500, help = "length of the playlist" },
  },
  random_seed = "day",
  build = function(p, user)
    local prompt = p.prompt ~= "" and p.prompt or "stats:(" .. user.name .. ")"
    return pl.prompt(prompt, { mode = p.mode })
      :limit { tracks = p.tracks, per_artist = 4 }
      :order(pl.ordering.artist_spacing { gap = 2 })
  end,
}
